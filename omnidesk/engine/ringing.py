"""A call rings: the screens are told at once, of each call once, and never of one long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from omnidesk.core.channel import Ringing
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.store import Transaction
from omnidesk.engine.rules import Rules

_FRESH = timedelta(minutes=1)
"""Nobody lets it ring longer; what is older was written while no engine ran."""

_REPEATED = timedelta(minutes=10)


def ring(tx: Transaction, rules: Rules, ringing: Ringing, now: datetime) -> bool:
    """Tell the screens who rings; False where that is no news."""
    if abs(now - ringing.at) > _FRESH or tx.seen_external(rules.channel, ringing.call):
        return False
    for event in tx.ringing_since(now - _REPEATED):
        if (event.channel, event.data.get("call")) == (rules.channel, ringing.call):
            return False
    contact = tx.contact_of(ringing.handle) if ringing.handle else None
    found = tx.open_conversation_of(contact) if contact is not None else None
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.CALL_RINGING,
            conversation=found.number if found else None,
            contact=contact,
            channel=rules.channel,
            data={
                "call": ringing.call,
                "handle": str(ringing.handle) if ringing.handle else None,
                "name": ringing.name,
                "direction": ringing.direction.value,
                "rang_at": ringing.at,
            },
        )
    )
    return True
