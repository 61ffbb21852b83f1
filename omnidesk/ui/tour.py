"""The six things that a new agent must know, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import Line, cut, fit
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from textual.strip import Strip

    from omnidesk.ui.deskscreen import DeskScreen
    from omnidesk.ui.pressing import Keymap

_SEEN = "tour:{}"


def tour_lines(keys: Keymap) -> list[tuple[SafeText, SafeText]]:
    """Keys, and what they do; both as the live keymap has them."""

    def pressed(*names: str) -> SafeText:
        return SafeText(" ".join(keys.key_of(name).split(" ")[0] for name in names))

    said = (
        (
            pressed("move.down", "move.up", "open"),
            _("move through the list, and open a conversation"),
        ),
        (
            pressed("reply", "review", "send"),
            _("write a reply, look it over, send it"),
        ),
        (pressed("note"), _("write a note that customers never see")),
        (pressed("close", "take", "snooze.hour"), _("close it, make it yours, put it off")),
        (pressed("undo"), _("take back the last change, and a reply that was just sent")),
        (pressed("help"), _("see every key")),
    )
    return [(names, SafeText(words)) for names, words in said]


class Tour(Painted):
    """Six lines under a greeting; it stays while the hand is in the list, until Esc."""

    ground = "bar"
    DEFAULT_CSS = "Tour { dock: bottom; margin-bottom: 1; height: 8; background: $ink-bar; }"

    def __init__(self, keys: Keymap, name: str) -> None:
        super().__init__(id="tour")
        self._said = tour_lines(keys)
        self._title = _("Welcome, {name}. This is enough to begin with:").format(name=name)
        self._end = _("{leave} ends this, {again} shows it again").format(
            leave=keys.key_of("clear"), again=keys.key_of("tour")
        )
        self._keys_width = max(cell_len(names) for names, _ in self._said) + 2

    def render_line(self, y: int) -> Strip:
        width = self.inner_width - 2
        line: Line = ()
        if y == 0:
            line = ((cut(safe_line(self._title), width), "title"),)
        elif y <= len(self._said):
            names, words = self._said[y - 1]
            room = max(0, width - self._keys_width)
            line = ((fit(names, self._keys_width), "key"), (cut(words, room), "text"))
        elif y == len(self._said) + 1:
            line = ((cut(safe_line(self._end), width), "muted"),)
        return self.paint(((SafeText("  "), "text"), *line))


async def greet(screen: DeskScreen) -> None:
    """Show it to an agent who never saw it."""
    if screen.desk is None:
        return
    name = _SEEN.format(screen.desk.agent.id)
    if await screen.desk.store.read(lambda reads: reads.setting(name)) is None:
        await screen.desk.store.write(lambda tx: tx.set_setting(name, "seen"))
        show(screen)


def show(screen: DeskScreen) -> None:
    """Show it, whether it was seen or not."""
    if screen.tour is None and screen.desk is not None:
        tour = Tour(screen.keys, screen.desk.agent.name.split(" ")[0])
        screen.mount(tour, before=screen.bottom)
