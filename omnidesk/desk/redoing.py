"""What was undone is done again."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.errors import CannotUndo
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.model import Handle
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk import changing, joining, people, standing, wishes
from omnidesk.desk.undoing import fields

_NO_ACTS = (What.CONVERSATION_READ, What.DELIVERY_CHANGED)


def redo(tx: Transaction, actor: str, now: datetime) -> str:
    """Do again what this agent undid last and has done nothing since; CannotUndo says why not."""
    undone = _last_undone(tx, actor)
    event = tx.event(undone.undoes) if undone and undone.undoes is not None else None
    if undone is None or event is None:
        raise CannotUndo(_("there is nothing to redo"))
    said = _again(tx, event, actor, now)
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.REDONE,
            conversation=event.conversation,
            contact=event.contact,
            data={"what": event.kind.value, "redoes": undone.seq},
        )
    )
    return said


def _last_undone(tx: Reads, actor: str) -> Event | None:
    """The newest undoing with no act after it but redone ones."""
    redone: set[int] = set()
    repeated = 0
    for event in tx.events_by(actor):
        if event.kind is What.REDONE:
            redone.add(int(event.data["redoes"]))
            repeated += 1
        elif event.kind is What.UNDONE:
            if event.seq not in redone:
                return event
        elif event.kind not in _NO_ACTS:
            if not repeated:
                return None
            repeated -= 1
    return None


def _again(tx: Transaction, event: Event, actor: str, now: datetime) -> str:
    data = event.data
    match event.kind:
        case What.CONVERSATION_CHANGED:
            assert event.conversation is not None
            after = standing.thawed(data["after"])
            changing.change(tx, event.conversation, actor, now, **after)
            return _("[#{number}] {names} as after it").format(
                number=event.conversation, names=fields(after, times=True)
            )
        case What.CONVERSATION_MERGED:
            return joining.merge(tx, int(data["kept"]), int(data["merged"]), actor, now)
        case What.CONVERSATION_UNMERGED:
            return joining.unmerge(tx, int(data["merged"]), actor, now)
        case What.CONTACT_MERGED:
            return people.merge_contacts(tx, int(data["kept"]), int(data["merged"]), actor, now)
        case What.CONTACT_UNMERGED:
            return people.unmerge_contact(tx, int(data["merged"]), actor, now)
        case What.CONTACT_CHANGED:
            assert event.contact is not None
            return wishes.set_wish(tx, event.contact, data["after"]["wish"] or None, actor, now)
        case What.MESSAGE_MOVED:
            return joining.move_again(tx, event, actor, now)
        case What.HANDLE_ADDED:
            assert event.contact is not None
            handle = Handle.parse(str(data["handle"]))
            return people.bind_handle(tx, event.contact, handle, actor, now)
        case What.SUGGESTION_DECIDED:
            one, other, _rest = data["pairs"][0]
            return people.never(tx, str(data["what"]), int(one), int(other), actor, now)
        case What.MESSAGE_WRITTEN:
            raise CannotUndo(_("a reply that was taken back is a draft; send it from there"))
        case _:
            raise CannotUndo(_("{kind} cannot be done again").format(kind=event.kind))
