"""What became of a reply: delivered, read, or back with a reason."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.channel import Incoming, Receipt
from omnidesk.core.language import _
from omnidesk.core.model import Bounce, Delivery, DeliveryState, Message
from omnidesk.core.settling import settle
from omnidesk.core.signing import key_of_message_id, read_key
from omnidesk.core.store import Seen, Transaction
from omnidesk.engine.rules import Rules

_MOST = 30
"""So many letters one report may be about; a hostile one names thousands."""

_ANSWERED = 3


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
    for message_id in incoming.bounced_ids[:_MOST]:
        seen = _by_message_id(tx, rules, message_id)
        sent = tx.message(seen.id) if seen else None
        if sent is not None and sent.delivery is not None:
            reason = _reason(sent, sent.delivery, bounce)
            settle(tx, sent.id, DeliveryState.FAILED, reason, now)


def proved(tx: Transaction, rules: Rules, incoming: Incoming, now: datetime) -> None:
    """Who answers a letter has it: one that may have gone out has gone out."""
    ids = (*incoming.references[-_ANSWERED:], *filter(None, (incoming.message_id,)))
    for message_id in ids:
        key = key_of_message_id(message_id)
        if not key or read_key(rules.placing.desk_key, key) is None:
            continue
        seen = tx.seen_key(key)
        delivery = tx.delivery(seen.id) if seen else None
        if delivery is not None and delivery.state is DeliveryState.UNKNOWN:
            settle(tx, delivery.message, DeliveryState.SENT, _("it came back to us"), now)


def _reason(sent: Message, delivery: Delivery, bounce: Bounce) -> str:
    """Why it failed; of several recipients, for which, with what earlier reports said."""
    why = (
        bounce.reason
        or _("refused by the other side {status}").format(status=bounce.status).rstrip()
    )
    everybody = {one.address.lower(): one.address for one in (*sent.to, *sent.cc, *sent.bcc)}
    failed = delivery.state is DeliveryState.FAILED and delivery.reason
    if len(everybody) < 2:
        return delivery.reason if failed and delivery.reason else why
    missed = [everybody.get(one.lower(), one) for one in bounce.recipients]
    whom = ", ".join(missed) or _("one of them")
    reason = _("not delivered to {whom}: {why}").format(whom=whom, why=why)
    if not failed or not delivery.reason:
        return reason
    return delivery.reason if reason in delivery.reason else f"{delivery.reason}; {reason}"


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
