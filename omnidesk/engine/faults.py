"""Which other open conversation may tell of the same fault as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from omnidesk.core import alike
from omnidesk.core.model import Direction, Message, State
from omnidesk.core.radar import WITHIN, Told, echoes
from omnidesk.core.store import Configured, Reads, Suggested
from omnidesk.engine.hearing import Understood

_CANDIDATES = 12
_CONVERSATIONS = 10


def find(reads: Reads, said: Understood, now: datetime) -> list[Suggested]:
    """Conversations that may be one with the message's, the surest first."""
    message = reads.message(said.message) if said.fresh else None
    if message is None:
        return []
    channels = {c.name: c for c in reads.channels()}
    told = _told(reads, message, channels)
    if told is None:
        return []
    candidates = _candidates(reads, said, told, now)
    others = [other for m in candidates if (other := _told(reads, m, channels))]
    return [
        Suggested(
            what="conversation",
            one=told.conversation,
            other=one.conversation,
            reason=one.reason,
            score=one.score,
        )
        for one in echoes(told, others)
    ]


def _candidates(reads: Reads, said: Understood, told: Told, now: datetime) -> Iterator[Message]:
    """Messages that share marks with it, and the latest of the contact's own conversations."""
    since = now - WITHIN
    for id_ in reads.echoes(said.marks, since, limit=_CANDIDATES) if said.marks else ():
        if message := reads.message(id_):
            yield message
    for row in reads.conversations_of(told.contact, limit=_CONVERSATIONS):
        lately = row.last_at >= since and row.state is not State.CLOSED
        if lately and (message := reads.last_inbound(row.number)):
            yield message


def _told(reads: Reads, message: Message, channels: Mapping[str, Configured]) -> Told | None:
    """What a message told, where it stands in a conversation that is not settled."""
    contact = reads.contact_of(message.handle) if message.handle else None
    found = reads.conversation(message.conversation)
    if contact is None or found is None or found.state is State.CLOSED:
        return None
    if message.direction is not Direction.IN or message.automatic or message.bounce:
        return None
    by = channels.get(message.channel)
    return Told(
        conversation=found.number,
        contact=contact,
        channel=message.channel,
        ways=_written_to(message) & frozenset(by.addresses if by else ()),
        words=alike.words(message.text, message.folded, message.subject),
        at=message.received_at,
        label=by.capabilities.label if by else "",
    )


def _written_to(message: Message) -> frozenset[str]:
    return frozenset(a.address.lower() for a in (*message.to, *message.cc))
