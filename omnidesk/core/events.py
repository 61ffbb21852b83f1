"""What happened: facts in the past tense, appended with the change that they tell of.

They are the feed of the screens, the audit trail, and what undo reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from omnidesk.core.value import dataclass


class What(StrEnum):
    """The kinds of facts."""

    CONVERSATION_OPENED = "conversation.opened"
    CONVERSATION_CHANGED = "conversation.changed"
    CONVERSATION_READ = "conversation.read"
    CONVERSATION_LINKED = "conversation.linked"
    CONVERSATION_MERGED = "conversation.merged"
    CONVERSATION_UNMERGED = "conversation.unmerged"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_EDITED = "message.edited"
    MESSAGE_WRITTEN = "message.written"
    MESSAGE_MOVED = "message.moved"
    MESSAGE_PINNED = "message.pinned"
    MESSAGE_RECALLED = "message.recalled"
    NOTE_ADDED = "note.added"
    DELIVERY_CHANGED = "delivery.changed"
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_MERGED = "contact.merged"
    CONTACT_UNMERGED = "contact.unmerged"
    CONTACT_ERASED = "contact.erased"
    HANDLE_ADDED = "handle.added"
    SUGGESTED = "suggestion.made"
    SUGGESTION_DECIDED = "suggestion.decided"
    CHANNEL_CHANGED = "channel.changed"
    CHANNEL_GAP = "channel.gap"
    CONFIG_CHANGED = "config.changed"
    CUSTOMER_TYPING = "customer.typing"
    CALL_RINGING = "call.ringing"
    CALL_LOGGED = "call.logged"
    UNDONE = "undone"
    REDONE = "redone"


SYSTEM = "omnidesk"
"""The actor of what no agent did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact. `data` holds `before` and `after` where something changed.

    `undoes` is the seq of the event that this one took back.
    """

    seq: int = 0
    at: datetime
    actor: str
    kind: What
    conversation: int | None = None
    message: int | None = None
    contact: int | None = None
    channel: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
