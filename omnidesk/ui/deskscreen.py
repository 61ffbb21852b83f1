"""The main screen: the list, the thread and what is written into it, over one desk."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.safetext import safe_line
from omnidesk.ui.beside import Beside
from omnidesk.ui.fitted import KeepsAll
from omnidesk.ui.hand import Hand
from omnidesk.ui.held import SECOND, Countdown
from omnidesk.ui.inbox import InboxList
from omnidesk.ui.jobs import Jobs
from omnidesk.ui.keymap import VIEWS, View, own_views
from omnidesk.ui.meaning import means
from omnidesk.ui.posts import Counted, Earlier, Listed, Loaded, Page, Rows
from omnidesk.ui.pressing import Keymap
from omnidesk.ui.reading import Reader
from omnidesk.ui.thread import ThreadView
from omnidesk.ui.trouble import troubles
from omnidesk.ui.window import Key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from textual.widget import Widget

    from omnidesk.core.model import Handle, Row
    from omnidesk.core.views import SavedView
    from omnidesk.desk import Desk, Opened
    from omnidesk.desk.cards import Ring
    from omnidesk.desk.maybes import Maybe
    from omnidesk.ui.ringing import Listening
    from omnidesk.ui.searching import Searched

_SETTLE_SECONDS = 0.05  # the thread follows the cursor when the hand rests
_NOTICE_SECONDS = 8.0
_FARTHEST = 10_000
_TICK_SECONDS = 15.0


class DeskScreen(Hand):
    """Shows what the desk holds; every change goes through one queue, in the order of the keys."""

    def __init__(self, clock: Callable[[], datetime], columns: int, lines: int) -> None:
        super().__init__(clock, columns, lines)
        self.view = VIEWS[0][0]
        self.words = ""
        self.views: tuple[View, ...] = VIEWS
        self._newest: dict[str, bool] = {}
        self.search: Searched | None = None
        self.way_back: tuple[int, Callable[[], Awaitable[None]]] | None = None
        self.saved_to: Path | None = None
        self.via: dict[int, str] = {}
        self.reach: dict[int, Handle] = {}
        self.leaving: set[int] = set()
        self.jobs = Jobs(lambda text, alarm: self.say(text, alarm=alarm), self.changed)
        self._reader: Reader | None = None
        self._wanted: int | None = None
        self._painted_rows = False
        self.rings: tuple[Ring, ...] = ()
        self.maybes: tuple[Maybe, ...] = ()
        self._listening: Listening | None = None
        self._resting: asyncio.TimerHandle | None = None
        self.bottom.means = partial(means, self)
        self.until_next: Widget | None = None

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
        self._go(self._greet, name="tour")

    async def _greet(self) -> None:
        from omnidesk.ui.tour import greet

        try:
            await greet(self)
        except OmnideskError as error:
            self.log.warning(str(error))  # the lists say it, too

    def _tick(self) -> None:
        self.inbox.refresh()
        self.top.refresh()

    def _shown(self) -> tuple[Listed, Key | None, int, int | None]:
        after, asked = self.inbox.window.anchor()
        return self.listed, after, asked, self.thread.number

    @property
    def listed(self) -> Listed:
        """Which list is on the screen."""
        return self.view, self.words, self._newest.get(self.view, False)

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
            of = self.listed
            reading = partial(self._reader.last if last else self._reader.first, of)
            self._go(reading, name="list", latest_only=True)

    def on_rows(self, read: Rows) -> None:
        if read.of != self.listed:
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
        self.trouble.tell(troubles(counted.health, counted.problem, self.keys.refused))

    def on_inbox_list_wanted(self, wanted: InboxList.Wanted) -> None:
        if self._reader is not None and self._painted_rows:
            page = partial(self._reader.page, self.listed, wanted.side, wanted.key)
            self._go(page, name="page")

    def on_page(self, page: Page) -> None:
        if page.of == self.listed:
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
        super().show_thread(opened)
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

    def look_at(self, view: str, words: str = "") -> None:
        """Show another view, or another filter of it."""
        self.view, self.words = view, words
        self._title()
        self.read_end()

    def turn_order(self) -> bool:
        """Show this view in its other order from now on; whether the newest stand first."""
        newest = self._newest[self.view] = not self._newest.get(self.view, False)
        self.look_at(self.view, self.words)
        return newest

    def _title(self) -> None:
        self.inbox.name_it(*self.listed)
        self.top.view = self.view
        self.top.refresh()

    # where the hand is

    def use_settings(self, keys: Mapping[str, Sequence[str]], views: Sequence[SavedView]) -> None:
        """Take a user's own keys and views; a key that cannot be had is told and left out."""
        self.views = self.inbox.views = self.top.views = (*VIEWS, *own_views(views))
        self._newest = {view.name: view.order == "newest" for view in views} | self._newest
        if keys or views:
            self.keys = self.bottom.keys = Keymap(keys, views)
            self.trouble.tell(troubles([], "", self.keys.refused))

    # what is done

    async def act(self, action: str) -> None:
        """Do a named action."""
        if action == "clear" and self.tour is not None:
            self.tour.remove()
            return
        from omnidesk.ui.verbs import verb_of

        passing, self.until_next = self.until_next, None
        if passing is not None:
            await passing.remove()
        done = verb_of(action)(self)
        if done is not None:
            await done

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
