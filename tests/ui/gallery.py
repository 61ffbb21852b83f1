"""Every screen there is, one after the other, over a desk whose clock stands still."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from rich.console import Console
from rich.segment import Segments
from textual._context import visible_screen_stack
from textual.color import Color
from textual.filter import Monochrome
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, TextArea

from omnidesk.core.language import speak, spoken
from omnidesk.core.safetext import SafeText
from omnidesk.ui import writing
from omnidesk.ui.app import OmnideskApp
from omnidesk.ui.fitted import FittedScreen
from tests.ui.gallery_desk import NOW, Gallery, gallery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from textual.pilot import Pilot

    from omnidesk.desk import Desk

SIZES: Final = ((80, 24), (120, 40), (200, 60))
_STILL_SECONDS: Final = 0.01
_STILL_LOOKS: Final = 2
_TYPED_SECONDS: Final = 0.3  # a search waits until the hand rests, a page for its rows
_FOR_EVER: Final = "changes", "overview"
_PATIENCE: Final = 10.0
_BLACK: Final = Color(0, 0, 0)
_FONTS: Final = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A screen and the way to it from the list. A key `=words` types words.

    `on` is the conversation under the cursor; `first` is done to the desk before, `last` after.
    """

    name: str
    keys: tuple[str, ...] = ()
    on: str = "plain"
    first: Callable[[Gallery], Awaitable[None]] | None = None
    last: Callable[[Gallery], Awaitable[None]] | None = None
    size: tuple[int, int] | None = None


_DOUBTS: Final = "=The invoice is attached, {{ contact.name }}"

