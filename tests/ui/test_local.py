"""Days, times, sizes and numbers are written as Unicode CLDR has them, but for spared cells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

import omnidesk.ui
from omnidesk.core.language import LANGUAGES, speak
from omnidesk.ui.local import brief_day, long_day, moment, number, percent, size

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATTERNS = {"en": "en_GB", "ru": "ru"}
"""Whose order of day and month a language has here: English stands in the British one."""
_DAYS = [date(2026, month, 1 + month * 2) for month in range(1, 13)]
_WEEK = [date(2026, 11, 16) + timedelta(days=n) for n in range(7)]


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """A language, while it is spoken."""
    speak(request.param)
    yield request.param
    speak(LANGUAGES[0])


def words(language: str, of: str, width: str) -> dict[int, str]:
    """The names of months (from 1) or weekdays (from 0, Monday) within a date."""
    found: dict[str, Any] = getattr(Locale.parse(language), of)["format"]
    return dict(found[width].items())


def test_months_and_weekdays_are_the_words_of_the_language(spoken: str) -> None:
    months, brief = (words(spoken, "months", width) for width in ("wide", "abbreviated"))
    for day in _DAYS:
        assert months[day.month] in long_day(day, year=False).split()
        assert brief_day(day) == f"{day.day} {brief[day.month]}"
    weekdays, short = (words(spoken, "days", width) for width in ("wide", "abbreviated"))
    for day in _WEEK:
        assert long_day(day, year=False).startswith(weekdays[day.weekday()])
        at = datetime(day.year, day.month, day.day, 12).astimezone()
        assert moment(at).startswith(short[day.weekday()])


def test_a_whole_date_stands_in_the_order_of_the_language(spoken: str) -> None:
    whose = _PATTERNS[spoken]
    for day in _DAYS:
        wide = format_date(day, "full", locale=whose).removesuffix("\u202fг.")
        assert long_day(day, year=True).replace(",", "") == wide.replace(",", "")
    assert brief_day(_DAYS[8], year=True) == f"{brief_day(_DAYS[8])} 2026"
    if spoken == "ru":
        day = datetime(2026, 9, 16, 12, tzinfo=UTC)
        assert brief_day(day) == format_skeleton("MMMd", day, locale=whose)


def test_a_moment_says_its_hour_and_where_wanted_its_year_seconds_and_offset() -> None:
    at = datetime(2026, 9, 6, 12, 3, 4, tzinfo=UTC)
    here = at.astimezone()
    assert moment(at).endswith(f"6 Sep {here:%H:%M}")
    assert moment(at, year=True).endswith(f"6 Sep 2026 {here:%H:%M}")
    assert moment(at, exact=True).endswith(f"{here:%H:%M:%S %z}")


def test_numbers_have_the_marks_of_the_language(spoken: str) -> None:
    for count in (0, 999, 1_000, 12_480, 1_234_567):
        assert number(count) == format_decimal(count, locale=spoken)
    assert percent(0.854) == format_percent(0.85, locale=spoken).replace("\u00a0", "")
    decimal = Locale.parse(spoken).number_symbols["latn"]["decimal"]
    assert size(1_234).startswith(f"1{decimal}2")


def test_no_word_of_the_c_library_stands_on_the_screen() -> None:
    for file in Path(omnidesk.ui.__path__[0]).glob("*.py"):
        assert not re.search(r"%[aAbBcpxX]", file.read_text()), file.name
