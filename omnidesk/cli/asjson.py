"""The JSON that scripts read: these key names do not change.

Times are ISO 8601 in UTC and end in `Z`; nothing in a line is a control character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnidesk.core.channel import Incoming
    from omnidesk.core.events import Event
    from omnidesk.core.model import (
        Address,
        Attachment,
        Bounce,
        Contact,
        Conversation,
        Delivery,
        Hit,
        Message,
    )

Json = dict[str, Any]

# JSON itself escapes only C0. A terminal obeys these too, and a lone surrogate is no UTF-8.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
_TIMES = ("at", "until", "_at", "_since", "_until")


def line(value: Mapping[str, Any]) -> str:
    """One object as one line without control characters."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0], ensure_ascii=True)[1:-1]


def time(at: datetime | None) -> str | None:
    """`2026-03-01T12:00:00Z`, with a fraction where there is one."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def address(value: Address) -> Json:
    return {"name": value.name, "address": value.address}


def addresses(values: Iterable[Address]) -> list[Json]:
    return [address(value) for value in values]


def attachment(file: Attachment) -> Json:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.inline,
    }


def bounce(value: Bounce | None) -> Json | None:
    if value is None:
        return None
    return {
        "recipients": list(value.recipients),
        "status": value.status,
        "permanent": value.permanent,
    }


def message(one: Message, *, pinned: bool) -> Json:
    """A stored message; `pinned` by an agent."""
    sent = one.delivery
    return {
        "id": one.id,
        "conversation": one.conversation,
        "channel": one.channel or None,
        **_said(one),
        "attachments": [attachment(file) for file in one.attachments],
        **_known(one),
        "received_at": time(one.received_at),
        **_judged(one),
        "why": one.why,
        "delivery": sent
        and {"state": sent.state.value, "reason": sent.reason, "attempt": sent.attempt},
        "forwards": one.forwards,
        "pinned": pinned,
    }


def letter(file: str, one: Incoming, attachments: Iterable[Attachment]) -> Json:
    """What a raw letter would become."""
    return {
        "file": file,
        **_said(one),
        "attachments": [attachment(file) for file in attachments],
        **_known(one),
        "received_at": None,
        **_judged(one),
        "why": None,
        "delivery": None,
    }


def _said(one: Message | Incoming) -> Json:
    return {
        "direction": one.direction.value,
        "from": address(one.sender) if one.sender else None,
        "to": addresses(one.to),
        "cc": addresses(one.cc),
        "reply_to": addresses(one.reply_to),
        "subject": one.subject,
        "text": one.text,
        "folded": [list(part) for part in one.folded],
        "html": one.html,
    }


def _known(one: Message | Incoming) -> Json:
    return {
        "external_id": one.external_id,
        "message_id": one.message_id,
        "references": list(one.references),
        "sent_at": time(one.sent_at),
    }


def _judged(one: Message | Incoming) -> Json:
    return {
        "automatic": one.automatic,
        "bounce": bounce(one.bounce),
        "unreadable": one.unreadable,
    }


def contact(one: Contact) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "handles": [str(known.handle) for known in one.handles],
    }


def conversation(one: Conversation, whose: Contact) -> Json:
    return {
        "number": one.number,
        "subject": one.subject,
        "state": one.state.value,
        "assignee": one.assignee,
        "contact": contact(whose),
        "channels": list(one.channels),
        "unread": one.unread,
        "waiting_since": time(one.waiting_since),
        "last_at": time(one.last_at),
        "tags": list(one.tags),
        "priority": one.priority,
        "linked": list(one.linked),
    }


def event(one: Event) -> Json:
    return {
        "seq": one.seq,
        "at": time(one.at),
        "actor": one.actor,
        "kind": one.kind.value,
        "conversation": one.conversation,
        "message": one.message,
        "contact": one.contact,
        "channel": one.channel,
        "data": _timed(one.data),
        "undoes": one.undoes,
    }


def _timed(value: Any, name: str = "") -> Any:
    """An event's data, the times in it as all others."""
    if isinstance(value, Mapping):
        return {key: _timed(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_timed(inner) for inner in value]
    if isinstance(value, str) and name.endswith(_TIMES) and _TIME.fullmatch(value):
        return time(datetime.fromisoformat(value))
    return value


def delivery(one: Delivery, conversation: int) -> Json:
    return {
        "message": one.message,
        "conversation": conversation,
        "channel": one.channel,
        "state": one.state.value,
        "reason": one.reason,
        "attempt": one.attempt,
        "due_at": time(one.due_at),
    }


def hit(one: Hit) -> Json:
    return {
        "conversation": one.conversation,
        "message": one.message,
        "snippet": one.snippet.replace("\x02", "").replace("\x03", ""),
    }


def typed(type_: str, value: Json) -> Json:
    """An object of an export."""
    return {"type": type_, **value}


def ascii_only(text: str) -> str:
    """A line of JSON for an output that is no UTF-8."""
    return "".join(char if char < "\x7f" else _escaped_char(char) for char in text)


def _escaped_char(char: str) -> str:
    return json.dumps(char, ensure_ascii=True)[1:-1]
