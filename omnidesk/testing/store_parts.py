"""What the parts of the store's contract build on: a letter, a conversation, a reply."""

from __future__ import annotations

from datetime import UTC, datetime

from omnidesk.core.model import (
    Address,
    Delivery,
    DeliveryState,
    Direction,
    Handle,
    Known,
    Message,
)
from omnidesk.core.store import Transaction

NOON = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
ANNA = Handle("mailto", "anna@example.org")


def letter(number: int, external_id: str, text: str = "hello", **more: object) -> Message:
    """A message as intake would store it."""
    values: dict[str, object] = {
        "id": 0,
        "conversation": number,
        "channel": "support",
        "direction": Direction.IN,
        "sender": Address("Anna", "anna@example.org"),
        "handle": ANNA,
        "author": None,
        "text": text,
        "external_id": external_id,
        "received_at": NOON,
        **more,
    }
    return Message(**values)  # type: ignore[arg-type]


def begin(tx: Transaction, subject: str = "Order", at: datetime = NOON, **more: object) -> int:
    """A conversation of Anna's."""
    contact = tx.contact_of(ANNA) or tx.add_contact("Anna", at)
    tx.add_handle(ANNA, contact, known=Known.SEEN, name="Anna", at=at)
    return tx.add_conversation(
        contact=contact, subject=subject, channel="support", snippet="hello", at=at, **more
    )


def owed(tx: Transaction, number: int, key: str, due_at: datetime = NOON) -> int:
    """A reply in the outbox."""
    reply = letter(number, f"out-{key}", direction=Direction.OUT, author="ivan")
    id_ = tx.add_message(reply)
    assert id_ is not None
    delivery = Delivery(
        message=id_,
        channel="support",
        state=DeliveryState.QUEUED,
        key=key,
        attempt=0,
        due_at=due_at,
    )
    tx.add_delivery(delivery, number, NOON)
    return id_
