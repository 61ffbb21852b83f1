"""The Channel protocol: what a way in and out of the desk gives, and what it is given.

A channel turns what its provider says into these values and back. It knows nothing of
conversations and contacts, and nobody outside it knows its libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self

from omnidesk.core.model import Address, Bounce, DeliveryState, Direction, Handle
from omnidesk.core.outcome import Deferred as Deferred
from omnidesk.core.outcome import Outcome as Outcome
from omnidesk.core.outcome import Rejected as Rejected
from omnidesk.core.outcome import Sent as Sent
from omnidesk.core.outcome import Unknown as Unknown
from omnidesk.core.value import dataclass

Content = bytes | Path
"""Bytes in memory, or a file in the spool that whoever takes it may move away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; everything is off until it says otherwise.

    Limits are code points for text, bytes for files and seconds for times; None: no limit.
    `logs`: written down by hand afterwards; `region` (ISO 3166): that of its bare numbers.
    """

    handle_scheme: str
    label: str = ""
    code: str = ""
    receive: bool = False
    send: bool = False
    initiate: bool = False
    subject: bool = False
    threads: bool = False
    html: bool = False
    attachments: bool = False
    copies: bool = False
    edit: bool = False
    typing: bool = False
    receipts: bool = False
    idempotent_send: bool = False
    joins: bool = False
    logs: bool = False
    region: str | None = None
    max_text: int | None = None
    max_file: int | None = None
    reply_window: float | None = None
    quiet: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file that came with a message; without content `missing` says why."""

    name: str
    media_type: str
    size: int
    content: Content | None
    inline: bool = False
    content_id: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as its provider gave it, read as far as it can be read.

    `handle` is whom the conversation is with (in a group: the group), `sender` who said it.
    `external_id` guards against doubles, so do `parts` (an album's other pictures). `references`
    stand oldest first. `answers`: the external id of what this one answers by the channel's own
    means. `from_us`: it lies where only the desk's people can put it, OUT is more than a claim.
    `reply_path` is for the channel alone. `hidden`: characters that the letter's HTML conceals.
    `asks`: whoever said it waits for an answer; not so in a call that was taken.
    `unproven`: why nothing proves that it comes from its sender, where the channel can tell.
    """

    external_id: str
    raw: Content
    from_us: bool = False
    handle: Handle | None = None
    sender: Address | None = None
    direction: Direction = Direction.IN
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    folded: tuple[tuple[int, int], ...] = ()
    html: str | None = None
    hidden: int = 0
    files: tuple[IncomingFile, ...] = ()
    parts: tuple[str, ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    answers: str | None = None
    reply_path: str | None = None
    sent_at: datetime | None = None
    automatic: str | None = None
    bounce: Bounce | None = None
    bounced_ids: tuple[str, ...] = ()
    unreadable: str | None = None
    vouched: tuple[Handle, ...] = ()
    album: str | None = None
    asks: bool = True
    unproven: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A new version of a message, by its author; one that `completes` it (a call) is no edit."""

    external_id: str
    raw: Content
    text: str
    at: datetime
    incoming: Incoming | None = None
    completes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of something we sent: delivered, read, failed.

    Names its message by `external_id`, else by `message_id`, else the last one to `handle`.
    """

    state: DeliveryState
    at: datetime
    external_id: str | None = None
    message_id: str | None = None
    handle: Handle | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """The customer is writing now."""

    handle: Handle
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """Somebody rings now; nothing is said yet.

    `call` becomes the external id of the message that the call may leave. Without a handle the
    number is withheld or unknown, and `name` is all that the provider says of it.
    """

    handle: Handle | None
    call: str
    at: datetime
    direction: Direction = Direction.IN
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """A handle that its provider renamed (a group became a supergroup)."""

    old: Handle
    new: Handle
    at: datetime


Item = Incoming | Edited | Receipt | Typing | Ringing | Rekeyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came after a cursor. Handing `cursor` back acknowledges all of it.

    `gap` says that the provider lost history, in words for the screen.
    """

    items: Sequence[Item]
    cursor: str | None
    gap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file to send, as it lies in the store."""

    name: str
    media_type: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One reply on its way out.

    `key` is the same at every attempt and unique among all replies: an idempotency key where
    the provider has one, and the local part of the Message-ID where letters have one.
    `sent_parts` are the external ids of pieces that earlier attempts got out: not again.
    `answers`, `references` and `reply_path` are those of the message that is answered.
    `sender` is our own address that the customer wrote to, where the channel has several.
    """

    key: str
    number: int
    to: tuple[Address, ...]
    text: str
    author: str
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    sender: str | None = None
    subject: str = ""
    signature: str = ""
    files: tuple[OutgoingFile, ...] = ()
    answers: str | None = None
    references: tuple[str, ...] = ()
    reply_path: str | None = None
    sent_parts: tuple[str, ...] = ()
    automatic: bool = False
    written_at: datetime


class Channel(Protocol):
    """One configured way in and out.

    `receive` waits until something comes or `capabilities.quiet` seconds are over; it may
    repeat, it may not lose. `send` makes one attempt and never retries; what escapes it
    counts as Unknown. Both raise only the errors of `omnidesk.core.errors`.
    Receiving and sending go on at the same time, each one call at a time.
    """

    name: str
    capabilities: Capabilities

    async def __aenter__(self) -> Self:
        """Connect and log in to where messages come from."""
        ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def receive(self, cursor: str | None) -> Batch: ...
    async def send(self, outgoing: Outgoing) -> Outcome: ...

    async def check(self) -> str:
        """Log in everywhere, send nothing, and say in one line what was found."""
        ...

    async def count(self) -> int | None:
        """How many messages lie at the provider now; None where it cannot say."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a channel gets besides its settings.

    `spool` is a folder on the store's own file system for files on their way in. `patience`
    is how many seconds `receive` may wait where nothing is there; None: capabilities.quiet.
    `region` (ISO 3166) is the country of phone numbers written without one. `kept` is a folder,
    perhaps not made yet, for what a channel must not lose; the spool may be cleared.
    """

    spool: Path
    desk: str
    patience: float | None = None
    own_addresses: frozenset[str] = field(default_factory=frozenset)
    region: str | None = None
    kept: Path | None = None


class Kind(Protocol):
    """What an entry point of `omnidesk.channel` names: light to import, opens on demand."""

    settings: type[Any]

    def capabilities(self, settings: Any) -> Capabilities: ...

    def addresses(self, settings: Any) -> tuple[str, ...]:
        """Our own addresses on this channel, normalised as handle values."""
        ...

    def open(self, name: str, settings: Any, surroundings: Surroundings) -> Channel: ...
