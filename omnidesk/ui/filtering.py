"""The line that filters the list as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from omnidesk.core.language import _
from omnidesk.ui import keymap

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen

_SETTLE_SECONDS = 0.15


class FilterLine(Input):
    """Words that conversations must have; the list follows when the hand rests."""

    DEFAULT_CSS = "FilterLine { dock: bottom; margin-bottom: 1; height: 1; background: $ink-bar; }"

    def __init__(self, screen: DeskScreen, place: str) -> None:
        super().__init__(
            screen.words, placeholder=_("words, a name, an address, #number"), compact=True
        )
        self._desk_screen = screen
        self.place = place

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        self.set_timer(_SETTLE_SECONDS, lambda: self._rested(changed.value))

    def _rested(self, typed: str) -> None:
        if typed == self.value:
            self.take(typed)

    def take(self, typed: str) -> None:
        """Filter by what is typed."""
        words = typed.strip()
        if words != self._desk_screen.words:
            self._desk_screen.look_at(self._desk_screen.view, words)


async def ask(screen: DeskScreen, *, everything: bool) -> None:
    """Open the line, with the filter that is on; its words may then search everything."""
    line = FilterLine(screen, keymap.FIND if everything else keymap.FILTER)
    await screen.mount(line, before=screen.bottom)
    screen.remove_class("-customer")
    screen.be_reading(False)
    screen.set_focus(line)


async def leave(screen: DeskScreen, *, keep: bool) -> None:
    """Go to the list, filtered or whole."""
    line = screen.query_one(FilterLine)
    line.take(line.value if keep else "")
    screen.set_focus(screen.inbox)
    await line.remove()
