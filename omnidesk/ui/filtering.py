"""The line that filters the list as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input

from omnidesk.ui import keymap

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen

_SETTLE_SECONDS = 0.15


class FilterLine(Input):
    """Enter goes to the filtered list, Esc shows everything again."""

    place = keymap.FILTER
    DEFAULT_CSS = "FilterLine { dock: bottom; margin-bottom: 1; height: 1; background: $ink-bar; }"

    def __init__(self, screen: DeskScreen) -> None:
        super().__init__(
            screen.words,
            placeholder="words, a name, an address, #number",
            id="filter",
            compact=True,
        )
        self._desk_screen = screen

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        self.set_timer(_SETTLE_SECONDS, lambda: self._apply(changed.value))

    def _apply(self, typed: str) -> None:
        screen = self._desk_screen
        if typed == self.value and typed.strip() != screen.words:
            screen.look_at(screen.view, typed.strip())

    async def on_input_submitted(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        self._apply(self.value)
        await self._leave()

    async def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.value = ""
            self._apply("")
            await self._leave()

    async def _leave(self) -> None:
        self._desk_screen.set_focus(self._desk_screen.inbox)
        await self.remove()


async def ask(screen: DeskScreen) -> None:
    """Open the line, with the filter that is on."""
    line = FilterLine(screen)
    await screen.mount(line, before=screen.bottom)
    screen.remove_class("-reading", "-customer")
    screen.set_focus(line)
