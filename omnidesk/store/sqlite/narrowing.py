"""The conditions of a filter on a conversation's own columns, as SQL over `conversation c`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from omnidesk.store.sqlite.values import ms

if TYPE_CHECKING:
    from omnidesk.core.filters import Term

_IS = {
    "unread": "c.unread = 1",
    "read": "c.unread = 0",
    "failed": "c.failed > 0",
    "assigned": "c.assignee IS NOT NULL",
    "unassigned": "c.assignee IS NULL",
}
_IN = {
    "state": "c.state IN ({})",
    "channel": "c.channel IN ({})",
    "assignee": "coalesce(c.assignee, '') IN ({})",
    "tag": "EXISTS (SELECT 1 FROM tagged g WHERE g.tag IN ({}) AND g.conversation = c.number)",
}
_COMPARE = frozenset(["=", "<", ">", "<=", ">="])
_LAST_WAIT = 1 << 52
"""A rank below it is the time since when one waits."""


def narrowed(terms: Iterable[Term]) -> tuple[list[str], dict[str, Any]]:
    """Conditions, and the values of their parameters."""
    found: list[str] = []
    arguments: dict[str, Any] = {}
    for at, term in enumerate(terms):
        condition = _condition(term, f"f{at}", arguments)
        found.append(f"NOT ({condition})" if term.negated else condition)
    return found, arguments


def _condition(term: Term, name: str, arguments: dict[str, Any]) -> str:
    value = term.value
    assert term.compare in _COMPARE
    if isinstance(value, datetime):
        arguments[name] = ms(value)
        if term.key != "waiting":
            return f"c.last_at {term.compare} :{name}"
        # The rank is the very same time, and the views' order.
        if term.compare == "<=":
            return f"c.rank <= :{name}"
        return f"(c.rank > :{name} AND c.rank < {_LAST_WAIT})"
    if isinstance(value, int):
        arguments[name] = value
        column = "number" if term.key == "number" else "priority"
        return f"c.{column} {term.compare} :{name}"
    if term.key == "is":
        if value[0] == "mine":
            arguments[name] = value[1]
            return f"c.assignee IS :{name}"
        return _IS[value[0]]
    if term.key == "assignee" and len(value) == 1:
        arguments[name] = value[0] or None
        return f"c.assignee IS :{name}"
    names = [f"{name}_{i}" for i in range(len(value))]
    arguments.update(zip(names, value, strict=True))
    return _IN[term.key].format(", ".join(f":{n}" for n in names))
