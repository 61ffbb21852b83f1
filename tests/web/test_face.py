"""Tabs: how many, and how a screen ends that does not end by itself."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from omnidesk.web import face, seats
from omnidesk.web.door import Door
from omnidesk.web.face import CannotServeError, Served, WebFace, serve_web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DEAF = """\
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").write(str(os.getpid()))
os.write(1, b"__GANGLION__\\n" + b"D" + (4).to_bytes(4, "big") + b"here")
while True: time.sleep(1)
"""
FLOOD = """\
import os, sys
open(sys.argv[1], "w").write(str(os.getpid()))
os.write(1, b"__GANGLION__\\n")
while True: os.write(1, b"D" + (60000).to_bytes(4, "big") + b"x" * 60000)
"""
LIES = """\
import os
os.write(1, b"__GANGLION__\\n" + b"D" + b"\\xff" * 4 + b"x" * 100)
"""


@asynccontextmanager
async def served(*words: str) -> AsyncIterator[str]:
    """The server in this process, over another program than a screen."""
    program = Served(words=(sys.executable, *words), environment={}, title="<b>Anna</b> $x")
    door = Door(host="127.0.0.1", public_url=None, password=None)
    stop, at = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        serve_web(
            WebFace(door, program), host="127.0.0.1", port=0, stop=stop, started=at.set_result
        ),
        name="server",
    )
    try:
        async with asyncio.timeout(10):
            yield await at
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await running


@asynccontextmanager
async def line(url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            found = re.search(r'data-ticket="([^"]+)"', await answer.text())
            assert found is not None
        async with session.ws_connect(f"{url}ws/{found[1]}", origin=url.rstrip("/")) as socket:
            yield socket


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def until_gone(told: Path) -> None:
    async with asyncio.timeout(10):
        while not gone(int(told.read_text())):
            await asyncio.sleep(0.02)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "_LEAVE_SECONDS", 0.2)
    monkeypatch.setattr(seats, "_END_SECONDS", 0.2)


@pytest.mark.usefixtures("hasty")
async def test_a_screen_that_hears_nothing_is_ended(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    async with served("-c", DEAF, str(told)) as url:
        async with line(url) as socket:
            assert await socket.receive_bytes() == b"here"
            assert not gone(int(told.read_text()))
        await until_gone(told)


@pytest.mark.usefixtures("hasty")
async def test_a_screen_that_paints_without_end_is_ended_with_its_tab(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    async with served("-c", FLOOD, str(told)) as url:
        async with line(url) as socket:
            await socket.receive_bytes()
        await until_gone(told)


async def test_a_program_that_is_no_screen_closes_its_line() -> None:
    for program in (LIES, "print('no screen')", "raise SystemExit('why it is')"):
        async with served("-c", program) as url, line(url) as socket:
            said = [m.data async for m in socket if m.type is aiohttp.WSMsgType.TEXT]
            assert said == (['["ended", "why it is"]'] if "why" in program else [])


@pytest.mark.usefixtures("hasty")
async def test_there_is_an_end_to_the_tabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face, "MOST_SCREENS", 1)
    async with served("-c", DEAF, str(tmp_path / "pid")) as url, line(url) as first:
        await first.receive_bytes()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with line(url):
                pass
        assert refused.value.status == 503


async def test_a_title_is_text_in_the_page() -> None:
    async with (
        served("-c", "") as url,
        aiohttp.ClientSession() as session,
        session.get(url) as answer,
    ):
        assert "<title>&lt;b&gt;Anna&lt;/b&gt; $x</title>" in await answer.text()


async def test_an_address_that_is_taken_is_told() -> None:
    async with served("-c", "") as url:
        port = int(url.rstrip("/").rpartition(":")[2])
        door = Door(host="127.0.0.1", public_url=None, password=None)
        another = WebFace(door, Served(words=(), environment={}, title=""))
        with pytest.raises(CannotServeError, match="use another --host or --port"):
            await serve_web(
                another, host="127.0.0.1", port=port, stop=asyncio.Event(), started=print
            )
