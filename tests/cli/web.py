"""`omnidesk serve --web`, started as a person starts it, and a tab that speaks as its page does."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import aiohttp

from tests.ui.glass import Glass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.cli.conftest import Cli

PATIENCE = 30.0
_URL = re.compile(r"http://\S+/")
_TICKET = re.compile(r'data-ticket="([^"]+)"')


class Server:
    """A running server: its process, its address."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    @property
    def origin(self) -> str:
        return self.url.rstrip("/")

    def screens(self) -> list[int]:
        """The processes of its tabs that live."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state = (folder / "stat").read_text().rpartition(")")[2].split()
                words = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            of_us = int(state[1]) == self.process.pid or state[1] == "1"
            if of_us and state[0] != "Z" and "omnidesk" in words and "engine" not in words:
                found.append(int(folder.name))
        return [pid for pid in found if pid != self.process.pid]


@asynccontextmanager
async def serving(cli: Cli, *words: str, **environment: str) -> AsyncIterator[Server]:
    """The real server on a free port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "omnidesk", "serve", "--web", "--port", "0", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env={**cli.environment, "PYTHONWARNINGS": "default", **environment},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            said = (await process.stdout.readline()).decode()
        found = _URL.search(said)
        assert found is not None, said
        yield Server(process, found[0])
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(PATIENCE):
            await process.communicate()


class Tab:
    """What a browser shows, and what is typed into it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, glass: Glass) -> None:
        self.socket = socket
        self.glass = glass
        self.told: list[object] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls, server: Server, size: str = "120x40", **headers: str
    ) -> AsyncIterator[Self]:
        """Fetch the page, then its line, as a browser does."""
        width, _, height = size.partition("x")
        async with aiohttp.ClientSession(headers=headers) as session:
            ticket = await ticket_of(session, server)
            url = f"{server.url}ws/{ticket}?width={width}&height={height}"
            async with session.ws_connect(url, origin=server.origin) as socket:
                yield cls(socket, Glass(min(int(width), 1000), min(int(height), 1000)))

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.glass.text

    async def type(self, keys: str) -> None:
        await self.say(["stdin", keys])

    async def say(self, what: object) -> None:
        await self.socket.send_str(json.dumps(what))

    async def wait(self, holds: Callable[[], bool]) -> None:
        """Read on until something holds; fail where it never does."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    message = await self.socket.receive()
                    if message.type is aiohttp.WSMsgType.BINARY:
                        self.glass.feed(message.data.decode())
                    elif message.type is aiohttp.WSMsgType.TEXT:
                        self.told.append(json.loads(message.data))
                    else:
                        raise AssertionError(f"the line ended: {message}; {self.told}")
        except TimeoutError:
            raise AssertionError(f"never came; the last was {self.text}") from None

    async def wait_for(self, words: str) -> None:
        await self.wait(lambda: words in self.text)

    async def ended(self) -> None:
        """Read to the end of the line."""
        async with asyncio.timeout(PATIENCE):
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.told.append(json.loads(message.data))


def basic(password: str) -> str:
    """The header of a browser that was told a password."""
    return "Basic " + base64.b64encode(f"anna:{password}".encode()).decode()


async def ticket_of(session: aiohttp.ClientSession, server: Server) -> str:
    """The word by which the page opens its line."""
    async with session.get(server.url) as answer:
        found = _TICKET.search(await answer.text())
        assert found is not None
        return found[1]


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.05)
