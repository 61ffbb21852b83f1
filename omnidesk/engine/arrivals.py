"""One message arrives: whose it is, where it stands and why, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from omnidesk.core.channel import Incoming
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Address, Attachment, Direction, Handle, Known, Message, Row, State
from omnidesk.core.placing import Placed, place
from omnidesk.core.store import Transaction
from omnidesk.core.summary import snippet, title
from omnidesk.engine import acknowledging, albums, receipts
from omnidesk.engine.rules import Rules


def arrive(
    tx: Transaction,
    rules: Rules,
    incoming: Incoming,
    raw: str | None,
    files: Sequence[Attachment],
    now: datetime,
    *,
    old: bool = False,
) -> bool:
    """Store an incoming message; False where it is here already, or was and is erased.

    An `old` one leaves a conversation as it is that went on since.
    """
    known = (rules.channel, incoming.external_id)
    if tx.seen_external(*known) or tx.is_erased(*known):
        return False
    if first := albums.begun(tx, rules, incoming):
        albums.join(tx, rules, incoming, files, first, now)
        return True
    handle = incoming.handle
    owner, person = (tx.owner_of(handle) if handle else None) or (None, None)
    placed = place(incoming, person, tx, now, rules.placing)
    contact = _know(tx, rules, incoming, handle, owner, now)
    incoming = _by_name(tx, incoming, contact) if rules.capabilities.logs else incoming
    said = snippet(incoming.text, incoming.folded, [f.name for f in files])
    number = _stand(tx, rules, incoming, placed, contact, said, now, old)
    message = _message(rules, incoming, raw, files, placed, number, handle, now)
    id_ = tx.add_message(message)
    if id_ is None:
        return False
    for part in _parts(incoming):
        tx.add_part(rules.channel, part, id_)
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.MESSAGE_RECEIVED,
            conversation=number,
            message=id_,
            contact=contact,
            channel=rules.channel,
            data={"why": placed.why, "opened": placed.conversation is None, **_said_of(incoming)},
        )
    )
    if incoming.unproven and placed.conversation is None:
        return True  # nothing that it says of our letters counts, and nothing answers it
    if incoming.bounced_ids:
        receipts.bounced(tx, rules, incoming, now)
    elif incoming.references or placed.copy_of:
        receipts.proved(tx, rules, incoming, now)
    acknowledging.acknowledge(tx, rules, incoming, placed, number, handle, now)
    return True


def _parts(incoming: Incoming) -> tuple[str, ...]:
    marker = (f"album:{incoming.album}",) if incoming.album else ()
    return (*incoming.parts, *marker)


def _know(
    tx: Transaction,
    rules: Rules,
    incoming: Incoming,
    handle: Handle | None,
    contact: int | None,
    now: datetime,
) -> int:
    """The contact of a handle, made where it is new; what the channel vouches for is added.

    Who is not proven changes nothing of whom he may pretend to be.
    """
    person = _named(incoming)
    name = person.name if person else ""
    known = contact is not None
    if contact is None:
        contact = tx.add_contact(name or (person.address if person else ""), now)
    if incoming.unproven:
        if handle and not known:
            tx.add_handle(handle, contact, known=Known.CLAIMED, name=name, at=now)
        return contact
    if handle:
        tx.add_handle(handle, contact, known=Known.SEEN, name=name, at=now)
        if incoming.direction is Direction.IN:
            tx.touch(rules.channel, handle, now, incoming.reply_path)
    for vouched in incoming.vouched:
        tx.add_handle(vouched, contact, known=Known.VERIFIED, name=name, at=now)
    return contact


def _by_name(tx: Transaction, incoming: Incoming, contact: int) -> Incoming:
    """A call with the name of whom we know by its number: an exchange knows the number alone."""
    known, handle = tx.contact(contact), incoming.handle
    if known is None or handle is None:
        return incoming

    def named(one: Address) -> Address:
        bare = one.address == handle.value and not one.name
        return Address(known.name, one.address) if bare else one

    sender = named(incoming.sender) if incoming.sender else None
    return replace(incoming, sender=sender, to=tuple(map(named, incoming.to)))


def _said_of(incoming: Incoming) -> dict[str, Any]:
    """What the channel vouches for, or cannot: it may be another contact's already."""
    if incoming.unproven:
        return {"unproven": incoming.unproven}
    return {"vouched": [str(handle) for handle in incoming.vouched]} if incoming.vouched else {}


