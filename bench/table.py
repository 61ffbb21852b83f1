"""The table that a run prints: for a terminal, or as Markdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("#", "what a user feels", "goal", "reached", "beside it, in the same run", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured line. `good` is whether the goal is reached; None where it has none."""

    number: str
    felt: str
    goal: str
    reached: str
    beside: str = ""
    good: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        mark = {True: "ok", False: "MISSED", None: ""}[self.good]
        return (self.number, self.felt, self.goal, self.reached, self.beside, mark)


def as_text(figures: Sequence[Figure]) -> str:
    """A table in columns."""
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(HEAD))]
    lines = [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(figures: Sequence[Figure]) -> str:
    """The same table for a page."""
    rows = [HEAD, ("---",) * len(HEAD), *(figure.cells for figure in figures)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
