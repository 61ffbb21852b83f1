"""A screen over the desk with a long list: read page by page, and kept up to date."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Generic

from textual.message import Message as Posted

from omnidesk.core.errors import OmnideskError
from omnidesk.ui.above import Above
from omnidesk.ui.paging import Lines, One

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence

    from textual.app import ComposeResult

    from omnidesk.desk import Desk
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

PAGE = 60
_MOST_AGAIN = 600  # lines that are read again at a change; what lies behind them comes by paging
_TICK_SECONDS = 1.0
_LEAVE_SECONDS = 5.0


class Overview(Above, Generic[One]):
    """Reads the pages of a list; every deed is done in its turn, and the list is read again."""

    DEFAULT_CSS = """
    Overview { background: $ink-paper; layout: vertical; }
    Overview Lines { height: 1fr; }
    """

    class Read(Posted):
        """A page has come; `behind` is the last one before it."""

        def __init__(self, wish: object, behind: object, found: object, asked: int) -> None:
            super().__init__()
            self.wish, self.behind, self.found, self.asked = wish, behind, found, asked

    class Told(Posted):
        """What a deed said."""

        def __init__(self, text: str, *, alarm: bool) -> None:
            super().__init__()
            self.text, self.alarm = text, alarm

    def __init__(self, over: DeskScreen, lines: Lines[One]) -> None:
        super().__init__(over)
        self.lines = lines
        self.begin: Hashable = None
        self._shown_wish: object = None
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def page(self, desk: Desk, behind: One | None, limit: int) -> Sequence[One]:
        """So many of them behind one, or the first."""
        raise NotImplementedError

    def number_of(self, one: One) -> int | None:
        """The conversation that Enter opens."""
        raise NotImplementedError

    @property
    def wish(self) -> object:
        """What narrows the list; a page that was read for another wish is thrown away."""
        return None

    def compose(self) -> ComposeResult:
        yield self.lines
        yield self.bottom

    def on_mount(self) -> None:
        self._following = asyncio.create_task(self._follow(), name="changes of the overview")
        self.run_worker(self._keep_up(), name="overview")
        self.set_interval(_TICK_SECONDS, self.lines.refresh)

    async def on_unmount(self) -> None:
        if self._following is not None:  # it holds a connection, which is closed before one goes
            self._following.cancel()
            await asyncio.wait([self._following], timeout=_LEAVE_SECONDS)

    async def _follow(self) -> None:
        """Hear whenever somebody wrote to the store, and at once."""
        desk = self.over.desk
        if desk is None:
            return
        try:
            async for _change in desk.changes():
                self._changed.set()
        except OmnideskError as error:
            self.post_message(self.Told(str(error), alarm=True))

    async def _keep_up(self) -> None:
        """Read again; what changes while one reads is read once, after it."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._page(None, self._loaded)

    @property
    def _loaded(self) -> int:
        return max(PAGE, min(len(self.lines.found or ()), _MOST_AGAIN))

    def read_again(self) -> None:
        """Read what is loaded as it is now."""
        self._read(None, self._loaded)

    def on_lines_wanted(self) -> None:
        if self.lines.found:
            self._read(self.lines.found[-1], PAGE)

    def _read(self, behind: One | None, limit: int) -> None:
        group = "page" if behind is not None else "again"
        self.run_worker(self._page(behind, limit), name=group, group=group, exclusive=True)

    async def _page(self, behind: One | None, limit: int) -> None:
        desk, wish = self.over.desk, self.wish
        if desk is None:
            return
        try:
            found = await self.page(desk, behind, limit)
        except OmnideskError as error:
            self.post_message(self.Told(str(error), alarm=True))
            return
        self.post_message(self.Read(wish, behind, found, limit))

    def on_overview_read(self, read: Read) -> None:
        if read.wish != self.wish:
            return
        found: Sequence[One] = read.found  # type: ignore[assignment]
        whole = len(found) < read.asked
        if read.behind is not None:
            self.lines.extend(read.behind, found, whole=whole)  # type: ignore[arg-type]
            return
        anew = self.lines.found is None or read.wish != self._shown_wish
        self._shown_wish = read.wish
        tail = [] if whole or anew else self.lines.behind(found[-1])
        whole = whole or (bool(tail) and self.lines.whole)
        self.lines.show([*found, *tail], whole=whole, anew=anew)
        if self.begin is not None:
            self.lines.go_to(self.begin)
            self.begin = None

    def on_overview_told(self, told: Told) -> None:
        self.tell(told.text, alarm=told.alarm)

    def then(self, deed: Callable[[Desk], Awaitable[str]]) -> None:
        """Do it after all that was asked for before; the store's change brings the list."""
        desk = self.over.desk
        if desk is None:
            return

        async def job() -> str:
            try:
                said, alarm = await deed(desk), False
            except OmnideskError as error:
                said, alarm = str(error), True
            self.post_message(self.Told(said, alarm=alarm))
            return ""

        self.over.jobs.put(job)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "lines.down": lambda: self.lines.move(1),
            "lines.up": lambda: self.lines.move(-1),
            "lines.half_down": lambda: self.lines.half(1),
            "lines.half_up": lambda: self.lines.half(-1),
            "lines.top": lambda: self.lines.edge(-1),
            "lines.bottom": lambda: self.lines.edge(1),
            "lines.open": self._open,
            "lines.leave": self.leave,
        }

    def leave(self) -> None:
        """Back to the desk."""
        self.dismiss()

    async def _open(self) -> None:
        one = self.lines.chosen
        number = self.number_of(one) if one is not None else None
        if one is None or number is None:
            return
        self.dismiss()
        await self.open(number)
        shown = self.over.thread.number
        if shown is not None:
            self.over.way_back = shown, partial(self.again, self.lines.key(one))

    async def again(self, begin: Hashable) -> None:
        """Lay the list over the screen as it was left, the hand on this one."""
        raise NotImplementedError

    async def open(self, number: int) -> None:
        """Open the conversation of the one under the hand."""
        from omnidesk.ui.going import go_to

        await go_to(self.over, number)
