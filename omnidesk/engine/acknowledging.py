"""The automatic answer: written in the transaction of the message that it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from omnidesk.core.channel import Incoming
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.language import _
from omnidesk.core.model import Address, Delivery, DeliveryState, Direction, Handle, Message
from omnidesk.core.placing import Placed
from omnidesk.core.replying import Facts, answer, why_silent
from omnidesk.core.signing import make_key
from omnidesk.core.store import Transaction
from omnidesk.engine.rules import Rules

_HOUR = timedelta(hours=1)
_STALE = timedelta(days=3)
"""Older letters lay in the mailbox before the desk was there, or are brought in from elsewhere."""

_EVER = datetime(1970, 1, 2, tzinfo=UTC)


def acknowledge(
    tx: Transaction,
    rules: Rules,
    incoming: Incoming,
    placed: Placed,
    number: int,
    handle: Handle | None,
    now: datetime,
) -> None:
    """Queue the answer to what opens a conversation, or opens it again, where rules let it go."""
    wanted = rules.acknowledging
    begins = placed.conversation is None or placed.reopened
    if wanted is None or handle is None or not begins:
        return
    if placed.asked is not None:  # it is he who answers
        return
    if not rules.capabilities.send:
        return
    facts = Facts(
        acknowledged=placed.conversation is not None and tx.acknowledged(number),
        last_hour=tx.automatic_since(handle, now - _HOUR),
        unanswered=tx.automatic_since(handle, tx.last_written_to(handle) or _EVER),
        backlog=incoming.sent_at is not None and now - incoming.sent_at > _STALE,
        copy=placed.copy_of is not None,
    )
    if why_silent(incoming, facts, wanted.rules) is not None:
        return
    sender = incoming.sender
    whom = sender if sender and sender.address.lower() == handle.value else None
    text = answer(wanted.answers, number, rules.desk, sender.name if sender else "", now)
    if not text:
        return
    message = Message(
        id=0,
        conversation=number,
        channel=rules.channel,
        direction=Direction.OUT,
        sender=Address(rules.desk, rules.own_address),
        handle=handle,
        author=None,
        to=incoming.reply_to[:1] or (whom or Address("", handle.value),),
        subject=incoming.subject,
        text=text,
        references=(*incoming.references, *filter(None, (incoming.message_id,))),
        answers=incoming.external_id,
        reply_path=incoming.reply_path,
        received_at=now,
        automatic="acknowledgement",
        why=_("the automatic answer"),
    )
    id_ = tx.add_message(message)
    assert id_ is not None
    delivery = Delivery(
        message=id_,
        channel=rules.channel,
        state=DeliveryState.QUEUED,
        key=make_key(rules.placing.desk_key, number, rules.nonce()),
        attempt=0,
        due_at=now,
    )
    tx.add_delivery(delivery, number, now)
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.MESSAGE_WRITTEN,
            conversation=number,
            message=id_,
            channel=rules.channel,
            data={"automatic": True},
        )
    )
