"""Which conversation an incoming message belongs to, and why.

Nobody comes in where he does not belong: a key, a reference or a number is a clue, and only
who takes part in the conversation that it names may follow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from omnidesk.core.channel import Incoming
from omnidesk.core.copies import same_letter
from omnidesk.core.model import Contact, Conversation, Direction, Message, Row, State
from omnidesk.core.shaping import same_subject, subject_number
from omnidesk.core.signing import key_of_address, key_of_message_id, keyless_address, read_key
from omnidesk.core.store import Seen

_NEWEST = 30
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


class Placings(Protocol):
    """The look-ups that placing needs; each is asked only where its answer decides."""

    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]: ...
    def seen_key(self, key: str) -> Seen | None: ...
    def seen_external(self, channel: str, external_id: str) -> Seen | None: ...
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
class Placed:
    """Where a message stands and why; `conversation` None: a new one, perhaps `linked` to one.

    `marked` is a warning for the agent, `copy_of` the same letter that came another way.
    """

    why: str
    conversation: int | None = None
    linked: int | None = None
    marked: str | None = None
    copy_of: int | None = None
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clue:
    """A conversation that a message seems to name. `about`: the subject it answers, if told."""

    number: int
    why: str
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    incoming: Incoming
    contact: int | None
    lookups: Placings
    now: datetime
    rules: PlacingRules
    seen: dict[str, list[Seen]]

    @property
    def own(self) -> bool:
        sender = self.incoming.sender
        return sender is not None and keyless_address(sender.address.lower()) in self.rules.own

    @property
    def failed(self) -> bool:
        return self.incoming.bounce is not None or bool(self.incoming.bounced_ids)


def place(
    incoming: Incoming,
    contact_id: int | None,
    lookups: Placings,
    now: datetime,
    rules: PlacingRules,
) -> Placed:
    """The conversation of a message that is not here yet; `contact_id` is its handle's, if any."""
    ids = _ids(incoming)
    seen = lookups.seen_message_ids(ids) if ids else {}
    case = _Case(
        incoming=incoming, contact=contact_id, lookups=lookups, now=now, rules=rules, seen=seen
    )
    if copy := _copy(case):
        return copy
    if case.failed:
        return _place_failure(case)
    if incoming.direction is Direction.OUT:
        return _place_own(case)
    return _follow(case) or _join(case) or Placed(why=_fresh(case))


def _ids(incoming: Incoming) -> list[str]:
    """Every Message-ID that may be known, bounded: a hostile letter names thousands."""
    own = [incoming.message_id] if incoming.message_id else []
    chain = incoming.references
    named = [*own, *chain[:1], *chain[-_NEWEST:], *incoming.bounced_ids[:_NEWEST]]
    return list(dict.fromkeys(named))


def _copy(case: _Case) -> Placed | None:
    incoming = case.incoming
    if not incoming.message_id:
        return None
    earlier = list(case.seen.get(incoming.message_id, ()))
    ours = incoming.direction is Direction.OUT or case.own
    if ours and (letter := _by_key(case, key_of_message_id(incoming.message_id))):
        marked = None if incoming.direction is Direction.OUT else "came in under our own address"
        return _copied(letter, "our own letter, as it came back", marked)
    for known in earlier:
        if known.direction == incoming.direction and known.handle == incoming.handle:
            message = case.lookups.message(known.id)
            if message and same_letter(incoming, message):
                return _copied(known, "the same letter came another way", "a copy")
    return None


def _copied(known: Seen, why: str, marked: str | None) -> Placed:
    return Placed(conversation=known.conversation, why=why, marked=marked, copy_of=known.id)


def _place_failure(case: _Case) -> Placed:
    """A bounce follows the letter that bounced, wherever that stands now."""
    incoming = case.incoming
    for clue in _ours(case, [*incoming.bounced_ids, *reversed(incoming.references)]):
        if found := _conversation(case, clue.number):
            lasting = incoming.bounce is None or incoming.bounce.permanent
            why = clue.why.replace("answers", "reports on", 1)
            reopened = lasting and found.state is State.CLOSED
            return Placed(conversation=found.number, why=why, reopened=reopened)
    return Placed(why="a delivery report that names no letter of ours")


def _ours(case: _Case, ids: Sequence[str]) -> Iterator[_Clue]:
    yield from _keyed(case)
    for message_id in ids[: 2 * _NEWEST]:
        for known in case.seen.get(message_id, ()):
            if known.direction == Direction.OUT:
                yield _answers(case, known)
        yield from _signed(case, key_of_message_id(message_id))


def _place_own(case: _Case) -> Placed:
    for clue in _clues(case):
        if found := _conversation(case, clue.number):
            return Placed(conversation=found.number, why=f"our own answer: {clue.why}")
    if case.contact is not None and (found := case.lookups.open_conversation_of(case.contact)):
        why = "our own message to a contact whose conversation is open"
        return Placed(conversation=found.number, why=why)
    return Placed(why="our own message, written outside the desk")


def _follow(case: _Case) -> Placed | None:
    """Follow the first clue whose conversation the sender takes part in."""
    aside: Placed | None = None
    refused: Placed | None = None
    known: dict[int, tuple[Conversation, bool] | None] = {}
    for clue in _clues(case):
        if clue.number not in known:
            there = _conversation(case, clue.number)
            known[clue.number] = (there, _takes_part(case, there)) if there else None
        if (looked := known[clue.number]) is None:
            continue
        found, takes_part = looked
        if not takes_part:
            refused = refused or _refuse(case, clue, found)
        elif _other_subject(case, clue, found):
            why = f"a new subject, though it {clue.why}"
            aside = aside or Placed(why=why, linked=found.number)
        else:
            return _enter(case, clue, found)
    return aside or refused


