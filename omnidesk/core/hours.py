"""When somebody is at work: `Mon-Fri 09:00-18:00, Sat 10:00-14:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from omnidesk.core.value import dataclass

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(_DAYS)
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)"
_PART = re.compile(rf"({_DAY})(?:\s*-\s*({_DAY}))?\s+{_TIME}\s*-\s*{_TIME}", re.IGNORECASE)
_WHOLE_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """Spans of a week as (weekday, first minute, minute after the last); Monday is 0.

    `zone` is whose clock they mean; None: this machine's.
    """

    spans: frozenset[tuple[int, int, int]]
    zone: tzinfo | None = None

    def include(self, at: datetime) -> bool:
        """Whether a moment lies within them."""
        there = at.astimezone(self.zone)
        minute = there.hour * 60 + there.minute
        return any(
            day == there.weekday() and first <= minute < end for day, first, end in self.spans
        )


def read_hours(text: str, zone: tzinfo | None = None) -> WorkingHours:
    """Read days and times, parted by commas; ValueError says how they are written.

    A span that ends before it begins goes over midnight.
    """
    spans: set[tuple[int, int, int]] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise ValueError(
                f'hours are written like "Mon-Fri 09:00-18:00, Sat 10:00-14:00", not {text!r}'
            )
        first, last, *times = found.groups()
        begin, end = (int(hour) * 60 + int(minute) for hour, minute in (times[:2], times[2:]))
        if max(begin, end) > _WHOLE_DAY or begin == end:
            raise ValueError(f"{part.strip()!r} is no span of a day")
        for day in _days(first.lower(), (last or first).lower()):
            spans |= _span(day, begin, end)
    return WorkingHours(spans=frozenset(spans), zone=zone)


def _days(first: str, last: str) -> list[int]:
    begin, end = _DAYS.index(first), _DAYS.index(last)
    return [day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)]


def _span(day: int, begin: int, end: int) -> set[tuple[int, int, int]]:
    if begin < end:
        return {(day, begin, end)}
    return {(day, begin, _WHOLE_DAY), ((day + 1) % 7, 0, end)} - {((day + 1) % 7, 0, 0)}


def spoken(time: timedelta, language: str) -> str:
    """How long, as it stands behind "within" or «в течение»: `4 hours`, `4 часов`."""
    minutes = max(1, round(time.total_seconds() / 60))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            return _counted(minutes // size, unit, language)
    raise AssertionError("every time is so many minutes")


_RUSSIAN = {"day": ("дня", "дней"), "hour": ("часа", "часов"), "minute": ("минуты", "минут")}


def _counted(count: int, unit: str, language: str) -> str:
    if language == "ru":
        one, many = _RUSSIAN[unit]
        return f"{count} {one if count % 10 == 1 and count % 100 != 11 else many}"
    return f"{count} {unit}{'' if count == 1 else 's'}"
