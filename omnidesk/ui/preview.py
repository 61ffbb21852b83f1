"""A picture that a customer sent, over the desk, drawn in half cells that every terminal has.

No terminal is asked what it can draw: its answer would come in among the keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen
from textual.widget import Widget

from omnidesk.core.language import N_, _
from omnidesk.core.safetext import SafeText, safe_file_name
from omnidesk.core.value import dataclass
from omnidesk.ui import decoding
from omnidesk.ui.lines import cut
from omnidesk.ui.local import size
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.core.model import Attachment, Message
    from omnidesk.ui.deskscreen import DeskScreen

_DECODE_SECONDS = 15.0
_CELL = (8, 16)
"""Pixels that are kept for each cell: more than half cells show, so that sizes can change."""

_MOST_CELLS = (300, 120)
_LONGEST_LINE = 4096
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_WHY_NOT = {
    "format": N_("it is none of PNG, JPEG, GIF, WebP"),
    "large": N_("it is too large to be shown"),
    "broken": N_("it is broken"),
    "time": N_("it took too long"),
    "program": N_("its decoder failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """RGB, three bytes each, line by line; `own` is the size of the picture itself."""

    width: int
    height: int
    own: tuple[int, int]
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPicture:
    """Why there is nothing to show: a key of the sentences."""

    why: str


async def show(screen: DeskScreen) -> None:
    """Choose a picture of the message, else of the conversation, and lay it over the desk."""
    if find_spec("textual_image") is None or find_spec("PIL") is None:
        screen.say(_("pictures need an extra: pip install 'omnidesk[images]'"), alarm=True)
        return
    files = await _pictures(screen)
    if not files:
        screen.say(_("no picture is attached here"))
    elif len(files) == 1:
        _begin(screen, files[0])
    else:
        from omnidesk.ui.picker import Picker

        options = [("", _told(file), file) for file in files]

        async def take(file: Attachment) -> None:
            _begin(screen, file)

        screen.app.push_screen(Picker(screen, _("look at which picture?"), options, take))


async def _pictures(screen: DeskScreen) -> list[Attachment]:
    opened = await screen.now_open()
    if opened is None or not opened.messages:
        return []
    on_thread = screen.focused is screen.thread and screen.thread.current is not None
    message = screen.thread.current if on_thread else opened.messages[-1]
    assert message is not None
    return _of(message) or [file for one in reversed(opened.messages) for file in _of(one)]


def _of(message: Message) -> list[Attachment]:
    return [
        file
        for file in message.attachments
        if file.sha256 is not None
        and (file.media_type.startswith("image/") or file.name.lower().endswith(_ENDINGS))
    ]


def _told(file: Attachment) -> SafeText:
    return SafeText(f"{safe_file_name(file.name)} {size(file.size)}")


def _begin(screen: DeskScreen, file: Attachment) -> None:
    screen.say(_("reading {file}").format(file=_told(file)))
    work: Callable[[], Awaitable[None]] = partial(_look, screen, file)
    screen.run_worker(work, name="preview", group="preview", exclusive=True)


async def _look(screen: DeskScreen, file: Attachment) -> None:
    desk = screen.desk
    assert desk is not None
    assert file.sha256 is not None
    columns, lines = (min(*pair) for pair in zip(screen.size, _MOST_CELLS, strict=True))
    box = (max(1, columns) * _CELL[0], max(1, lines) * _CELL[1])
    found = await pixels_of(desk.store.blobs.path(file.sha256), box)
    if isinstance(found, NoPicture):
        said = _("{file} cannot be shown: {why}; S saves it")
        screen.say(said.format(file=_told(file), why=_(_WHY_NOT[found.why])), alarm=True)
        return
    drawn = await asyncio.to_thread(_picture, found)
    screen.say("")
    screen.app.push_screen(Preview(file, found, _half_cells(drawn)))


async def pixels_of(path: Path, box: tuple[int, int]) -> Pixels | NoPicture:
    """What a file shows, in a box of so many pixels, decoded by a process of its own."""
    try:
        if (await asyncio.to_thread(path.stat)).st_size > decoding.MOST_BYTES:
            return NoPicture(why="large")
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", str(Path(decoding.__file__)), str(path), *map(str, box)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return NoPicture(why="broken")
    assert program.stdout is not None
    most = _LONGEST_LINE + box[0] * box[1] * 3
    try:
        async with asyncio.timeout(_DECODE_SECONDS):
            said = b""
            while len(said) <= most and (piece := await program.stdout.read(65_536)):
                said += piece
    except TimeoutError:
        return NoPicture(why="time")
    finally:
        with contextlib.suppress(ProcessLookupError):
            program.kill()
        while await program.stdout.read(65_536):  # asyncio sees its end behind its last word
            pass
        await program.wait()
    return _read(said, box)


def _read(said: bytes, box: tuple[int, int]) -> Pixels | NoPicture:
    head, _newline, raw = said.partition(b"\n")
    try:
        answer: dict[str, Any] = json.loads(head)
    except ValueError:
        return NoPicture(why="program")  # killed by its limits
    if why := answer.get("error"):
        return NoPicture(why=why)
    width, height = answer["width"], answer["height"]
    fits = 0 < width <= box[0] and 0 < height <= box[1] and len(raw) == width * height * 3
    own = (answer["own"][0], answer["own"][1])
    return Pixels(width=width, height=height, own=own, raw=raw) if fits else NoPicture(why="broken")


def _picture(pixels: Pixels) -> Any:
    from PIL import Image

    _import_quietly()
    return Image.frombytes("RGB", (pixels.width, pixels.height), pixels.raw)


class _NoTerminal:
    """Stands for standard output while textual_image is imported: it would ask a terminal."""

    def isatty(self) -> bool:
        return False


def _import_quietly() -> None:
    """Import textual_image without the questions that it asks the terminal when it is imported.

    Textual owns the keyboard by now; an answer would be taken for keys, or keys for an answer.
    """
    if "textual_image.widget" in sys.modules:
        return
    before = sys.__stdout__
    sys.__stdout__ = _NoTerminal()  # type: ignore[misc, assignment]
    try:
        import textual_image.widget  # noqa: F401
    finally:
        sys.__stdout__ = before  # type: ignore[misc]


def _half_cells(picture: Any) -> Widget:
    from textual_image.widget import HalfcellImage

    return HalfcellImage(picture)


class Caption(Painted):
    """Which file it is, and how it goes away."""

    ground = "bar"

    def __init__(self, text: SafeText) -> None:
        super().__init__()
        self._text = text

    def render_line(self, y: int) -> Strip:
        return self.paint(((cut(self._text, self.inner_width), "text"),) if y == 0 else ())


class Preview(ModalScreen[None]):
    """The picture and its name; any key closes it."""

    DEFAULT_CSS = """
    Preview { align: center middle; background: $ink-paper 60%; }
    Preview HalfcellImage { width: auto; height: auto; max-width: 100%; max-height: 1fr; }
    Preview Caption { dock: bottom; height: 1; background: $ink-bar; }
    """

    def __init__(self, file: Attachment, pixels: Pixels, picture: Widget) -> None:
        super().__init__()
        self._picture = picture
        width, height = pixels.own
        said = _("{file}, {width} x {height}; any key closes it")
        self._words = SafeText(f" {said.format(file=_told(file), width=width, height=height)}")

    def compose(self) -> ComposeResult:
        yield self._picture
        yield Caption(self._words)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss()
