"""Days, times, sizes and numbers as the screen's language writes them.

The words are those of Unicode CLDR; a test compares them with Babel's copy of it.
"""

from __future__ import annotations

from datetime import date, datetime

from omnidesk.core.language import N_, _, pgettext
from omnidesk.core.safetext import SafeText

_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_BRIEF_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def _months() -> tuple[str, ...]:
    return (
        pgettext("of a day", "January"),
        pgettext("of a day", "February"),
        pgettext("of a day", "March"),
        pgettext("of a day", "April"),
        pgettext("of a day", "May"),
        pgettext("of a day", "June"),
        pgettext("of a day", "July"),
        pgettext("of a day", "August"),
        pgettext("of a day", "September"),
        pgettext("of a day", "October"),
        pgettext("of a day", "November"),
        pgettext("of a day", "December"),
    )


def _brief_months() -> tuple[str, ...]:
    return (
        pgettext("brief", "Jan"),
        pgettext("brief", "Feb"),
        pgettext("brief", "Mar"),
        pgettext("brief", "Apr"),
        pgettext("brief", "May"),
        pgettext("brief", "Jun"),
        pgettext("brief", "Jul"),
        pgettext("brief", "Aug"),
        pgettext("brief", "Sep"),
        pgettext("brief", "Oct"),
        pgettext("brief", "Nov"),
        pgettext("brief", "Dec"),
    )


def brief_day(day: date, *, year: bool = False) -> SafeText:
    """A day in few cells: `16 Sep`, with its year where that is wanted."""
    words = {"day": day.day, "month": _brief_months()[day.month - 1], "year": day.year}
    pattern = _("{day} {month} {year}") if year else _("{day} {month}")
    return SafeText(pattern.format_map(words))


def long_day(day: date, *, year: bool) -> SafeText:
    """A day in full: `Wednesday 16 September`, with its year where that is wanted."""
    words = {
        "weekday": _(_WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": _months()[day.month - 1],
        "year": day.year,
    }
    pattern = _("{weekday} {day} {month} {year}") if year else _("{weekday} {day} {month}")
    return SafeText(pattern.format_map(words))


def moment(at: datetime, *, year: bool = False, exact: bool = False) -> SafeText:
    """A time of the agent's own clock with its day: `Mon 24 Nov 09:00`.

    `exact` adds the seconds and the offset from UTC.
    """
    here = at.astimezone()
    words = {
        "weekday": _(_BRIEF_WEEKDAYS[here.weekday()]),
        "day": brief_day(here, year=year),
        "time": f"{here:%H:%M:%S %z}" if exact else f"{here:%H:%M}",
    }
    return SafeText(_("{weekday} {day} {time}").format_map(words))


def percent(share: float) -> SafeText:
    """A share of one in whole percents: `85%`."""
    return SafeText(_("{n}%").format(n=round(share * 100)))


def size(count: int) -> SafeText:
    """Bytes for people, in powers of 1000: `640 B`, `1.2 MB`."""
    amount = float(count)
    if amount < 1000:
        return SafeText(_("{n} B").format(n=count))
    for pattern in (_("{n} KB"), _("{n} MB")):
        amount /= 1000
        if amount < 1000:
            return SafeText(pattern.format(n=_decimal(amount)))
    return SafeText(_("{n} GB").format(n=_decimal(amount / 1000)))


def _decimal(amount: float) -> str:
    return f"{amount:.1f}".replace(".", pgettext("decimal mark", "."))


def number(count: int) -> SafeText:
    """A whole number with its thousands apart: `12,480`."""
    return SafeText(f"{count:,}".replace(",", pgettext("thousands mark", ",")))