def _refuse(case: _Case, clue: _Clue, found: Conversation) -> Placed:
    who = "our own address, used from outside," if case.own else "the sender"
    return Placed(
        why=f"kept out of [#{found.number}]: {clue.why}, but from a stranger",
        linked=found.number,
        marked=f"{who} does not take part in [#{found.number}]",
    )


def _clues(case: _Case) -> Iterator[_Clue]:
    """What a message says of where it belongs, strongest first; looked up only when asked."""
    incoming = case.incoming
    yield from _keyed(case)
    for message_id in (*reversed(incoming.references[-_NEWEST:]), *incoming.references[:1]):
        for known in case.seen.get(message_id, ()):
            yield _answers(case, known)
        if message_id not in case.seen:
            yield from _signed(case, key_of_message_id(message_id))
    if incoming.subject and (number := subject_number(incoming.subject)):
        yield _Clue(number=number, why=f"[#{number}] in the subject")
    if incoming.answers:
        answered = case.lookups.seen_external(case.rules.channel, incoming.answers)
        if answered:
            yield _answers(case, answered, "message")


def _keyed(case: _Case) -> Iterator[_Clue]:
    for address in (*case.incoming.to, *case.incoming.cc)[: 2 * _NEWEST]:
        yield from _signed(case, key_of_address(address.address))


def _signed(case: _Case, key: str | None) -> Iterator[_Clue]:
    number = read_key(case.rules.desk_key, key) if key else None
    if key is None or number is None:
        return
    if letter := case.lookups.seen_key(key):
        yield _answers(case, letter)
    else:
        yield _Clue(number=number, why="answers our letter, by its reply key")


def _by_key(case: _Case, key: str | None) -> Seen | None:
    if key is None or read_key(case.rules.desk_key, key) is None:
        return None
    return case.lookups.seen_key(key)


def _answers(case: _Case, known: Seen, noun: str = "letter") -> _Clue:
    day = _day(known.received_at, case.now)
    ours = known.direction == Direction.OUT
    why = f"answers our {noun} of {day}" if ours else f"follows the {noun} of {day}"
    return _Clue(number=known.conversation, why=why, about=known.subject)


def _conversation(case: _Case, number: int) -> Conversation | None:
    """The conversation of that number, or the one that it was merged into."""
    found = case.lookups.conversation(number)
    if found and found.state is State.CLOSED and (kept := case.lookups.kept_by(number)) != number:
        return case.lookups.conversation(kept)
    return found


def _takes_part(case: _Case, found: Conversation) -> bool:
    """Anybody can write one of our addresses into From: it takes part in nothing."""
    if case.own:
        return False
    if case.contact is not None and case.contact == found.contact:
        return True
    people = case.lookups.participants(found.number)
    if case.incoming.handle and str(case.incoming.handle) in people:
        return True
    contact = case.lookups.contact(case.contact) if case.contact is not None else None
    return contact is not None and any(str(known.handle) in people for known in contact.handles)


def _other_subject(case: _Case, clue: _Clue, found: Conversation) -> bool:
    """Whether an answer is really about something else. Machines change subjects at will."""
    subject = case.incoming.subject
    if clue.about is None and subject_number(subject) == clue.number:
        return False
    if case.incoming.automatic or not subject.strip():
        return False
    told = [about for about in (clue.about, found.subject) if about and about.strip()]
    return bool(told) and not any(same_subject(subject, about) for about in told)


def _enter(case: _Case, clue: _Clue, found: Conversation) -> Placed:
    if found.state is not State.CLOSED or case.incoming.automatic:
        return Placed(conversation=found.number, why=clue.why)
    closed = found.closed_at or found.last_at
    if case.now - closed <= case.rules.reopen_within:
        return Placed(conversation=found.number, why=clue.why, reopened=True)
    day = _day(closed, case.now)
    return Placed(why=f"{clue.why}, but [#{found.number}] was closed {day}", linked=found.number)


def _join(case: _Case) -> Placed | None:
    """Chat has no threads: what comes soon belongs to what the contact is talking about."""
    if not case.rules.joins or case.contact is None:
        return None
    window = case.rules.join_window
    found = case.lookups.open_conversation_of(case.contact)
    if found and case.now - found.last_at <= window:
        why = f"the contact's open conversation, {_ago(case, found.last_at)}"
        return Placed(conversation=found.number, why=why)
    rows = case.lookups.conversations_of(case.contact, limit=1)
    latest = case.lookups.conversation(rows[0].number) if rows else None
    if latest is None:
        return None
    active = _ago(case, latest.last_at)
    soon = min(window, case.rules.reopen_within)
    if latest.state is State.CLOSED and case.now - latest.last_at <= soon:
        why = f"the contact's conversation, closed but {active}"
        return Placed(conversation=latest.number, why=why, reopened=True)
    return Placed(why=f"after a pause: [#{latest.number}] was {active}", linked=latest.number)


def _fresh(case: _Case) -> str:
    if case.incoming.unreadable:
        return "could not be read"
    if case.incoming.references or case.incoming.answers:
        return "answers a message that is not here"
    return "starts a new conversation" if case.contact is not None else "from somebody new"


def _day(at: datetime, now: datetime) -> str:
    there = at.astimezone(now.tzinfo)
    day = f"{there.day} {_MONTHS[there.month - 1]}"
    return day if there.year == now.year else f"{day} {there.year}"


def _ago(case: _Case, at: datetime) -> str:
    minutes = max(0, int((case.now - at).total_seconds() // 60))
    if minutes < 120:
        return f"last active {minutes} min ago"
    if minutes < 48 * 60:
        return f"last active {minutes // 60} h ago"
    return f"last active {_day(at, case.now)}"
