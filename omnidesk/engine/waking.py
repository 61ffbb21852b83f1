"""Snoozed conversations come back when their time has come."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import State
from omnidesk.core.store import Transaction


def wake_due(tx: Transaction, now: datetime) -> int:
    """Open what was snoozed until now or earlier; how many it were."""
    due = tx.snoozed_until(now)
    for number in due:
        tx.change_conversation(number, state=State.OPEN, snoozed_until=None, unread=True)
        tx.append(
            Event(
                at=now,
                actor=SYSTEM,
                kind=What.CONVERSATION_CHANGED,
                conversation=number,
                data={"before": {"state": "snoozed"}, "after": {"state": "open"}},
            )
        )
    return len(due)
