"""An SMTP server that writes down every byte and says what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Raw:
    """A server that writes down every byte, and answers by the command's first word.

    An answer of None cuts the line; one that is missing is `250`.
    """

    answers: dict[str, list[bytes | None]] = field(default_factory=dict)
    ehlo: bytes = b"250 raw"
    greeting: bytes = b"220 raw"
    bytes_heard: bytearray = field(default_factory=bytearray)
    content: bytearray = field(default_factory=bytearray)
    early: bytes | None = None
    port: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        tasks: set[asyncio.Task[None]] = set()
        writers: set[asyncio.StreamWriter] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.add(writer)
            tasks.add(asyncio.create_task(self._talk(reader, writer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1 << 22)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in writers:
                writer.transport.abort()
                await asyncio.gather(writer.wait_closed(), return_exceptions=True)
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting + b"\r\n")
        try:
            while line := await reader.readline():
                self.bytes_heard += line
                word = line.split(maxsplit=1)[0].decode().upper() if line.strip() else ""
                usual = self.ehlo if word == "EHLO" else b"354 go" if word == "DATA" else b"250 ok"
                queue = self.answers.get(word, [])
                answer = queue.pop(0) if queue else usual
                if answer is None:
                    return
                writer.write(answer + b"\r\n")
                if answer.startswith(b"354"):
                    await self._data(reader, writer)
        finally:
            writer.close()

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.early is not None:
            self.content += await reader.read(1000)
            writer.write(self.early + b"\r\n")
            await asyncio.sleep(3600)
        while not self.content.endswith(b"\r\n.\r\n"):
            self.content += await reader.readline()
        answer = self.answers.get("DOT", [b"250 taken"])[0]
        if answer is None:
            writer.transport.abort()
        else:
            writer.write(answer + b"\r\n")
