"""A conversation is changed: what it was and what it became stand in one event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from omnidesk.core.events import Event, What
from omnidesk.core.model import State
from omnidesk.core.store import Transaction
from omnidesk.desk.opening import find


def change(
    tx: Transaction,
    number: int,
    actor: str,
    now: datetime,
    *,
    together: str | None = None,
    **after: Any,
) -> bool:
    """Set fields of a conversation; False where nothing would change.

    What was done `together` is undone together.
    """
    number, conversation, _rest = find(tx, number)
    before = {name: getattr(conversation, name) for name in after}
    if before == after:
        return False
    tx.change_conversation(number, **after)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.CONVERSATION_CHANGED,
            conversation=number,
            data={
                "before": before,
                "after": after,
                **({"together": together} if together else {}),
            },
        )
    )
    return True


def close(tx: Transaction, number: int, actor: str, now: datetime) -> bool:
    """Close a conversation: nothing is open about it."""
    return change(tx, number, actor, now, **closed(now))


def closed(now: datetime) -> dict[str, Any]:
    """How a closed conversation stands."""
    return {
        "state": State.CLOSED,
        "closed_at": now,
        "waiting_since": None,
        "snoozed_until": None,
        "unread": False,
    }


def reopen(tx: Transaction, number: int, actor: str, now: datetime) -> bool:
    """Open a conversation again."""
    return change(tx, number, actor, now, state=State.OPEN, closed_at=None, snoozed_until=None)


def snooze(tx: Transaction, number: int, until: datetime | None, actor: str, now: datetime) -> bool:
    """Put a conversation aside until a time, or until the customer writes."""
    return change(tx, number, actor, now, state=State.SNOOZED, snoozed_until=until)


def read(tx: Transaction, number: int, actor: str, now: datetime, *, unread: bool) -> None:
    """Mark a conversation as read or unread; no act that one would want to undo."""
    number, conversation, _rest = find(tx, number)
    if conversation.unread == unread:
        return
    tx.change_conversation(number, unread=unread)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.CONVERSATION_READ,
            conversation=number,
            data={"unread": unread},
        )
    )
