"""The Store protocol: one read or one write is one plain function, run whole.

`await store.read(fn)` gives `fn` the look-ups; `await store.write(fn)` gives it look-ups and
changes inside one transaction. The function does not await, cannot be cut half-way, and must
not keep what it was given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from omnidesk.core.channel import Capabilities, Content
from omnidesk.core.company import CompanyReads, CompanyWrites
from omnidesk.core.configured import Configured, Ledger
from omnidesk.core.events import Event
from omnidesk.core.joins import JoinReads, JoinWrites, Pointers, Suggested
from omnidesk.core.lists import ListReads
from omnidesk.core.model import (
    Attachment,
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Draft,
    Handle,
    Health,
    Known,
    Message,
)
from omnidesk.core.overseeing import OverviewReads
from omnidesk.core.value import dataclass

T = TypeVar("T")

VIEWS = ("inbox", "mine", "unassigned", "waiting", "snoozed", "failed", "closed", "all")
"""The built-in lists, in the order of their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A handle that wrote to us on a channel, and the way back."""

    channel: str
    handle: Handle
    name: str
    last_in: datetime
    reply_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a rule needs of a message that is here already."""

    id: int
    conversation: int
    channel: str
    direction: str
    handle: Handle | None
    message_id: str | None
    subject: str
    received_at: datetime
    text_size: int
    home: int | None = None
    forwards: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was erased with a person; `elsewhere` he said in conversations of others."""

    conversations: int
    messages: int
    elsewhere: int
    files: int


class Reads(ListReads, JoinReads, CompanyReads, OverviewReads, Protocol):
    """Every look-up. Lists are pages by key, never by offset."""

    def messages(
        self, number: int, *, before: int | None = None, limit: int | None = None
    ) -> list[Message]:
        """The newest `limit` messages older than id `before`, oldest first."""
        ...

    def message(self, id: int) -> Message | None: ...
    def last_inbound(self, number: int) -> Message | None: ...
    def versions(self, message: int) -> list[tuple[int, str, datetime]]: ...
    def contact(self, id: int) -> Contact | None:
        """The contact that `id` points to after merges, with the handles of all that it holds."""
        ...

    def contact_of(self, handle: Handle) -> int | None:
        """The contact (after merges) that a handle belongs to."""
        ...

    def owner_of(self, handle: Handle) -> tuple[int, int] | None:
        """The contact that a handle is bound to, and the one that merges point it to."""
        ...

    def own_wish(self, contact: int) -> str | None:
        """The wish as this very contact has it, apart from all merges; empty: none any more."""
        ...

    def reached(self, contact: int) -> list[Reached]: ...
    def seen_external(self, channel: str, external_id: str) -> Seen | None: ...
    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]: ...
    def seen_key(self, key: str) -> Seen | None: ...
    def seen_last_out(self, channel: str, handle: Handle) -> Seen | None: ...
    def automatic_since(self, handle: Handle, since: datetime) -> int:
        """How many automatic answers went to a handle since then."""
        ...

    def acknowledged(self, number: int) -> bool:
        """Whether an automatic answer stands in a conversation."""
        ...

    def last_written_to(self, handle: Handle) -> datetime | None:
        """When a person of ours last wrote to a handle."""
        ...

    def delivery(self, message: int) -> Delivery | None: ...
    def next_due(self, channels: Iterable[str]) -> datetime | None: ...
    def channels(self) -> list[Configured]: ...
    def health(self) -> list[Health]: ...
    def ledger(self) -> list[Ledger]: ...
    def events(self, after: int, limit: int = 500) -> list[Event]: ...
    def events_of(self, number: int) -> list[Event]: ...
    def events_by(self, actor: str, limit: int = 50) -> list[Event]:
        """What an agent did, newest first."""
        ...

    def event(self, seq: int) -> Event | None: ...
    def written_by(self, message: int) -> Event | None:
        """The event that tells of the writing of a reply."""
        ...

    def last_undoable(self, actor: str, conversation: int | None = None) -> Event | None: ...
    def read_until(self, number: int) -> int:
        """The newest message that was there when an agent last read, answered or closed; else 0."""
        ...

    def last_seq(self) -> int: ...
    def ringing_since(self, at: datetime) -> list[Event]:
        """What rang since then, oldest first."""
        ...

    def draft(self, number: int, agent: str) -> Draft | None: ...
    def setting(self, name: str) -> str | None: ...
    def settings(self, begin: str) -> dict[str, str]:
        """All whose names begin so."""
        ...

    def tags(self, *, limit: int = 500) -> list[str]:
        """Every tag that a conversation has, by name."""
        ...

    def rows_about(self, contact: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row about a person as (table, columns), fit for JSON."""
        ...

    def is_erased(self, channel: str, external_id: str) -> bool:
        """Whether a message was here and was erased with its author."""
        ...

    def every_contact(self) -> Iterator[Contact]: ...
    def every_conversation(self) -> Iterator[Conversation]: ...
    def every_message(self) -> Iterator[Message]: ...
    def every_event(self) -> Iterator[Event]: ...
    def lease(self, name: str, now: datetime) -> str | None:
        """Who holds a lease now."""
        ...


