"""The rows of a long list that are in memory, with a cursor that stays on its conversation."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from omnidesk.core.model import Row
from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

Side = Literal["down", "up"]
Key = tuple[int, int]

PAGE = 120
_KEPT = 720
_AHEAD = 40
_MARGIN = 20


def key(row: Row) -> Key:
    """Where a row stands in its list."""
    return row.rank, row.number


@dataclass(slots=True)
class Window:
    """A piece of a list of any length; `top` is the first row on the screen.

    Moves past what is loaded are owed and paid when the next page comes. A rooted window is of
    a list that can only be read from its beginning. Where `section` names the part that a row
    belongs to, each part begins with a line of its own, which the cursor passes over.
    """

    rows: list[Row] = field(default_factory=list)
    cursor: int = 0
    top: int = 0
    height: int = 1
    at_top: bool = True
    at_end: bool = True
    owed: int = 0
    rooted: bool = False
    section: Callable[[Row], str] | None = None

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def move(self, by: int) -> None:
        """Move the cursor; the rows follow it only at the edges of the screen."""
        wanted = self.cursor + self.owed + by
        self.cursor = max(0, min(wanted, len(self.rows) - 1))
        missed = wanted - self.cursor
        if (missed > 0 and not self.at_end) or (missed < 0 and not self.at_top):
            self.owed = missed
        else:
            self.owed = 0
        self.settle()

    def settle(self) -> None:
        """Keep the cursor on the screen and the screen within the rows."""
        self.top = min(max(self.top, self.cursor - self.height + 1), self.cursor)
        self.top = max(0, min(self.top, self._last_top()))
        while self.top < self.cursor and self.seat >= self.height:
            self.top += 1

    def _last_top(self) -> int:
        """The first row of the last screen."""
        if self.section is None:
            return len(self.rows) - self.height
        at = len(self.rows)
        room = self.height
        while at and room >= 1 + self._heads(at - 1):
            at -= 1
            room -= 1 + self._heads(at)
        return at

    def _heads(self, at: int) -> bool:
        """Whether a heading stands before this row."""
        if self.section is None:
            return False
        if at == 0:
            return self.at_top
        return self.section(self.rows[at]) != self.section(self.rows[at - 1])

    @property
    def seat(self) -> int:
        """The line of the screen that the cursor is on."""
        if self.section is None:
            return self.cursor - self.top
        return sum(1 + self._heads(at) for at in range(self.top, self.cursor + 1)) - 1

    def lines(self) -> list[int]:
        """What stands on the screen, line by line: a row's place, or `~place` for its heading."""
        found: list[int] = []
        for at in range(self.top, min(len(self.rows), self.top + self.height)):
            if self._heads(at):
                found.append(~at)
            found.append(at)
        return found[: self.height]

    def _sit(self, seat: int) -> None:
        """Bring the cursor to a line of the screen, as near as the rows allow."""
        if not self.rows:
            return
        self.top, line = self.cursor, int(self._heads(self.cursor))
        while self.top and line < seat:
            self.top -= 1
            line += 1 + self._heads(self.top)

    def wants(self) -> tuple[Side, Key] | None:
        """The page to load before the cursor reaches an edge, and the key that it starts from."""
        if not self.rows:
            return None
        if not self.at_end and (
            self.owed > 0 or self.cursor + self.height + _AHEAD >= len(self.rows)
        ):
            return "down", key(self.rows[-1])
        if not self.at_top and (self.owed < 0 or self.top < _AHEAD):
            return "up", key(self.rows[0])
        return None

    def extend(self, side: Side, after: Key, page: list[Row]) -> bool:
        """Add a page to the side it was asked for; False where the rows changed meanwhile."""
        edge = (self.rows[-1] if side == "down" else self.rows[0]) if self.rows else None
        if edge is None or key(edge) != after:
            return False
        have = {row.number for row in self.rows}
        fresh = [row for row in page if row.number not in have]
        if side == "down":
            self.at_end = len(page) < PAGE
            self.rows.extend(fresh)
            self._forget_above(len(self.rows) - _KEPT)
        else:
            self.at_top = len(page) < PAGE
            self.rows[:0] = fresh
            self.cursor += len(fresh)
            self.top += len(fresh)
            if len(self.rows) > _KEPT:
                del self.rows[max(_KEPT, self.cursor + self.height + _AHEAD) :]
                self.at_end = False
        self.move(0)
        return True

    def _forget_above(self, count: int) -> None:
        count = min(count, self.top - _AHEAD)
        if count > 0 and not self.rooted:
            del self.rows[:count]
            self.cursor -= count
            self.top -= count
            self.at_top = False

    def anchor(self) -> tuple[Key | None, int]:
        """From where, and how many rows, the rows on the screen are to be read again."""
        start = self.top - _MARGIN
        if self.rooted or (start <= 0 and self.at_top):
            return None, max(PAGE, self.top + self.height + _MARGIN)
        start = max(start, 1)
        return key(self.rows[start - 1]), self.height + 2 * _MARGIN + PAGE

    def reread(self, after: Key | None, rows: list[Row], asked: int) -> None:
        """Take the rows as they are now; the cursor stays on its conversation, at its height.

        Where that row has left, the next one that is still there comes under the cursor.
        """
        seat = self.seat if self.rows else 0
        stay = [row.number for row in self.rows[self.cursor :]]
        stay += [row.number for row in reversed(self.rows[: self.cursor])]
        before = len(self.rows)
        self.rows = rows
        self.at_top = after is None
        self.at_end = len(rows) < asked
        places = {row.number: at for at, row in enumerate(rows)}
        found = next((places[number] for number in stay if number in places), None)
        self.cursor = found if found is not None else 0
        if not before:
            self.cursor = 0
        self._sit(seat)
        self.move(0)

    def drop(self, number: int) -> None:
        """Take a row out at once, before the store has said so."""
        for at, row in enumerate(self.rows):
            if row.number == number:
                del self.rows[at]
                if at < self.cursor or self.cursor >= len(self.rows):
                    self.cursor = max(0, self.cursor - 1)
                self.settle()
                return
