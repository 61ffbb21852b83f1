"""The application: one desk, one screen, and the keyboard between them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import shutil
import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.message import Message as Posted

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.safetext import safe
from omnidesk.ui.deskscreen import DeskScreen
from omnidesk.ui.driver import SteadyDriver
from omnidesk.ui.fitted import HasKeys
from omnidesk.ui.keymap import LIST, THREAD
from omnidesk.ui.lastline import NoControls
from omnidesk.ui.layouts import Layouts
from omnidesk.ui.onscreen import SparingApp
from omnidesk.ui.pressing import press
from omnidesk.ui.theme import DARK, INKS_BY_DEFAULT, LIGHT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from omnidesk.core.model import Row
    from omnidesk.desk import Desk
    from omnidesk.ui.noticing import Noticing

_LEAVE_SECONDS = 5.0
_TYPED_SECONDS = 1.0
_NOTICING_SECONDS = 0.5  # the first thread comes before what an absent agent is told
_COUNTS = "g"  # a digit alone is a view
_DIGITS = 12
_ROWS_BELOW = 5  # beside those that the first frame shows
_BLANK_SECONDS = 0.4  # how long the first frame waits for the first rows


def _now() -> datetime:
    return datetime.now(UTC)


class OmnideskApp(SparingApp):
    """The screen of one agent. The engine, if one is to start, starts after the first frame."""

    CSS_PATH: ClassVar = Path(__file__).with_name("omnidesk.tcss")
    ENABLE_COMMAND_PALETTE = False
    TITLE = "omnidesk"
    BINDINGS: ClassVar = []

    class Ready(Posted):
        """The desk is open, and its first rows are here."""

        def __init__(self, desk: Desk, rows: list[Row], asked: int) -> None:
            super().__init__()
            self.asked = asked
            self.desk = desk
            self.rows = rows

    class Changed(Posted):
        """Somebody wrote to the store."""

        def can_replace(self, message: Posted) -> bool:
            return isinstance(message, OmnideskApp.Changed)

    class Broken(Posted):
        """The desk cannot be opened, or not any more."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(
        self,
        open_desk: Callable[[], AbstractAsyncContextManager[Desk]],
        *,
        start_engine: Callable[[Desk], Awaitable[object]] | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        gc.disable()  # until the first paint: nothing dies before it
        super().__init__(driver_class=None if "TEXTUAL_DRIVER" in os.environ else SteadyDriver)
        self._filters.append(NoControls())
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self._take_theme("dark")
        self.animation_level = "none"
        self.desk_screen = DeskScreen(clock, *shutil.get_terminal_size())
        self._open_desk = open_desk
        self._start_engine = start_engine
        self._layouts = Layouts(os.environ.get("LC_ALL") or os.environ.get("LANG") or "")
        self._pressed: tuple[str, ...] = ()
        self._life: asyncio.Task[None] | None = None
        self._engine: asyncio.Task[object] | None = None
        self._leaving = False
        self._noticing: Noticing | None = None

    def _take_theme(self, name: str) -> None:
        """Begin with a theme; a change of it later costs a second reading of the styles."""
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(INKS_BY_DEFAULT)

    def get_default_screen(self) -> DeskScreen:
        return self.desk_screen

    # the desk

    def on_mount(self) -> None:
        self.set_timer(_BLANK_SECONDS, self.desk_screen.uncover)
        self._life = asyncio.create_task(self._live(), name="desk")
        self._life.add_done_callback(self._ended)
        for gone in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(gone, self._told_to_go)

    def _told_to_go(self) -> None:
        self.call_later(self.leave)

    async def _live(self) -> None:
        """Hold the desk open, and pass on that something changed."""
        try:
            async with self._open_desk() as desk:
                asked = self.size.height + _ROWS_BELOW
                rows = await desk.rows("inbox", limit=asked)
                self.post_message(self.Ready(desk, rows, asked))
                async for _change in desk.changes():
                    self.post_message(self.Changed())
        except OmnideskError as error:
            self.post_message(self.Broken(str(error)))

    def on_omnidesk_app_ready(self, ready: Ready) -> None:
        theme = ready.desk.settings.theme
        if theme in self.available_themes:
            self.theme = theme
        self.desk_screen.start(ready.desk, ready.rows, ready.asked)
        self.desk_screen.show_keys()
        self.desk_screen.uncover()
        self.call_after_refresh(self._painted, ready.desk)

    def _painted(self, desk: Desk) -> None:
        """What the first frame does not need."""
        gc.freeze()  # what lives now lives as long as the screen: never looked at again
        gc.enable()
        self.set_timer(_NOTICING_SECONDS, partial(self._notice, desk))
        if self._start_engine is not None:
            self._engine = asyncio.ensure_future(self._start_engine(desk))
            self._engine.set_name("engine")
            self._engine.add_done_callback(self._ended)

    def _notice(self, desk: Desk) -> None:
        if not self.desk_screen.is_running:  # somebody has left already
            return
        from omnidesk.ui.noticing import Noticing

        self._noticing = Noticing(self, self.desk_screen, desk)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, OmnideskError):
            self.desk_screen.say(
                _("the engine does not start: {why}").format(why=error), alarm=True
            )
        elif isinstance(error, Exception):
            self._handle_exception(error)

    def on_omnidesk_app_changed(self) -> None:
        self.desk_screen.changed()
        if self._noticing is not None:
            self._noticing.look()

    def on_omnidesk_app_broken(self, broken: Broken) -> None:
        self.exit(return_code=1, message=Text(safe(broken.reason)))

    def _fatal_error(self) -> None:
        """Leave with a plain traceback; Textual's own shows locals, and so customers' words."""
        import traceback

        told = traceback.format_exception(self._exception) if self._exception else []
        self._exit_renderables.append(Text(safe("".join(told))))
        self._close_messages_no_wait()

    async def leave(self) -> None:
        """Keep what was written, then go; asked twice, go at once."""
        if not self._leaving:
            self._leaving = True
            try:
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await self.desk_screen.keep_draft()
            except TimeoutError:
                self.desk_screen.say(_("the store does not answer"), alarm=True)
        self.exit()

    async def on_unmount(self) -> None:
        gc.enable()
        if self._noticing is not None:
            self._noticing.end()
        for gone in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(gone)
        for task in (self._engine, self._life):
            if task is not None:
                task.cancel()
                await asyncio.wait([task], timeout=_LEAVE_SECONDS)

    # the keyboard

    async def on_event(self, event: events.Event) -> None:
        if self._noticing is not None:
            self._noticing.saw(event)
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.app_focus = True  # who types is here: the text has the hand again before the key
            top = self.screen
            event = self._on_latin_keys(event)
            if isinstance(top, HasKeys) and await self._press(event, top):
                return
        await super().on_event(event)

    def _on_latin_keys(self, event: events.Key) -> events.Key:
        """The press as it would be on a Latin layout, unless it is text for a text widget."""
        latin = self._layouts.latin(event.key)
        if latin is None or self._types(event) or self._answers(event, latin):
            return event
        letter = latin if len(latin) == 1 else None
        return events.Key(latin, letter)

    def _answers(self, event: events.Key, latin: str) -> bool:
        """Whether yes or no is asked: then a letter is that letter, in either language."""
        asked = getattr(self.screen, "by_letter", False)
        return bool(asked) and (latin in "yn" or event.character in ("д", "н"))

    def _types(self, event: events.Key) -> bool:
        focused = self.focused
        return (
            "+" not in event.key
            and focused is not None
            and focused.check_consume_key(event.key, event.character)
        )

    async def _press(self, event: events.Key, top: HasKeys) -> bool:
        """Do what the key means here; False where it means nothing to us."""
        if top is self.desk_screen:
            self.desk_screen.find_hand()
        if self._types(event):
            return False
        place = top.place
        key = press(event.key, event.character)
        presses = (*self._pressed, key)
        keys = self.desk_screen.keys
        action = keys.means(place, presses)
        if action is None and keys.leads(place, presses):
            self._lead(presses)
            return True
        if await self._counted(presses, place, top):
            return True
        self._lead(())
        if action is None:
            return len(presses) > 1
        await self._typed()
        await top.act(action.id)
        return True

    async def _counted(self, presses: tuple[str, ...], place: str, top: HasKeys) -> bool:
        """`g 5 j` moves by five, `g 4412 Enter` opens #4412; False for any other press."""
        if presses[0] != _COUNTS or len(presses) < 2 or place not in (LIST, THREAD):
            return False
        *digits, key = presses[1:]
        if not all(one.isdecimal() for one in digits) or len(digits) > _DIGITS:
            return False
        if key.isdecimal():
            self._lead(presses)
            return True
        if not digits or not isinstance(top, DeskScreen):
            return False
        self._lead(())
        from omnidesk.ui.moving import by_count

        action = top.keys.means(place, (key,))
        await by_count(top, action.id if action else "", int("".join(digits)))
        return True

    async def _typed(self) -> None:
        """Wait until the letters that came before this press stand in their text."""
        focused = self.focused
        if focused is not None and focused.check_consume_key("a", "a"):
            taken = asyncio.Event()
            focused.call_later(taken.set)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TYPED_SECONDS):
                    await taken.wait()

    def _lead(self, presses: tuple[str, ...]) -> None:
        if presses != self._pressed:
            self._pressed = presses
            self.desk_screen.bottom.lead(presses)
