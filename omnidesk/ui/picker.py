"""One of several things, chosen by its letter or with the arrows."""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, Generic, TypeVar

from omnidesk.core.safetext import SafeText
from omnidesk.ui import keymap
from omnidesk.ui.above import Above
from omnidesk.ui.fitted import SHEET_WIDTHS
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

T = TypeVar("T")
_SHOWN = 14


def letters_for(names: Sequence[str]) -> list[str]:
    """A key for each name: the first of its own letters that is free, else any that is."""
    taken: set[str] = set()
    keys = []
    for name in names:
        wanted = [*name.casefold(), *ascii_lowercase, *digits]
        key = next((c for c in wanted if c.isascii() and c.isalnum() and c not in taken), "")
        taken.add(key)
        keys.append(key)
    return keys


class Sheet(Painted, can_focus=True):
    """The names under each other, each behind its letter."""

    ground = "bar"

    def __init__(self, title: SafeText, names: Sequence[SafeText], keys: Sequence[str]) -> None:
        super().__init__()
        self.title, self.names, self.keys = title, names, keys
        self.at = 0
        self.styles.height = min(len(names), _SHOWN) + 1

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            rule: Line = ((SafeText(f"── {self.title} "), "title"), (SafeText("─" * width), "rule"))
            return self.paint(rule)
        at = max(0, min(self.at - _SHOWN // 2, len(self.names) - _SHOWN)) + y - 1
        if at >= len(self.names):
            return self.paint(())
        chosen = at == self.at
        mark = SafeText("> " if chosen else "  ")
        name = cut(self.names[at], width - 6)
        line: Line = ((mark, "mark"), (SafeText(f"{self.keys[at]:<2} "), "key"), (name, "text"))
        return self.paint(line, "cursor" if chosen else "")

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.at = max(0, min(self.at + by, len(self.names) - 1))
        self.refresh()

    async def on_key(self, event: events.Key) -> None:
        if event.character and event.character in self.keys:
            event.stop()
            self.at = self.keys.index(event.character)
            picker = self.screen
            assert isinstance(picker, Picker)
            await picker.act("pick.take")


class Picker(Above, Generic[T]):
    """The sheet over the screen; `take` gets what was chosen."""

    resting_place = keymap.PICK
    HORIZONTAL_BREAKPOINTS = SHEET_WIDTHS
    DEFAULT_CSS = """
    Picker { align: center middle; background: $ink-paper 60%; }
    Sheet { width: 76; background: $ink-bar; }
    Picker.-narrow Sheet { width: 100%; }
    """

    def __init__(
        self,
        over: DeskScreen,
        title: str,
        options: Sequence[tuple[str, SafeText, T]],
        take: Callable[[T], Awaitable[None] | None],
    ) -> None:
        """An option is what its letter is taken from, what is shown of it, and what it means."""
        super().__init__(over)
        self._options = options
        self._take = take
        names = [shown for _, shown, _ in options]
        self._sheet = Sheet(SafeText(title), names, letters_for([key for key, _, _ in options]))

    def compose(self) -> ComposeResult:
        yield self._sheet
        yield self.bottom

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "pick.down": lambda: self._sheet.move(1),
            "pick.up": lambda: self._sheet.move(-1),
            "pick.take": self._chosen,
            "pick.leave": self._leave,
        }

    def _leave(self) -> None:
        self.dismiss()

    async def _chosen(self) -> None:
        chosen = self._options[self._sheet.at][2]
        self.dismiss()
        done = self._take(chosen)
        if done is not None:
            await done
