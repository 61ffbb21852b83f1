"""Deliveries: what waits to be sent, who is sending it, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from omnidesk.core.model import Delivery, DeliveryState, Handle
from omnidesk.store.sqlite.values import assignments, dump, ms, when

_COLUMNS = "message, channel, state, key, attempt, due_at, reason, sent_parts"
_CHANGEABLE = frozenset(["state", "attempt", "due_at", "holder", "reason", "sent_parts", "channel"])
_LONGEST_UNDO = 600_000
"""Milliseconds; what is held for longer is for later."""


class OutboxReads:
    """Look-ups of deliveries."""

    db: sqlite3.Connection

    def delivery(self, message: int) -> Delivery | None:
        return self.deliveries([message]).get(message)

    def deliveries(self, messages: Sequence[int]) -> dict[int, Delivery]:
        marks = ",".join("?" * len(messages))
        found = self.db.execute(
            f"SELECT {_COLUMNS} FROM delivery WHERE message IN ({marks})",
            list(messages),
        )
        return {r[0]: _delivery(r) for r in found}

    def next_due(self, channels: Iterable[str]) -> datetime | None:
        names = list(channels)
        marks = ",".join("?" * len(names))
        row = self.db.execute(
            "SELECT min(due_at) FROM delivery "
            f"WHERE state IN ('held', 'queued') AND channel IN ({marks})",
            names,
        ).fetchone()
        due: int | None = row[0]
        return when(due)

    def automatic_since(self, handle: Handle, since: datetime) -> int:
        row = self.db.execute(
            "SELECT count(*) FROM message m JOIN handle h ON h.id = m.handle "
            "WHERE h.scheme = ? AND h.value = ? AND m.direction = 'out' "
            "AND m.automatic IS NOT NULL AND m.received_at >= ?",
            (handle.scheme, handle.value, ms(since)),
        ).fetchone()
        return int(row[0])

    def acknowledged(self, number: int) -> bool:
        row = self.db.execute(
            "SELECT EXISTS (SELECT 1 FROM message WHERE conversation = ? AND direction = 'out' "
            "AND automatic IS NOT NULL)",
            (number,),
        ).fetchone()
        return bool(row[0])

    def last_written_to(self, handle: Handle) -> datetime | None:
        row = self.db.execute(
            "SELECT max(m.received_at) FROM message m JOIN handle h ON h.id = m.handle "
            "WHERE h.scheme = ? AND h.value = ? AND m.direction = 'out' AND m.automatic IS NULL",
            (handle.scheme, handle.value),
        ).fetchone()
        at: int | None = row[0]
        return when(at)


class OutboxWrites(OutboxReads):
    """Changes of deliveries."""

    def add_delivery(self, delivery: Delivery, conversation: int, at: datetime) -> None:
        self.db.execute(
            "INSERT INTO delivery (message, conversation, channel, state, key, attempt, due_at,"
            " changed_at, reason, sent_parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                delivery.message,
                conversation,
                delivery.channel,
                delivery.state.value,
                delivery.key,
                delivery.attempt,
                ms(delivery.due_at),
                ms(at),
                delivery.reason,
                dump(delivery.sent_parts),
            ),
        )

    def change_delivery(self, message: int, *, at: datetime, **changes: Any) -> None:
        names, values = assignments(changes, _CHANGEABLE)
        self.db.execute(
            f"UPDATE delivery SET {names}, changed_at = ? WHERE message = ?",
            (*values, ms(at), message),
        )

    def claim(self, channel: str, holder: str, now: datetime) -> Delivery | None:
        # A clock that went back would leave a retry waiting for days: what was last touched
        # in the future is due as well, but for what is held for later. That is overtaken by
        # what was written after it and is due before.
        row = self.db.execute(
            "UPDATE delivery SET state = 'sending', holder = :holder, attempt = attempt + 1,"
            " changed_at = :now WHERE message = (SELECT d.message FROM delivery d"
            " WHERE d.channel = :channel AND d.state IN ('held', 'queued')"
            " AND (d.due_at <= :now OR (d.changed_at > :now + 1000"
            "  AND (d.state = 'queued' OR d.due_at - d.changed_at <= :undo)))"
            " AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.conversation = d.conversation"
            "  AND e.message < d.message AND e.state IN ('held', 'queued', 'sending')"
            "  AND e.channel = d.channel AND (e.state <> 'held' OR e.due_at <= d.due_at))"
            f" ORDER BY d.due_at, d.message LIMIT 1) RETURNING {_COLUMNS}",
            {"channel": channel, "holder": holder, "now": ms(now), "undo": _LONGEST_UNDO},
        ).fetchone()
        return _delivery(row) if row else None

    def orphaned(self, channel: str, holder: str) -> list[Delivery]:
        return [
            _delivery(r)
            for r in self.db.execute(
                f"SELECT {_COLUMNS} FROM delivery "
                "WHERE channel = ? AND state = 'sending' AND holder <> ?",
                (channel, holder),
            )
        ]


def _delivery(r: tuple[Any, ...]) -> Delivery:
    return Delivery(
        message=r[0],
        channel=r[1],
        state=DeliveryState(r[2]),
        key=r[3],
        attempt=r[4],
        due_at=when(r[5]),
        reason=r[6],
        sent_parts=tuple(json.loads(r[7])),
    )