class Transaction(Reads, JoinWrites, CompanyWrites, Protocol):
    """Every change, beside every look-up."""

    def add_contact(self, name: str, at: datetime) -> int: ...
    def change_contact(self, id: int, **changes: Any) -> None: ...
    def add_handle(
        self, handle: Handle, contact: int, *, known: Known, name: str, at: datetime
    ) -> None:
        """Bind a handle; one that is here already keeps its contact, its knowledge may grow."""
        ...

    def move_handle(self, handle: Handle, contact: int) -> None: ...
    def rename_handle(self, old: Handle, new: Handle) -> None: ...
    def touch(self, channel: str, handle: Handle, at: datetime, reply_path: str | None) -> None:
        """Note that a handle wrote on a channel, and the way back."""
        ...

    def add_conversation(
        self, *, contact: int, subject: str, channel: str, snippet: str, at: datetime, **more: Any
    ) -> int: ...
    def change_conversation(self, number: int, **changes: Any) -> None:
        """Set columns of a conversation; datetimes and tuples as the model has them."""
        ...

    def link(self, one: int, other: int) -> None: ...
    def unlink(self, one: int, other: int) -> None: ...
    def add_message(self, message: Message) -> int | None:
        """Store a message with its attachments; None where (channel, external_id) is here."""
        ...

    def add_part(self, channel: str, external_id: str, message: int) -> None: ...
    def add_attachments(self, message: int, files: Sequence[Attachment]) -> None: ...
    def change_message(self, id: int, **changes: Any) -> None: ...
    def add_version(
        self, message: int, *, text: str, raw: str | None, at: datetime, completes: bool = False
    ) -> None:
        """Keep the present text as an old version, put this in its place; `completes`: no edit."""

    def remove_message(self, id: int) -> None: ...
    def add_delivery(self, delivery: Delivery, conversation: int, at: datetime) -> None: ...
    def change_delivery(self, message: int, *, at: datetime, **changes: Any) -> None: ...
    def claim(self, channel: str, holder: str, now: datetime) -> Delivery | None:
        """Take the next due delivery of a channel into `sending`; order kept in a conversation."""
        ...

    def orphaned(self, channel: str, holder: str) -> list[Delivery]:
        """Deliveries in `sending` that another, departed holder left behind."""
        ...

    def append(self, event: Event) -> int: ...
    def set_cursor(self, channel: str, cursor: str | None) -> None: ...
    def set_health(self, health: Health) -> None: ...
    def configure(
        self, name: str, kind: str, capabilities: Capabilities, addresses: Sequence[str]
    ) -> None: ...
    def unconfigure_others(self, names: Sequence[str]) -> None: ...
    def hold(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or renew a lease; False where another living holder has it."""
        ...

    def held(self, name: str, holder: str) -> None:
        """LeaseLost where `holder` does not hold the lease: the fence of every engine's write."""
        ...

    def release(self, name: str, holder: str) -> None: ...
    def save_draft(self, draft: Draft) -> None: ...
    def drop_draft(self, number: int, agent: str) -> None: ...
    def set_setting(self, name: str, value: str) -> None: ...


class BlobStore(Protocol):
    """Bytes by their SHA-256."""

    def put(self, contents: Iterable[Content]) -> list[tuple[str, int]]: ...
    def path(self, sha256: str) -> Path: ...


class Store(Protocol):
    """The one home of a desk's state."""

    @property
    def blobs(self) -> BlobStore: ...
    @property
    def spool(self) -> Path:
        """A folder on the blobs' file system for files on their way in."""
        ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc: object) -> None: ...
    async def read(self, fn: Callable[[Reads], T]) -> T: ...
    async def write(self, fn: Callable[[Transaction], T], *, reserved: bool = False) -> T:
        """Run a function whole, in one transaction.

        A `reserved` write may use the room that is kept for telling that the disk is full.
        """
        ...

    async def erase(self, contact: int, *, actor: str, at: datetime) -> Erased:
        """Erase a person, so that no file holds anything of him; NotFound where there is none."""
        ...

    async def finish_erasing(self) -> bool:
        """Clean the files after an erasure that was cut short; False where there was none."""
        ...

    @property
    def copies(self) -> tuple[Path, ...]:
        """Whole copies made before upgrades; nothing is ever erased in them."""
        ...

    def changes(self) -> AsyncIterator[int]:
        """The newest event's seq, now and after each commit by anybody; bursts collapse."""
        ...


__all__ = [
    "VIEWS",
    "BlobStore",
    "Configured",
    "DeliveryState",
    "Erased",
    "Ledger",
    "Pointers",
    "Reached",
    "Reads",
    "Seen",
    "Store",
    "Suggested",
    "Transaction",
]
