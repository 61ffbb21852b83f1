"""Under which heading a row of the list stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from omnidesk.core.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from omnidesk.core.model import Row

    Section = Callable[[Row], str]
    """The heading of a row, still without its translation."""

_BY_NEED = ("inbox", "mine", "unassigned")
_BY_DAY = ("closed", "waiting")
_WEEK = 7


def by_need(row: Row) -> str:
    """Whether somebody waits for us; who does stands before all others."""
    return N_("needs us") if row.waiting_since is not None else N_("waiting for the customer")


def by_day(now: datetime) -> Section:
    """On which day of the agent's own clock something last happened."""
    today = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday, week = today - timedelta(days=1), today - timedelta(days=_WEEK - 1)

    def day(row: Row) -> str:
        if row.last_at >= today:
            return N_("today")
        if row.last_at >= yesterday:
            return N_("yesterday")
        return N_("this week") if row.last_at >= week else N_("earlier")

    return day


def section_of(view: str, *, newest: bool, now: datetime) -> Section | None:
    """How a view is parted; None where its rows are in an order without parts."""
    if newest or view in _BY_DAY:
        return by_day(now)
    return by_need if view in _BY_NEED else None
