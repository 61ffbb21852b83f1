"""The words of a desk: contacts, handles, conversations, messages, deliveries.

Times are aware datetimes in UTC; sizes are bytes; ranges count code points.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Self

from omnidesk.core.value import dataclass


class State(StrEnum):
    """Where a conversation stands, seen from the team."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Direction(StrEnum):
    """Who a message goes to: in from a customer, out to one, or a note among us."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class Known(StrEnum):
    """How we know that a handle is this contact's, weakest first."""

    CLAIMED = "claimed"
    SEEN = "seen"
    VERIFIED = "verified"


class DeliveryState(StrEnum):
    """How far a reply has come on its way to the customer."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


class HealthState(StrEnum):
    """How a channel is doing."""

    STARTING = "starting"
    UP = "up"
    DEGRADED = "degraded"
    BLOCKED = "blocked"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Handle:
    """One way to reach somebody, normalised: `mailto:ann@example.org`."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `scheme:value` as written by `str`; ValueError where there is no scheme."""
        scheme, colon, value = text.partition(":")
        if not (scheme and colon and value):
            raise ValueError(f"{text!r} is not scheme:value")
        return cls(scheme, value)


@dataclass(frozen=True, slots=True)
class Address:
    """A name as its owner writes it, and the bare address beside it (never alone)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHandle:
    """A handle of a contact, with how we know it."""

    handle: Handle
    known: Known
    name: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or firm. A merge points it elsewhere and never deletes it.

    `wish` is the channel by which it asked to be answered.
    """

    id: int
    name: str
    created_at: datetime
    merged_into: int | None = None
    wish: str | None = None
    handles: tuple[KnownHandle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a delivery report says (RFC 3464): whom it did not reach, and for good or not."""

    recipients: tuple[str, ...]
    status: str
    permanent: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message; `sha256` is None where only its name came, and `missing` says why."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str | None
    inline: bool = False
    content_id: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The outbox row of a message. `sent_parts` are external ids that went out already."""

    message: int
    channel: str
    state: DeliveryState
    key: str
    attempt: int
    due_at: datetime
    reason: str | None = None
    sent_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said, as every face of the desk shows it.

    `forwards` is the message that this one, of ours, passes on to somebody else. `edited`: its
    author changed it; there may be versions of what nobody edited, as of a call that went on.
    `hidden` counts characters that its HTML conceals; they stand nowhere else.
    """

    id: int
    conversation: int
    channel: str
    direction: Direction
    sender: Address | None
    handle: Handle | None
    author: str | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    folded: tuple[tuple[int, int], ...] = ()
    html: str | None = None
    hidden: int = 0
    attachments: tuple[Attachment, ...] = ()
    external_id: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    answers: str | None = None
    reply_path: str | None = None
    sent_at: datetime | None = None
    received_at: datetime
    automatic: str | None = None
    bounce: Bounce | None = None
    unreadable: str | None = None
    why: str = ""
    home: int | None = None
    marked: str | None = None
    copy_of: int | None = None
    forwards: int | None = None
    version: int = 1
    edited: bool = False
    raw: str | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a contact and the team have to settle. It has no channel: its messages have."""

    number: int
    contact: int
    subject: str
    state: State
    assignee: str | None
    priority: int
    unread: bool
    waiting_since: datetime | None
    snoozed_until: datetime | None
    last_at: datetime
    created_at: datetime
    closed_at: datetime | None
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    linked: tuple[int, ...] = ()
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the inbox: all that a list shows of a conversation, in one look-up.

    `rank` orders the list (longest wait first, then newest) and with `number` is its page key.
    """

    number: int
    rank: int
    state: State
    channel: str
    assignee: str | None
    name: str
    subject: str
    snippet: str
    unread: bool
    failed: int
    priority: int
    waiting_since: datetime | None
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who answers."""

    id: str
    name: str
    login: str | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a channel is doing, since when, and what a person should do about it."""

    channel: str
    state: HealthState
    reason: str | None = None
    until: datetime | None = None
    last_good: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An unsent reply or note of one agent in one conversation.

    `attachments` are paths, or files of the store as `core.stored` writes them. `to` is the
    handle that the agent chose; `cc` None: whom the letter copied. What is to be forwarded is
    message `forward`, to `people`; without it, they are whom other channels are to tell.
    """

    conversation: int
    agent: str
    note: bool
    text: str
    channel: str | None = None
    changed_at: datetime
    attachments: tuple[str, ...] = field(default=())
    everyone: bool = False
    to: Handle | None = None
    cc: tuple[Address, ...] | None = None
    bcc: tuple[Address, ...] = ()
    forward: int | None = None
    people: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that a search found, with its snippet; the hit stands between \\x02 and \\x03."""

    conversation: int
    message: int
    snippet: str
    subject: str
    name: str
    at: datetime
