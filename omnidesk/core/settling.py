"""What became of a delivery: written down, and a failure brings the conversation back."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Delivery, DeliveryState, State
from omnidesk.core.store import Transaction

_ORDER = [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]


def settle(
    tx: Transaction,
    message: int,
    state: DeliveryState,
    reason: str | None,
    now: datetime,
    *,
    actor: str = SYSTEM,
) -> bool:
    """Set what became of a delivery; False where that is no news.

    A failure reopens the conversation, even a closed one, and gives it back to its author; that
    of an automatic answer, which nobody wrote, is only noted beside it.
    """
    delivery = tx.delivery(message)
    if delivery is None or not _is_news(delivery, state, reason):
        return False
    tx.change_delivery(message, at=now, state=state, reason=reason)
    sent = tx.message(message)
    assert sent is not None
    if sent.automatic is None:
        _count_failures(tx, sent.conversation, sent.author, delivery.state, state, now)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.DELIVERY_CHANGED,
            conversation=sent.conversation,
            message=message,
            channel=delivery.channel,
            data={"before": delivery.state.value, "after": state.value, "reason": reason},
        )
    )
    return True


def is_trouble(state: DeliveryState) -> bool:
    """Whether a person must look at it."""
    return state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)


def _is_news(delivery: Delivery, after: DeliveryState, reason: str | None) -> bool:
    """Whether a state tells more than the present one; a failure may get a further reason.

    A bounce can be here before the word that the letter was taken: it stays failed.
    """
    before = delivery.state
    if before in _ORDER and after in _ORDER:
        return _ORDER.index(after) > _ORDER.index(before)
    if before is DeliveryState.FAILED:
        return after is not DeliveryState.SENT and (after, reason) != (before, delivery.reason)
    return before is not after


def _count_failures(
    tx: Transaction,
    number: int,
    author: str | None,
    before: DeliveryState,
    after: DeliveryState,
    now: datetime,
) -> None:
    found = tx.conversation(number) if is_trouble(before) or is_trouble(after) else None
    if found is None:
        return
    failed = max(0, found.failed + is_trouble(after) - is_trouble(before))
    if not is_trouble(after):
        tx.change_conversation(number, failed=failed)
        return
    tx.change_conversation(
        number,
        failed=failed,
        state=State.OPEN,
        closed_at=None,
        snoozed_until=None,
        unread=True,
        assignee=found.assignee or author,
        waiting_since=found.waiting_since or now,
    )
