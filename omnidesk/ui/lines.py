"""Safe text fitted into cells: cut, filled, wrapped, aged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from omnidesk.core.language import pgettext
from omnidesk.core.safetext import SafeText
from omnidesk.ui.local import brief_day

Part = tuple[SafeText, str]
"""Some text, and the name of its style."""
Line = tuple[Part, ...]

_TAB = 4
_MINUTE, _HOUR, _DAY, _WEEK, _YEAR = 60, 3600, 86400, 604800, 31557600


def strip_of(parts: Iterable[tuple[SafeText, Style]], width: int, fill: Style) -> Strip:
    """One painted line of exactly `width` cells."""
    return Strip([Segment(text, style) for text, style in parts if text]).adjust_cell_length(
        width, fill
    )


def fit(text: SafeText, width: int) -> SafeText:
    """The text in exactly `width` cells: filled with spaces, or cut with an ellipsis."""
    return pad(cut(text, width), width)


def cut(text: SafeText, width: int) -> SafeText:
    """The text in at most `width` cells, with an ellipsis where it is longer."""
    if len(text) <= width and cell_len(text) <= width:
        return text
    if width <= 0:
        return SafeText("")
    head, _ = _split(text, width - 1)
    return SafeText(head.rstrip() + "…")


def pad(text: SafeText, width: int) -> SafeText:
    """The text with spaces behind it up to `width` cells."""
    return SafeText(text + " " * (width - cell_len(text)))


def _split(text: str, width: int) -> tuple[str, str]:
    """As much as fits into `width` cells, and the rest."""
    guess = text[:width]
    if text.isascii() or cell_len(guess) == len(guess):
        return guess, text[width:]
    taken = 0
    for at, char in enumerate(text):
        taken += cell_len(char)
        if taken > width:
            return text[:at], text[at:]
    return text, ""


def wrap(text: SafeText, width: int) -> list[SafeText]:
    """The text in lines of at most `width` cells, broken at spaces where there are any."""
    width = max(width, 2)
    lines: list[SafeText] = []
    for line in text.split("\n"):
        rest = line.expandtabs(_TAB).rstrip()
        while len(rest) > width or cell_len(rest) > width:
            head, tail = _split(rest, width)
            space = head.rfind(" ")
            if space > width // 3 and not tail.startswith(" "):
                head, tail = head[:space], head[space + 1 :] + tail
            lines.append(SafeText(head.rstrip()))
            rest = tail.lstrip(" ")
        lines.append(SafeText(rest))
    return lines


def age(then: datetime | None, now: datetime) -> SafeText:
    """How long ago, in four cells at most: `40s 12m 1h 3d 7w 2y`."""
    if then is None:
        return SafeText("")
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < _MINUTE:
        said = f"{seconds}{pgettext('one letter for seconds', 's')}"
    elif seconds < _HOUR:
        said = f"{seconds // _MINUTE}{pgettext('one letter for minutes', 'm')}"
    elif seconds < _DAY:
        said = f"{seconds // _HOUR}{pgettext('one letter for hours', 'h')}"
    elif seconds < 2 * _WEEK:
        said = f"{seconds // _DAY}{pgettext('one letter for days', 'd')}"
    elif seconds < _YEAR:
        said = f"{seconds // _WEEK}{pgettext('one letter for weeks', 'w')}"
    else:
        said = f"{seconds // _YEAR}{pgettext('one letter for years', 'y')}"
    return SafeText(said)


def clock(at: datetime, now: datetime) -> SafeText:
    """A time of the agent's own day, with its date: `10:42  16 Sep`."""
    here = at.astimezone()
    year = "" if here.year == now.astimezone().year else f" {here.year}"
    return SafeText(f"{here:%H:%M}  {brief_day(here)}{year}")
