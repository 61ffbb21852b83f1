"""What the radar takes from a message: its telling words, and the handles typed into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from omnidesk.core import alike
from omnidesk.core.events import Event, What
from omnidesk.core.identity import handles_in
from omnidesk.core.model import Direction, Handle, Message
from omnidesk.core.radar import WITHIN
from omnidesk.core.store import Reads
from omnidesk.core.summary import visible
from omnidesk.core.value import dataclass

_READ_CHARS = 4_000
_CONVERSATIONS = 10
_MAYBE_HANDLE = re.compile(r"@|\d(?:[^\d\n]{0,3}\d){6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A customer's message, as the radar took it from the store."""

    message: int
    handle: Handle
    channel: str
    at: datetime
    subject: str
    said: str
    fresh: bool
    new: bool
    vouched: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The same with what it says. `new`: his handle was never seen before this message."""

    message: int
    handle: Handle
    channel: str
    at: datetime
    fresh: bool
    new: bool
    vouched: tuple[Handle, ...]
    typed: tuple[Handle, ...]
    words: frozenset[str]
    marks: tuple[int, ...]


def hear(reads: Reads, event: Event, now: datetime) -> Iterator[Heard]:
    """The messages that an event gives reason to listen to."""
    if event.data.get("unproven"):
        return
    if event.kind in (What.MESSAGE_RECEIVED, What.CALL_LOGGED) and event.message is not None:
        message = reads.message(event.message)
        vouched = tuple(Handle.parse(h) for h in event.data.get("vouched", ()))
        if message and (heard := _heard(reads, message, now, vouched)):
            yield heard
    elif event.kind in (What.CONTACT_MERGED, What.CONTACT_UNMERGED) and event.contact is not None:
        for row in reads.conversations_of(event.contact, limit=_CONVERSATIONS):
            message = reads.last_inbound(row.number)
            if message and (heard := _heard(reads, message, now, ())):
                yield heard


def _heard(
    reads: Reads, message: Message, now: datetime, vouched: tuple[Handle, ...]
) -> Heard | None:
    if message.direction is not Direction.IN or message.handle is None:
        return None
    if message.automatic or message.bounce or message.copy_of:
        return None
    owner = reads.owner_of(message.handle)
    person = reads.contact(owner[0]) if owner else None
    if person is None:
        return None
    fresh = now - message.received_at <= WITHIN
    new = any(
        known.handle == message.handle and known.first_seen == message.received_at
        for known in person.handles
    )
    if not (fresh or new or vouched):
        return None
    return Heard(
        message=message.id,
        handle=message.handle,
        channel=message.channel,
        at=message.received_at,
        subject=message.subject,
        said=visible(message.text, message.folded)[:_READ_CHARS],
        fresh=fresh,
        new=new,
        vouched=vouched,
    )


def understand(heard: Heard, own: frozenset[str], region: str | None) -> Understood:
    """Read what was said; old messages, as they are brought in, are not read."""
    said = heard.said if heard.fresh else ""
    words = alike.words(said, (), heard.subject) if heard.fresh else frozenset()
    typed = handles_in(said, region) if _MAYBE_HANDLE.search(said) else ()
    return Understood(
        message=heard.message,
        handle=heard.handle,
        channel=heard.channel,
        at=heard.at,
        fresh=heard.fresh,
        new=heard.new,
        vouched=heard.vouched,
        typed=tuple(h for h in typed if h.value not in own and h != heard.handle),
        words=words,
        marks=alike.marks(words),
    )
