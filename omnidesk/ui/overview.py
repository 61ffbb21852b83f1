"""A long list laid over the desk: read page by page, kept up to date, the cursor on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message as Posted

from omnidesk.core.errors import OmnideskError
from omnidesk.core.safetext import SafeText
from omnidesk.ui.above import Above
from omnidesk.ui.lines import Line, cut, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.desk import Desk
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

One = TypeVar("One")
PAGE = 60
_MOST_AGAIN = 600  # lines that are read again at a change; what lies behind them comes by paging
_AHEAD = 20
_TICK_SECONDS = 1.0


class Lines(Painted, Generic[One], can_focus=True):
    """So many painted lines for each; it asks for the next page before the hand is there."""

    tall = 1

    class Wanted(Posted):
        """The page behind the last one is needed."""

        def can_replace(self, message: Posted) -> bool:
            return isinstance(message, Lines.Wanted)

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self.over = over
        self.found: list[One] | None = None
        self.whole = False
        self.at = 0
        self._top = 0

    def key(self, one: One) -> Hashable:
        """What tells it from all others."""
        raise NotImplementedError

    def title(self) -> SafeText:
        """What stands above them."""
        raise NotImplementedError

    def lines(self, one: One, width: int) -> Sequence[Line]:
        """Its painted lines."""
        raise NotImplementedError

    def empty(self) -> str:
        """What is said where there are none."""
        raise NotImplementedError

    @property
    def chosen(self) -> One | None:
        """The one under the hand."""
        return self.found[self.at] if self.found else None

    @property
    def _room(self) -> int:
        return max(1, (self.size.height - 1) // self.tall)

    def show(self, found: Sequence[One], *, whole: bool, anew: bool = False) -> None:
        """As they are now; the hand stays on its line, else at its height."""
        old, self.found, self.whole = self.found or [], list(found), whole
        if anew:
            self.at = self._top = 0
        elif old and found:
            places = {self.key(one): at for at, one in enumerate(found)}
            height = self.at - self._top
            self.at = places.get(self.key(old[self.at]), self.at)
            self._top = 0 if self.at < self._room and not self._top else self.at - height
        self.move(0)

    def behind(self, one: One) -> list[One]:
        """What is loaded behind one of them."""
        keys = [self.key(known) for known in self.found or ()]
        wanted = self.key(one)
        return (self.found or [])[keys.index(wanted) + 1 :] if wanted in keys else []

    def extend(self, behind: One | None, more: Sequence[One], *, whole: bool) -> None:
        """The page behind what was the last one when it was asked for."""
        mine = self.found
        if mine and behind is not None and self.key(mine[-1]) == self.key(behind):
            mine.extend(more)
            self.whole = whole
            self.move(0)

    def move(self, by: int) -> None:
        """Move the cursor by so many."""
        count = len(self.found or ())
        self.at = max(0, min(self.at + by, count - 1))
        self._top = max(0, min(max(self._top, self.at - self._room + 1), self.at))
        self.refresh()
        if count and not self.whole and self.at + self._room + _AHEAD >= count:
            self.post_message(self.Wanted())

    def half(self, direction: int) -> None:
        """Move by half a screen."""
        self.move(direction * max(1, self._room // 2))

    def edge(self, direction: int) -> None:
        """To the first, or to the last that is loaded."""
        self.move(direction * len(self.found or ()))

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            title = cut(SafeText(f" {self.title()} "), width)
            return self.paint(((title, "title"), (SafeText("─" * width), "rule")))
        if not self.found:
            said = wrap(SafeText(self.empty()), width - 4) if self.found is not None else []
            here = said[y - 2] if 0 <= y - 2 < len(said) else ""
            return self.paint(((SafeText(f"  {here}"), "muted"),))
        at, below = divmod(y - 1, self.tall)
        at += self._top
        if at >= len(self.found):
            return self.paint(())
        chosen = at == self.at
        edge = SafeText("> " if chosen and not below else "  ")
        line = self.lines(self.found[at], width - 2)[below]
        return self.paint(((edge, "mark"), *line), "cursor" if chosen else "")

    def on_resize(self) -> None:
        self.move(0)


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
        self._shown_wish: object = None

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
        self.run_worker(self._follow(), name="changes of the overview")
        self.set_interval(_TICK_SECONDS, self.lines.refresh)

    async def _follow(self) -> None:
        """Read at once, and again whenever somebody wrote to the store."""
        desk = self.over.desk
        if desk is None:
            return
        try:
            async for _change in desk.changes():  # what comes while one reads is read at once after
                await self._page(None, self._loaded)
        except OmnideskError as error:
            self.post_message(self.Told(str(error), alarm=True))

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
        if number is None:
            return
        self.dismiss()
        await self.open(number)

    async def open(self, number: int) -> None:
        """Open the conversation of the one under the hand."""
        from omnidesk.ui.going import go_to

        await go_to(self.over, number)
