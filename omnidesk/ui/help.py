"""Every key, as the live keymap has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.screen import ModalScreen
from textual.strip import Strip

from omnidesk.core.language import N_, _
from omnidesk.core.safetext import SafeText
from omnidesk.ui import keymap
from omnidesk.ui.fitted import SHEET_WIDTHS
from omnidesk.ui.lines import Line, fit
from omnidesk.ui.painted import Painted
from omnidesk.ui.pressing import Keymap, shown

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from omnidesk.ui.deskscreen import DeskScreen

_PLACES = (
    (keymap.LIST, N_("In the list")),
    (keymap.THREAD, N_("In a conversation")),
    (keymap.COMPOSER, N_("While writing")),
    (keymap.REVIEW, N_("Before sending")),
)
_KEYS_WIDTH = 22
_NARROWEST = 52
_LETTERS = N_("* waits for us   ! a reply failed   ~ waits for the customer   z snoozed   x closed")
_MOVES = N_("j k scroll, / finds, any other key closes; a Cyrillic layout needs no switching")
_FINDS = ("/", ":", ".", "Ж")  # as a Cyrillic layout has them, too


def help_lines(keys: Keymap) -> list[Line]:
    """One line an action; what works in several places stands under the first."""
    told: set[str] = set()
    lines: list[Line] = [((line, "muted"),) for line in (*_packed(_LETTERS), *_packed(_MOVES))]
    lines.append(())
    for place, title in _PLACES:
        actions = [a for a in keys.of(place) if a.keys and a.id not in told]
        if actions:
            lines.append(((SafeText(_(title)), "title"),))
        for action in actions:
            told.add(action.id)
            names = SafeText("   ".join(map(shown, action.keys)))
            lines.append(((fit(names, _KEYS_WIDTH), "key"), (SafeText(_(action.words)), "text")))
        lines.append(())
    return lines


def _packed(text: str) -> list[SafeText]:
    """A line of several parts as lines that the narrowest sheet has room for."""
    between = "   " if "   " in text else "; "
    lines: list[str] = []
    for part in _(text).split(between):
        if lines and cell_len(lines[-1] + between + part) <= _NARROWEST:
            lines[-1] += between + part
        else:
            lines.append(part)
    return [SafeText(line) for line in lines]


class HelpSheet(Painted, can_focus=True):
    """The lines, scrolled by the same keys as everything else."""

    ground = "bar"

    def __init__(self, keys: Keymap) -> None:
        super().__init__()
        self._lines = help_lines(keys)
        self._first = 0

    def render_line(self, y: int) -> Strip:
        at = self._first + y
        if at >= len(self._lines):
            return self.paint(())
        return self.paint(((SafeText("  "), "text"), *self._lines[at]))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        page = max(1, self.content_size.height // 2)
        steps = {
            "j": 1, "down": 1, "k": -1, "up": -1, "ctrl+d": page, "ctrl+u": -page,
            "pagedown": page, "pageup": -page, "space": page, "home": -9999, "end": 9999,
        }  # fmt: skip
        if event.key not in steps:
            self.screen.dismiss(event.character in _FINDS)
            return
        last = max(0, len(self._lines) - self.content_size.height)
        self._first = max(0, min(self._first + steps[event.key], last))
        self.refresh()


class HelpScreen(ModalScreen[bool]):
    """The sheet over everything; true where an action is to be found by its name."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $ink-paper 60%; }
    HelpSheet { width: 100; height: 90%; background: $ink-bar; }
    HelpScreen.-narrow HelpSheet { width: 100%; }
    """
    HORIZONTAL_BREAKPOINTS = SHEET_WIDTHS

    def __init__(self, keys: Keymap) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        yield HelpSheet(self._keys)


def show(screen: DeskScreen) -> None:
    """Lay the sheet over the screen."""

    def find(wanted: bool | None) -> None:
        if wanted:
            from omnidesk.ui import palette

            palette.show(screen)

    screen.app.push_screen(HelpScreen(screen.keys), find)
