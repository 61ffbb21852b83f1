"""A long list of painted lines, loaded page by page; the cursor stays on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message as Posted

from omnidesk.core.safetext import SafeText
from omnidesk.ui.lines import Line, cut, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from textual.strip import Strip

    from omnidesk.ui.deskscreen import DeskScreen

One = TypeVar("One")
_AHEAD = 20
_FOOT = 2
_ROOM_FOR_A_FOOT = 16


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

    def told_below(self, one: One) -> str:
        """What is told in full under the list where it has no room in its line."""
        return ""

    def empty(self) -> str:
        """What is said where there are none."""
        raise NotImplementedError

    @property
    def chosen(self) -> One | None:
        """The one under the hand."""
        return self.found[self.at] if self.found else None

    @property
    def _room(self) -> int:
        return max(1, (self.size.height - 1 - self._foot) // self.tall)

    @property
    def _foot(self) -> int:
        return _FOOT if self.size.height >= _ROOM_FOR_A_FOOT else 0

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

    def go_to(self, key: Hashable) -> None:
        """To one of those that are loaded."""
        at = next((at for at, one in enumerate(self.found or ()) if self.key(one) == key), None)
        self.move(at - self.at if at is not None else 0)

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
        if y >= self.size.height - self._foot:
            return self._told_below(y - self.size.height + self._foot, width)
        at, below = divmod(y - 1, self.tall)
        at += self._top
        if at >= min(len(self.found), self._top + self._room):
            return self.paint(())
        chosen = at == self.at
        edge = SafeText("> " if chosen and not below else "  ")
        line = self.lines(self.found[at], width - 2)[below]
        return self.paint(((edge, "mark"), *line), "cursor" if chosen else "")

    def _told_below(self, y: int, width: int) -> Strip:
        """A line of the foot; empty where the chosen line says it all."""
        assert self.chosen is not None
        told, width = SafeText(self.told_below(self.chosen)), width - 4
        said = "".join(text for line in self.lines(self.chosen, width + 2) for text, _ in line)
        lines = wrap(told, width) if told not in said else []
        more = y == _FOOT - 1 and len(lines) > _FOOT
        here = "" if y >= len(lines) else f"{lines[y]}…" if more else lines[y]
        return self.paint(((SafeText(f"  {here}"), "muted"),))

    def on_resize(self) -> None:
        self.move(0)
