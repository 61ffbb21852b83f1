"""An IMAP server that says what a test tells it to, on loopback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from omnidesk.channels.email.settings import Imap

LETTER = b"From: ann@example.org\r\nSubject: hello\r\n\r\nHi.\r\n"


@dataclass
class Session:
    """One connection of the client, as a handler sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tag: bytes = b""

    async def say(self, *lines: bytes) -> None:
        """Send lines in one piece."""
        self.writer.write(b"".join(line + b"\r\n" for line in lines))
        await self.writer.drain()

    async def ok(self, *untagged: bytes, text: bytes = b"done") -> None:
        """Untagged lines and the tagged OK, all in one chunk."""
        await self.say(*untagged, self.tag + b" OK " + text)

    async def cut(self) -> None:
        """Close without a word."""
        self.writer.transport.abort()


Handler = Callable[[Session, bytes], Awaitable[None]]


@dataclass
class Scripted:
    """Well-behaved with one letter in INBOX, except where `on` has a handler by command.

    `heard` are the lines that the client sent, `connections` how often it came.
    """

    on: dict[str, Handler] = field(default_factory=dict)
    greeting: bytes = b"* OK ready"
    capabilities: bytes = b"IMAP4rev1 IDLE"
    letters: dict[int, bytes] = field(default_factory=lambda: {1: LETTER})
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        sessions: set[asyncio.Task[None]] = set()
        writers: set[asyncio.StreamWriter] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.add(writer)
            task = asyncio.create_task(self._talk(Session(reader, writer)))
            sessions.add(task)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in sessions:
                task.cancel()
            problems = await asyncio.gather(*sessions, return_exceptions=True)
            for writer in writers:
                writer.transport.abort()
                await asyncio.gather(writer.wait_closed(), return_exceptions=True)
            await server.wait_closed()
            for problem in problems:
                if isinstance(problem, Exception) and not isinstance(problem, ConnectionError):
                    raise problem

    def settings(self, timeout: str = "2s", **more: object) -> Imap:
        """How to reach it."""
        table = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "username": "ann",
            "password": 'a "quoted\\" word',
            "timeout": timeout,
        }
        return Imap.model_validate(table | more)

    async def _talk(self, session: Session) -> None:
        self.connections += 1
        try:
            await session.say(self.greeting)
            while line := (await session.reader.readline()).rstrip(b"\r\n"):
                self.heard.append(line)
                session.tag, _, rest = line.partition(b" ")
                name = rest.removeprefix(b"UID ").partition(b" ")[0].decode("latin-1").upper()
                usual: Handler = getattr(self, f"_{name.lower()}", _done)
                handler = self.on.get(name, usual)
                await handler(session, rest)
        finally:
            session.writer.close()

    async def _capability(self, session: Session, rest: bytes) -> None:
        await session.ok(b"* CAPABILITY " + self.capabilities)

    async def _examine(self, session: Session, rest: bytes) -> None:
        await session.ok(
            b"* %d EXISTS" % len(self.letters),
            b"* OK [UIDVALIDITY 7] valid",
            b"* OK [UIDNEXT %d] next" % (max(self.letters, default=0) + 1),
        )

    async def _status(self, session: Session, rest: bytes) -> None:
        folder = rest.split(b" ")[1]
        await session.ok(
            b"* STATUS %s (MESSAGES %d UIDNEXT %d UIDVALIDITY 7)"
            % (folder, len(self.letters), max(self.letters, default=0) + 1)
        )

    async def _search(self, session: Session, rest: bytes) -> None:
        found = [b"%d" % uid for uid in _asked(rest.split(b" ")[-1], self.letters)]
        await session.ok(b" ".join([b"* SEARCH", *found]))

    async def _fetch(self, session: Session, rest: bytes) -> None:
        asked = _asked(rest.split(b" ")[2], self.letters)
        if b"RFC822.SIZE" in rest:
            sizes = [
                b"* %d FETCH (UID %d RFC822.SIZE %d)" % (uid, uid, len(self.letters[uid]))
                for uid in asked
            ]
            await session.ok(*sizes)
            return
        await session.ok(*(literal(uid, self.letters[uid]) for uid in asked))

    async def _idle(self, session: Session, rest: bytes) -> None:
        await session.say(b"+ idling")
        while (await session.reader.readline()).strip() != b"DONE":
            pass
        await session.ok()

    async def _logout(self, session: Session, rest: bytes) -> None:
        await session.ok(b"* BYE see you")


async def _done(session: Session, rest: bytes) -> None:
    await session.ok()


def literal(uid: int, letter: bytes) -> bytes:
    """A FETCH response that carries a letter."""
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)" % (uid, uid, len(letter), letter)


def _asked(uids: bytes, there: dict[int, bytes]) -> list[int]:
    found: set[int] = set()
    for part in uids.decode().split(","):
        first, _, last = re.sub(r"\*", str(max(there, default=1)), part).partition(":")
        low, high = sorted((int(first), int(last or first)))
        found.update(range(low, high + 1))
    return sorted(found & there.keys())
