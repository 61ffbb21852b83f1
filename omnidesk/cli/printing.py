"""Lines for a terminal or a pipe: safe text, in columns that fit."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from omnidesk.cli import asjson
from omnidesk.core.safetext import SafeText, cells, safe_line

_AGES = ((60, 1, "s"), (3600, 60, "m"), (86_400, 3600, "h"), (1_209_600, 86_400, "d"))
_WEEK = 604_800
_GAP = "  "
_LEAST, _LEAST_REST = 4, 16
_SIZES = ("KB", "MB", "GB")


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line, in UTF-8 whatever the locale is."""
    text = asjson.line(value)
    if (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8":
        text = asjson.ascii_only(text)
    sys.stdout.write(text + "\n")


def say(text: str) -> None:
    """A line beside the output: what was done, or that there is nothing."""
    print(safe_line(text), file=sys.stderr)


def on_terminal() -> bool:
    """Whether a person reads the output as it comes."""
    return sys.stdout.isatty()


def can_be_bold() -> bool:
    """Whether the output is a terminal that knows bold."""
    return on_terminal() and os.environ.get("TERM", "dumb") != "dumb"


def width() -> int:
    """The cells of a line; 80 where nobody says."""
    return max(40, shutil.get_terminal_size().columns)  # narrower ones wrap


def fit(text: SafeText, size: int) -> str:
    """The text in exactly `size` cells, cut or filled."""
    short = safe_line(text, size)
    return short + " " * (size - measure(short))


def measure(text: str) -> int:
    """How many cells a text takes."""
    return sum(map(cells, text))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and its cells; 0: what is left of the line."""

    head: str
    size: int = 0


class Table:
    """Rows as they come: columns on a terminal, tabs and whole fields in a pipe."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._heads = [column.head for column in columns]
        self._fitted = on_terminal()
        self._sizes = _sizes([column.size for column in columns], width())
        self._headed = False

    def row(self, *fields: str) -> None:
        """One row; the head goes out before the first one."""
        if not self._fitted:
            print("\t".join(safe_line(field) for field in fields))
            return
        if not self._headed:
            self._headed = True
            self._line(self._heads)
        self._line(fields)

    def _line(self, fields: Iterable[str]) -> None:
        shown = (
            fit(safe_line(field), size) for field, size in zip(fields, self._sizes, strict=True)
        )
        print(_GAP.join(shown).rstrip())


def _sizes(wanted: Sequence[int], line: int) -> list[int]:
    """What each column gets of a line: the widest give way where the last would have no room."""
    sizes = list(wanted)
    room = line - len(_GAP) * (len(sizes) - 1)
    rest = _LEAST_REST if 0 in sizes else 0
    while room - sum(sizes) < rest and max(sizes) > _LEAST:
        sizes[sizes.index(max(sizes))] -= 1
    return [size or max(1, room - sum(sizes)) for size in sizes]


def age(at: datetime | None, now: datetime) -> str:
    """How long ago, in one short word; empty for never."""
    if at is None:
        return ""
    seconds = max(0.0, (now - at).total_seconds())
    for limit, unit, letter in _AGES:
        if seconds < limit:
            return f"{seconds // unit:.0f}{letter}"
    return f"{seconds // _WEEK:.0f}w"


def local(at: datetime | None) -> str:
    """A moment on the clock of whoever reads: `16 Sep 10:42`, with the year if it is another."""
    if at is None:
        return ""
    here = at.astimezone()
    if here.year == datetime.now(UTC).astimezone().year:
        return here.strftime("%d %b %H:%M")
    return here.strftime("%d %b %Y %H:%M")


def size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in _SIZES:
        amount /= 1000
        if amount < 999.5 or unit == _SIZES[-1]:
            break
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
