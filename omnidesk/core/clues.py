"""What a message says of the conversation that it belongs to: keys, references, numbers.

A clue proves nothing yet: placing asks whether its bearer takes part in what it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Protocol

from omnidesk.core.channel import Incoming
from omnidesk.core.language import _, pgettext
from omnidesk.core.model import Contact, Conversation, Direction, Handle, Message, Row
from omnidesk.core.shaping import bare_subject, same_subject, subject_number
from omnidesk.core.signing import key_of_address, key_of_message_id, keyless_address, read_key
from omnidesk.core.store import Seen
from omnidesk.core.value import dataclass

_NEWEST = 30


class Placings(Protocol):
    """The look-ups that placing needs; each is asked only where its answer decides."""

    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]: ...
    def seen_key(self, key: str) -> Seen | None: ...
    def seen_external(self, channel: str, external_id: str) -> Seen | None: ...
    def seen_last_out(self, channel: str, handle: Handle) -> Seen | None: ...
    def message(self, id: int) -> Message | None: ...
    def conversation(self, number: int) -> Conversation | None: ...
    def kept_by(self, number: int) -> int: ...
    def participants(self, number: int) -> frozenset[str]: ...
    def contact(self, id: int) -> Contact | None: ...
    def open_conversation_of(self, contact: int) -> Conversation | None: ...
    def conversations_of(self, contact: int, *, limit: int = 50) -> list[Row]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacingRules:
    """How one channel's messages are placed.

    `joins` is the capability of that name; `own` are our addresses on every channel.
    """

    channel: str
    desk_key: bytes = field(repr=False)
    joins: bool = False
    join_window: timedelta = timedelta(hours=24)
    reopen_within: timedelta = timedelta(days=14)
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message to place, with what was looked up once for all of its Message-IDs."""

    incoming: Incoming
    contact: int | None
    lookups: Placings
    now: datetime
    rules: PlacingRules
    seen: dict[str, list[Seen]]

    @property
    def own(self) -> bool:
        """Whether it says that it comes from ourselves; anybody can write that."""
        sender = self.incoming.sender
        return sender is not None and keyless_address(sender.address.lower()) in self.rules.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A conversation that a message names; `about` is the subject it answers, where known.

    `home` is where the answered message stood before any merge, `message` its id; `reports` is
    `why` in the words of a delivery report, `forwards` the message that the answered one passed on.
    """

    number: int
    why: str
    reports: str = ""
    about: str | None = None
    home: int | None = None
    message: int | None = None
    forwards: int | None = None


def message_ids(incoming: Incoming) -> list[str]:
    """Every Message-ID to look up, in bounds: a hostile letter names thousands."""
    own = (incoming.message_id,) if incoming.message_id else ()
    return list(dict.fromkeys((*own, *_chain(incoming), *incoming.bounced_ids[:_NEWEST])))


def clues(case: Case) -> Iterator[Clue]:
    """What a message says of where it belongs, strongest first; looked up only when asked."""
    incoming = case.incoming
    yield from _by_addresses(case)
    for message_id in _chain(incoming):
        yield from _by_message_id(case, message_id)
    if number := subject_number(incoming.subject):
        yield Clue(number=number, why=_("[#{number}] in the subject").format(number=number))
    if incoming.answers:
        answered = case.lookups.seen_external(case.rules.channel, incoming.answers)
        if answered:
            yield _answers(case, answered, chat=True)


def own_clues(case: Case) -> Iterator[Clue]:
    """What a letter from our own hands says, its own Message-ID first."""
    if case.incoming.message_id:
        yield from _by_key(case, key_of_message_id(case.incoming.message_id))
    yield from clues(case)


def failure_clues(case: Case) -> Iterator[Clue]:
    """The letters of ours that a delivery report may be about; nobody else's count."""
    incoming = case.incoming
    for message_id in (*incoming.bounced_ids[:_NEWEST], *_chain(incoming)):
        yield from _by_message_id(case, message_id, ours=True)
    yield from _by_addresses(case)


def signed(case: Case, key: str | None) -> int | None:
    """The conversation of a key that this desk has signed."""
    return read_key(case.rules.desk_key, key) if key else None


