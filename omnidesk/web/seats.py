"""One screen for each browser tab: a process of its own that ends with its tab."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from asyncio.subprocess import PIPE, Process
from typing import TYPE_CHECKING

from textual_serve.app_service import AppService

from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.web import WebSocketResponse
    from textual_serve.download_manager import DownloadManager

log = logging.getLogger(__name__)

DRIVER = "omnidesk.ui.webdriver:SteadyWebDriver"

_READY = b"__GANGLION__\n"  # how Textual's WebDriver begins
_PRELUDE_LINES = 10
_LONGEST_PACKET = 64 * 1024 * 1024
_MOST_WORDS = 16_384
_LEAVE_SECONDS = 10.0
_END_SECONDS = 3.0
_PASSED_ON = ("title", "notice")
"""What the screen says to the page apart from what it paints."""


class TabSeat(AppService):
    """Runs the screen as textual-serve's WebDriver protocol asks, with no shell between.

    Its end is waited for; a screen that does not go by itself is told, then made to.
    """

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        socket: WebSocketResponse,
        downloads: DownloadManager,
    ) -> None:
        self._socket = socket
        super().__init__(
            words[0],
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=downloads,
        )
        self._words = words
        self._own_environment = environment

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        screen = {
            "TEXTUAL_DRIVER": DRIVER,
            "TEXTUAL_FPS": "60",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TERM_PROGRAM": "textual",
            "COLUMNS": str(width),
            "ROWS": str(height),
            "LINES": str(height),
        }
        self._process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**self._own_environment, **screen},
            start_new_session=True,  # ^C in the server's terminal is the server's
        )
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Pass on what the screen paints, to its end; a page that is gone stops nothing."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.create_task(_last_words(process.stderr), name="screen's last words")
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ValueError):
                await self._passed_on(process.stdout)
            while await process.stdout.read(65_536):
                pass
            code = await process.wait()
            if code:
                log.warning("a screen failed code=%d said=%s", code, safe_line(await said, 300))
                await self._tell("ended", safe_line(await said, 300))
        finally:
            said.cancel()
        await self.remote_close()

    async def _passed_on(self, stdout: asyncio.StreamReader) -> None:
        for _ in range(_PRELUDE_LINES):
            line = await stdout.readline()
            if line == _READY:
                break
        while True:
            head = await stdout.readexactly(5)
            size = int.from_bytes(head[1:], "big")
            if size > _LONGEST_PACKET:
                return
            payload = await stdout.readexactly(size)
            if head[:1] == b"D":
                with contextlib.suppress(ConnectionError):
                    await self.remote_write_bytes(payload)
            elif head[:1] == b"M":
                await self.on_meta(payload)

    async def on_meta(self, data: bytes) -> None:
        """Let the page know what is not painted."""
        said = json.loads(data)
        if said.get("type") in _PASSED_ON:
            await self._tell(said.pop("type"), said)
        elif said.get("type") == "open_url":
            with contextlib.suppress(ConnectionError):
                await super().on_meta(data)

    async def _tell(self, kind: str, what: object) -> None:
        with contextlib.suppress(ConnectionError):
            await self.remote_write_str(json.dumps([kind, what]))

    async def stop(self) -> None:
        """Let the screen keep its draft and go; one that does not is ended."""
        if self._task is None or self._process is None:
            return
        for ask in (self._quit, self._process.terminate, self._process.kill):
            with contextlib.suppress(ProcessLookupError):
                ask()
            patience = _LEAVE_SECONDS if ask == self._quit else _END_SECONDS
            if (await asyncio.wait([self._task], timeout=patience))[0]:
                break
        if not self._task.done():
            self._task.cancel()
        self._task = None

    async def _close(self) -> None:
        await self._socket.close()

    def _quit(self) -> None:
        packet = self.encode_packet(b"M", json.dumps({"type": "quit"}).encode())
        with contextlib.suppress(RuntimeError, ConnectionError):
            self.stdin.write(packet)


async def _last_words(stderr: asyncio.StreamReader) -> str:
    """What was written to standard error last, to its end."""
    kept = b""
    while piece := await stderr.read(4096):
        kept = (kept + piece)[-_MOST_WORDS:]
    lines = kept.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
