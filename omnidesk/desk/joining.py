"""Contacts and conversations are joined, and every join can be taken back.

Joins are pointers: what is joined keeps what was its own, and a message remembers the
conversation that it belongs to without any merge (`home`). So a join is taken back by
dropping its pointer, weeks later and in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from omnidesk.core.errors import CannotJoin, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.model import Conversation, Handle, Known, State
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk.opening import find

_KEPT = (
    "state",
    "waiting_since",
    "unread",
    "assignee",
    "tags",
    "priority",
    "snoozed_until",
    "closed_at",
    "last_at",
)


def merge_contacts(tx: Transaction, keep: int, other: int, actor: str, now: datetime) -> str:
    """Make two contacts one person; CannotJoin where they are one already."""
    kept, gone = _person(tx, keep), _person(tx, other)
    if kept == gone:
        raise CannotJoin(f"contacts {keep} and {other} are one person already")
    tx.point_contact(gone, kept)
    tx.decide("contact", kept, gone, "joined")
    data = {"kept": kept, "merged": gone, "number": tx.last_message()}
    tx.append(Event(at=now, actor=actor, kind=What.CONTACT_MERGED, contact=kept, data=data))
    return f"contact {gone} is now part of {kept}"


def unmerge_contact(tx: Transaction, id: int, actor: str, now: datetime) -> str:
    """Take a contact out of the one that it was merged into; its own comes back with it."""
    whole = tx.merged_contact(id)
    if whole is None:
        raise CannotJoin(f"contact {id} is not merged into another")
    since = tx.last_merge(What.CONTACT_MERGED, id)
    tx.point_contact(id, None)
    tx.decide("contact", whole, id, None)
    undoes = since.seq if since else None
    moved = _send_home(tx, id, whole, int(since.data["number"])) if since else []
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.CONTACT_UNMERGED,
            contact=id,
            data={"kept": whole, "merged": id, "moved": moved},
            undoes=undoes,
        )
    )
    return f"contact {id} stands on its own again"


def _send_home(tx: Transaction, id: int, whole: int, since: int) -> list[list[int]]:
    """Messages of a person that joined the other's conversations while both were one.

    They go into a conversation of their own, linked to where they stood.
    """
    moved: list[list[int]] = []
    homes: dict[int, int] = {}
    for message, stood, home in tx.strays(id, _person(tx, whole), since):
        if stood not in homes:
            homes[stood] = _beside(tx, stood, id)
        tx.move_message(message, homes[stood], homes[stood])
        moved.append([message, stood, home])
    for stood, made in homes.items():
        tx.refresh(made)
        tx.refresh(stood)
    return moved


def _beside(tx: Transaction, number: int, contact: int | None = None) -> int:
    """A new conversation linked to another, with its subject, state and assignee."""
    found = tx.conversation(number)
    assert found is not None
    made = tx.add_conversation(
        contact=contact if contact is not None else tx.contact_behind(number),
        subject=found.subject,
        channel="",
        snippet="",
        at=found.last_at,
        state=found.state,
        assignee=found.assignee,
        waiting_since=found.waiting_since,
        unread=found.unread,
        closed_at=found.closed_at,
    )
    tx.link(made, number)
    return made


def _person(reads: Reads, id: int) -> int:
    found = reads.contact(id)
    if found is None:
        raise NotFound(f"there is no contact {id}; omnidesk contact list shows them")
    return found.id


def merge(tx: Transaction, keep: int, other: int, actor: str, now: datetime) -> str:
    """Make two conversations one; what comes later to either stands in the one that is kept."""
    keep, kept, _ = find(tx, keep)
    other, gone, _ = find(tx, other)
    if keep == other:
        raise CannotJoin(f"[#{keep}] and [#{other}] are one conversation already")
    before = {"kept": _columns(kept), "merged": _columns(gone)}
    tx.point_conversation(other, keep)
    tx.change_conversation(other, state="merged")
    tx.change_conversation(keep, **_together(kept, gone))
    tx.refresh(keep)
    tx.decide("conversation", keep, other, "joined")
    after = tx.conversation(keep)
    assert after is not None
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.CONVERSATION_MERGED,
            conversation=keep,
            data={"kept": keep, "merged": other, "before": before, "after": _columns(after)},
        )
    )
    return f"[#{other}] is now part of [#{keep}]"


def unmerge(tx: Transaction, number: int, actor: str, now: datetime) -> str:
    """Take a conversation out of the one that it was merged into, with what came to it since."""
    whole = tx.merged_conversation(number)
    if whole is None:
        raise CannotJoin(f"[#{number}] is not merged into another")
    event = tx.last_merge(What.CONVERSATION_MERGED, number)
    assert event is not None, "a merge is journaled"
    tx.point_conversation(number, None)
    tx.decide("conversation", whole, number, None)
    restore(tx, number, event.data["before"]["merged"])
    kept = tx.conversation(tx.kept_by(whole))
    if kept is not None and _columns(kept) == _thawed(event.data["after"]):
        restore(tx, kept.number, event.data["before"]["kept"])
    for changed in (number, tx.kept_by(whole)):
        tx.refresh(changed)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.UNDONE,
            conversation=whole,
            data={"what": What.CONVERSATION_MERGED.value, "kept": whole, "merged": number},
            undoes=event.seq,
        )
    )
    return f"[#{number}] stands on its own again"


def split(tx: Transaction, number: int, message: int, actor: str, now: datetime) -> str:
    """Put a message and all that follow it into a new, linked conversation."""
    number, _, _ = find(tx, number)
    moving = [id_ for id_, _ in tx.placed_in(number) if id_ >= message]
    if message not in moving:
        raise NotFound(f"message {message} does not stand in [#{number}]")
    made = _beside(tx, number)
    _move(tx, moving, made, actor, now)
    return f"[#{made}] was split from [#{number}]"


def move_message(tx: Transaction, message: int, to: int | None, actor: str, now: datetime) -> str:
    """Put one message into another conversation, or (`to` None) into a new, linked one."""
    found = tx.message(message)
    if found is None:
        raise NotFound(f"there is no message {message}; omnidesk show prints their ids")
    target = find(tx, to)[0] if to is not None else _beside(tx, found.conversation)
    if target == found.conversation:
        raise CannotJoin(f"message {message} stands in [#{target}] already")
    _move(tx, [message], target, actor, now)
    return f"message {message} stands in [#{target}] now"


def _move(tx: Transaction, ids: Iterable[int], to: int, actor: str, now: datetime) -> None:
    moved = []
    touched = {to}
    for id_ in ids:
        found = tx.message(id_)
        assert found is not None
        moved.append([id_, found.conversation, found.home])
        touched.add(found.conversation)
        tx.move_message(id_, to, to)
        tx.change_message(id_, why=f"moved here by {actor}; before: {found.why}")
    for number in touched:
        tx.refresh(number)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.MESSAGE_MOVED,
            conversation=to,
            data={"moved": moved, "to": to},
        )
    )


def move_back(tx: Transaction, event: Event) -> str:
    """Undo a move or a split; a conversation that is left empty goes into the first one."""
    to = int(event.data["to"])
    touched = {to}
    for id_, stood, home in event.data["moved"]:
        found = tx.message(id_)
        if found is None or found.conversation != tx.kept_by(to):
            continue
        number = tx.kept_by(home or stood)
        tx.move_message(id_, number, home or stood)
        tx.change_message(id_, why=found.why.partition("; before: ")[2] or found.why)
        touched.add(number)
    if not tx.placed_in(to):
        first = int(event.data["moved"][0][1])
        tx.unlink(to, first)
        tx.point_conversation(to, tx.kept_by(first))
        tx.change_conversation(to, state="merged")
        touched.discard(to)
    for number in touched:
        tx.refresh(number)
    return f"{len(event.data['moved'])} messages stand where they stood"


def bind_handle(tx: Transaction, contact: int, handle: Handle, actor: str, now: datetime) -> str:
    """Add a handle that the customer named, as claimed; CannotJoin where it is another's."""
    person = _person(tx, contact)
    owner = tx.owner_of(handle)
    if owner is not None and owner[1] != person:
        raise CannotJoin(f"{handle} is contact {owner[1]}'s; merge the two if they are one person")
    tx.add_handle(handle, person, known=Known.CLAIMED, name="", at=now)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.HANDLE_ADDED,
            contact=person,
            data={"handle": str(handle)},
        )
    )
    return f"{handle} was added to contact {person}"


