"""The first and the last line of the screen: where you are, how it goes, what you can press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.strip import Strip

from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.model import Health, HealthState
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.keymap import VIEWS, View, title_of
from omnidesk.ui.lines import Line, age, cut
from omnidesk.ui.painted import Painted
from omnidesk.ui.pressing import Keymap, shown
from omnidesk.ui.trouble import BAD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from omnidesk.ui.keymap import Action

_MOST = 99


def _well() -> str:
    return pgettext("channels that work", "ok")


def _word(state: HealthState) -> str:
    """How a channel is, in one word."""
    words = {
        HealthState.UP: _well(),
        HealthState.STARTING: pgettext("a channel", "starting"),
        HealthState.DEGRADED: pgettext("a channel", "stale"),
        HealthState.BLOCKED: pgettext("a channel", "BLOCKED"),
        HealthState.STOPPED: pgettext("a channel", "stopped"),
    }
    return words[state]


def _width(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def view_tabs(
    view: str,
    counts: dict[str, int],
    *,
    brief: bool,
    views: tuple[View, ...] = VIEWS,
    without: Collection[str] = (),
) -> Line:
    """Views with their numbers and how many conversations each holds; `without` some."""
    parts: list[tuple[SafeText, str]] = []
    for number, known in enumerate(views, 1):
        name, title = known[0], title_of(known)
        count = counts.get(name, 0)
        chosen = name == view
        counted = name not in ("closed", "all")
        if not chosen and (name in without or not counted or (brief and not count)):
            continue
        failed = name == "failed" and count
        words = f"{number} {title}" if number < 10 else title
        if counted and count:
            many = count > _MOST and number > len(VIEWS)  # own views are counted no further
            words += f" {_MOST}+" if many else f" {count}{'!' if failed else ''}"
        parts.append((SafeText(f" {words} "), "view" if chosen else "alert" if failed else "muted"))
    return tuple(parts)


def health_marks(health: list[Health], now: datetime, *, brief: bool) -> Line:
    """Channels by name with how they are doing; briefly: only those that are not well."""
    well = sum(channel.state is HealthState.UP for channel in health)
    parts: list[tuple[SafeText, str]] = []
    for channel in health:
        if channel.state is HealthState.UP and brief:
            continue
        words = f"{safe_line(channel.channel, 14)} {_word(channel.state)}"
        if channel.state is not HealthState.UP and channel.changed_at:
            words += f" {age(channel.changed_at, now)}"
        bad = channel.state in BAD
        ink = "alert" if bad else "ok" if channel.state is HealthState.UP else "muted"
        parts.append((SafeText(f"{words}  "), ink))
    if brief and well and len(parts) < len(health):
        words = _well() if well == len(health) else f"{well} {_well()}"
        parts.append((SafeText(f"{words}  "), "ok"))
    return tuple(parts)


def health_count(health: list[Health]) -> Line:
    """How many channels are well and how many are not, where there is no room for names."""
    well = sum(channel.state is HealthState.UP for channel in health)
    bad = [channel for channel in health if channel.state in BAD]
    line: list[tuple[SafeText, str]] = []
    if bad:
        blocked = any(channel.state is HealthState.BLOCKED for channel in bad)
        word = _word(HealthState.BLOCKED if blocked else HealthState.DEGRADED)
        line.append((SafeText(f"{len(bad)} {word}  "), "alert"))
    if well:
        line.append((SafeText(f"{well} {_well()}  "), "ok"))
    return tuple(line)


def _hint(action: Action) -> Line:
    """A key and its word for the last line."""
    return (SafeText(f" {shown(action.keys[0])} "), "key"), (
        SafeText(f"{_(action.hint)} "),
        "muted",
    )


class TopBar(Painted):
    """`omnidesk  1 Inbox 14  2 Mine 3 …  support ok  shop-bot ok  anna`"""

    ground = "bar"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(id="top")
        self._clock = clock
        self.views: tuple[View, ...] = VIEWS
        self.view = VIEWS[0][0]
        self.counts: dict[str, int] = {}
        self.health: list[Health] = []
        self.agent = SafeText("")

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        left, right = next(
            (sides for sides in self._ever_shorter() if sum(map(_width, sides)) < width),
            ((), self._agent(first=True)),
        )
        gap = SafeText(" " * max(1, width - _width(left) - _width(right)))
        return self.paint((*left, (gap, "text"), *right))

    def _ever_shorter(self) -> Iterator[tuple[Line, Line]]:
        """What stands left and right, and then the same in fewer and fewer words."""
        brand: Line = ((SafeText(" omnidesk "), "title"),)
        tabs = view_tabs(self.view, self.counts, brief=False, views=self.views)
        few = view_tabs(self.view, self.counts, brief=True, views=self.views)
        named = health_marks(self.health, self._clock(), brief=False)
        sick = health_marks(self.health, self._clock(), brief=True)
        counted = health_count(self.health)
        agent, first = self._agent(), self._agent(first=True)
        yield (*brand, *tabs), (*named, *agent)
        yield (*brand, *tabs), (*sick, *agent)
        yield (*brand, *few), (*sick, *agent)
        yield (*brand, *few), (*sick, *first)
        yield (*brand, *few), (*counted, *first)
        yield few, (*counted, *first)
        gone = []
        for name, _title, _order in reversed(self.views):
            if name not in (self.view, "failed"):  # what did not arrive is named last of all
                gone.append(name)
                some = view_tabs(self.view, self.counts, brief=True, views=self.views, without=gone)
                yield some, (*counted, *first)
        only = view_tabs(self.view, {}, brief=True, views=self.views)
        yield only, (*counted, *first)

    def _agent(self, *, first: bool = False) -> Line:
        name = self.agent.split(" ")[0] if first else self.agent
        return ((SafeText(f"{name} "), "own"),)


class BottomBar(Painted):
    """What was just done, or the keys of the place where the hand is."""

    ground = "bar"

    def __init__(self, keys: Keymap) -> None:
        super().__init__(id="bottom")
        self.keys = keys
        self.means: Callable[[str], bool] = bool
        self.where = ""
        self.leader: tuple[str, ...] = ()
        self.notice = SafeText("")
        self.alarm = False

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if self.leader:
            lines = self._following()
            return self.paint(lines[y] if y < len(lines) else ())
        hints = self._hints(width)
        if not self.notice:
            return self.paint(hints)
        said = cut(SafeText(f" {self.notice} "), width)
        return self.paint(
            ((said, "alert" if self.alarm else "view"), (SafeText(" "), "text"), *hints)
        )

    def lead(self, leader: tuple[str, ...]) -> None:
        """Show what may follow these presses, in as many lines as that takes."""
        self.leader = leader
        self.styles.height = max(1, len(self._following())) if leader else 1
        self.refresh()

    def _following(self) -> list[Line]:
        parts = [(shown_key, _(action.brief or action.words)) for shown_key, action in self._next()]
        if self.leader[1:] and "".join(self.leader[1:]).isdigit():
            number = "".join(self.leader[1:])
            far = ngettext("{n} line", "{n} lines", int(number)).format(n=number)
            parts = [("j k", far), ("Enter", _("open #{number}").format(number=number))]
        lines: list[list[tuple[SafeText, str]]] = [
            [(SafeText(f" {' '.join(self.leader)} "), "view")]
        ]
        for key, words in parts:
            said = [(SafeText(f" {key} "), "key"), (SafeText(f"{words} "), "muted")]
            if _width(tuple(lines[-1])) + _width(tuple(said)) > self.size.width:
                lines.append([(SafeText("   "), "muted")])
            lines[-1] += said
        return [tuple(line) for line in lines]

    def _next(self) -> Iterable[tuple[str, Action]]:
        return self.keys.following(self.where, self.leader)

    def _hints(self, width: int) -> Line:
        known = (one for one in self.keys.of(self.where) if one.hint and one.keys)
        hinted = [one for one in known if self.means(one.id)]
        hints = [_hint(one) for one in hinted if one.id != "help"]
        last = [_hint(one) for one in hinted if one.id == "help"]
        room = width - (cell_len(self.notice) + 3 if self.notice else 0)
        room -= sum(map(_width, last))
        if room < 0:
            return ()
        line: list[tuple[SafeText, str]] = []
        for hint in hints:
            room -= _width(hint)
            if room < 0:
                break
            line += hint
        return (*line, *(part for hint in last for part in hint))


class Small(Painted):
    """What stands on a screen that is too small to work on."""

    def render_line(self, y: int) -> Strip:
        words = SafeText(_("omnidesk needs 60x16; it keeps running"))
        return self.paint(((words, "alert"),) if y == 0 else ())