def _named(incoming: Incoming) -> Address | None:
    """Whom the conversation is with, as the message names him; a group by its title."""
    handle, sender = incoming.handle, incoming.sender
    if handle is None or (sender and sender.address.strip().lower() == handle.value):
        return sender
    others = (*incoming.to, *incoming.cc)
    same = [a for a in others if a.address.strip().lower() == handle.value]
    return next(iter(same), Address(incoming.subject, handle.value))


def _stand(
    tx: Transaction,
    rules: Rules,
    incoming: Incoming,
    placed: Placed,
    contact: int,
    said: str,
    now: datetime,
    old: bool,
) -> int:
    """The conversation that the message stands in, opened or brought up to date."""
    asks = (
        incoming.direction is Direction.IN
        and incoming.asks
        and not (incoming.automatic or incoming.bounce or placed.copy_of)
    )
    if placed.conversation is None:
        ours = incoming.direction is Direction.OUT
        number = tx.add_conversation(
            contact=contact,
            subject=title(incoming.subject, said),
            channel=rules.channel,
            snippet=said,
            at=now,
            state=State.WAITING if ours else State.OPEN,
            unread=not ours,
            waiting_since=now if asks else None,
            assignee=placed.asked,
        )
        if placed.linked is not None:
            tx.link(number, placed.linked)
        return number
    number = placed.conversation
    row = tx.row(number)
    aside = row is not None and _stays_aside(incoming, placed, row)
    if row is not None and not placed.copy_of and not aside and not (old and now < row.last_at):
        tx.change_conversation(number, **_changes(rules, incoming, placed, row, asks, said, now))
    return number


def _stays_aside(incoming: Incoming, placed: Placed, row: Row) -> bool:
    """Whether a report leaves what is closed as it is: nothing that a person wrote failed."""
    return incoming.bounce is not None and row.state is State.CLOSED and not placed.reopened


def _changes(
    rules: Rules,
    incoming: Incoming,
    placed: Placed,
    row: Row,
    asks: bool,
    said: str,
    now: datetime,
) -> dict[str, Any]:
    changes: dict[str, Any] = {"last_at": now, "snippet": said, "channel": rules.channel}
    if incoming.direction is Direction.OUT:
        state = State.WAITING if row.state is State.OPEN else row.state
        return {**changes, "waiting_since": None, "state": state}
    changes["unread"] = True
    if asks:
        changes["waiting_since"] = row.waiting_since or now
    if asks or (placed.reopened and incoming.asks):
        changes |= {"state": State.OPEN, "closed_at": None, "snoozed_until": None}
    return changes


def _message(
    rules: Rules,
    incoming: Incoming,
    raw: str | None,
    files: Sequence[Attachment],
    placed: Placed,
    number: int,
    handle: Handle | None,
    now: datetime,
) -> Message:
    return Message(
        id=0,
        conversation=number,
        channel=rules.channel,
        direction=incoming.direction,
        sender=incoming.sender,
        handle=handle,
        author=None,
        to=incoming.to,
        cc=incoming.cc,
        reply_to=incoming.reply_to,
        subject=incoming.subject,
        text=incoming.text,
        folded=incoming.folded,
        html=incoming.html,
        hidden=incoming.hidden,
        attachments=tuple(files),
        external_id=incoming.external_id,
        message_id=incoming.message_id,
        references=incoming.references,
        answers=incoming.answers,
        reply_path=incoming.reply_path,
        sent_at=incoming.sent_at,
        received_at=now,
        automatic=incoming.automatic,
        bounce=incoming.bounce,
        unreadable=incoming.unreadable,
        why=placed.why,
        home=placed.home,
        marked=placed.marked,
        copy_of=placed.copy_of,
        raw=raw,
    )
