"""What a view's and a typed filter find together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from omnidesk.core.filters import Filter, Reader, read_filter
from omnidesk.core.views import SavedView


def narrowed(
    view: str,
    saved: SavedView | None,
    query: str,
    *,
    agent: str,
    channels: Collection[str],
    now: datetime,
) -> tuple[str, Filter]:
    """The built-in view to look in, and what to find there; BadFilter says what is wrong.

    A view of the config is narrowed out of the inbox, or where it names states, out of all.
    """
    reader = Reader(now=now, agent=agent, channels=channels)
    typed = read_filter(query, reader)
    if saved is None:
        return view, typed
    kept = read_filter(saved.filter, reader)
    both = Filter(terms=(*kept.terms, *typed.terms), unfinished=typed.unfinished)
    return ("all" if kept.of("state", "number") else "inbox"), both


def asked(query: str, *, agent: str, channels: Collection[str], now: datetime) -> Filter:
    """What is to be searched for; BadFilter says what is wrong."""
    return read_filter(query, Reader(now=now, agent=agent, channels=channels))
