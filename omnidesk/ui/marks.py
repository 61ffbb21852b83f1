"""Which rows of a list are selected: one by one, and a range that follows the cursor."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from omnidesk.ui.window import Window


@dataclass(slots=True)
class Marks:
    """Selected conversations by number; a range reaches from its anchor to the cursor."""

    single: set[int] = field(default_factory=set)
    anchor: int | None = None

    def __bool__(self) -> bool:
        return bool(self.single) or self.anchor is not None

    def toggle(self, number: int) -> None:
        """Select one, or take it out again."""
        self.single ^= {number}

    def turn_range(self, window: Window) -> None:
        """Begin a range at the cursor, or keep the one that was begun."""
        if self.anchor is not None:
            self.single |= self._between(window)
            self.anchor = None
        elif window.current is not None:
            self.anchor = window.current.number

    def clear(self) -> None:
        """Select nothing."""
        self.single.clear()
        self.anchor = None

    def numbers(self, window: Window) -> tuple[int, ...]:
        """What is selected, in the order of the list; what is not loaded comes last."""
        chosen = self.single | self._between(window)
        seen = [row.number for row in window.rows if row.number in chosen]
        return (*seen, *sorted(chosen.difference(seen)))

    def _between(self, window: Window) -> set[int]:
        if self.anchor is None:
            return set()
        rows = window.rows
        at = next((at for at, row in enumerate(rows) if row.number == self.anchor), None)
        if at is None:  # its row has left: what it began ends there
            return set()
        first, last = sorted((at, window.cursor))
        return {row.number for row in rows[first : last + 1]}
