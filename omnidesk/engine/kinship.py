"""Who may be the same person as whoever wrote, and what handles he named."""

from __future__ import annotations

from omnidesk.core.identity import Profile, suggest
from omnidesk.core.model import Contact, Handle, Known, KnownHandle
from omnidesk.core.store import Reads, Suggested
from omnidesk.core.value import dataclass
from omnidesk.engine.hearing import Understood

_TYPED = 5
"""Handles of a message that are followed: a list of addresses says nothing of one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A handle that a contact named and nobody has."""

    contact: int
    handle: Handle
    message: int


def find(reads: Reads, said: Understood) -> tuple[list[Offer], list[Suggested]]:
    """What a message says of who its sender is."""
    owner = reads.owner_of(said.handle)
    person = reads.contact(owner[0]) if owner else None
    if owner is None or person is None:
        return [], []
    typed = said.typed if len(said.typed) <= _TYPED else ()
    owners = {handle: reads.contact_of(handle) for handle in (*said.vouched, *typed)}
    offers = [
        Offer(contact=owner[0], handle=handle, message=said.message)
        for handle in typed
        if owners[handle] is None
    ]
    others = {found for found in owners.values() if found is not None}
    named_before = set(reads.offered_by(said.handle)) if said.new else set()
    if said.new and person.name.strip():
        others |= set(reads.namesakes(_spellings(person.name)))
    suggested = []
    for other in sorted((others | named_before) - {person.id}):
        contact = reads.contact(other)
        if contact is None:
            continue
        named = (said.handle,) if other in named_before else ()
        found = suggest(_profile(person, said, contact), _known(contact, named))
        if found:
            suggested.append(
                Suggested(
                    what="contact",
                    one=person.id,
                    other=other,
                    reason=found.reason,
                    score=found.score,
                )
            )
    return offers, suggested


def _known(contact: Contact, named: tuple[Handle, ...]) -> Profile:
    return Profile(contact=contact.id, name=contact.name, handles=contact.handles, typed=named)


def _profile(person: Contact, said: Understood, other: Contact) -> Profile:
    """The sender with what his channel vouches for and what he names as his, of the other's."""
    theirs = {known.handle: known.known for known in other.handles}
    named = [(handle, Known.VERIFIED) for handle in said.vouched]
    named += [(h, Known.CLAIMED) for h in said.typed if theirs.get(h) is Known.CLAIMED]
    own = {known.handle for known in person.handles}
    more = tuple(
        KnownHandle(handle=handle, known=known, name="", first_seen=said.at)
        for handle, known in named
        if handle not in own
    )
    return Profile(
        contact=person.id, name=person.name, handles=(*person.handles, *more), typed=said.typed
    )


def _spellings(name: str) -> list[str]:
    """A name, and with its first word last and its last word first."""
    words = name.split()
    turned = [" ".join((*words[1:], words[0])), " ".join((words[-1], *words[:-1]))]
    return list(dict.fromkeys((name, *turned)))
