"""Pixels as half cells, two of them one above the other in each cell: every terminal has these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from omnidesk.ui.inks import inks_of
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from textual.geometry import Size


class HalfCells(Painted):
    """A picture as large as there is room for, in the middle; `raw` is RGB, line by line."""

    DEFAULT_CSS = "HalfCells { width: 100%; height: 1fr; background: $ink-paper; }"

    def __init__(self, width: int, height: int, raw: bytes) -> None:
        super().__init__()
        self._picture = Image.frombytes("RGB", (width, height), raw)
        self._fitted: tuple[Size, int, int, bytes] | None = None

    def _fit(self) -> tuple[int, int, bytes]:
        """Columns and lines that the picture takes, and its pixels in that size."""
        room = self.size
        if self._fitted is None or self._fitted[0] != room:
            width, height = self._picture.size
            scale = min(room.width / width, 2 * room.height / height)
            columns, lines = max(1, round(width * scale)), max(1, round(height * scale / 2))
            self._fitted = (
                room,
                columns,
                lines,
                self._picture.resize((columns, 2 * lines)).tobytes(),
            )
        return self._fitted[1:]

    def render_line(self, y: int) -> Strip:
        columns, lines, raw = self._fit()
        line = y - (self.size.height - lines) // 2
        if not 0 <= line < lines:
            return self.paint(())
        upper, lower = (raw[at * columns * 3 : (at + 1) * columns * 3] for at in _pair(line))
        cells = [
            Segment("▀", Style(color=_colour(upper, at), bgcolor=_colour(lower, at)))
            for at in range(0, columns * 3, 3)
        ]
        paper = inks_of(self.app, self.ground)["text"]
        left = (self.size.width - columns) // 2
        strip = Strip([Segment(" " * left, paper), *cells], left + columns)
        return strip.adjust_cell_length(self.size.width, paper)


def _pair(line: int) -> tuple[int, int]:
    return 2 * line, 2 * line + 1


def _colour(row: bytes, at: int) -> Color:
    return Color.from_rgb(*row[at : at + 3])
