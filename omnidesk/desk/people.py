"""Contacts are made one person and parted again, and learn the handles that they name."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from omnidesk.core.errors import CannotJoin, CannotUndo, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.identity import normalise
from omnidesk.core.language import _
from omnidesk.core.model import Direction, Handle, Known, Message
from omnidesk.core.store import Reads, Transaction
from omnidesk.core.summary import one_line
from omnidesk.desk import joining, standing
from omnidesk.desk.opening import find

_LONGEST = 60


def merge_contacts(tx: Transaction, keep: int, other: int, actor: str, now: datetime) -> str:
    """Make two contacts one person; CannotJoin where they are one already."""
    kept, gone = known_person(tx, keep), known_person(tx, other)
    if kept == gone:
        raise CannotJoin(
            _("{name} is one person already; nothing was merged").format(name=called(tx, kept))
        )
    said = _("{gone} is now part of {kept}").format(**both(tx, gone=gone, kept=kept))
    data = {
        "kept": kept,
        "merged": gone,
        "number": tx.last_message(),
        "decided": tx.decided("contact", kept, gone),
        "raised": _vouched(tx, kept, gone),
    }
    merged = Event(at=now, actor=actor, kind=What.CONTACT_MERGED, contact=kept, data=data)
    tx.point_contact(gone, kept, tx.append(merged))
    _raise(tx, merged)
    tx.decide("contact", kept, gone, "joined", now)
    return said


def join_contacts(tx: Transaction, one: int, other: int, actor: str, now: datetime) -> str:
    """Make two contacts one person; the one that was here first is kept."""
    keep, gone = sorted((known_person(tx, one), known_person(tx, other)))
    return merge_contacts(tx, keep, gone, actor, now)


def unmerge_contact(
    tx: Transaction, id: int, actor: str, now: datetime, *, undoing: bool = False
) -> str:
    """Take a contact out of the one that it was merged into; its own comes back with it."""
    pointer = tx.merged_contact(id)
    if pointer is None:
        said = _("{name} is not merged into another").format(name=called(tx, known_person(tx, id)))
        raise CannotJoin(said)
    whole, merge = pointer
    merged = tx.event(merge)
    assert merged is not None, "a merge is journaled"
    event = Event(
        at=now,
        actor=actor,
        kind=What.UNDONE if undoing else What.CONTACT_UNMERGED,
        contact=id,
        data={
            "what": merged.kind.value,
            "kept": whole,
            "merged": id,
            "merge": merge,
            "number": tx.last_message(),
        },
        undoes=merge,
    )
    seq = tx.append(event)
    tx.point_contact(id, None, None)
    _lower(tx, merged)
    tx.decide("contact", whole, id, merged.data["decided"], now)
    one, other, since = id, known_person(tx, whole), int(merged.data["number"])
    _send_home(tx, [*_strays(tx, one, other, since), *_strays(tx, other, one, since)], seq)
    return _("{name} stands alone again, as before the merge").format(name=called(tx, id))


def merge_back(tx: Transaction, event: Event, now: datetime) -> str:
    """Undo an unmerge."""
    id_, whole = int(event.data["merged"]), int(event.data["kept"])
    if tx.merged_contact(id_) is not None or known_person(tx, whole) == id_:
        raise CannotUndo(
            _("{name} was merged otherwise since; unmerge that first").format(name=called(tx, id_))
        )
    said = _("{gone} is part of {kept} again").format(**both(tx, gone=id_, kept=whole))
    tx.point_contact(id_, whole, int(event.data["merge"]))
    if merged := tx.event(int(event.data["merge"])):
        _raise(tx, merged)
    tx.decide("contact", whole, id_, "joined", now)
    joining.move_back(tx, event)
    return said


def _vouched(tx: Reads, *people: int) -> dict[str, str]:
    """What a channel vouched for as one's while it was another's, with how it was known."""
    found: dict[str, str] = {}
    vouched = {handle for person in people for handle in tx.vouched(person)}
    for person in people:
        contact = tx.contact(person)
        for known in contact.handles if contact else ():
            if known.handle in vouched and known.known is not Known.VERIFIED:
                found[str(known.handle)] = known.known.value
    return found


def _raise(tx: Transaction, merged: Event) -> None:
    """What a channel vouched for as somebody's is that of the one whom he is part of now."""
    for handle in merged.data.get("raised", ()):
        tx.know(Handle.parse(handle), Known.VERIFIED)


