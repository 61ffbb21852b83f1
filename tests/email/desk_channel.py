"""An e-mail channel of a desk, as the engine would use it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from omnidesk.channels.email import kind
from omnidesk.channels.email.channel import EmailChannel
from omnidesk.channels.email.settings import EmailSettings
from omnidesk.core.channel import Batch, Incoming, Outgoing, Surroundings
from omnidesk.core.model import Address

REPLY = Outgoing(
    key="12.k3f9.abcdefgh234567ab",
    number=12,
    to=(Address("Ann", "ann@customers.test"),),
    text="Yes.",
    author="Anna",
    subject="hello",
    written_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)


def numbered(n: int, body: str = "Hi.") -> bytes:
    head = f"From: Ann <ann{n}@customers.test>\r\nTo: support@desk.test\r\nSubject: letter {n}"
    return f"{head}\r\nMessage-ID: <{n}@customers.test>\r\n\r\n{body}\r\n".encode()


def channel_of(spool: Path, quiet: float = 0.0, **table: object) -> EmailChannel:
    settings = EmailSettings.model_validate({"address": "support@desk.test"} | table)
    channel = kind.open("support", settings, Surroundings(spool=spool, desk="Desk"))
    channel.capabilities = replace(channel.capabilities, quiet=quiet)
    return channel


async def drained(channel: EmailChannel, cursor: str | None = None) -> tuple[list[Incoming], str]:
    """All that comes until nothing does."""
    items: list[Incoming] = []
    while True:
        batch = await channel.receive(cursor)
        assert batch.cursor is not None
        if not batch.items and batch.cursor == cursor:
            return items, cursor
        items += letters(batch)
        cursor = batch.cursor


def letters(batch: Batch) -> list[Incoming]:
    return [item for item in batch.items if isinstance(item, Incoming)]
