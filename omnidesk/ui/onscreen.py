"""What stands on the terminal, so that what is there already is not written once more.

A layout that changes by one line paints every widget anew; over ssh that is a flicker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from omnidesk.ui.deskscreen import DeskScreen

    Piece = tuple[int, int, int, str]
    """Line, first cell, the cell behind the last, and what is written there."""


class OnScreen:
    """Pieces of lines by where they begin; a piece that is written drops all that it covers."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, tuple[int, str]]] = {}

    def forget(self) -> None:
        """Somebody else wrote to the terminal, or its size is another."""
        self._lines.clear()

    def news(self, pieces: Iterable[Piece]) -> str:
        """What must be written of these.

        In a line, whatever stands right of a changed piece is written too: a customer's letter
        may be wider for the terminal than for us.
        """
        written: list[str] = []
        changed = -1
        for y, x, end, text in pieces:
            line = self._lines.setdefault(y, {})
            if y != changed and line.get(x) == (end, text):
                continue
            changed = y
            for start, (stop, _) in list(line.items()):
                if start < end and stop > x:
                    del line[start]
            line[x] = end, text
            written += (Control.move_to(x, y).segment.text, text)
        return "".join(written)


class News(CompositorUpdate):
    """An update of which only the news are written."""

    def __init__(self, screen: OnScreen, update: LayoutUpdate | ChopsUpdate) -> None:
        self._screen = screen
        self._update = update

    def render_segments(self, console: Console) -> str:
        """The news, for the terminal."""
        update = self._update
        pieces = (
            _whole(update, console) if isinstance(update, LayoutUpdate) else _some(update, console)
        )
        return self._screen.news(pieces)


def _whole(update: LayoutUpdate, console: Console) -> Iterator[Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            end = x + strip.cell_length
            yield y, x, end, strip.render(console)
            x = end


def _some(update: ChopsUpdate, console: Console) -> Iterator[Piece]:
    for y, first, last in update.spans:
        for (x, strip), end in zip(update.chops[y].items(), update.chop_ends[y], strict=False):
            if strip is None or x >= last or end <= first:
                continue
            stop = min(end, last)
            seen = strip if stop == end else strip.crop(0, stop - x)
            yield y, x, x + seen.cell_length, seen.render(console)


def paint_anew(screen: DeskScreen) -> None:
    """Write the whole screen, after something else has written over it."""
    from omnidesk.ui.app import OmnideskApp

    assert isinstance(screen.app, OmnideskApp)
    screen.app.paint_anew()