def _lower(tx: Transaction, merged: Event) -> None:
    """Handles are known as they were before a merge, or since then by a message."""
    for text, known in merged.data.get("raised", {}).items():
        handle = Handle.parse(text)
        owner = tx.contact_of(handle)
        wrote = owner is not None and any(r.handle == handle for r in tx.reached(owner))
        tx.know(handle, Known.SEEN if wrote else Known(known))


def _strays(tx: Reads, contact: int, other: int, since: int) -> list[Message]:
    """What a contact said or was told in conversations of another only while both were one.

    What answers a message that belongs there stays, and so does what an agent put there.
    """
    joins = {c.name for c in tx.channels() if c.capabilities.joins}
    strays: dict[int, Message] = {}
    for id_ in tx.said_in_other(contact, other, since):
        said = tx.message(id_)
        if said is None or tx.was_moved(id_):
            continue
        if _is_astray(tx, said, strays, joins):
            strays[id_] = said
    return list(strays.values())


def _is_astray(tx: Reads, said: Message, strays: Container[int], joins: Container[str]) -> bool:
    answered = joining.answered_by(tx, said)
    if answered is not None and answered.conversation == said.conversation:
        return answered.id in strays
    return said.channel in joins or said.direction is Direction.OUT


def part_moved(tx: Transaction, event: Event) -> None:
    """What a move that was taken back put among another's messages goes where it belongs.

    It had come there while the two were one person, and they were parted while it was away.
    """
    joins = {c.name for c in tx.channels() if c.capabilities.joins}
    strays: dict[int, Message] = {}
    for id_ in event.data["moved"]:
        said = tx.message(id_)
        if said is None or said.handle is None or said.home is None or tx.was_moved(id_):
            continue
        home = tx.conversation(said.home)
        if home is None or home.contact == tx.contact_of(said.handle):
            continue
        if _is_astray(tx, said, strays, joins):
            strays[id_] = said
    _send_home(tx, list(strays.values()), None)


def _send_home(tx: Transaction, strays: list[Message], event: int | None) -> None:
    """Put each person's messages where they belong, or into a new conversation beside."""
    homes: dict[tuple[int, int], int] = {}
    for said in strays:
        owner = tx.owner_of(said.handle) if said.handle else None
        assert owner is not None, "a stray has a handle, and that an owner"
        key = said.conversation, owner[1]
        if key not in homes:
            part = tx.part_of(*key)
            if part is None:
                part = joining.beside(tx, said.conversation, owner[0])
            else:
                standing.bring(tx, part, standing.urgency(tx, said.conversation))
            homes[key] = part
        if event is None:
            tx.stand(said.id, homes[key], said.why)
        else:
            tx.move_message(said.id, homes[key], event, said.why)
    for (stood, _rest), home in homes.items():
        tx.refresh(stood)
        tx.refresh(tx.kept_by(home))


def bind_handle(tx: Transaction, contact: int, handle: Handle, actor: str, now: datetime) -> str:
    """Add a handle that the customer named, as claimed; CannotJoin where it is another's."""
    person = known_person(tx, contact)
    if owner := tx.owner_of(handle):
        if owner[1] == person:
            raise CannotJoin(
                _("{name} has {handle} already").format(name=called(tx, person), handle=handle)
            )
        raise CannotJoin(
            _("{handle} belongs to {name}; merge the two if they are one person").format(
                handle=handle, name=called(tx, owner[1])
            )
        )
    tx.add_handle(handle, person, known=Known.CLAIMED, name="", at=now)
    data = {"handle": str(handle)}
    tx.append(Event(at=now, actor=actor, kind=What.HANDLE_ADDED, contact=person, data=data))
    return _("{handle} was added to {name}").format(handle=handle, name=called(tx, person))


