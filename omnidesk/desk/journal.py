"""What was done by whom, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from omnidesk.core.events import Event, What
from omnidesk.core.language import N_, _
from omnidesk.core.store import Reads
from omnidesk.core.value import dataclass
from omnidesk.desk.people import called

_STATES = {
    "open": N_("opened it"),
    "waiting": N_("left it waiting for the customer"),
    "snoozed": N_("put it aside"),
    "closed": N_("closed it"),
}
_WHAT = {
    What.CONVERSATION_CHANGED: N_("a change"),
    What.CONVERSATION_MERGED: N_("a merge"),
    What.CONVERSATION_UNMERGED: N_("a parting"),
    What.MESSAGE_WRITTEN: N_("a reply"),
    What.MESSAGE_MOVED: N_("a move"),
    What.MESSAGE_PINNED: N_("a pin"),
    What.NOTE_ADDED: N_("a note"),
    What.CONTACT_CHANGED: N_("a wish"),
    What.CONTACT_MERGED: N_("a merge of contacts"),
    What.CONTACT_UNMERGED: N_("a parting of contacts"),
    What.HANDLE_ADDED: N_("an added handle"),
    What.SUGGESTION_DECIDED: N_("a decision"),
    What.CALL_LOGGED: N_("a logged call"),
}
_PLAIN = {
    What.CONVERSATION_OPENED: N_("opened the conversation"),
    What.CONVERSATION_LINKED: N_("linked the conversation"),
    What.MESSAGE_EDITED: N_("the message was changed by its author"),
    What.MESSAGE_RECALLED: N_("took the message back"),
    What.CONTACT_ADDED: N_("added the contact"),
    What.CONTACT_ERASED: N_("erased the contact"),
    What.SUGGESTED: N_("two may be one"),
    What.CONFIG_CHANGED: N_("the config was changed"),
    What.CALL_RINGING: N_("a call rang"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done; `actor` is an agent, or `omnidesk` where nobody did it."""

    seq: int
    at: datetime
    actor: str
    kind: What
    conversation: int | None
    message: int | None
    contact: int | None
    channel: str | None
    words: str


def journal(reads: Reads, *, limit: int, before: int | None, number: int | None) -> list[Entry]:
    """What was done, newest first, in one conversation or everywhere."""
    found = reads.journal(before=before, limit=limit, conversation=number)
    return [
        Entry(
            seq=event.seq,
            at=event.at,
            actor=event.actor,
            kind=event.kind,
            conversation=event.conversation,
            message=event.message,
            contact=event.contact,
            channel=event.channel,
            words=words(reads, event),
        )
        for event in found
    ]


def words(reads: Reads, event: Event) -> str:
    """What an event tells, without its actor."""
    data, channel = event.data, event.channel or ""
    match event.kind:
        case What.CONVERSATION_CHANGED:
            return _changed(data.get("after", {}))
        case What.MESSAGE_RECEIVED:
            why = str(data.get("why", ""))
            return _("a message came by {channel}: {why}").format(channel=channel, why=why)
        case What.MESSAGE_WRITTEN:
            return _written(data).format(channel=channel, message=data.get("forwards"))
        case What.DELIVERY_CHANGED:
            lost = data.get("after") == "unknown"
            said = _("may have gone out by {channel}") if lost else _("failed by {channel}")
            return _because(said.format(channel=channel), data)
        case What.CHANNEL_CHANGED:
            said = _("{channel} is {state}").format(channel=channel, state=data.get("state"))
            return _because(said, data)
        case What.CHANNEL_GAP:
            return _because(_("{channel} lost messages").format(channel=channel), data)
        case What.NOTE_ADDED:
            return _("added a note")
        case What.MESSAGE_EDITED if data.get("completes"):
            return _("told how the call went on")
        case What.CALL_LOGGED:
            return _("logged a call by {channel}").format(channel=channel)
        case What.MESSAGE_PINNED:
            return _("pinned a message") if data.get("pinned") else _("unpinned a message")
        case _:
            return _joined(reads, event) or _(_PLAIN.get(event.kind, event.kind.value))


def _joined(reads: Reads, event: Event) -> str:
    """What made one of two, or two of one, or took something back."""
    data = event.data
    match event.kind:
        case What.CONVERSATION_MERGED:
            said = _("merged [#{merged}] into [#{kept}]")
        case What.CONVERSATION_UNMERGED:
            said = _("took [#{merged}] out of [#{kept}]")
        case What.CONTACT_MERGED:
            name = called(reads, int(data.get("kept", 0)))
            return _("made two contacts one person: {name}").format(name=name)
        case What.CONTACT_UNMERGED:
            name = called(reads, int(data.get("merged", 0)))
            return _("made one person two contacts again: {name}").format(name=name)
        case What.MESSAGE_MOVED:
            return _("moved messages to [#{number}]").format(number=data.get("to"))
        case What.HANDLE_ADDED:
            return _("added {handle}").format(handle=data.get("handle"))
        case What.CONTACT_CHANGED:
            wish = data.get("after", {}).get("wish")
            wished = _("is to be answered by {channel}").format(channel=wish)
            return wished if wish else _("is to be answered by any channel")
        case What.SUGGESTION_DECIDED:
            return _("said that two are not one")
        case What.UNDONE:
            return _("took back {what}").format(what=_what(data))
        case What.REDONE:
            return _("did again {what}").format(what=_what(data))
        case _:
            return ""
    return said.format(merged=data.get("merged"), kept=data.get("kept"))


def _written(data: Mapping[str, Any]) -> str:
    if data.get("automatic"):
        return _("an automatic answer by {channel}")
    if data.get("forwards"):
        return _("forwarded message {message} by {channel}")
    return _("began it by {channel}") if data.get("opened") else _("wrote a reply by {channel}")


def _changed(after: Mapping[str, Any]) -> str:
    said = []
    for name, value in after.items():
        match name:
            case "state":
                said.append(_(_STATES.get(str(value), str(value))))
            case "assignee" if value:
                said.append(_("gave it to {agent}").format(agent=value))
            case "assignee":
                said.append(_("gave it to nobody"))
            case "tags":
                tags = ", ".join(map(str, value)) or _("none")
                said.append(_("tags: {tags}").format(tags=tags))
            case "priority":
                said.append(_("priority {number}").format(number=value))
            case "subject":
                said.append(_("subject: {subject}").format(subject=value))
    return ", ".join(said) or _("changed it")


def _because(said: str, data: Mapping[str, Any]) -> str:
    return f"{said}: {data['reason']}" if data.get("reason") else said


def _what(data: Mapping[str, Any]) -> str:
    what = str(data.get("what", ""))
    return _(_WHAT.get(What(what), what)) if what in set(What) else what
