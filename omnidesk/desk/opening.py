"""A conversation opened: all that a screen shows of it, in one look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from omnidesk.core.company import STALE, Present
from omnidesk.core.errors import NotFound
from omnidesk.core.language import _
from omnidesk.core.model import Contact, Conversation, Direction, Draft, Handle, Message, Row
from omnidesk.core.routing import Refused, Route, Way, Wish, handles_here, route
from omnidesk.core.routing import ways as every_way
from omnidesk.core.store import Reads, Suggested
from omnidesk.core.value import dataclass

_LOOKED_AT = 100
"""So many of the newest messages to us decide where a reply goes."""

_GUESTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One conversation with its newest messages, its contact and the ways to reach him.

    `pins` are the messages that are `pinned`, oldest first, old ones beyond the page too.
    `suggestions`: what this conversation, and what its contact, may be one with. `offered`:
    handles that the contact named and nobody has; an agent may add them. `route` is the way
    that a reply takes unless the agent chooses another: the contact's wish, else his last one.
    `joined` are the conversations that went into this one.
    `read_until` is the newest message that was read, where something after it was not.
    """

    conversation: Conversation
    contact: Contact
    messages: tuple[Message, ...]
    ways: tuple[Way, ...]
    route: Route | Refused
    others: tuple[Row, ...]
    draft: Draft | None
    suggestions: tuple[Suggested, ...] = ()
    offered: tuple[Handle, ...] = ()
    present: tuple[Present, ...] = ()
    pinned: tuple[int, ...] = ()
    pins: tuple[Message, ...] = ()
    read_until: int | None = None
    joined: tuple[int, ...] = ()


def open_conversation(
    reads: Reads, number: int, agent: str, now: datetime, *, newest: int
) -> Opened:
    """Everything about a conversation; NotFound where there is none of that number."""
    number, conversation, contact = find(reads, number)
    messages = reads.messages(number, limit=newest)
    whole = len(messages) < newest
    inbound = _received(messages) if whole else inbound_of(reads, number)
    ways = ways_to(reads, contact, inbound, now)
    pinned = tuple(reads.pinned(number))
    return Opened(
        conversation=conversation,
        contact=contact,
        messages=tuple(messages),
        ways=ways,
        route=route(ways, inbound, own=own_addresses(reads), wish=wish_of(contact)),
        others=tuple(r for r in reads.conversations_of(contact.id) if r.number != number),
        draft=reads.draft(number, agent),
        suggestions=(
            *reads.suggestions("conversation", number),
            *reads.suggestions("contact", contact.id),
        ),
        offered=tuple(reads.offered(contact.id)),
        present=present_at(reads, number, agent, now),
        pinned=pinned,
        pins=tuple(filter(None, map(reads.message, sorted(pinned)))),
        read_until=reads.read_until(number) if conversation.unread else None,
        joined=tuple(sorted(reads.inside(number))),
    )


def present_at(reads: Reads, number: int, agent: str, now: datetime) -> tuple[Present, ...]:
    """The colleagues of an agent who have a conversation open now."""
    there = reads.present([number], now - STALE).get(number, [])
    return tuple(one for one in there if one.agent != agent)


def find(reads: Reads, number: int) -> tuple[int, Conversation, Contact]:
    """A conversation and its contact, after merges; NotFound where there is none."""
    number = reads.kept_by(number)
    conversation = reads.conversation(number)
    if conversation is None:
        raise NotFound(
            _("there is no conversation {number}; omnidesk list --view all shows them").format(
                number=number
            )
        )
    contact = reads.contact(conversation.contact)
    assert contact is not None
    return number, conversation, contact


def own_addresses(reads: Reads) -> frozenset[str]:
    """Our own addresses on all channels."""
    return frozenset(address for channel in reads.channels() for address in channel.addresses)


def wish_of(contact: Contact) -> Wish | None:
    """How a contact asked to be answered."""
    return Wish(channel=contact.wish) if contact.wish else None


def inbound_of(reads: Reads, number: int) -> list[Message]:
    """What was written to us in a conversation, newest first."""
    return reads.inbound(number, limit=_LOOKED_AT)


def _received(messages: Sequence[Message]) -> list[Message]:
    return [m for m in reversed(messages) if m.direction is Direction.IN]


def ways_to(
    reads: Reads, contact: Contact, inbound: Sequence[Message], now: datetime
) -> tuple[Way, ...]:
    """Every way to a contact and to whoever wrote with him, each with what hinders it."""
    handles = handles_here(contact.handles, inbound)
    reached = reads.reached(contact.id)
    guests = {m.handle for m in inbound if m.handle} - {known.handle for known in contact.handles}
    for guest in sorted(guests, key=str)[:_GUESTS]:
        owner = reads.contact_of(guest)
        theirs = reads.reached(owner) if owner is not None else []
        reached += [way for way in theirs if way.handle == guest]
    return every_way(reads.channels(), handles, reached, now)
