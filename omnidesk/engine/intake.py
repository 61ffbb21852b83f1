"""A batch becomes rows: bytes to the disk first, then messages and cursor in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from omnidesk.core.channel import (
    Batch,
    Content,
    Edited,
    Incoming,
    IncomingFile,
    Item,
    Receipt,
    Rekeyed,
    Ringing,
    Typing,
)
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Attachment
from omnidesk.core.store import Reads, Store, Transaction
from omnidesk.engine import arrivals, edits, receipts, ringing
from omnidesk.engine.rules import Rules
from omnidesk.engine.spool import drop

_AT_ONCE = 50
"""Messages whose bytes go to the disk with one sync, and a transaction's at most."""

_AT_MOST = 0.010
"""Seconds after which a transaction begins no further message, so that a screen's own write waits
no longer than that for its turn. On a fast machine `_AT_ONCE` ends first."""

_BREATH = 0.002
"""Seconds between two transactions, in which others get the lock."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An item whose bytes lie in the blobs: the raw message's SHA-256 and its attachments."""

    item: Item
    raw: str | None = None
    files: tuple[Attachment, ...] = ()


class Intake:
    """Takes in what one channel received, under the lease of whoever serves it."""

    def __init__(
        self,
        store: Store,
        channel: str,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        fence: Callable[[Transaction], None],
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._channel = channel
        self._rules = rules
        self._now = now
        self._fence = fence
        self._tick = tick

    async def take(self, batch: Batch, *, old: bool = False) -> int:
        """Store a batch; how many of its items were new.

        After it returns, the batch's cursor is stored as well, and only then may the channel be
        asked for what comes after it. `old` messages are brought in beside the channel: each
        came when it was sent, and the channel's cursor stays.
        """
        taken = 0
        pieces = list(_pieces(await self._store.read(lambda reads: self._unerased(reads, batch))))
        keeping = self._keep_soon(pieces[0])
        try:
            for index in range(len(pieces)):
                kept = await keeping
                last = index == len(pieces) - 1
                if not last:  # its bytes go to the disk while these rows do
                    keeping = self._keep_soon(pieces[index + 1])
                taken += await self._store_all(kept, batch if last else None, old)
                if not last:
                    await asyncio.sleep(_BREATH)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            drop(self._store.spool, chain.from_iterable(map(_contents, batch.items)))
        return taken

    async def _store_all(self, kept: Sequence[Kept], ending: Batch | None, old: bool) -> int:
        """Store these in as many transactions as they take; the last one ends the batch."""
        taken = 0
        while True:
            write = partial(self._write, kept=kept, ending=ending, old=old)
            new, rest = await self._store.write(write)
            taken += new
            if not rest:
                return taken
            kept = rest
            await asyncio.sleep(_BREATH)

    def _unerased(self, reads: Reads, batch: Batch) -> list[Item]:
        """What was not erased with its author: of the rest not even the bytes are kept again."""
        return [
            item
            for item in batch.items
            if not isinstance(item, Incoming | Edited)
            or not reads.is_erased(self._channel, item.external_id)
        ]

    def _keep_soon(self, items: Sequence[Item]) -> asyncio.Task[list[Kept]]:
        return asyncio.create_task(
            asyncio.to_thread(self._keep, items), name=f"{self._channel}: blobs"
        )

    def _keep(self, items: Sequence[Item]) -> list[Kept]:
        contents: list[Content] = []
        for item in items:
            contents.extend(_contents(item))
        stored = iter(self._store.blobs.put(contents))
        return [_kept(item, stored) for item in items]

    def _write(
        self, tx: Transaction, kept: Sequence[Kept], ending: Batch | None, old: bool
    ) -> tuple[int, Sequence[Kept]]:
        """Store what there is time for: how many were new, and what is left for the next."""
        self._fence(tx)
        now, until = self._now(), self._tick() + _AT_MOST
        taken = 0
        for done, one in enumerate(kept):
            if done and self._tick() >= until:
                return taken, kept[done:]
            taken += self._take_one(tx, one, now, old)
        if ending and not old:
            self._end(tx, ending, now)
        return taken, ()

    def _end(self, tx: Transaction, batch: Batch, now: datetime) -> None:
        """Put the cursor behind the batch, with its last rows."""
        tx.set_cursor(self._channel, batch.cursor)
        if batch.gap:
            gap = Event(
                at=now,
                actor=SYSTEM,
                kind=What.CHANNEL_GAP,
                channel=self._channel,
                data={"reason": batch.gap},
            )
            tx.append(gap)

    def _take_one(self, tx: Transaction, kept: Kept, now: datetime, old: bool) -> bool:
        item, rules = kept.item, self._rules
        match item:
            case Incoming():
                at = _came(item, now) if old else now
                return arrivals.arrive(tx, rules, item, kept.raw, kept.files, at, old=old)
            case Edited():
                return edits.edit(tx, rules, item, kept.raw, kept.files, now)
            case Receipt():
                return receipts.apply(tx, rules, item, now)
            case Rekeyed():
                tx.rename_handle(item.old, item.new)
                return True
            case Typing():
                return edits.type_(tx, rules, item, now)
            case Ringing():
                return ringing.ring(tx, rules, item, now)


def _came(incoming: Incoming, now: datetime) -> datetime:
    """When an old message came: when it was sent, but a wrong clock's future is now."""
    return min(incoming.sent_at, now) if incoming.sent_at else now


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
    if not items:
        yield ()


def _contents(item: Item) -> Iterator[Content]:
    if isinstance(item, Edited):
        yield item.raw
        if item.incoming:
            yield from _file_contents(item.incoming.files)
    elif isinstance(item, Incoming):
        yield item.raw
        yield from _file_contents(item.files)


def _file_contents(files: Sequence[IncomingFile]) -> Iterator[Content]:
    for file in files:
        if file.content is not None:
            yield file.content


def _kept(item: Item, stored: Iterator[tuple[str, int]]) -> Kept:
    if isinstance(item, Incoming):
        raw, _ = next(stored)
        return Kept(item, raw, _attachments(item.files, stored))
    if isinstance(item, Edited):
        raw, _ = next(stored)
        files = item.incoming.files if item.incoming else ()
        return Kept(item, raw, _attachments(files, stored))
    return Kept(item)


def _attachments(
    files: Sequence[IncomingFile], stored: Iterator[tuple[str, int]]
) -> tuple[Attachment, ...]:
    return tuple(_attachment(file, stored) for file in files)


def _attachment(file: IncomingFile, stored: Iterator[tuple[str, int]]) -> Attachment:
    sha256, size = next(stored) if file.content is not None else (None, file.size)
    return Attachment(
        id=0,
        name=file.name,
        media_type=file.media_type,
        size=size,
        sha256=sha256,
        inline=file.inline,
        content_id=file.content_id,
        missing=file.missing,
    )