def unbind_handle(tx: Transaction, event: Event) -> str:
    """Undo the adding of a handle; CannotUndo where messages stand under it already."""
    handle, name = str(event.data["handle"]), called(tx, event.contact or 0)
    if not tx.remove_handle(Handle.parse(handle)):
        raise CannotUndo(
            _("{handle} has been used since; it stays with {name}").format(handle=handle, name=name)
        )
    return _("{name} has {handle} no more").format(name=name, handle=handle)


def spelled(handle: Handle, region: str | None) -> Handle:
    """The one spelling of a handle; CannotJoin where it cannot be one."""
    found = normalise(handle.scheme, handle.value, region=region)
    if found is None:
        raise CannotJoin(
            _("{handle} is no address; write mailto:ann@example.org or tel:+79161234567").format(
                handle=handle
            )
        )
    return found


def never(tx: Transaction, what: str, one: int, other: int, actor: str, now: datetime) -> str:
    """Remember that two are not one: neither they nor their parts are suggested again."""
    ones, others = tx.members(what, one), tx.members(what, other)
    if what == "conversation":
        find(tx, one)
        find(tx, other)
    if not ones or not others:
        raise NotFound(_("there is no such contact: {id}").format(id=one if not ones else other))
    if set(ones) & set(others):
        if what == "conversation":
            said = _("conversation {one} and {other} are one already; unmerge them first")
            raise CannotJoin(said.format(one=one, other=other))
        said = _("{name} is one person already; unmerge first").format(name=called(tx, one))
        raise CannotJoin(said)
    open_ = {(one, other)}
    for suggested in tx.suggested_among(what, ones, others):
        open_.add((suggested.one, suggested.other))
    pairs = [(a, b, tx.decided(what, a, b)) for a, b in sorted(open_)]
    for a, b, _rest in pairs:
        tx.decide(what, a, b, "never", now)
    data = {"what": what, "pairs": pairs, "decided": "never"}
    conversation = one if what == "conversation" else None
    contact = one if what == "contact" else None
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.SUGGESTION_DECIDED,
            conversation=conversation,
            contact=contact,
            data=data,
        )
    )
    if what == "conversation":
        said = _("conversations {one} and {other} are not suggested as one again")
        return said.format(one=one, other=other)
    said = _("{one} and {other} are not suggested as one again")
    return said.format(**both(tx, one=one, other=other))


def undecide(tx: Transaction, event: Event, now: datetime) -> str:
    """Undo a decision about a suggestion."""
    what = str(event.data["what"])
    for a, b, before in event.data["pairs"]:
        tx.decide(what, int(a), int(b), before, now)
    if what == "conversation":
        return _("the conversations may be suggested as one again")
    return _("the contacts may be suggested as one again")


def called(reads: Reads, id: int, *, exactly: bool = False) -> str:
    """A person's name, else his first handle; `exactly`: both, as far as there are both."""
    found = reads.contact(id)
    values = [known.handle.value for known in found.handles] if found else []
    names = [found.name] if found and found.name.strip() else []
    first, *rest = dict.fromkeys((*names, *values[:1])) or (_("somebody"),)
    more = f" ({one_line(rest[0], _LONGEST)})" if exactly and rest else ""
    return one_line(first, _LONGEST) + more


def both(reads: Reads, **ids: int) -> dict[str, str]:
    """Two persons as they are called; by their handles as well where that is alike."""
    names = {key: called(reads, id_) for key, id_ in ids.items()}
    if len(set(names.values())) == len(names):
        return names
    return {key: called(reads, id_, exactly=True) for key, id_ in ids.items()}


def known_person(reads: Reads, id: int) -> int:
    """The contact that merges point `id` to; NotFound where there is none."""
    found = reads.contact(id)
    if found is None:
        raise NotFound(
            _("there is no contact {id}; omnidesk contact list shows them").format(id=id)
        )
    return found.id
