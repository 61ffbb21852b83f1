"""A contact on one card: what whoever takes his call must know before the first word."""

from __future__ import annotations

from datetime import datetime, timedelta

from omnidesk.core.events import Event
from omnidesk.core.identity import dialled
from omnidesk.core.language import _
from omnidesk.core.model import Contact, Direction, Handle, Message, Row, State
from omnidesk.core.store import Reads
from omnidesk.core.value import dataclass
from omnidesk.desk.people import called

_LOOKED_AT = 20
_READ = 2
_NEWEST = 20
_NAMED = 3
_RINGS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A contact, what he said last (and by which channel, when), what is open and promised.

    `open` are his conversations that are not closed, the latest first; `note` is the last of
    ours; `call_back` when the first snoozed one comes back.
    """

    contact: Contact
    last: Message | None
    open: tuple[Row, ...]
    note: Message | None
    call_back: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A conversation in which a contact wrote a number that nobody is known by."""

    number: int
    contact: int
    name: str

    @property
    def words(self) -> str:
        """`named in #6 by Anna Sokolova`."""
        return _("named in #{number} by {name}").format(number=self.number, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A call that rings now; no card where nobody is known by its number.

    Then `named` says who has written that number, the latest first: it may be one of them.
    `call` is the external id of the message that it leaves once it is answered or missed.
    """

    seq: int
    channel: str
    call: str
    handle: Handle | None
    name: str
    direction: Direction
    rang_at: datetime
    card: Card | None
    named: tuple[Named, ...] = ()


def cards(reads: Reads, text: str, *, region: str | None, limit: int) -> list[Card]:
    """The cards that fit what was typed so far of a number or of names; whole hits first."""
    numbers = dialled(text, region)
    typed = [numbers] if numbers else [(word,) for word in text.split()]
    found = (card_of(reads, contact) for contact in reads.people_like(typed, limit=limit))
    return sorted(filter(None, found), key=lambda card: _remoteness(card, numbers))


def card_of(reads: Reads, contact: int) -> Card | None:
    """The card of a contact; None where there is none."""
    found = reads.contact(contact)
    if found is None:
        return None
    rows = reads.conversations_of(found.id, limit=_LOOKED_AT)
    read = [m for row in rows[:_READ] for m in reads.messages(row.number, limit=_NEWEST)]
    snoozed = [reads.conversation(row.number) for row in rows if row.state is State.SNOOZED]
    backs = [one.snoozed_until for one in snoozed if one and one.snoozed_until]
    return Card(
        contact=found,
        last=_newest(read, Direction.IN),
        open=tuple(row for row in rows if row.state is not State.CLOSED),
        note=_newest(read, Direction.NOTE),
        call_back=min(backs, default=None),
    )


def ringing(reads: Reads, now: datetime) -> list[Ring]:
    """The calls that ring now, oldest first; nobody has answered or missed them yet."""
    return [
        _ring(reads, event)
        for event in reads.ringing_since(now - _RINGS)
        if reads.seen_external(event.channel or "", event.data["call"]) is None
    ]


def _ring(reads: Reads, event: Event) -> Ring:
    said = event.data
    handle = Handle.parse(said["handle"]) if said["handle"] else None
    contact = (reads.contact_of(handle) if handle else None) or event.contact
    card = card_of(reads, contact) if contact is not None else None
    return Ring(
        seq=event.seq,
        channel=event.channel or "",
        call=said["call"],
        handle=handle,
        name=said["name"],
        direction=Direction(said["direction"]),
        rang_at=datetime.fromisoformat(said["rang_at"]),
        card=card,
        named=_who_named(reads, handle) if handle and card is None else (),
    )


def _who_named(reads: Reads, handle: Handle) -> tuple[Named, ...]:
    """Whose number it may be; the handle was bound to nobody so far."""
    found = []
    for id_ in reads.named_in(handle, limit=_NAMED):
        message = reads.message(id_)
        conversation = reads.conversation(message.conversation) if message else None
        contact = reads.contact_of(message.handle) if message and message.handle else None
        if conversation is not None and contact is not None:
            name = called(reads, contact)
            found.append(Named(number=conversation.number, contact=contact, name=name))
    return tuple(found)


def _newest(messages: list[Message], direction: Direction) -> Message | None:
    return max((m for m in messages if m.direction is direction), key=lambda m: m.id, default=None)


def _remoteness(card: Card, numbers: tuple[str, ...]) -> tuple[bool, float]:
    """Whole numbers before longer ones, then whoever was here last."""
    values = [known.handle.value for known in card.contact.handles]
    whole = any(value.endswith(number) for number in numbers for value in values)
    latest = max((row.last_at for row in card.open), default=card.contact.created_at)
    return not whole, -latest.timestamp()
