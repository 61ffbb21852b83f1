"""What stands on a terminal's glass: the bytes that a program wrote, laid out in cells."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

_PIECE: Final = re.compile(
    r"\x1b\[(?P<numbers>[0-?]*)[ -/]*(?P<command>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>78]|(?P<text>[^\x1b]+)"
)
_SHOWN: Final = "H", "f", "A", "B", "C", "D", "J", "K"
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?$")


class Glass:
    """A window of so many columns and lines; colours are not kept."""

    def __init__(self, columns: int, lines: int) -> None:
        self._rest = ""
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Another size; the program paints it anew."""
        self.columns, self.lines = columns, lines
        self._cells = [[" "] * columns for _ in range(lines)]
        self._x = self._y = 0

    def feed(self, painted: str) -> None:
        """Take in what was written; an unfinished sequence waits for its end."""
        painted = self._rest + painted
        cut = _UNFINISHED.search(painted)
        self._rest = painted[cut.start() :] if cut else ""
        for piece in _PIECE.finditer(painted[: cut.start()] if cut else painted):
            if piece["text"] is not None:
                self._write(piece["text"])
            elif piece["command"] in _SHOWN and not piece["numbers"].startswith("?"):
                self._place(piece["command"], piece["numbers"])

    @property
    def rows(self) -> list[str]:
        """What stands on it, line by line."""
        return ["".join(row).rstrip() for row in self._cells]

    @property
    def text(self) -> str:
        """What stands on it."""
        return "\n".join(self.rows)

    def _write(self, text: str) -> None:
        for char in text:
            if char == "\r":
                self._x = 0
            elif char == "\n":
                self._y = min(self._y + 1, self.lines - 1)
            elif char == "\b":
                self._x = max(0, self._x - 1)
            elif char >= " ":
                self._put(char)

    def _put(self, char: str) -> None:
        width = cell_len(char)
        if self._x + width > self.columns or self._y >= self.lines:
            return
        row = self._cells[self._y]
        if width == 0:
            row[max(0, self._x - 1)] += char
            return
        row[self._x] = char
        if width == 2:
            row[self._x + 1] = ""
        self._x += width

    def _place(self, command: str, numbers: str) -> None:
        given = [int(n) if n.isdecimal() else 0 for n in numbers.split(";")]
        first = given[0]
        if command in "Hf":
            self._y = min(max(1, first) - 1, self.lines - 1)
            self._x = max(1, given[1] if len(given) > 1 else 1) - 1
        elif command in "AB":
            by = max(1, first) * (1 if command == "B" else -1)
            self._y = min(max(0, self._y + by), self.lines - 1)
        elif command in "CD":
            by = max(1, first) * (1 if command == "C" else -1)
            self._x = min(max(0, self._x + by), self.columns - 1)
        elif command == "J" and first == 2:
            self._cells = [[" "] * self.columns for _ in range(self.lines)]
        elif command == "K" and first == 0:
            row = self._cells[self._y]
            row[self._x :] = [" "] * (self.columns - self._x)
