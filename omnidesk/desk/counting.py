"""How many conversations stand in each view, those of the config too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from omnidesk.core.errors import BadFilter
from omnidesk.core.store import Reads
from omnidesk.core.views import SavedView
from omnidesk.desk.finding import narrowed

MOST = 100
"""A view of the config is counted no further: it is a number beside a name."""


def counted(
    reads: Reads,
    views: Iterable[SavedView],
    agent: str,
    *,
    channels: Collection[str],
    now: datetime,
) -> dict[str, int]:
    """The built-in views, and by their names those of the config that are counted cheaply."""
    found = reads.counts(agent)
    for view in views:
        try:
            inside, wish = narrowed(view.name, view, "", agent=agent, channels=channels, now=now)
        except BadFilter:  # the list itself says what is wrong
            continue
        number = reads.count_filtered(wish, inside, agent=agent, most=MOST)
        if number is not None:
            found[view.name] = number
    return found
