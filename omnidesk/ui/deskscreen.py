"""The main screen: the list, the thread and what is written into it, over one desk."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Container

from omnidesk.core.errors import OmnideskError
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.bars import BottomBar, Small, TopBar, TroubleBar, troubles
from omnidesk.ui.beside import Beside
from omnidesk.ui.customer import CustomerPane
from omnidesk.ui.fitted import FittedScreen, KeepsAll
from omnidesk.ui.held import SECOND, Countdown
from omnidesk.ui.inbox import InboxList
from omnidesk.ui.jobs import Jobs
from omnidesk.ui.keymap import VIEWS, Action, KeyClashError, Keymap, View, own_views
from omnidesk.ui.posts import Counted, Earlier, Listed, Loaded, Page, Rows, Said
from omnidesk.ui.reading import Reader
from omnidesk.ui.thread import ThreadView
from omnidesk.ui.window import Key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from textual.app import ComposeResult

    from omnidesk.core.model import Handle, Row
    from omnidesk.core.views import SavedView
    from omnidesk.desk import Desk, Opened
    from omnidesk.desk.cards import Ring
    from omnidesk.desk.maybes import Maybe
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.ringing import Listening
    from omnidesk.ui.searching import Searched

_SETTLE_SECONDS = 0.05  # the thread follows the cursor when the hand rests
_NOTICE_SECONDS = 8.0
_FARTHEST = 10_000
_TICK_SECONDS = 15.0


class DeskScreen(FittedScreen):
    """Shows what the desk holds; every change goes through one queue, in the order of the keys."""

    AUTO_FOCUS = "#list"

    def __init__(self, clock: Callable[[], datetime], columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self.clock = clock
        self.desk: Desk | None = None
        self.view = VIEWS[0][0]
        self.words = ""
        self.views: tuple[View, ...] = VIEWS
        self.reading = False
        self.search: Searched | None = None
        self.saved_to: Path | None = None
        self.keys = Keymap()
        self.via: dict[int, str] = {}
        self.reach: dict[int, Handle] = {}
        self.composer: Composer | None = None
        self.leaving: set[int] = set()
        self.top = TopBar(clock)
        self.trouble = TroubleBar()
        self.bottom = BottomBar(self.keys)
        self.inbox = InboxList(clock, id="list")
        self.thread: ThreadView = ThreadView(clock, id="thread")
        self.customer: CustomerPane = CustomerPane(clock)
        self.column = Container(self.thread, id="column")
        self.jobs = Jobs(lambda text, alarm: self.say(text, alarm=alarm), self.changed)
        self._reader: Reader | None = None
        self._wanted: int | None = None
        self._painted_rows = False
        self.problem = ""
        self.rings: tuple[Ring, ...] = ()
        self.maybes: tuple[Maybe, ...] = ()
        self._listening: Listening | None = None
        self._resting: asyncio.TimerHandle | None = None

    def compose(self) -> ComposeResult:
        yield self.top
        yield self.trouble
        yield Small(id="small")
        with Container(id="desk"):
            yield self.inbox
            yield self.customer
            yield self.column
        yield self.bottom

    # what is read

    def _go(
        self, work: Callable[[], Awaitable[None]], *, name: str, latest_only: bool = False
    ) -> None:
        self.run_worker(work, name=name, group=name, exclusive=latest_only)

    def start(self, desk: Desk, rows: list[Row], asked: int) -> None:
        """The desk is open: show its first rows, and read on when they are painted."""
        self.desk = desk
        self._reader = Reader(desk, self.post_message, self._shown)
        self.top.agent = safe_line(desk.agent.name, 16)
        self.inbox.agent = self.thread.agent = desk.agent.id
        self.use_settings(desk.settings.keys, desk.settings.views)
        self.thread.channels = self.customer.channels = desk.channels
        self.inbox.codes = {
            name: safe_line(known.code or name[:2]) for name, known in desk.channels.items()
        }
        self._title()
        self.inbox.show(rows, asked)
        self._go(self.jobs.run, name="changes")
        self.call_after_refresh(self._read_on)
        self.set_interval(_TICK_SECONDS, self._tick)

    def _read_on(self) -> None:
        self._painted_rows = True
        self.changed()
        self.set_interval(SECOND, Countdown(self).tick)
        Beside(self)

    def _tick(self) -> None:
        self.inbox.refresh()
        self.top.refresh()

    def _shown(self) -> tuple[Listed, Key | None, int, int | None]:
        after, asked = self.inbox.window.anchor()
        return (self.view, self.words), after, asked, self.thread.number

    def changed(self) -> None:
        """Somebody wrote to the store: read again what is on the screen, soon and once."""
        if self._reader is not None and self._painted_rows:
            self._go(self._reader.again, name="again")
            self.listen()

    def listen(self) -> None:
        """See who rings, where calls come in at all."""
        if self.desk is not None and any(able.logs for able in self.desk.channels.values()):
            if self._listening is None:
                from omnidesk.ui.ringing import Listening

                self._listening = Listening(self)
            self._go(self._listening.look, name="ringing")

    def read_end(self, *, last: bool = False) -> None:
        """Read the list from its beginning, or its last page."""
        if self._reader is not None:
            of = self.view, self.words
            reading = partial(self._reader.last if last else self._reader.first, of)
            self._go(reading, name="list", latest_only=True)

    def on_rows(self, read: Rows) -> None:
        if read.of != (self.view, self.words):
            return
        rows = [row for row in read.rows if row.number not in self.leaving]
        asked = read.asked - (len(read.rows) - len(rows))
        if read.how == "reread":
            self.inbox.reread(read.after, rows, asked)
        else:
            last = read.how == "last"
            self.inbox.show(rows, asked, last=last, filtered=bool(self.words))
        if self.inbox.number is None and self.focused is not self.thread and not self.composer:
            self._show_nothing()

    def on_counted(self, counted: Counted) -> None:
        self.top.counts, self.top.health = counted.counts, counted.health
        self.top.refresh()
        self.trouble.tell(troubles(counted.health, counted.problem or self.problem))

    def on_inbox_list_wanted(self, wanted: InboxList.Wanted) -> None:
        if self._reader is not None and self._painted_rows:
            of = self.view, self.words
            page = partial(self._reader.page, of, wanted.side, wanted.key)
            self._go(page, name="page")

    def on_page(self, page: Page) -> None:
        if page.of == (self.view, self.words):
            self.inbox.extend(page.side, page.key, page.rows)

    def on_inbox_list_moved(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(_SETTLE_SECONDS, self._follow)

    def _follow(self) -> None:
        number = self.inbox.number
        stays = self.composer is not None or self.focused is self.thread
        if number != self.thread.number and not stays:
            self.load(number)

    def load(self, number: int | None) -> None:
        """Read a conversation into the thread."""
        if self._reader is not None and number is not None:
            self._wanted = number
            reading = partial(self._reader.one, number)
            self._go(reading, name="thread", latest_only=True)

    def on_loaded(self, loaded: Loaded) -> None:
        number = loaded.opened.conversation.number
        if number in (self.thread.number, self._wanted) and not self._writes_elsewhere(number):
            self.show_thread(loaded.opened)

    def show_thread(self, opened: Opened) -> None:
        """Show one conversation in the thread and its customer beside it."""
        self.thread.show(opened)
        self.customer.show(opened)
        if opened.suggestions or opened.offered or self.maybes or self.customer.asks:
            from omnidesk.ui.supposing import suppose

            suppose(self, opened)

    def _show_nothing(self) -> None:
        self.thread.show(None)
        self.customer.show(None)

    def on_thread_view_earlier(self, wanted: ThreadView.Earlier) -> None:
        if self._reader is not None:
            reading = partial(self._reader.earlier, wanted.number, wanted.before)
            self._go(reading, name="earlier")

    def on_earlier(self, earlier: Earlier) -> None:
        self.thread.prepend(earlier.number, earlier.messages)

    # what is said

    def say(self, text: str, *, alarm: bool = False) -> None:
        """Tell the person at the keyboard something, in the last line."""
        self.post_message(Said(safe_line(text), alarm=alarm))

    def on_said(self, said: Said) -> None:
        self.bottom.notice, self.bottom.alarm = said.text, said.alarm
        self.bottom.refresh()
        self.set_timer(_NOTICE_SECONDS, lambda: self._unsay(said.text))

    def _unsay(self, text: SafeText) -> None:
        if self.bottom.notice == text:
            self.bottom.notice = SafeText("")
            self.bottom.refresh()

    def look_at(self, view: str, words: str = "") -> None:
        """Show another view, or another filter of it."""
        self.view, self.words = view, words
        self._title()
        self.read_end()

    def _title(self) -> None:
        self.inbox.name_it(self.view, self.words)
        self.top.view = self.view
        self.top.refresh()

    # where the hand is

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

    def use_settings(self, keys: Mapping[str, Sequence[str]], views: Sequence[SavedView]) -> None:
        """Take a user's own keys and views; keys that clash are told, and none is taken."""
        self.views = self.inbox.views = self.top.views = (*VIEWS, *own_views(views))
        try:
            if keys or views:
                self.keys = self.bottom.keys = Keymap(keys, views)
        except KeyClashError as clash:
            self.problem = f"keys: {clash}"
            self.trouble.tell(troubles([], self.problem))

    def on_descendant_focus(self) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        """Let the last line name the keys of the place where the hand is."""
        self.bottom.where = self.place
        self.bottom.refresh()

    # what is done

    async def act(self, action: str) -> None:
        """Do a named action."""
        from omnidesk.ui.verbs import verb_of

        done = verb_of(action)(self)
        if done is not None:
            await done

    async def act_counted(self, action: Action | None, count: int) -> None:
        """Move by so many lines, or open the conversation of that number."""
        steps = {"move.down": count, "move.up": -count}
        if action is not None and action.id in steps:
            from omnidesk.ui.moving import move

            move(max(-_FARTHEST, min(steps[action.id], _FARTHEST)))(self)
        elif action is not None and action.id in ("open", "unfold"):
            from omnidesk.ui.going import go_to

            await go_to(self, count)

    async def on_inbox_list_opened(self) -> None:
        await self.act("open")

    def on_text_area_changed(self) -> None:
        from omnidesk.ui import writing

        writing.save_soon(self)

    async def keep_draft(self) -> None:
        """Let every change and the unsent text reach the store."""
        if self.composer is not None:
            from omnidesk.ui import writing

            writing.save_now(self, self.composer)
        await self.jobs.finished()

    async def leave(self) -> None:
        """Quit, with everything kept."""
        assert isinstance(self.app, KeepsAll)
        await self.app.leave()

    def on_unmount(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
