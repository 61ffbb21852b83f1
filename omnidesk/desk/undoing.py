"""What was done is taken back, whatever came after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from omnidesk.core.errors import CannotUndo
from omnidesk.core.events import Event, What
from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.model import DeliveryState, Draft, Message
from omnidesk.core.store import Transaction
from omnidesk.core.stored import stored_entry
from omnidesk.desk import calls, joining, people, standing, wishes, working
from omnidesk.desk.forwarding import words_of

_TOGETHER = 1000
_FIELDS = {
    "state": N_("state"),
    "assignee": N_("assignee"),
    "tags": N_("tags"),
    "priority": N_("priority"),
    "unread": N_("unread"),
    "subject": N_("subject"),
}
_TIMES = ("waiting_since", "snoozed_until", "closed_at", "last_at")


def undo(tx: Transaction, actor: str, now: datetime, conversation: int | None = None) -> str:
    """Take back what this agent did last; what was undone, in words. CannotUndo says why not."""
    event = tx.last_undoable(actor, conversation)
    if event is None:
        raise CannotUndo(_("there is nothing to undo"))
    together = event.data.get("together") if conversation is None else None
    others = _left_of(tx, actor, together) if together else []
    if len(others) < 2:
        return take_back(tx, event, actor, now)
    for one in others:
        take_back(tx, one, actor, now)
    count = len(others)
    said = ngettext("{n} conversation as before", "{n} conversations as before", count)
    return said.format(n=count)


def _left_of(tx: Transaction, actor: str, together: object) -> list[Event]:
    """What was done together and is not undone yet, newest first."""
    events = tx.events_by(actor, _TOGETHER)
    undone = {event.undoes for event in events}
    return [
        event
        for event in events
        if event.data.get("together") == together and event.seq not in undone
    ]


def recall(tx: Transaction, message: int, actor: str, now: datetime) -> str:
    """Make a held reply of this agent's a draft again; CannotUndo where it has left."""
    written = tx.written_by(message)
    if written is None:
        raise CannotUndo(
            _("message {message} is no reply that can be recalled").format(message=message)
        )
    return take_back(tx, written, actor, now)


def take_back(tx: Transaction, event: Event, actor: str, now: datetime) -> str:
    """Undo what an event tells of, whatever came after it."""
    match event.kind:
        case What.MESSAGE_WRITTEN:
            said = _recall(tx, event, now)
        case What.NOTE_ADDED:
            said = _remove_note(tx, event)
        case What.CONVERSATION_CHANGED:
            said = _restore(tx, event)
        case What.CONVERSATION_MERGED:
            return joining.unmerge(tx, int(event.data["merged"]), actor, now, undoing=True)
        case What.CONVERSATION_UNMERGED:
            said = joining.merge_back(tx, event, now)
        case What.CONTACT_MERGED:
            id_ = int(event.data["merged"])
            return people.unmerge_contact(tx, id_, actor, now, undoing=True)
        case What.CONTACT_UNMERGED:
            said = people.merge_back(tx, event, now)
        case What.CONTACT_CHANGED:
            said = wishes.restore(tx, event)
        case What.MESSAGE_PINNED:
            said = working.unpin(tx, event, now)
        case What.CALL_LOGGED:
            said = calls.take_back(tx, event)
        case What.MESSAGE_MOVED:
            said = joining.move_back(tx, event)
            people.part_moved(tx, event)
        case What.HANDLE_ADDED:
            said = people.unbind_handle(tx, event)
        case What.SUGGESTION_DECIDED:
            said = people.undecide(tx, event, now)
        case _:
            raise CannotUndo(_("{kind} cannot be undone").format(kind=event.kind))
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.UNDONE,
            conversation=event.conversation,
            contact=event.contact,
            data={"what": event.kind.value, "after": event.data.get("before", {})},
            undoes=event.seq,
        )
    )
    return said


def fields(changed: Iterable[str], *, times: bool = False) -> str:
    """What was changed of a conversation, by the names that an agent knows."""
    shown = (name for name in changed if times or name not in _TIMES)
    return ", ".join(_(_FIELDS.get(name, name)) for name in shown)


def _restore(tx: Transaction, event: Event) -> str:
    assert event.conversation is not None
    standing.put_back(tx, event.conversation, event.data["before"])
    names = fields(event.data["before"])
    return _("[#{number}] {names} as before").format(number=event.conversation, names=names)


def _recall(tx: Transaction, event: Event, now: datetime) -> str:
    """A held reply comes back into the composer."""
    assert event.conversation is not None
    number = tx.kept_by(event.conversation)
    message = tx.message(event.message) if event.message is not None else None
    if message is None or message.delivery is None:
        raise CannotUndo(_("that reply is gone"))
    if message.delivery.state is not DeliveryState.HELD:
        raise CannotUndo(
            _("the reply in [#{number}] has left and cannot be recalled").format(
                number=event.conversation
            )
        )
    if message.forwards is not None:
        return _recall_forward(tx, message, number, event.actor, now)
    _keep(
        tx,
        Draft(
            conversation=number,
            agent=event.actor,
            note=False,
            text=message.text,
            channel=message.channel,
            changed_at=now,
            attachments=tuple(filter(None, map(stored_entry, message.attachments))),
            to=message.handle,
            cc=message.cc,
            bcc=message.bcc,
        ),
    )
    tx.remove_message(message.id)
    standing.put_back(tx, event.conversation, event.data["before"])
    tx.refresh(number)
    return _("the reply in [#{number}] is a draft again").format(number=number)


def _keep(tx: Transaction, draft: Draft) -> None:
    """Save what was taken back; what the agent has begun since stands below it."""
    begun = tx.draft(draft.conversation, draft.agent)
    if begun is not None and begun.text.strip() not in ("", draft.text.strip()):
        draft = replace(
            draft,
            text=f"{draft.text.rstrip()}\n\n{begun.text}",
            note=draft.note or begun.note,
            attachments=tuple(dict.fromkeys((*draft.attachments, *begun.attachments))),
        )
    tx.save_draft(draft)


def _recall_forward(
    tx: Transaction, message: Message, number: int, actor: str, now: datetime
) -> str:
    """What is passed on becomes a draft of its own kind: it must not go to the customer."""
    _keep(
        tx,
        Draft(
            conversation=number,
            agent=actor,
            note=True,
            text=words_of(message),
            channel=message.channel,
            changed_at=now,
            attachments=tuple(filter(None, map(stored_entry, message.attachments))),
            cc=message.cc,
            bcc=message.bcc,
            forward=message.forwards,
            people=message.to,
        ),
    )
    tx.remove_message(message.id)
    tx.refresh(number)
    return _("what was forwarded from [#{number}] is a draft again").format(number=number)


def _remove_note(tx: Transaction, event: Event) -> str:
    assert event.message is not None
    tx.remove_message(event.message)
    return _("the note in [#{number}] is gone").format(number=event.conversation)
