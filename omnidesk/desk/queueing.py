"""What an agent wrote goes into the outbox: message, delivery and event together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from omnidesk.core.errors import CannotReply
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.model import Delivery, DeliveryState, Message
from omnidesk.core.routing import Refused, Way, losses
from omnidesk.core.signing import make_key
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk.written import Written


def queue(
    tx: Transaction, message: Message, written: Written, now: datetime, data: Mapping[str, Any]
) -> Message:
    """Store a message that is to leave, held until undo is over or until `later`."""
    id_ = tx.add_message(message)
    assert id_ is not None
    held = written.later is not None or written.undo_send > timedelta(0)
    delivery = Delivery(
        message=id_,
        channel=message.channel,
        state=DeliveryState.HELD if held else DeliveryState.QUEUED,
        key=make_key(_desk_key(tx), message.conversation, written.nonce),
        attempt=0,
        due_at=written.later or now + written.undo_send,
    )
    tx.add_delivery(delivery, message.conversation, now)
    _drop_draft(tx, message, written.agent.id)
    tx.append(
        Event(
            at=now,
            actor=written.agent.id,
            kind=What.MESSAGE_WRITTEN,
            conversation=message.conversation,
            message=id_,
            channel=message.channel,
            data=data,
        )
    )
    stored = tx.message(id_)
    assert stored is not None
    return stored


def _drop_draft(tx: Transaction, message: Message, agent: str) -> None:
    """What was sent is no draft any more; a reply outlives a forwarding, and it that."""
    draft = tx.draft(message.conversation, agent)
    if draft is not None and (draft.forward is None) == (message.forwards is None):
        tx.drop_draft(message.conversation, agent)


def require_carried(written: Written, way: Way) -> None:
    """Refuse what the channel cannot carry before anything is written."""
    lost = losses("", written.files, (), way)
    if lost:
        raise CannotReply(
            _("{lost}; use another channel or leave the file out").format(lost=lost[0])
        )


def require_ahead(later: datetime | None, now: datetime) -> None:
    """CannotReply where the time to send it is over."""
    if later is not None and later <= now:
        raise CannotReply(_("the time to send it is over already; nothing was written"))


def refusal(refused: Refused) -> str:
    """Why it cannot leave, and by what it could."""
    if not refused.instead:
        return refused.reason
    names = ", ".join(dict.fromkeys(way.channel for way in refused.instead))
    return _("{reason}; {names} could carry it (--via)").format(reason=refused.reason, names=names)


def own_address(reads: Reads, channel: str, letter: Message | None) -> str:
    """The address of ours that a letter came to, else the channel's first."""
    addresses = next((c.addresses for c in reads.channels() if c.name == channel), ())
    for person in (*letter.to, *letter.cc) if letter else ():
        if person.address.lower() in addresses:
            return person.address.lower()
    return addresses[0] if addresses else ""


def _desk_key(tx: Transaction) -> bytes:
    key = tx.setting("key")
    assert key is not None, "the first migration makes it"
    return bytes.fromhex(key)
