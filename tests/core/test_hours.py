"""Working hours are read as people write them, and asked on the right clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from omnidesk.core.hours import read_hours, spoken

MOSCOW = ZoneInfo("Europe/Moscow")


def at(text: str) -> datetime:
    """A moment in Moscow; 16 November 2026 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "working"),
    [
        ("Mon-Fri 09:00-18:00", "2026-11-16T09:00", True),
        ("Mon-Fri 09:00-18:00", "2026-11-16T08:59", False),
        ("Mon-Fri 09:00-18:00", "2026-11-20T17:59", True),
        ("Mon-Fri 09:00-18:00", "2026-11-20T18:00", False),
        ("Mon-Fri 09:00-18:00", "2026-11-21T12:00", False),
        ("mon-fri 9:00-18:00, Sat 10:00-14:00", "2026-11-21T12:00", True),
        ("Fri-Mon 09:00-18:00", "2026-11-22T12:00", True),
        ("Fri-Mon 09:00-18:00", "2026-11-18T12:00", False),
        ("Fri 22:00-06:00", "2026-11-21T05:59", True),
        ("Fri 22:00-06:00", "2026-11-20T05:59", False),
        ("Sun 22:00-06:00", "2026-11-16T01:00", True),
        ("Sun 20:00-24:00", "2026-11-22T23:59", True),
    ],
)
def test_a_moment_is_within_hours_or_not(hours: str, moment: str, working: bool) -> None:
    assert read_hours(hours, MOSCOW).include(at(moment)) is working


def test_hours_mean_the_clock_of_their_zone() -> None:
    eight_in_utc = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
    assert read_hours("Mon 09:00-18:00", MOSCOW).include(eight_in_utc)
    assert not read_hours("Mon 09:00-18:00", UTC).include(eight_in_utc)


@pytest.mark.parametrize(
    "text", ["", "9-18", "Mon-Fri", "Mon 25:00-26:00", "Mon 24:30-24:50", "Mon 09:00-09:00", "Mo 1"]
)
def test_what_is_no_hours_is_refused_with_how_they_are_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours are written like|is no span"):
        read_hours(text)


@pytest.mark.parametrize(
    ("hours", "english", "russian"),
    [
        (1, "1 hour", "1 часа"),
        (4, "4 hours", "4 часов"),
        (21, "21 hours", "21 часа"),
        (11, "11 hours", "11 часов"),
        (48, "2 days", "2 дней"),
        (0.5, "30 minutes", "30 минут"),
    ],
)
def test_a_time_is_spoken_in_the_desks_language(hours: float, english: str, russian: str) -> None:
    time = timedelta(hours=hours)
    assert (spoken(time, "en"), spoken(time, "ru")) == (english, russian)
