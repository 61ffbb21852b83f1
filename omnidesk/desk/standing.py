"""How a conversation stands: its state, assignee and tags with what was merged into it.

A merged conversation keeps its own columns aside, the kept one those that it has apart from
all merges. What is shown is worked out of these, so that merges come off in any order; what
was changed by hand since stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from omnidesk.core.model import State
from omnidesk.core.store import Pointers, Reads, Transaction

Columns = dict[str, Any]

_URGENCY = ("state", "waiting_since", "unread", "snoozed_until", "closed_at")
_SINGLE = ("assignee", "tags", "priority")
_UNITS = (_URGENCY, *((name,) for name in _SINGLE))
_TIMES = ("waiting_since", "snoozed_until", "closed_at", "last_at")
_ORDER = [State.OPEN, State.WAITING, State.SNOOZED, State.CLOSED]


def put_inside(tx: Transaction, number: int, into: int, order: int) -> None:
    """Merge a conversation into another; `order` is the merge's event."""
    whole = _pointers(tx, into)
    aside = _columns(tx, number)
    if whole.apart is None:
        tx.change_conversation(into, apart=_columns(tx, into))
    before = _worked_out(tx, into)
    tx.change_conversation(number, state="merged", aside={**aside, "order": order})
    tx.point_conversation(number, into)
    _swap(tx, into, before, entering=aside)
    _refresh(tx, number, into)


def take_out(tx: Transaction, number: int) -> int:
    """Take a conversation out of the one that it was merged into; which that was."""
    into = _pointers(tx, number).merged_into
    assert into is not None
    before = _worked_out(tx, into)
    aside = _columns(tx, number)
    tx.point_conversation(number, None)
    tx.change_conversation(number, aside=None, **aside)
    _swap(tx, into, before)
    if not any(_pointers(tx, other).aside for other in tx.inside(into)):
        tx.change_conversation(into, apart=None)
    _refresh(tx, number, into)
    return into


def put_back(tx: Transaction, number: int, before: Mapping[str, Any]) -> None:
    """Set some columns to what an event kept of them, merged or not."""
    set_columns(tx, number, {**_columns(tx, number), **thawed(before)})


def set_columns(tx: Transaction, number: int, columns: Columns) -> None:
    """Set how a conversation stands; one that is merged stands so within its whole."""
    pointers = _pointers(tx, number)
    if pointers.aside is None or pointers.merged_into is None:
        if pointers.merged_into is None:
            tx.change_conversation(number, **columns)
        return
    before = _worked_out(tx, pointers.merged_into)
    tx.change_conversation(number, aside={**columns, "order": pointers.aside["order"]})
    _swap(tx, pointers.merged_into, before)


def thawed(kept: Mapping[str, Any]) -> Columns:
    """Columns as an event keeps them in JSON, as the model has them."""
    columns = {name: value for name, value in kept.items() if name != "order"}
    for name in _TIMES:
        if isinstance(columns.get(name), str):
            columns[name] = datetime.fromisoformat(columns[name])
    if "tags" in columns:
        columns["tags"] = tuple(columns["tags"])
    if "state" in columns:
        columns["state"] = State(columns["state"])
    return columns


def urgency(tx: Reads, number: int) -> Columns:
    """Whether and since when a conversation waits for us."""
    columns = _columns(tx, number)
    return {name: columns[name] for name in _URGENCY}


def bring(tx: Transaction, number: int, urgent: Columns) -> None:
    """Make a conversation, and what it is merged into, at least as urgent as something that came.

    Only what came while things were joined brings its urgency along when they come apart.
    """
    for touched in dict.fromkeys((number, tx.kept_by(number))):
        stands = _columns(tx, touched)
        together = _together(stands, {**stands, **urgent})
        set_columns(tx, touched, {**stands, **{name: together[name] for name in _URGENCY}})


def _swap(
    tx: Transaction, number: int, before: Columns, *, entering: Columns | None = None
) -> None:
    """Work a conversation's columns out anew, those that nobody changed by hand since.

    What was changed by hand still takes in the columns of what is `entering`.
    """
    after, stands = _worked_out(tx, number), _columns(tx, number)
    fresh: Columns = {}
    for unit in _UNITS:
        untouched = all(stands[name] == before[name] for name in unit)
        wanted = after if untouched else _together(stands, entering) if entering else stands
        fresh |= {name: wanted[name] for name in unit}
    set_columns(tx, number, fresh)


def _worked_out(tx: Reads, number: int) -> Columns:
    """The columns as they follow from the conversation's own and those inside, oldest first."""
    apart = _pointers(tx, number).apart
    worked = thawed(apart) if apart else _columns(tx, number)
    insides = [aside for other in tx.inside(number) if (aside := _pointers(tx, other).aside)]
    for aside in sorted(insides, key=lambda kept: int(kept["order"])):
        worked = _together(worked, thawed(aside))
    return worked


def _columns(tx: Reads, number: int) -> Columns:
    aside = _pointers(tx, number).aside
    if aside is not None:
        return thawed(aside)
    found = tx.conversation(number)
    assert found is not None
    return {name: getattr(found, name) for unit in _UNITS for name in unit}


def _pointers(tx: Reads, number: int) -> Pointers:
    found = tx.pointers(number)
    assert found is not None
    return found


def _refresh(tx: Transaction, *numbers: int) -> None:
    touched = {*numbers, *(tx.kept_by(number) for number in numbers)}
    for number in sorted(touched):
        tx.refresh(number)


def _together(kept: Columns, gone: Columns) -> Columns:
    """What two conversations are as one: as urgent as the more urgent of the two."""
    waits = [at for at in (kept["waiting_since"], gone["waiting_since"]) if at]
    state = min(kept["state"], gone["state"], key=_ORDER.index)
    return {
        "state": state,
        "waiting_since": min(waits) if waits else None,
        "unread": kept["unread"] or gone["unread"],
        "assignee": kept["assignee"] or gone["assignee"],
        "priority": max(kept["priority"], gone["priority"]),
        "tags": tuple(dict.fromkeys((*kept["tags"], *gone["tags"]))),
        "closed_at": _latest(kept, gone, "closed_at") if state is State.CLOSED else None,
        "snoozed_until": _soonest(kept, gone) if state is State.SNOOZED else None,
    }


def _soonest(kept: Columns, gone: Columns) -> datetime | None:
    times = [it["snoozed_until"] for it in (kept, gone) if it["state"] is State.SNOOZED]
    return min((at for at in times if at), default=None)


def _latest(kept: Columns, gone: Columns, name: str) -> datetime | None:
    return max((it[name] for it in (kept, gone) if it[name]), default=None)