SCENES: Final = (
    Scene(name="list"),
    Scene(name="list-selected", keys=("x", "j", "x", "j")),
    Scene(name="view-failed", keys=("6",)),
    Scene(name="view-all", keys=("8",)),
    Scene(name="leader-g", keys=("g",)),
    Scene(name="leader-b", keys=("b",)),
    Scene(name="leader-y", keys=("y",)),
    Scene(name="leader-count", keys=("g", "4")),
    Scene(name="thread", on="order", keys=("enter",)),
    Scene(name="thread-folded", on="lamp", keys=("enter", "g", "g")),
    Scene(name="thread-unfolded", on="lamp", keys=("enter", "g", "g", "enter")),
    Scene(name="thread-headers", on="lamp", keys=("enter", "H")),
    Scene(name="thread-failed", on="failed", keys=("enter",)),
    Scene(name="thread-suggestion", on="chat", keys=("enter",)),
    Scene(name="customer", on="order", keys=("p",)),
    Scene(name="customer-entered", on="order", keys=("P",)),
    Scene(name="note", keys=("n", "=склад подтвердил")),
    Scene(name="note-review", keys=("n", "=склад подтвердил", "escape")),
    Scene(name="reply", keys=("r", "=Hello Emma,", "enter", "=we do.")),
    Scene(name="reply-chat", on="chat", keys=("r", "=Да, есть.")),
    Scene(name="review", keys=("r", "=Hello Emma, we do.", "escape")),
    Scene(name="review-doubts", on="lamp", keys=("R", _DOUBTS, "escape")),
    Scene(name="review-no-way", on="failed", keys=("r", "=Once more", "escape")),
    Scene(name="recipients", on="lamp", keys=("R", "=Hello", "escape", "t", "=olle")),
    Scene(name="ways", on="order", keys=("V",)),
    Scene(name="attach", keys=("r", "ctrl+o")),
    Scene(name="templates", keys=("r", "ctrl+t")),
    Scene(name="template-unfilled", keys=("r", "ctrl+t", "r")),
    Scene(name="send-later", keys=("r", "=Hello", "escape", "l", "=завтра 10:00")),
    Scene(name="snooze", keys=("b", "b", "=tomorrow 10:00")),
    Scene(name="snooze-unclear", keys=("b", "b", "=sometime")),
    Scene(name="tags", keys=("t", "=b")),
    Scene(name="assign", keys=("a",)),
    Scene(name="status", keys=("s",)),
    Scene(name="erase", keys=("#",)),
    Scene(name="forward", on="lamp", keys=("enter", "f")),
    Scene(name="begin", keys=("c",)),
    Scene(name="forward-review", on="lamp", keys=("enter", "f", "=olle@lund.example", "escape")),
    Scene(name="begin-known", keys=("c", "=emma")),
    Scene(name="tell", on="order", keys=("enter", "g", "e")),
    Scene(name="preview", on="lamp", keys=("enter", "g", "v")),
    Scene(name="pinned", on="order", keys=("enter", "g", "p"), last=Gallery.undo),
    Scene(name="list-newest", keys=("g", "o")),
    Scene(name="list-longest-wait", keys=("g", "o")),
    Scene(name="filter", keys=(".", "=lamp")),
    Scene(name="filter-nothing", keys=(".", "=zebra")),
    Scene(name="filter-wrong", keys=(".", "=tga:b2b")),
    Scene(name="find", keys=("/", "=lamp")),
    Scene(name="search-words", keys=("g", "/")),
    Scene(name="search-hits", keys=("/", "=lamp", "enter")),
    Scene(name="palette", keys=(":",)),
    Scene(name="palette-typed", keys=(":", "=s")),
    Scene(name="help", keys=("?",)),
    Scene(name="help-end", keys=("?", "G")),
    Scene(name="links", on="lamp", keys=("L",)),
    Scene(name="save", on="lamp", keys=("S",)),
    Scene(name="why", on="order", keys=("enter", "w")),
    Scene(name="split", on="order", keys=("enter", "M")),
    Scene(name="join", keys=("enter", "m")),
    Scene(name="suggestions", on="chat", keys=("g", "s")),
    Scene(name="call", on="order", keys=("C",)),
    Scene(name="call-known", keys=("C", "=8916")),
    Scene(name="call-review", on="order", keys=("C", "enter", "=she will ring again", "escape")),
    Scene(name="outbox", keys=("g", "q")),
    Scene(name="report", keys=("g", "d")),
    Scene(name="log", keys=("g", "l")),
    Scene(name="log-alone", on="order", keys=("g", "l", "f")),
    Scene(name="wish", on="order", keys=("g", "b")),
    Scene(name="tour", keys=("g", "h")),
    Scene(name="trouble", first=Gallery.sick, last=Gallery.well),
    Scene(name="closed", keys=("e",), last=Gallery.undo),
    Scene(name="news-list", first=Gallery.names, keys=("g", "N")),
    Scene(name="news", on="order", keys=("g", "n")),
    Scene(name="rings", on="order", first=Gallery.rings),
    Scene(name="list-empty", on="", first=Gallery.empty),
    Scene(name="too-small", size=(50, 12)),
)
"""In this order: the last ones change the desk for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """What one screen showed: its strips as they stand in the dark theme and in the light one."""

    scene: Scene
    dark: list[Strip]
    light: list[Strip]

    @property
    def grey(self) -> list[Strip]:
        """The dark one without colours, as NO_COLOR shows it."""
        return [strip.apply_filter(Monochrome(), _BLACK) for strip in self.dark]

    @property
    def text(self) -> str:
        """The characters, line by line."""
        return "\n".join(strip.text.rstrip() for strip in self.dark)

    @property
    def themes(self) -> dict[str, list[Strip]]:
        """The strips by the name of what colours them."""
        return {"dark": self.dark, "light": self.light, "grey": self.grey}

    @property
    def told(self) -> str:
        """The characters under a line that has a digest of the styles in each theme."""
        digests = "  ".join(f"{name} {_digest(strips)}" for name, strips in self.themes.items())
        return f"{digests}\n{self.text}\n"

    @property
    def drawn(self) -> dict[str, str]:
        """An SVG for each theme, without fonts to fetch."""
        return {name: _svg(strips, self.scene.name) for name, strips in self.themes.items()}


def _digest(strips: list[Strip]) -> str:
    """Of every character and its style, however the line was cut into segments."""
    told = hashlib.sha256()
    for strip in strips:
        before = None
        for text, style, _ in strip.simplify():
            if str(style) != before:
                told.update(f"\n[{style}]".encode())
            before = str(style)
            told.update(text.encode())
        told.update(b"\n\n")
    return told.hexdigest()[:12]


def _svg(strips: list[Strip], title: str) -> str:
    """The strips as Textual exports a screen."""
    console = Console(
        width=strips[0].cell_length,
        height=len(strips),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    for strip in strips:
        console.print(Segments(strip), end="\n")
    return _FONTS.sub("", console.export_svg(title=title))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """One language and one time zone for as long as it lasts."""
    before, zone = spoken(), os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    speak(language)
    try:
        yield
    finally:
        speak(before)
        os.environ.pop("TZ")
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


@dataclass(slots=True)
class Painter:
    """An app over the desk, and the hand that goes from screen to screen."""

    desk: Gallery
    app: OmnideskApp
    pilot: Pilot[None]

    async def go(self, scene: Scene) -> None:
        """Show a scene, from wherever the screen is."""
        await self._home()
        if scene.first is not None:
            await scene.first(self.desk)
            self.app.desk_screen.changed()
            await self.still()
        if scene.size is not None:
            await self.pilot.resize_terminal(*scene.size)
        if scene.on:
            self.app.desk_screen.inbox.go_to(self.desk.numbers[scene.on])
        await self.still()
        for key in scene.keys:
            if key.startswith("="):
                self._write(key[1:])
                await self.pilot.pause(_TYPED_SECONDS)
            else:
                await self.pilot.press(key)
            await self.app.desk_screen.jobs.finished()
        if self.app.screen is not self.app.desk_screen:
            await self.pilot.pause(_TYPED_SECONDS)
        if self.app.desk_screen.composer is not None:
            writing.save_now(self.app.desk_screen, self.app.desk_screen.composer)
        await self.still()

    async def light(self, *, alone: bool = False) -> list[Strip]:
        """The same screen in the light theme."""
        self.app.theme = "light"
        await self.still()
        strips = self.strips(alone=alone)
        self.app.theme = "dark"
        return strips

    def _write(self, text: str) -> None:
        """Put words where the hand is, as if they were pasted."""
        field = self.app.focused
        if isinstance(field, TextArea):
            field.insert(text)
        else:
            assert isinstance(field, Input), f"{field} takes no words"
            field.insert_text_at_cursor(text)

    async def leave(self, scene: Scene) -> None:
        """Undo what a scene did to the desk."""
        if scene.last is not None:
            await scene.last(self.desk)
            self.app.desk_screen.changed()

    async def paint(self, scene: Scene) -> Painting:
        """A scene in both themes."""
        await self.go(scene)
        painting = Painting(scene=scene, dark=self.strips(), light=await self.light())
        await self.leave(scene)
        return painting

    def strips(self, *, alone: bool = False) -> list[Strip]:
        """The cells on the screen; no cursor blinks. `alone`: without the screen that is below."""
        for field in self.app.screen.query("TextArea, Input"):
            assert isinstance(field, TextArea | Input)
            field.cursor_blink = False
        screen = self.app.screen
        visible_screen_stack.set([] if alone else list(self.app._background_screens))
        return list(screen._compositor.render_strips(screen.size))

    async def still(self) -> None:
        """Wait until nothing is read, done or painted any more."""
        end = time.monotonic() + _PATIENCE
        looks = 0
        while looks < _STILL_LOOKS:
            await self.pilot.pause(_STILL_SECONDS)
            assert time.monotonic() < end, f"the screen never rests: {self._busy}"
            looks = 0 if self._busy else looks + 1

    @property
    def _busy(self) -> list[str]:
        """What is still being read, done or painted."""
        screen = self.app.desk_screen
        workers = (worker for worker in self.app.workers if not worker.is_finished)
        busy = [worker.name for worker in workers if not worker.name.startswith(_FOR_EVER)]
        busy += [f"{widget!r}" for widget in self.app.screen._dirty_widgets]
        resting, now = screen._resting, asyncio.get_running_loop().time()
        if resting is not None and not resting.cancelled() and resting.when() >= now:
            busy.append("the thread follows the cursor")
        if screen.jobs._queue._unfinished_tasks:  # type: ignore[attr-defined]
            busy.append("jobs")
        return busy

    async def _home(self) -> None:
        """Back to the list, everything closed and nothing said."""
        app, screen = self.app, self.app.desk_screen
        while app.screen is not screen:
            app.pop_screen()
            await self.pilot.pause()
        app._lead(())
        for _ in range(6):
            composer = screen.composer
            if composer is not None and app.focused in (composer.writing, composer.review):
                await writing.discard(screen)
            elif app.focused is screen.inbox and composer is None:
                break
            else:
                await self.pilot.press("escape")
        for strip in screen.query("WaysStrip, Tour"):
            await strip.remove()
        screen.remove_class("-customer")
        screen.search = None
        screen.via.clear()
        screen.inbox.select_nothing()
        screen.be_reading(False)
        screen.set_focus(screen.inbox)
        screen.look_at("inbox")
        await self.still()
        screen.bottom.notice = SafeText("")
        screen.bottom.refresh()


def _paint_nothing(screen: Screen[object]) -> None:
    """What was to be painted is not; `Painter.strips` paints all of it when it is wanted."""
    screen._dirty_widgets.clear()
    screen._compositor._dirty_regions.clear()


@contextmanager
def unpainted() -> Iterator[None]:
    """No frame is painted that nobody looks at: that is four fifths of the time."""
    with pytest.MonkeyPatch.context() as patched:
        for kind in (Screen, FittedScreen):
            patched.setattr(kind, "_compositor_refresh", _paint_nothing)
        yield


@asynccontextmanager
async def painter(size: tuple[int, int]) -> AsyncIterator[Painter]:
    """An app of this size over a new desk."""
    with TemporaryDirectory() as folder, unpainted():
        async with gallery(Path(folder)) as made:
            desk = made.desk()

            @asynccontextmanager
            async def open_desk() -> AsyncIterator[Desk]:
                yield desk

            app = OmnideskApp(open_desk, clock=lambda: NOW)
            async with app.run_test(size=size) as pilot:
                hand = Painter(made, app, pilot)
                await hand.still()
                yield hand


async def paintings(language: str, size: tuple[int, int]) -> AsyncIterator[Painting]:
    """Every scene in a language and a size; one of a size of its own is painted once."""
    with speaking(language):
        async with painter(size) as hand:
            for scene in SCENES:
                if scene.size is None or size == SIZES[0]:
                    yield await hand.paint(scene)
