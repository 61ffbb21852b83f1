"""What a team sees of all its work: the outbox, what was said, what stands, what was done."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from omnidesk.core.events import Event
from omnidesk.core.model import DeliveryState, Direction
from omnidesk.core.overview import Leaving, Said, Standing
from omnidesk.core.summary import snippet
from omnidesk.store.sqlite.joins import JoinReads
from omnidesk.store.sqlite.journal import EVENT, event_of
from omnidesk.store.sqlite.naming import NAME
from omnidesk.store.sqlite.values import ms, read_addresses, when

_DAY_MS = 86_400_000
_UNSETTLED = "state IN ('held', 'queued', 'sending', 'failed', 'unknown')"
_PLACE = "CASE WHEN state IN ('failed', 'unknown') THEN -due_at ELSE due_at END"
_ACTS = (
    "e.kind NOT IN ('conversation.read', 'customer.typing')"
    " AND (e.kind <> 'delivery.changed'"
    " OR json_extract(e.data, '$.after') IN ('failed', 'unknown'))"
)


class OverviewReads(JoinReads):
    """Look-ups over everything."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def outbox(self, *, after: tuple[int, int] | None = None, limit: int = 60) -> list[Leaving]:
        place, message = after or (-1 << 62, 0)
        found = self.db.execute(
            f"WITH page AS (SELECT message, {_PLACE} AS place FROM delivery"
            f" INDEXED BY delivery_open WHERE {_UNSETTLED} AND (place, message) > (?, ?)"
            " ORDER BY place, message LIMIT ?)"
            " SELECT d.message, m.conversation, d.channel, d.state, m.recipients,"
            f" {NAME}, m.author, d.due_at, d.attempt, d.reason, m.subject, m.text, m.folded,"
            " m.automatic, m.forwards, page.place"
            " FROM page JOIN delivery d ON d.message = page.message"
            " JOIN message m ON m.id = d.message"
            " JOIN conversation c ON c.number = m.conversation"
            " JOIN contact k ON k.id = c.contact JOIN contact p ON p.id = k.root"
            " ORDER BY page.place, page.message",
            (place, message, limit),
        )
        return [_leaving(row) for row in found]

    def said_since(self, since: datetime, *, limit: int) -> list[Said]:
        first = self.db.execute(
            "SELECT min(first) FROM day WHERE day >= ?", (ms(since) // _DAY_MS,)
        ).fetchone()[0]
        if first is None:
            return []
        found = self.db.execute(
            "SELECT m.id, m.conversation, m.channel, m.direction, m.author, m.received_at,"
            " c.assignee, c.created_at FROM message m"
            " JOIN conversation c ON c.number = m.conversation"
            " WHERE m.id >= ? AND m.received_at >= ? AND m.direction <> 'note'"
            " AND m.automatic IS NULL AND m.bounce IS NULL AND m.copy_of IS NULL"
            " AND m.forwards IS NULL ORDER BY m.id DESC LIMIT ?",
            (first, ms(since), limit),
        ).fetchall()
        return [_said(row) for row in reversed(found)]

    def standing(self) -> list[Standing]:
        found = self.db.execute(
            "SELECT channel, assignee, sum(state = 'open'), min(waiting_since)"
            " FROM conversation INDEXED BY conversation_inbox"
            " WHERE state IN ('open', 'waiting') GROUP BY channel, assignee"
        )
        return [
            Standing(channel=channel, assignee=assignee, open=count, waiting_since=when(since))
            for channel, assignee, count, since in found
        ]

    def journal(
        self, *, before: int | None = None, limit: int = 60, conversation: int | None = None
    ) -> list[Event]:
        where = [_ACTS, "e.seq < :before"]
        arguments: dict[str, Any] = {"before": 1 << 62 if before is None else before}
        if conversation is not None:
            members = self.members("conversation", conversation)
            where.append("e.conversation IN (SELECT value FROM json_each(:members))")
            arguments["members"] = json.dumps(members)
        found = self.db.execute(
            f"{EVENT} e WHERE {' AND '.join(where)} ORDER BY e.seq DESC LIMIT :limit",
            {**arguments, "limit": limit},
        )
        return [event_of(row) for row in found]


def _leaving(row: tuple[Any, ...]) -> Leaving:
    recipients = json.loads(row[4])
    people = [one for role in ("to", "cc", "bcc") for one in recipients.get(role, ())]
    return Leaving(
        message=row[0],
        conversation=row[1],
        channel=row[2],
        state=DeliveryState(row[3]),
        to=read_addresses(people),
        name=row[5],
        author=row[6],
        due_at=when(row[7]),
        attempt=row[8],
        reason=row[9],
        subject=row[10],
        snippet=snippet(row[11], json.loads(row[12])),
        automatic=row[13] is not None,
        forwards=row[14],
        key=(row[15], row[0]),
    )


def _said(row: tuple[Any, ...]) -> Said:
    return Said(
        id=row[0],
        conversation=row[1],
        channel=row[2],
        direction=Direction(row[3]),
        author=row[4],
        at=when(row[5]),
        assignee=row[6],
        begun=when(row[7]),
    )
