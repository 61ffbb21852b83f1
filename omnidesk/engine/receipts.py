"""What became of a reply: delivered, read, or back with a reason."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.channel import Incoming, Receipt
from omnidesk.core.model import DeliveryState
from omnidesk.core.settling import settle
from omnidesk.core.signing import key_of_message_id, read_key
from omnidesk.core.store import Seen, Transaction
from omnidesk.engine.rules import Rules


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
