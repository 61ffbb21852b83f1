"""A reply or a note is written, in one transaction with what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.model import (
    Address,
    Agent,
    DeliveryState,
    Direction,
    Handle,
    Message,
    State,
)
from omnidesk.core.routing import Refused, Route, route
from omnidesk.core.settling import is_trouble, settle
from omnidesk.core.shaping import reply_subject
from omnidesk.core.store import Reads, Transaction
from omnidesk.core.summary import snippet
from omnidesk.desk.holding import require_filled, require_first
from omnidesk.desk.opening import find, inbound_of, own_addresses, ways_to, wish_of
from omnidesk.desk.queueing import own_address, queue, refusal, require_ahead, require_carried
from omnidesk.desk.recipients import copied, require_shown
from omnidesk.desk.written import Written

_REFERENCES = 30


def reply(tx: Transaction, number: int, written: Written, now: datetime) -> Message:
    """Queue a reply, held until undo is over; CannotReply says why nothing was written."""
    number, conversation, _rest = find(tx, number)
    require(written, now)
    if written.seen is not None:
        require_first(tx, number, written.seen, written.agent.id)
    found = way_out(
        tx,
        number,
        now,
        via=written.via,
        to=written.to,
        everyone=written.everyone,
        cc=written.cc,
        bcc=written.bcc,
        alone=None if written.shown is None else False,
    )
    if isinstance(found, Refused):
        raise CannotReply(refusal(found))
    require_shown(written.shown, found)
    require_carried(written, found.way)
    message = _message(tx, number, conversation.subject, written, found, now)
    before = {
        "state": conversation.state,
        "waiting_since": conversation.waiting_since,
        "assignee": conversation.assignee,
        "closed_at": conversation.closed_at,
        "snoozed_until": conversation.snoozed_until,
    }
    tx.change_conversation(
        number,
        state=State.WAITING,
        waiting_since=None,
        closed_at=None,
        snoozed_until=None,
        assignee=conversation.assignee or written.agent.id,
        last_at=now,
        channel=found.way.channel,
        snippet=snippet(written.text, (), [f.name for f in written.files]),
        unread=False,
    )
    return queue(tx, message, written, now, {"before": before})


def way_out(
    reads: Reads,
    number: int,
    now: datetime,
    *,
    via: str | None = None,
    to: Handle | None = None,
    everyone: bool = True,
    cc: Sequence[Address] | None = None,
    bcc: Sequence[Address] = (),
    alone: bool | None = None,
) -> Route | Refused:
    """Where a reply in a conversation would go now, or why it cannot."""
    number, _rest, contact = find(reads, number)
    inbound = inbound_of(reads, number)
    found = route(
        ways_to(reads, contact, inbound, now),
        inbound,
        own=own_addresses(reads),
        wish=wish_of(contact),
        via=via,
        to=to,
        everyone=everyone,
        alone=alone,
    )
    return found if cc is None and not bcc else copied(found, cc, bcc)


def note(
    tx: Transaction,
    number: int,
    text: str,
    agent: Agent,
    now: datetime,
    mentions: Sequence[str] = (),
) -> Message:
    """Add a note that only the team sees."""
    number, _one, _other = find(tx, number)
    if not text.strip():
        raise CannotReply(_("the note is empty; write something first"))
    id_ = tx.add_message(
        Message(
            id=0,
            conversation=number,
            channel="",
            direction=Direction.NOTE,
            sender=Address(agent.name, ""),
            handle=None,
            author=agent.id,
            text=text,
            received_at=now,
            why=_("a note"),
        )
    )
    assert id_ is not None
    tx.drop_draft(number, agent.id)
    tx.append(
        Event(
            at=now,
            actor=agent.id,
            kind=What.NOTE_ADDED,
            conversation=number,
            message=id_,
            data={"mentions": list(mentions)} if mentions else {},
        )
    )
    stored = tx.message(id_)
    assert stored is not None
    return stored


def drop_draft(tx: Transaction, number: int, agent: str) -> None:
    """Forget what was being typed; a conversation that has nothing else goes with it."""
    tx.drop_draft(number, agent)
    if tx.conversation(number) is not None and not (tx.placed_in(number) or tx.inside(number)):
        tx.change_conversation(number, state="merged")


def send_again(tx: Transaction, message: int, agent: Agent, now: datetime) -> None:
    """Put a failed reply, or one that may have gone out, into the queue once more."""
    delivery = tx.delivery(message)
    if delivery is None:
        raise NotFound(_("message {message} was never to be sent").format(message=message))
    if not is_trouble(delivery.state):
        raise CannotReply(
            _("message {message} is {state}; there is nothing to send again").format(
                message=message, state=delivery.state
            )
        )
    settle(tx, message, DeliveryState.QUEUED, None, now, actor=agent.id)
    tx.change_delivery(message, at=now, due_at=now, attempt=0)


def let_be(tx: Transaction, message: int, agent: Agent, now: datetime) -> None:
    """Take a reply that may have gone out for sent."""
    delivery = tx.delivery(message)
    if delivery is None or delivery.state is not DeliveryState.UNKNOWN:
        raise CannotReply(_("message {message} is not in doubt").format(message=message))
    reason = _("{agent} knows that it went out").format(agent=agent.id)
    settle(tx, message, DeliveryState.SENT, reason, now, actor=agent.id)


def require(written: Written, now: datetime) -> None:
    """CannotReply where there is nothing to send, or no time to send it at."""
    if not written.text.strip() and not written.files:
        raise CannotReply(_("the reply is empty; write something or attach a file"))
    if not written.checked:
        require_filled(written.text)
    require_ahead(written.later, now)


def _message(
    tx: Transaction, number: int, subject: str, written: Written, found: Route, now: datetime
) -> Message:
    way, answered = found.way, found.answers
    references: tuple[str, ...] = ()
    if answered and answered.message_id:
        references = (*answered.references, answered.message_id)[-_REFERENCES:]
    addressed = reply_subject(subject, number) if way.capabilities.subject else ""
    if addressed and not tx.placed_in(number):  # begun by us, and taken back
        addressed = f"{subject} [#{number}]"
    return Message(
        id=0,
        conversation=number,
        channel=way.channel,
        direction=Direction.OUT,
        sender=Address(written.agent.name, own_address(tx, way.channel, answered)),
        handle=way.handle,
        author=written.agent.id,
        to=found.to,
        cc=found.cc,
        bcc=found.bcc,
        subject=addressed,
        text=written.text,
        attachments=tuple(written.files),
        references=references,
        answers=answered.external_id if answered else None,
        reply_path=(answered.reply_path if answered else None) or way.reply_path,
        received_at=now,
        why=_("written by {agent}").format(agent=written.agent.id),
        home=answered.home if answered else None,
        marked=found.marked,
    )
