"""A moment is what a person means by what he types, in either language, on his own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.dates import Unclear, read_amount, read_moment

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 9, 16, 12, 30, tzinfo=UTC)
"""A Wednesday, 15:30 in Moscow."""


def local(text: str, now: datetime = NOW, *, ahead: bool = True) -> str:
    found = read_moment(text, now, MOSCOW, ahead=ahead)
    if isinstance(found, Unclear):
        return str(found)
    assert found.tzinfo is UTC
    return f"{found.astimezone(MOSCOW):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("in 1h", "2026-09-16 16:30"),
        ("30m", "2026-09-16 16:00"),
        ("1h30m", "2026-09-16 17:00"),
        ("1.5h", "2026-09-16 17:00"),
        ("an hour", "2026-09-16 16:30"),
        ("in 2 days", "2026-09-18 15:30"),
        ("3d", "2026-09-19 15:30"),
        ("2w", "2026-09-30 15:30"),
        ("in 2 days at 9", "2026-09-18 09:00"),
        ("tomorrow", "2026-09-17 09:00"),
        ("tomorrow 10:00", "2026-09-17 10:00"),
        ("Tomorrow at 3pm", "2026-09-17 15:00"),
        ("tomorrow morning", "2026-09-17 09:00"),
        ("day after tomorrow", "2026-09-18 09:00"),
        ("today", "2026-09-16 18:00"),
        ("today 17:45", "2026-09-16 17:45"),
        ("17:45", "2026-09-16 17:45"),
        ("10:00", "2026-09-17 10:00"),
        ("at 9", "2026-09-17 09:00"),
        ("monday", "2026-09-21 09:00"),
        ("next monday", "2026-09-21 09:00"),
        ("wednesday", "2026-09-23 09:00"),
        ("fri 16:00", "2026-09-18 16:00"),
        ("next week", "2026-09-21 09:00"),
        ("next month", "2026-10-01 09:00"),
        ("25.12", "2026-12-25 09:00"),
        ("25.12.2027", "2027-12-25 09:00"),
        ("25.12.27 18:00", "2027-12-25 18:00"),
        ("1.9", "2027-09-01 09:00"),
        ("29.02", "2028-02-29 09:00"),
        ("december 25", "2026-12-25 09:00"),
        ("25 dec 2027", "2027-12-25 09:00"),
        ("25 декабря 9:00", "2026-12-25 09:00"),
        ("25 декабря 2027 года в 10:15", "2027-12-25 10:15"),
        ("завтра", "2026-09-17 09:00"),
        ("завтра в 14:30", "2026-09-17 14:30"),
        ("послезавтра", "2026-09-18 09:00"),
        ("завтра вечером", "2026-09-17 18:00"),
        ("завтра в 3 часа дня", "2026-09-17 15:00"),
        ("завтра в 9 утра", "2026-09-17 09:00"),
        ("в 8 вечера", "2026-09-16 20:00"),
        ("через 2 часа", "2026-09-16 17:30"),
        ("через час", "2026-09-16 16:30"),
        ("через полчаса", "2026-09-16 16:00"),
        ("через неделю", "2026-09-23 15:30"),
        ("через 3 дня в 10:00", "2026-09-19 10:00"),
        ("в понедельник в 9", "2026-09-21 09:00"),
        ("во вторник", "2026-09-22 09:00"),
        ("в пятницу в 18:00", "2026-09-18 18:00"),
        ("на следующей неделе", "2026-09-21 09:00"),
        ("2026-12-25", "2026-12-25 09:00"),
        ("2026-12-25 09:00", "2026-12-25 09:00"),
        ("2026-12-25T09:00", "2026-12-25 09:00"),
        ("2026-12-25T09:00+01:00", "2026-12-25 11:00"),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: str) -> None:
    assert local(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "'soon' is not understood"),
        ("tomorrow soon", "'soon' is not understood"),
        ("", "'' is empty"),
        ("9", "'9' is not understood"),
        ("in", "'in' is not understood"),
        ("31.02", "'31.02' is no date"),
        ("2026-13-01", "'2026-13-01' is no date"),
        ("25:00", "'25:00' is not understood"),
        ("2020-01-01", "'2020-01-01' is over already"),
        ("today 9:00", "'today 9:00' is over already"),
        ("yesterday", "'yesterday' is over already"),
        ("2h ago", "'2h ago' is over already"),
        ("0s", "'0s' is over already"),
        ("9" * 30 + "d", f"'{'9' * 30}d' is too far away"),
        ("5000000d", "'5000000d' is too far away"),
        ("tomorrow tomorrow", "'tomorrow' is not understood"),
    ],
)
def test_what_is_no_moment_to_come_is_said(typed: str, said: str) -> None:
    assert local(typed) == said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2h", "2026-09-16 13:30"),
        ("2h ago", "2026-09-16 13:30"),
        ("2 дня назад", "2026-09-14 15:30"),
        ("3d", "2026-09-13 15:30"),
        ("yesterday", "2026-09-15 00:00"),
        ("вчера в 10:00", "2026-09-15 10:00"),
        ("today", "2026-09-16 00:00"),
        ("monday", "2026-09-14 00:00"),
        ("wednesday", "2026-09-09 00:00"),
        ("25.12", "2025-12-25 00:00"),
        ("2026-09-01", "2026-09-01 00:00"),
        ("16:00", "2026-09-15 16:00"),
    ],
)
def test_a_past_moment_is_meant_where_one_looks_back(typed: str, meant: str) -> None:
    assert local(typed, ahead=False) == meant


def test_days_keep_the_time_of_day_when_the_clocks_change() -> None:
    saturday = datetime(2026, 10, 24, 7, 0, tzinfo=UTC)  # 09:00 in Berlin, 23 h before winter time
    assert read_moment("in 1 day", saturday, BERLIN) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert read_moment("tomorrow", saturday, BERLIN) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert read_moment("24h", saturday, BERLIN) == saturday + timedelta(hours=24)


def test_an_hour_that_the_clocks_leave_out_is_the_next_one() -> None:
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    found = read_moment("tomorrow 02:30", saturday, BERLIN)
    assert isinstance(found, datetime)
    assert f"{found.astimezone(BERLIN):%H:%M}" == "03:30"


def test_without_a_zone_the_clock_of_this_machine_is_meant() -> None:
    found = read_moment("tomorrow", NOW)
    assert isinstance(found, datetime)
    assert found.astimezone().hour == 9


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("2h", 120), ("90m", 90), ("1d", 1440), ("2 часа", 120), ("полчаса", 30), ("1w 1h", 10140)],
)
def test_an_amount_of_time_is_read(typed: str, minutes: int) -> None:
    assert read_amount(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["", "2", "h2", "2 parsecs", "tomorrow", "9" * 400 + "h"])
def test_what_is_no_amount_of_time_is_none(typed: str) -> None:
    assert read_amount(typed) is None


WORDS = ["in", "через", "2", "час", "понедельник", "at", "9:00", "25.12", "next", "week", "декабря"]


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
    ),
    st.booleans(),
)
def test_whatever_is_typed_gives_a_moment_or_says_why_not(text: str, ahead: bool) -> None:
    found = read_moment(text, NOW, MOSCOW, ahead=ahead)
    if isinstance(found, datetime):
        assert found > NOW if ahead else found.tzinfo is UTC
    else:
        assert str(found)
