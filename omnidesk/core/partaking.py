"""Who takes part in a conversation, which may have been merged into another."""

from __future__ import annotations

from collections.abc import Iterator

from omnidesk.core.clues import Case
from omnidesk.core.model import Conversation, Direction, State
from omnidesk.core.signing import keyless_address


def there(case: Case, number: int) -> Conversation | None:
    """The conversation of that number, or the one that it was merged into."""
    found = case.lookups.conversation(number)
    if found and found.state is State.CLOSED and (kept := case.lookups.kept_by(number)) != number:
        return case.lookups.conversation(kept)
    return found


def takes_part(case: Case, found: Conversation) -> bool:
    """Whether the person is in a conversation, by this handle or another of the contact."""
    incoming, contact = case.incoming, case.contact
    if case.own and incoming.direction is Direction.IN:
        return False
    if contact is not None and contact == found.contact:
        return True
    people = case.lookups.participants(found.number)
    if not people.isdisjoint(_persons(case)):
        return True
    person = case.lookups.contact(contact) if contact is not None else None
    return person is not None and any(str(known.handle) in people for known in person.handles)


def _persons(case: Case) -> Iterator[str]:
    """Whom a message is from or, our own, to: as handles are written."""
    incoming = case.incoming
    if incoming.handle and incoming.handle.value not in case.rules.own:
        yield str(incoming.handle)
    if incoming.handle and incoming.direction is Direction.OUT:
        for person in (*incoming.to, *incoming.cc):
            address = keyless_address(person.address.lower())
            if address not in case.rules.own:
                yield f"{incoming.handle.scheme}:{address}"
