"""How a terminal tells somebody who does not look: the bell, its title, its own notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.desk.notices import Notice

BELL = "\a"
AWAY_SECONDS = 60.0
"""Without a key for so long, a terminal that does not report its focus counts as left alone."""

_END = "\x1b\\"
_BY_PROGRAM = {
    "iTerm.app": "osc9",
    "WezTerm": "osc777",
    "ghostty": "osc777",
    "WarpTerminal": "osc777",
}
_BY_TERM = {
    "xterm-kitty": "osc99",
    "xterm-ghostty": "osc777",
    "foot": "osc777",
    "foot-extra": "osc777",
    "rxvt-unicode": "osc777",
    "rxvt-unicode-256color": "osc777",
    "contour": "osc777",
}
_UNTITLED = ("dumb", "linux")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a terminal understands: `notice` names its sequence, if any; `tmux` is in between."""

    notice: str | None
    titled: bool
    tmux: bool


def way_of(environment: Mapping[str, str], wanted: str, *, through_tmux: bool) -> Way:
    """How this terminal is told, by its name; `wanted` is `[notify] terminal`.

    tmux hands nothing but the bell to the terminal round it unless it is asked to.
    """
    term = environment.get("TERM", "")
    tmux = bool(environment.get("TMUX")) or term.startswith(("tmux", "screen"))
    notice: str | None = None
    if wanted not in ("off", "auto"):
        notice = wanted
    elif wanted == "auto":
        notice = _known(environment, term)
    if tmux and not through_tmux:
        notice = None
    return Way(notice=notice, titled=term not in _UNTITLED, tmux=tmux)


def _known(environment: Mapping[str, str], term: str) -> str | None:
    if environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    for name in ("TERM_PROGRAM", "LC_TERMINAL"):
        known = _BY_PROGRAM.get(environment.get(name, ""))
        if known or environment.get(name) == "iTerm2":
            return known or "osc9"
    return _BY_TERM.get(term)


def alarm(way: Way, notice: Notice) -> str:
    """The sequence of a terminal's own notice; empty where it has none.

    iTerm2's OSC 9, urxvt's OSC 777, kitty's OSC 99 (its desktop notifications protocol).
    """
    title, text = notice.title.replace(";", ","), notice.text
    match way.notice:
        case "osc9":
            made = f"\x1b]9;{title}: {text}{_END}"
        case "osc777":
            made = f"\x1b]777;notify;{title};{text}{_END}"
        case "osc99":
            id_ = f"i=omnidesk-{notice.number or 'more'}"
            made = f"\x1b]99;{id_}:d=0;{title}{_END}\x1b]99;{id_}:p=body;{text}{_END}"
        case _:
            return ""
    return passed_through(made) if way.tmux else made


def passed_through(sequence: str) -> str:
    """As tmux hands it to the terminal round it (its `allow-passthrough`)."""
    return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}{_END}"


def title(way: Way, waiting: int) -> str:
    """The sequence that names the terminal or the pane (OSC 2); empty where it has no name."""
    return f"\x1b]2;{title_text(waiting)}{_END}" if way.titled else ""


def title_text(waiting: int) -> str:
    """`omnidesk (3)`: how many wait for us."""
    return f"omnidesk ({waiting})" if waiting else "omnidesk"


def keep_title(way: Way) -> str:
    """The sequence by which xterm and its like put the present title by (XTWINOPS 22)."""
    return "\x1b[22;2t" if way.titled else ""


def give_title_back(way: Way) -> str:
    """The sequence that takes up again what `keep_title` put by."""
    return "\x1b[23;2t" if way.titled else ""


class Attention:
    """Whether somebody looks: as the terminal reports it, else by the last key."""

    def __init__(self, now: float, *, reports: bool = False, focused: bool = True) -> None:
        self._reports = reports
        self._focused = focused
        self._touched = now

    def reported(self, *, focused: bool) -> None:
        """The terminal says whether it has the focus; from then on it is believed."""
        self._reports = True
        self._focused = focused

    def touched(self, now: float) -> None:
        """A key was pressed: whoever types looks."""
        self._focused = True
        self._touched = now

    def away(self, now: float) -> bool:
        """Whether nobody looks."""
        return not self._focused if self._reports else now - self._touched >= AWAY_SECONDS