def other_subject(case: Case, clue: Clue, found: Conversation) -> bool:
    """Whether an answer is really about something else: machines and gateways add words."""
    subject = case.incoming.subject
    if case.incoming.automatic or subject_number(subject) == clue.number:
        return False
    told = [about for about in (clue.about, found.subject) if about and bare_subject(about)]
    return bool(told) and not any(_near(subject, it) for it in told)


def passed_on(case: Case, clue: Clue) -> Message | None:
    """The letter by which one of us passed a message on to whoever answers it here."""
    handle = case.incoming.handle
    ours = case.lookups.message(clue.message) if clue.message and clue.forwards else None
    if ours is None or handle is None or case.own:
        return None
    people = {one.address.lower() for one in (*ours.to, *ours.cc, *ours.bcc)}
    return ours if handle.value in people else None


def day(at: datetime, now: datetime) -> str:
    """`12 Sep`, with its year where that is another; in the time zone of `now`."""
    there = at.astimezone(now.tzinfo)
    short = f"{there.day} {_brief_months()[there.month - 1]}"
    return short if there.year == now.year else f"{short} {there.year}"


def _brief_months() -> tuple[str, ...]:
    """The months as they stand behind a day: `Jan`."""
    return (
        pgettext("brief", "Jan"),
        pgettext("brief", "Feb"),
        pgettext("brief", "Mar"),
        pgettext("brief", "Apr"),
        pgettext("brief", "May"),
        pgettext("brief", "Jun"),
        pgettext("brief", "Jul"),
        pgettext("brief", "Aug"),
        pgettext("brief", "Sep"),
        pgettext("brief", "Oct"),
        pgettext("brief", "Nov"),
        pgettext("brief", "Dec"),
    )


def _chain(incoming: Incoming) -> Iterable[str]:
    """The references newest first; of a very long chain its end and its root."""
    newest = incoming.references[: -_NEWEST - 1 : -1]
    return dict.fromkeys((*newest, *incoming.references[:1]))


def _by_addresses(case: Case) -> Iterator[Clue]:
    for address in (*case.incoming.to, *case.incoming.cc)[:_NEWEST]:
        yield from _by_key(case, key_of_address(address.address))


def _by_message_id(case: Case, message_id: str, *, ours: bool = False) -> Iterator[Clue]:
    known = case.seen.get(message_id, ())
    for seen in known:
        if not ours or seen.direction == Direction.OUT:
            yield _answers(case, seen)
    if not known:
        yield from _by_key(case, key_of_message_id(message_id))


def _by_key(case: Case, key: str | None) -> Iterator[Clue]:
    number = signed(case, key)
    if key is None or number is None:
        return
    if letter := _already_seen(case, key) or case.lookups.seen_key(key):
        yield _answers(case, letter)
    else:
        yield Clue(
            number=number,
            why=_("answers our letter, by its reply key"),
            reports=_("reports on our letter, by its reply key"),
        )


def _already_seen(case: Case, key: str) -> Seen | None:
    """The letter of a key among those looked up: a Reply-To repeats the Message-ID's key."""
    for message_id, known in case.seen.items():
        if known and key_of_message_id(message_id) == key:
            return next((seen for seen in known if seen.direction == Direction.OUT), None)
    return None


def _answers(case: Case, known: Seen, *, chat: bool = False) -> Clue:
    if known.direction == Direction.OUT:
        why = _("answers our message of {day}") if chat else _("answers our letter of {day}")
    else:
        why = _("follows the message of {day}") if chat else _("follows the letter of {day}")
    when = day(known.received_at, case.now)
    return Clue(
        number=known.conversation,
        why=why.format(day=when),
        reports=_("reports on our letter of {day}").format(day=when),
        about=known.subject,
        home=known.home,
        message=known.id,
        forwards=known.forwards,
    )


def _near(one: str, other: str) -> bool:
    if same_subject(one, other):
        return True
    words, others = (set(bare_subject(s).casefold().split()) for s in (one, other))
    return words <= others or others <= words
