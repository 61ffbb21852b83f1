"""How conversations are worked off: sorted, many at once, and the next that needs us."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from omnidesk.core.errors import NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.model import Conversation, Row, State
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk import changing
from omnidesk.desk.opening import find

SPAM = "spam"
MOST = 500
"""How many conversations are changed in one write."""

_LAST_WAIT = 1 << 52
"""A rank below it says that a customer waits."""

_HIGHEST = 9
_PAGE, _PAGES = 200, 50  # how far a colleague's conversations are passed over
Columns = dict[str, Any]


def _close(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return changing.closed(now)


def _reopen(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return {"state": State.OPEN, "closed_at": None, "snoozed_until": None}


def _wait(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    columns = {"closed_at": None, "snoozed_until": None, "waiting_since": None}
    return {"state": State.WAITING, **columns}


def _assign(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return {"assignee": more["agent"]}


def _snooze(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return {"state": State.SNOOZED, "snoozed_until": more.get("until")}


def _tag(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    drop = more.get("drop", ())
    tags = (*found.tags, *more.get("add", ()))
    return {"tags": tuple(dict.fromkeys(tag for tag in tags if tag not in drop))}


def _spam(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return {**_close(found, now, more), **_tag(found, now, {"add": (SPAM,)})}


def _priority(found: Conversation, now: datetime, more: Mapping[str, Any]) -> Columns:
    return {"priority": max(-_HIGHEST, min(_HIGHEST, found.priority + int(more["by"])))}


VERBS: Mapping[str, Callable[[Conversation, datetime, Mapping[str, Any]], Columns]] = {
    "close": _close,
    "reopen": _reopen,
    "wait": _wait,
    "assign": _assign,
    "snooze": _snooze,
    "tag": _tag,
    "spam": _spam,
    "priority": _priority,
}
"""What can be done to many at once: `assign` takes agent=, `snooze` until=, `tag` add= and
drop=, `priority` by=."""


def each(
    tx: Transaction,
    numbers: Sequence[int],
    verb: str,
    more: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> int:
    """Do something to conversations; how many were changed."""
    if len(numbers) > MOST:
        raise NotFound(
            _("{n} conversations are too many at once; {most} are the most").format(
                n=len(numbers), most=MOST
            )
        )
    together = secrets.token_hex(4)
    changed = 0
    for number in dict.fromkeys(numbers):
        kept, found, _rest = find(tx, number)
        after = _settled(found, VERBS[verb](found, now, more))
        changed += changing.change(tx, kept, actor, now, together=together, **after)
    return changed


def _settled(found: Conversation, after: Columns) -> Columns:
    """A closed conversation keeps the time at which it was closed."""
    if after.get("state") is State.CLOSED and found.state is State.CLOSED:
        after["closed_at"] = found.closed_at
    return after


def spam(tx: Transaction, number: int, actor: str, now: datetime) -> bool:
    """Close a conversation with the tag `spam`."""
    return each(tx, [number], "spam", {}, actor, now) > 0


def prioritise(tx: Transaction, number: int, by: int, actor: str, now: datetime) -> int:
    """Make a conversation more or less urgent; how urgent it is then."""
    each(tx, [number], "priority", {"by": by}, actor, now)
    return find(tx, number)[1].priority


def next_needing(reads: Reads, number: int | None, agent: str, *, back: bool) -> Row | None:
    """The inbox is in the order of waiting: who waits stands before all others."""
    here = reads.row(reads.kept_by(number)) if number is not None else None
    end = (_LAST_WAIT, 0)
    if here is not None:
        key = (here.rank, here.number)
        found = _first_waiting(reads, agent, min(key, end) if back else key, back=back)
        if found is not None:
            return found
    found = _first_waiting(reads, agent, end if back else None, back=back)
    return None if here is not None and found is not None and found.number == here.number else found


def _first_waiting(
    reads: Reads, agent: str, key: tuple[int, int] | None, *, back: bool
) -> Row | None:
    """Who waits nearest to a place of the inbox and is no colleague's."""
    for _page in range(_PAGES):
        if back:
            rows = reads.rows("inbox", before=key, limit=_PAGE)[::-1]
        else:
            rows = reads.rows("inbox", after=key, limit=_PAGE)
        waiting = [row for row in rows if row.waiting_since is not None]
        for row in waiting:
            if row.assignee in (None, "", agent):
                return row
        if len(rows) < _PAGE or (not back and len(waiting) < len(rows)):
            return None
        key = (rows[-1].rank, rows[-1].number)
    return None


def pin(tx: Transaction, message: int, actor: str, now: datetime, *, pinned: bool) -> bool:
    """Pin a message or unpin it, journaled."""
    found = tx.message(message)
    if found is None:
        raise NotFound(
            _("there is no message {message}; omnidesk show prints their ids").format(
                message=message
            )
        )
    if not tx.pin(message, actor, now, pinned=pinned):
        return False
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.MESSAGE_PINNED,
            conversation=found.conversation,
            message=message,
            data={"pinned": pinned},
        )
    )
    return True


def unpin(tx: Transaction, event: Event, now: datetime) -> str:
    """Undo a pinning or an unpinning."""
    assert event.message is not None
    pinned = bool(event.data["pinned"])
    tx.pin(event.message, event.actor, now, pinned=not pinned)
    said = _("the message in [#{number}] is pinned")
    if pinned:
        said = _("the message in [#{number}] is not pinned")
    return said.format(number=event.conversation)
