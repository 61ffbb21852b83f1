"""A real browser without a window, led by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.ui.glass import Glass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_PATIENCE = 40.0
_LONGEST = 64 * 1024 * 1024


class Browser:
    """One page: what it fetched, what came on its lines, and hands that type into it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.fetched: list[str] = []
        self.refused: list[str] = []
        self._glass = Glass(80, 24)

    @property
    def painted(self) -> str:
        """What stands in the page's terminal."""
        return self._glass.text

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol; its result."""
        id_ = next(self._ids)
        await self._socket.send_json({"id": id_, "method": method, "params": params})
        async with asyncio.timeout(_PATIENCE):
            while True:
                said = await self._socket.receive_json()
                if said.get("id") == id_:
                    assert "error" not in said, said
                    result: dict[str, Any] = said["result"]
                    return result
                self._take(said)

    def _take(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        match said.get("method"):
            case "Network.requestWillBeSent":
                self.fetched.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.fetched.append(params["url"])
                asked = parse_qs(urlsplit(params["url"]).query)
                if "width" in asked:
                    self._glass.resize(int(asked["width"][0]), int(asked["height"][0]))
            case "Network.webSocketFrameReceived":
                frame = params["response"]
                if frame["opcode"] == 2:
                    self._glass.feed(base64.b64decode(frame["payloadData"]).decode())
            case "Log.entryAdded":
                self.refused.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.refused.append(str(params["exceptionDetails"]))

    async def wait(self, holds: Callable[[], bool]) -> None:
        """Listen until something holds."""
        async with asyncio.timeout(_PATIENCE):
            while not holds():
                self._take(await self._socket.receive_json())

    async def go(self, url: str) -> None:
        for domain in ("Network", "Page", "Runtime", "Log"):
            await self.ask(f"{domain}.enable")
        await self.ask("Page.navigate", url=url)

    async def value(self, script: str) -> Any:
        """What a script gives in the page."""
        found = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True)
        return found["result"].get("value")

    async def type(self, text: str) -> None:
        """Press a key for each letter."""
        for letter in text:
            key: dict[str, Any] = {"key": letter, "text": letter}
            if letter == "\r":
                key = {"key": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
            if letter == "\x1b":
                key = {"key": "Escape", "windowsVirtualKeyCode": 27}
            await self.ask("Input.dispatchKeyEvent", type="keyDown", **key)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", **{**key, "text": ""})

    async def picture(self) -> bytes:
        """What a person would see, as a PNG."""
        found = await self.ask("Page.captureScreenshot", format="png")
        return base64.b64decode(found["data"])


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """A browser with an empty profile, and one page in it."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "--headless=new",
        "--no-sandbox",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--enable-unsafe-swiftshader",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "--window-size=1200,800",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = folder / "DevToolsActivePort"
        async with asyncio.timeout(_PATIENCE):
            while not told.exists() or not told.read_text().strip():
                assert process.returncode is None, "the browser does not start"
                await asyncio.sleep(0.05)
        port = told.read_text().split()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                page = next(one for one in await answer.json() if one["type"] == "page")
            address = page["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=_LONGEST) as socket:
                yield Browser(socket)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_PATIENCE):
            await process.wait()
