"""A letter from elsewhere in the store, without any channel that could have brought it."""

from __future__ import annotations

from datetime import UTC, datetime

from omnidesk.core.model import Address, Direction, Handle, Known, Message
from omnidesk.core.store import Transaction


def arrive_letter(tx: Transaction, handle: Handle, name: str, subject: str, text: str) -> int:
    """The number of the conversation that it opened."""
    now = datetime.now(UTC)
    contact = tx.contact_of(handle) or tx.add_contact(name, now)
    tx.add_handle(handle, contact, known=Known.SEEN, name=name, at=now)
    number = tx.add_conversation(
        contact=contact,
        subject=subject,
        channel="support",
        snippet=text,
        at=now,
        waiting_since=now,
        unread=True,
    )
    tx.add_message(
        Message(
            id=0,
            conversation=number,
            channel="support",
            direction=Direction.IN,
            sender=Address(name, handle.value),
            handle=handle,
            author=None,
            subject=subject,
            text=text,
            external_id=f"letter-{number}",
            received_at=now,
        )
    )
    return number
