"""What became of a reply: delivered, read, or back with a reason."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.channel import Incoming, Receipt
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import DeliveryState, State
from omnidesk.core.signing import key_of_message_id, read_key
from omnidesk.core.store import Seen, Transaction
from omnidesk.engine.rules import Rules

_ORDER = [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]


def apply(tx: Transaction, rules: Rules, receipt: Receipt, now: datetime) -> bool:
    """Note a receipt beside its message; False where it tells nothing new."""
    seen = _of(tx, rules, receipt)
    if seen is None:
        return False
    return settle(tx, seen.id, receipt.state, receipt.reason, now)


def bounced(tx: Transaction, rules: Rules, incoming: Incoming, now: datetime) -> None:
    """A bounce is a receipt: the letters that it names have failed, unless it says delayed."""
    bounce = incoming.bounce
    if bounce is None or not bounce.permanent:
        return
    reason = bounce.reason or f"refused by the other side {bounce.status}".rstrip()
    for message_id in incoming.bounced_ids:
        seen = _by_message_id(tx, rules, message_id)
        if seen is not None:
            settle(tx, seen.id, DeliveryState.FAILED, reason, now)


def settle(
    tx: Transaction, message: int, state: DeliveryState, reason: str | None, now: datetime
) -> bool:
    """Set what became of a delivery; a failure brings the conversation back to its author."""
    delivery = tx.delivery(message)
    if delivery is None or not _is_news(delivery.state, state):
        return False
    tx.change_delivery(message, at=now, state=state, reason=reason)
    seen = tx.message(message)
    assert seen is not None
    _count_failures(tx, seen.conversation, seen.author, delivery.state, state, now)
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.DELIVERY_CHANGED,
            conversation=seen.conversation,
            message=message,
            channel=delivery.channel,
            data={"before": delivery.state.value, "after": state.value, "reason": reason},
        )
    )
    return True


def _count_failures(
    tx: Transaction,
    number: int,
    author: str | None,
    before: DeliveryState,
    after: DeliveryState,
    now: datetime,
) -> None:
    step = is_trouble(after) - is_trouble(before)
    if not step:
        return
    found = tx.conversation(number)
    assert found is not None
    if step < 0:
        tx.change_conversation(number, failed=max(0, found.failed - 1))
        return
    tx.change_conversation(
        number,
        failed=found.failed + 1,
        state=State.OPEN,
        closed_at=None,
        snoozed_until=None,
        unread=True,
        assignee=found.assignee or author,
        waiting_since=found.waiting_since or now,
    )


def is_trouble(state: DeliveryState) -> bool:
    """Whether a person must look at it."""
    return state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)


def _is_news(before: DeliveryState, after: DeliveryState) -> bool:
    if before in _ORDER and after in _ORDER:
        return _ORDER.index(after) > _ORDER.index(before)
    return before is not after


def _of(tx: Transaction, rules: Rules, receipt: Receipt) -> Seen | None:
    if receipt.external_id:
        return tx.seen_external(rules.channel, receipt.external_id)
    if receipt.message_id:
        return _by_message_id(tx, rules, receipt.message_id)
    if receipt.handle:
        return tx.seen_last_out(rules.channel, receipt.handle)
    return None


def _by_message_id(tx: Transaction, rules: Rules, message_id: str) -> Seen | None:
    key = key_of_message_id(message_id)
    if key and read_key(rules.placing.desk_key, key) is not None:
        return tx.seen_key(key)
    found = tx.seen_message_ids([message_id]).get(message_id, ())
    return next((seen for seen in found if seen.direction == "out"), None)
