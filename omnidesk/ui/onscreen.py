"""What stands on the terminal, so that what is there already is not written once more.

A layout that changes by one line paints every widget anew; over ssh that is a flicker.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType
    from textual.driver import Driver
    from textual.screen import Screen

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


class SparingApp(App[None]):
    """An application that writes only the news to its terminal."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._on_screen = OnScreen()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            renderable = cast("RenderableType", News(self._on_screen, renderable))
        super()._display(screen, renderable)

    def paint_anew(self) -> None:
        """Write the whole screen, whatever is on the terminal."""
        self._on_screen.forget()
        self.refresh(layout=True)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Resize):
            self._on_screen.forget()
        await super().on_event(event)

    def on_driver_signal_resume(self) -> None:
        self.paint_anew()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        with super().suspend():
            yield
        self._on_screen.forget()


def paint_anew(screen: DeskScreen) -> None:
    """Write the whole screen, after something else has written over it."""
    assert isinstance(screen.app, SparingApp)
    screen.app.paint_anew()
