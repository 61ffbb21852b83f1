"""Where the hand is on the desk's screen, which keys that gives it, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container

from omnidesk.core.errors import OmnideskError
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.bars import BottomBar, Small, TopBar
from omnidesk.ui.customer import CustomerPane
from omnidesk.ui.fitted import FittedScreen
from omnidesk.ui.inbox import InboxList
from omnidesk.ui.posts import Said
from omnidesk.ui.pressing import Keymap
from omnidesk.ui.thread import ThreadView
from omnidesk.ui.trouble import TroubleBar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from omnidesk.desk import Desk, Opened
    from omnidesk.ui.composer import Composer

_NOTICE_SECONDS = 8.0


class Hand(FittedScreen):
    """The widgets, and which of them is being worked in."""

    AUTO_FOCUS = "#list"

    def __init__(self, clock: Callable[[], datetime], columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self.clock = clock
        self.desk: Desk | None = None
        self.keys = Keymap()
        self.reading = False
        self.composer: Composer | None = None
        self._unsaying: Timer | None = None
        self.top = TopBar(clock)
        self.trouble = TroubleBar()
        self.bottom = BottomBar(self.keys)
        self.inbox = InboxList(clock, id="list")
        self.thread: ThreadView = ThreadView(clock, id="thread")
        self.customer: CustomerPane = CustomerPane(clock)
        self.column = Container(self.thread, id="column")

    def compose(self) -> ComposeResult:
        yield self.top
        yield self.trouble
        yield Small(id="small")
        with Container(id="desk"):
            yield self.inbox
            yield self.customer
            yield self.column
        yield self.bottom

    def show_thread(self, opened: Opened) -> None:
        """Show one conversation in the thread and its customer beside it."""
        self.thread.show(opened)
        self.customer.show(opened)

    # what is said

    def say(self, text: str, *, alarm: bool = False) -> None:
        """Tell the person at the keyboard something, in the last line."""
        self.post_message(Said(safe_line(text), alarm=alarm))

    def on_said(self, said: Said) -> None:
        self.bottom.notice, self.bottom.alarm = said.text, said.alarm
        self.bottom.refresh()
        if self._unsaying is not None:
            self._unsaying.stop()
        self._unsaying = self.set_timer(_NOTICE_SECONDS, lambda: self._unsay(said.text))

    def _unsay(self, text: SafeText) -> None:
        if self.bottom.notice == text:
            self.bottom.notice = SafeText("")
            self.bottom.refresh()

    def _writes_elsewhere(self, number: int) -> bool:
        return self.composer is not None and self.composer.number != number

    @property
    def number(self) -> int | None:
        """The conversation under the hand."""
        return self.inbox.number if self.focused is self.inbox else self.thread.number

    @property
    def place(self) -> str:
        """Where the hand is, as the keymap calls it."""
        return str(getattr(self.focused, "place", ""))

    def find_hand(self) -> None:
        """Put the hand somewhere, after what it was on was hidden."""
        if self.focused is None:
            composer = self.composer
            if composer is not None:
                self.set_focus(composer.review if composer.reviewing else composer.writing)
            else:
                self.set_focus(self.thread if self.reading else self.inbox)

    async def now_open(self) -> Opened | None:
        """The conversation under the hand, loaded; None where there is none."""
        number = self.number
        if self.desk is None or number is None:
            return None
        if self.thread.opened is None or self.thread.number != number:
            try:
                self.show_thread(await self.desk.open(number))
            except OmnideskError as error:
                self.say(str(error), alarm=True)
                return None
        return self.thread.opened

    def be_reading(self, reading: bool) -> None:
        """Give a narrow screen to the thread, or to the list; a wide one has room for both."""
        self.reading = reading
        self._fit()

    def _fit(self) -> None:
        # classes of these two alone: one of the screen's would style every widget anew
        alone = self.reading and self.has_class("-narrow")
        self.inbox.set_class(alone, "-aside")
        self.column.set_class(alone, "-whole")

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    @property
    def tour(self) -> Widget | None:
        """The first steps of a new agent, while they are shown."""
        return next(iter(self.query("#tour")), None)

    def on_descendant_focus(self) -> None:
        if self.tour is not None:
            self.tour.display = self.focused is self.inbox
        self.show_keys()

    def show_keys(self) -> None:
        """Let the last line name the keys of the place where the hand is."""
        self.bottom.where = self.place
        self.bottom.refresh()
