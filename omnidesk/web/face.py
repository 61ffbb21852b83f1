"""The web server: one page, what it is made of, and a line behind it for each tab."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.download_manager import DownloadManager

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import N_, _, spoken
from omnidesk.core.value import dataclass
from omnidesk.web.door import Asked, Door, Turned
from omnidesk.web.seats import TabSeat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)

MOST_SCREENS = 16
"""Tabs that may be open at once."""

_OWN = Path(str(files("omnidesk.web") / "page"))
_THEIRS = Path(textual_serve.__file__).parent / "static"
_LONGEST_WORD = 1_000_000
_LARGEST_SCREEN = 1000
_HEARTBEAT_SECONDS = 15.0
_SHUTDOWN_SECONDS = 20.0
_WORDS: Mapping[Turned, tuple[int, str]] = {
    Turned.HOST: (421, N_("this name is not omnidesk's; start it with --public-url for it")),
    Turned.ORIGIN: (403, N_("another page may not open this one")),
    Turned.PASSWORD: (401, N_("the password, please")),
    Turned.LIMIT: (429, N_("too many wrong passwords; wait a minute")),
    Turned.TICKET: (403, N_("the page is too old; reload it")),
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CannotServeError(OmnideskError):
    """The address cannot be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served: the words that start a screen, and with what environment."""

    words: Sequence[str]
    environment: Mapping[str, str]
    title: str


class WebFace:
    """Answers browsers; every request, the line and the fonts included, passes the door first."""

    def __init__(self, door: Door, served: Served) -> None:
        self._door = door
        self._served = served
        self._open: set[web.WebSocketResponse] = set()
        self._page = Template((_OWN / "index.html").read_text(encoding="utf-8"))

    def application(self) -> web.Application:
        """All of it, for aiohttp."""
        app = web.Application(middlewares=[self._pass_door])
        app.router.add_get("/", self._index)
        app.router.add_get("/ws/{ticket}", self._line)
        app.router.add_static("/page", _OWN)
        app.router.add_static("/static", _THEIRS)
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._close_all)
        return app

    @web.middleware
    async def _pass_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = Asked(
            host=request.headers.get("Host", ""),
            origin=request.headers.get("Origin"),
            authorization=request.headers.get("Authorization"),
            remote=request.remote or "",
        )
        now = asyncio.get_running_loop().time()
        ticket = request.match_info.get("ticket")
        if ticket is None:
            why = self._door.turned(asked, now)
        else:
            why = self._door.turned_at_socket(asked, ticket, now)
        if why is None:
            return await handler(request)
        code, words = _WORDS[why]
        answer = web.Response(status=code, text=f"{_(words)}\n")
        if why is Turned.PASSWORD:
            answer.headers["WWW-Authenticate"] = 'Basic realm="omnidesk", charset="UTF-8"'
            if asked.authorization is not None:
                log.warning("wrong password remote=%s", asked.remote)
        return answer

    async def _index(self, request: web.Request) -> web.Response:
        ticket = self._door.ticket(asyncio.get_running_loop().time())
        page = self._page.substitute(
            ticket=ticket,
            title=escape(self._served.title),
            language=spoken(),
            coming=escape(_("omnidesk is coming")),
            ended=escape(_("the screen has ended; what was written is kept")),
            again=escape(_("open it again")),
        )
        return web.Response(text=page, content_type="text/html", charset="utf-8")

    async def _line(self, request: web.Request) -> web.StreamResponse:
        if len(self._open) >= MOST_SCREENS:
            return web.Response(status=503, text=_("too many tabs are open; close one"))
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_LONGEST_WORD)
        self._open.add(socket)
        try:
            await socket.prepare(request)
            seat = TabSeat(self._served.words, self._served.environment, socket, DownloadManager())
            try:
                await seat.start(
                    _side(request.query.get("width"), 80), _side(request.query.get("height"), 24)
                )
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        await _obey(message.data, seat, socket)
            finally:
                await asyncio.shield(asyncio.ensure_future(seat.stop()))
        finally:
            self._open.discard(socket)
        return socket

    async def _close_all(self, _app: web.Application) -> None:
        await asyncio.gather(*(socket.close(code=1001) for socket in list(self._open)))


async def _obey(text: str, seat: TabSeat, socket: web.WebSocketResponse) -> None:
    """Do what the page says; what is no word of textual-serve's page is passed over."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return
    match said:
        case ["stdin", str() as typed]:
            if raw := typed.encode("utf-8", "ignore"):  # Textual takes nothing for the end
                await seat.send_bytes(raw)
        case ["resize", {"width": int() as width, "height": int() as height}]:
            await seat.set_terminal_size(_fit(width), _fit(height))
        case ["ping", str() as word]:
            await socket.send_json(["pong", word])
        case ["blur"]:
            await seat.blur()
        case ["focus"]:
            await seat.focus()


def _side(given: str | None, usual: int) -> int:
    return _fit(int(given)) if given and re.fullmatch(r"[0-9]{1,5}", given) else usual


def _fit(side: int) -> int:
    return max(1, min(side, _LARGEST_SCREEN))


async def _add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(_ALWAYS)
    answer.headers["Cache-Control"] = "no-cache" if "static" in request.path else "no-store"
    host = request.host if re.fullmatch(r"[\w.:\[\]-]+", request.host, re.ASCII) else ""
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "font-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; connect-src 'self' ws://{host} wss://{host}"
    )


async def serve_web(
    face: WebFace,
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    started: Callable[[str], Any],
) -> None:
    """Answer until `stop`; `started` is told the address. CannotServeError where it is taken."""
    runner = web.AppRunner(face.application(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise CannotServeError(
                f"{host}:{port} cannot be served: {error.strerror or error}; "
                "use another --host or --port"
            ) from error
        taken = runner.addresses[0]
        name = f"[{taken[0]}]" if ":" in taken[0] else taken[0]
        started(f"http://{name}:{taken[1]}/")
        await stop.wait()
    finally:
        await runner.cleanup()
