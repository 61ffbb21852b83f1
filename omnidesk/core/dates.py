"""A moment as people type it: `in 1h`, `tomorrow 10:00`, `в понедельник в 9`, `25 декабря`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from omnidesk.core.datewords import (
    AGO,
    DAY_PARTS,
    DAYS,
    FILLERS,
    HALVES,
    IN,
    MONTHS,
    NEXT,
    ONE,
    UNITS,
    WEEKDAYS,
)
from omnidesk.core.language import N_, _
from omnidesk.core.value import dataclass

_MORNING = time(9)
_EVENING = time(18)
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+|\S")
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_DOTTED = re.compile(r"(\d\d?)\.(\d\d?)(?:\.(\d{4}|\d\d))?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_COUNT = re.compile(r"\d+(?:[.,]\d+)?")
_WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", re.ASCII)
_FURTHEST = 366 * 100
"""Days; nobody means more."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """What was typed is no moment: the part that was not understood, and why."""

    what: str
    why: str = N_("is not understood")

    def __str__(self) -> str:
        return _("{what!r} {why}").format(what=self.what, why=_(self.why))


def read_moment(
    text: str, now: datetime, zone: tzinfo | None = None, *, ahead: bool = True
) -> datetime | Unclear:
    """The moment that a person typed, in UTC; without a zone this machine's clock is meant.

    A day without an hour means nine in the morning. `ahead` means a moment to come; otherwise a
    weekday, an amount or a date without a year is a past one, and a day begins at midnight.
    """
    typed = text.strip()
    try:
        found = _whole(typed, zone) or _Reading(typed.lower(), now, zone, ahead).read()
    except (OverflowError, OSError):
        found = Unclear(typed, N_("is too far away"))
    except ValueError:
        found = Unclear(typed, N_("is no date"))
    if isinstance(found, datetime) and ahead and found <= now:
        return Unclear(typed, N_("is over already"))
    return found


def read_amount(text: str) -> timedelta | None:
    """An amount of time: `2h`, `1h30m`, `2 часа`, `полчаса`; None where it is none."""
    left = _TOKEN.findall(text.strip().lower())
    try:
        amount = _take_amount(left)
    except OverflowError:
        return None
    return None if left or amount is None else amount[0] + timedelta(days=amount[1])


def _whole(text: str, zone: tzinfo | None) -> datetime | None:
    """A full ISO 8601 moment, perhaps with its own offset."""
    if not _WHOLE.fullmatch(text):
        return None
    return _utc(datetime.fromisoformat(text), zone)


def _utc(local: datetime, zone: tzinfo | None) -> datetime:
    if local.tzinfo is None and zone is not None:
        local = local.replace(tzinfo=zone)
    return local.astimezone(UTC)


def _take_amount(left: list[str]) -> tuple[timedelta, int] | None:
    """Take amounts off the front: hours and less, and whole days, which keep the time of day."""
    spans: list[tuple[float, str]] = []
    while left:
        if left[0] in HALVES:
            spans.append((0.5, HALVES[left.pop(0)]))
            continue
        if left[0] in UNITS and len(left[0]) > 2 and left[1:2] != ["after"]:
            spans.append((1.0, UNITS[left.pop(0)]))
            continue
        counted = _COUNT.fullmatch(left[0]) or left[0] in ONE
        if not counted or len(left) < 2 or left[1] not in UNITS:
            break
        count = 1.0 if left[0] in ONE else float(left[0].replace(",", "."))
        spans.append((count, UNITS[left[1]]))
        del left[:2]
    if not spans:
        return None
    exact, days = timedelta(), 0
    for count, unit in spans:
        if unit in ("days", "weeks") and count.is_integer():
            days += int(count) * (7 if unit == "weeks" else 1)
        else:
            exact += timedelta(**{unit: count})
    if days > _FURTHEST:
        raise OverflowError
    return exact, days


class _Reading:
    """One text, read word by word from the left."""

    def __init__(self, text: str, now: datetime, zone: tzinfo | None, ahead: bool) -> None:
        self.text = text
        self.left = _TOKEN.findall(text)
        self.now = now
        self.here = now.astimezone(zone)
        self.zone = zone
        self.ahead = ahead
        self.day: date | None = None
        self.soon = False
        self.clock: time | None = None

    def read(self) -> datetime | Unclear:
        if not self.left:
            return Unclear(self.text, N_("is empty"))
        relative = self.left[0] in IN
        if relative:
            self.left.pop(0)
        days: int | None = None
        amount = _take_amount(self.left)
        if amount is not None:
            exact, days = amount
            if exact or not self.left or self.left[0] in AGO:
                return self._moved(exact, days)
            self.day = self.here.date() + timedelta(days=days if self.ahead else -days)
        elif relative and not self.left:
            return Unclear(self.text)
        while self.left:
            before = len(self.left)
            self._take_one(said_at=False)
            if len(self.left) == before:
                return Unclear(self.left[0])
        return self._found()

    def _moved(self, exact: timedelta, days: int) -> datetime | Unclear:
        if self.left and (len(self.left) > 1 or self.left[0] not in AGO):
            return Unclear(self.left[-1])
        if self.left and self.ahead:
            return Unclear(self.text, N_("is over already"))
        sign = 1 if self.ahead else -1
        there = self.here.replace(tzinfo=None) + timedelta(days=sign * days)
        start = _utc(there, self.zone) if days else self.now.astimezone(UTC)
        return start + sign * exact

    def _take_one(self, *, said_at: bool) -> None:
        word = self.left[0]
        if word in FILLERS:
            self.left.pop(0)
            if self.left and not said_at:
                self._take_one(said_at=True)
            return
        if self.day is None and self._take_day():
            return
        if self.clock is None:
            self._take_clock(said_at)

    def _take_day(self) -> bool:
        word = self.left[0]
        today = self.here.date()
        step = 1 if self.ahead else -1
        if word == "day" and self.left[1:3] == ["after", "tomorrow"]:
            self.day = today + timedelta(days=2)
            del self.left[:3]
        elif word in DAYS:
            self.day, self.soon = today + timedelta(days=DAYS[word]), DAYS[word] == 0
            self.left.pop(0)
        elif word in NEXT and len(self.left) > 1 and self.ahead:
            return self._take_next(today)
        elif word in WEEKDAYS:
            off = (WEEKDAYS[word] - today.weekday()) * step % 7 or 7
            self.day = today + timedelta(days=off * step)
            self.left.pop(0)
        else:
            return self._take_date(today)
        return True

    def _take_next(self, today: date) -> bool:
        word = self.left[1]
        if word in WEEKDAYS:
            self.left.pop(0)
            return self._take_day()
        unit = UNITS.get(word)
        if unit == "weeks":
            self.day = today + timedelta(days=7 - today.weekday())
        elif word in ("month", "месяц", "месяце"):
            year, month = divmod(today.month, 12)
            self.day = date(today.year + year, month + 1, 1)
        else:
            return False
        del self.left[:2]
        return True

    def _take_date(self, today: date) -> bool:
        word = self.left[0]
        if found := _ISO.fullmatch(word):
            self.day = date(*(int(part) for part in found.groups()))
            self.left.pop(0)
            if self.left[:1] == ["t"]:
                self.left.pop(0)
        elif found := _DOTTED.fullmatch(word):
            self.day = self._dated(int(found[1]), int(found[2]), found[3], today)
            self.left.pop(0)
        elif len(self.left) > 1 and word.isdigit() and self.left[1] in MONTHS:
            self._take_named(int(word), MONTHS[self.left[1]], today)
        elif len(self.left) > 1 and word in MONTHS and self.left[1].isdigit():
            self._take_named(int(self.left[1]), MONTHS[word], today)
        else:
            return False
        return True

    def _take_named(self, day: int, month: int, today: date) -> None:
        del self.left[:2]
        year = None
        if self.left and len(self.left[0]) == 4 and self.left[0].isdigit():
            year = self.left.pop(0)
            if self.left and self.left[0] in ("года", "г"):
                self.left.pop(0)
        self.day = self._dated(day, month, year, today)

    def _dated(self, day: int, month: int, year: str | None, today: date) -> date:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        years = range(today.year, today.year + 9)
        if not self.ahead:
            years = range(today.year, today.year - 9, -1)
        for candidate in years:
            if (day, month) == (29, 2) and candidate % 4:
                continue
            found = date(candidate, month, day)
            if found >= today if self.ahead else found <= today:
                return found
        raise ValueError

    def _take_clock(self, said_at: bool) -> None:
        word = self.left[0]
        if found := _CLOCK.fullmatch(word):
            self.clock = time(int(found[1]), int(found[2]))
            self.left.pop(0)
        elif word in DAY_PARTS:
            self.clock = time(DAY_PARTS[self.left.pop(0)][0])
            return
        elif word.isdigit() and len(word) <= 2 and int(word) < 24:
            half = self.left[1] if len(self.left) > 1 else ""
            if not (said_at or self.day or half in DAY_PARTS or half in ("am", "pm")):
                return
            self.clock = time(int(word))
            self.left.pop(0)
            if self.left and self.left[0] in UNITS and UNITS[self.left[0]] == "hours":
                self.left.pop(0)
        else:
            return
        self._take_half()

    def _take_half(self) -> None:
        """`am` and `pm`, `утра`, `дня` and `вечера` after an hour."""
        half = self.left[0] if self.left else ""
        late = half == "pm" or (half in DAY_PARTS and DAY_PARTS[half][1])
        if half not in ("am", "pm") and half not in DAY_PARTS:
            return
        assert self.clock is not None
        self.left.pop(0)
        if late and self.clock.hour < 12:
            self.clock = self.clock.replace(hour=self.clock.hour + 12)
        elif not late and self.clock.hour == 12:
            self.clock = self.clock.replace(hour=0)

    def _found(self) -> datetime | Unclear:
        if self.day is None and self.clock is None:
            return Unclear(self.text)
        default = (_EVENING if self.soon else _MORNING) if self.ahead else time(0)
        clock = self.clock or default
        day = self.day or self.here.date()
        found = _utc(datetime.combine(day, clock), self.zone)
        if self.day is None:
            if self.ahead and found <= self.now:
                found = _utc(datetime.combine(day + timedelta(days=1), clock), self.zone)
            elif not self.ahead and found > self.now:
                found = _utc(datetime.combine(day - timedelta(days=1), clock), self.zone)
        return found
