"""The first and the last line of the screen: where you are, how it goes, what you can press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.strip import Strip

from omnidesk.core.model import Health, HealthState
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.keymap import VIEWS, Keymap, shown
from omnidesk.ui.lines import Line, age, cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_WORDS = {
    HealthState.UP: "ok",
    HealthState.STARTING: "starting",
    HealthState.DEGRADED: "stale",
    HealthState.BLOCKED: "BLOCKED",
    HealthState.STOPPED: "stopped",
}


def _width(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def view_tabs(view: str, counts: dict[str, int], *, brief: bool) -> Line:
    """Views with their numbers and how many conversations each holds."""
    parts: list[tuple[SafeText, str]] = []
    for number, (name, title, _) in enumerate(VIEWS, 1):
        count = counts.get(name, 0)
        chosen = name == view
        counted = name not in ("closed", "all")
        if not chosen and (not counted or (brief and not count)):
            continue
        failed = name == "failed" and count
        words = f"{number} {title}"
        if counted and count:
            words += f" {count}{'!' if failed else ''}"
        parts.append((SafeText(f" {words} "), "view" if chosen else "alert" if failed else "muted"))
    return tuple(parts)


def health_marks(health: list[Health], now: datetime, *, brief: bool) -> Line:
    """Channels by name with how they are doing; briefly: only those that are not well."""
    well = sum(channel.state is HealthState.UP for channel in health)
    parts: list[tuple[SafeText, str]] = []
    for channel in health:
        if channel.state is HealthState.UP and brief:
            continue
        words = f"{safe_line(channel.channel, 14)} {_WORDS[channel.state]}"
        if channel.state is not HealthState.UP and channel.last_good:
            words += f" {age(channel.last_good, now)}"
        bad = channel.state in (HealthState.DEGRADED, HealthState.BLOCKED)
        ink = "alert" if bad else "ok" if channel.state is HealthState.UP else "muted"
        parts.append((SafeText(f"{words}  "), ink))
    if brief and well and len(parts) < len(health):
        words = "ok" if well == len(health) else f"{well} ok"
        parts.append((SafeText(f"{words}  "), "ok"))
    return tuple(parts)


class TopBar(Painted):
    """`omnidesk  1 Inbox 14  2 Mine 3 …  support ok  shop-bot ok  anna`"""

    ground = "bar"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(id="top")
        self._clock = clock
        self.view = VIEWS[0][0]
        self.counts: dict[str, int] = {}
        self.health: list[Health] = []
        self.agent = SafeText("")

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        left: Line = ()
        right: Line = ()
        for brand, brief_tabs, brief_health in (
            (True, False, False), (True, False, True), (True, True, True), (False, True, True),
        ):  # fmt: skip
            name: Line = ((SafeText(" omnidesk "), "title"),) if brand else ()
            left = (*name, *view_tabs(self.view, self.counts, brief=brief_tabs))
            right = health_marks(self.health, self._clock(), brief=brief_health)
            right = (*right, (SafeText(f"{self.agent} "), "own"))
            if _width(left) + _width(right) + 1 <= width:
                break
        gap = SafeText(" " * max(1, width - _width(left) - _width(right)))
        return self.paint((*left, (gap, "text"), *right))


class BottomBar(Painted):
    """What was just done, or the keys of the place where the hand is."""

    ground = "bar"

    def __init__(self, keys: Keymap) -> None:
        super().__init__(id="bottom")
        self.keys = keys
        self.where = ""
        self.leader: tuple[str, ...] = ()
        self.notice = SafeText("")
        self.alarm = False

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if self.leader:
            return self.paint(self._following())
        hints = self._hints(width)
        if not self.notice:
            return self.paint(hints)
        said = cut(SafeText(f" {self.notice} "), width)
        return self.paint(
            ((said, "alert" if self.alarm else "view"), (SafeText(" "), "text"), *hints)
        )

    def _following(self) -> Line:
        line: list[tuple[SafeText, str]] = [(SafeText(f" {' '.join(self.leader)} "), "view")]
        for key, action in self.keys.following(self.where, self.leader):
            words = action.words.removeprefix("go to ")
            line += [(SafeText(f" {key} "), "key"), (SafeText(words), "muted")]
        return tuple(line)

    def _hints(self, width: int) -> Line:
        line: list[tuple[SafeText, str]] = []
        taken = cell_len(self.notice) + 3 if self.notice else 0
        for action in self.keys.of(self.where):
            if not action.hint or not action.keys:
                continue
            key = SafeText(f" {shown(action.keys[0])} ")
            words = SafeText(f"{action.hint} ")
            taken += cell_len(key) + cell_len(words)
            if taken > width:
                break
            line += [(key, "key"), (words, "muted")]
        return tuple(line)


class Small(Painted):
    """What stands on a screen that is too small to work on."""

    def render_line(self, y: int) -> Strip:
        words = SafeText("omnidesk needs 60x16; it keeps running")
        return self.paint(((words, "alert"),) if y == 0 else ())
