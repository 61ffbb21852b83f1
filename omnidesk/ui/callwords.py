"""What is typed into the form of a call, read: who, how long, when to call back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from omnidesk.core.dates import Unclear, read_amount, read_moment
from omnidesk.core.identity import dialled, normalise
from omnidesk.core.language import _
from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from omnidesk.core.model import Handle
    from omnidesk.desk.cards import Card

_CLOCKED = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_MINUTES = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The optional parts of a call, understood."""

    duration: timedelta | None = None
    call_back: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The field that is not understood, and a line that says what may stand there."""

    field: str
    words: str


def read_call(typed: Mapping[str, str], now: datetime) -> Call | Unread:
    """The parts that must be understood, or the first one that is not."""
    said = typed.get("duration", "").strip()
    duration = read_duration(said) if said else None
    if said and duration is None:
        words = _("duration: {typed!r}; write 3 (minutes), 3:20 or 1h 5m").format(typed=said)
        return Unread(field="duration", words=words)
    back = typed.get("call_back", "").strip()
    moment = read_moment(back, now) if back else None
    if isinstance(moment, Unclear):
        words = _("call back: {why}; write 15:30, tomorrow 10:00, in 2h").format(why=moment)
        return Unread(field="call_back", words=words)
    return Call(duration=duration, call_back=moment)


def read_duration(typed: str) -> timedelta | None:
    """`3` (minutes), `3:20`, `1h 5m`, `полчаса`; None for what is no duration."""
    text = typed.strip()
    if _MINUTES.fullmatch(text):
        return timedelta(minutes=int(text))
    if found := _CLOCKED.fullmatch(text):
        parts = [int(part) for part in found.groups() if part is not None]
        hours, minutes, seconds = parts if len(parts) == 3 else (0, *parts)
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return read_amount(text)


def number_of(card: Card, typed: str, region: str | None) -> Handle | None:
    """The number of a contact that was typed, whole or so far; None where a name was typed."""
    begins = dialled(typed, region)
    whole = normalise("tel", typed, region=region) if begins else None
    numbers = [known.handle for known in card.contact.handles if known.handle.scheme == "tel"]
    if whole in numbers:
        return whole
    fitting = [
        number
        for number in numbers
        if any(begin in number.value.removeprefix("+") for begin in begins)
    ]
    return fitting[0] if fitting else None


def is_number(typed: str, region: str | None) -> bool:
    """Whether a number was typed, or the beginning of one."""
    return bool(dialled(typed, region))
