"""What is wrong and what to do about it, below the first line for as long as it is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from omnidesk.core.language import ngettext
from omnidesk.core.model import Health, HealthState
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import cut, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events

BAD = (HealthState.DEGRADED, HealthState.BLOCKED)
_MOST, _LEAST = 6, 3
_SHARE = 4
"""Of how many lines of the screen one may be a trouble's."""


def troubles(health: list[Health], problem: str, more: Iterable[str] = ()) -> list[SafeText]:
    """What a person should know at any time: the config's problems, and each sick channel's."""
    said = [safe_line(f"config.toml: {one}") for one in (problem, *more) if one]
    sick = [channel for channel in health if channel.state in BAD and channel.reason]
    return said + [safe_line(f"{one.channel}: {one.reason}") for one in sick]


def fitted(said: list[SafeText], width: int, most: int) -> list[SafeText]:
    """The troubles in so many lines: of each, what is to be done is cut last."""
    told = [wrap(SafeText(f"! {one}"), width) for one in said]
    while sum(map(len, told)) > most:
        longest = max(range(len(told)), key=lambda at: len(told[at]))
        shorter = _shorter(said[longest], width, len(told[longest]) - 1)
        if len(shorter) >= len(told[longest]):
            break
        told[longest] = shorter
    lines = [line for one in told for line in one]
    if len(lines) <= most:
        return lines
    kept: list[SafeText] = []
    while told and len(kept) + len(told[0]) < most:
        kept += told.pop(0)
    words = ngettext(
        "! {n} more; omnidesk check says what", "! {n} more; omnidesk check says what", len(told)
    )
    return [*kept, SafeText(words.format(n=len(told)))]


def _shorter(said: SafeText, width: int, lines: int) -> list[SafeText]:
    """One trouble in so many lines, if its name and its advice have room there."""
    head, _semicolon, advice = said.rpartition("; ")
    if not head:
        head, advice = said, ""
    name = head.find(": ") + 2
    end = f"; {advice}" if advice else ""
    for room in range(len(head) - 1, name, -1):
        found = wrap(SafeText(f"! {cut(SafeText(head), room)}{end}"), width)
        if len(found) <= lines:
            return found
    return wrap(SafeText(f"! {said}"), width)


class TroubleBar(Painted):
    """The troubles there are; nothing where all is well."""

    ground = "bar"

    def __init__(self) -> None:
        super().__init__(id="trouble")
        self.said: list[SafeText] = []
        self._fitted: list[SafeText] = []

    def tell(self, said: list[SafeText]) -> None:
        """Say these lines; none take the bar away."""
        if said != self.said:
            self.said = said
            self.display = bool(said)
            self._fit(self.screen.size.width)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        most = max(_LEAST, min(_MOST, self.screen.size.height // _SHARE))
        lines = fitted(self.said, max(1, width - 2), most) if width else []
        if lines != self._fitted:
            self._fitted = lines
            self.styles.height = max(1, len(lines))
            self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        said = self._fitted[y] if y < len(self._fitted) else SafeText("")
        return self.paint(((SafeText(" "), "alert"), (said, "alert")))