def never(tx: Transaction, what: str, one: int, other: int, actor: str, now: datetime) -> None:
    """Remember that two are not one: they are not suggested again."""
    tx.decide(what, one, other, "never")
    kind = What.CONTACT_CHANGED if what == "contact" else What.CONVERSATION_LINKED
    data = {"never": [one, other]}
    tx.append(Event(at=now, actor=actor, kind=kind, data=data))


def restore(tx: Transaction, number: int, columns: dict[str, Any]) -> None:
    """Set a conversation's columns to what an event kept of them."""
    tx.change_conversation(number, **_thawed(columns))


def _columns(found: Conversation) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _KEPT}


def _thawed(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns as an event keeps them in JSON, as the model has them."""
    thawed = dict(columns)
    for name in ("waiting_since", "snoozed_until", "closed_at", "last_at"):
        if isinstance(thawed.get(name), str):
            thawed[name] = datetime.fromisoformat(thawed[name])
    thawed["tags"] = tuple(thawed["tags"])
    thawed["state"] = State(thawed["state"])
    return thawed


def _together(kept: Conversation, gone: Conversation) -> dict[str, Any]:
    """What the kept conversation becomes: as urgent as the more urgent of the two."""
    order = [State.OPEN, State.WAITING, State.SNOOZED, State.CLOSED]
    waits = [at for at in (kept.waiting_since, gone.waiting_since) if at]
    state = min(kept.state, gone.state, key=order.index)
    return {
        "state": state,
        "waiting_since": min(waits) if waits else None,
        "unread": kept.unread or gone.unread,
        "assignee": kept.assignee or gone.assignee,
        "priority": max(kept.priority, gone.priority),
        "tags": tuple(dict.fromkeys((*kept.tags, *gone.tags))),
        "closed_at": kept.closed_at if state is State.CLOSED else None,
        "snoozed_until": kept.snoozed_until if state is State.SNOOZED else None,
    }
