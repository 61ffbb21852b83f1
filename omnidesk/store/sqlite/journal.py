"""Events: appended with what they tell of, read as feed, audit trail and undo."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from omnidesk.core.events import Event, What
from omnidesk.store.sqlite.values import dump, ms, when

EVENT = (
    "SELECT seq, at, actor, kind, conversation, message, contact, channel, data, undoes FROM event"
)
_UNDOABLE = (
    What.CONVERSATION_CHANGED,
    What.CONVERSATION_MERGED,
    What.CONVERSATION_UNMERGED,
    What.MESSAGE_WRITTEN,
    What.MESSAGE_MOVED,
    What.MESSAGE_PINNED,
    What.NOTE_ADDED,
    What.CONTACT_CHANGED,
    What.CONTACT_MERGED,
    What.CONTACT_UNMERGED,
    What.HANDLE_ADDED,
    What.SUGGESTION_DECIDED,
    What.CALL_LOGGED,
)

_OTHER_SIDE = (
    "e.kind IN ('conversation.merged', 'conversation.unmerged', 'message.moved')"
    " AND ? IN (json_extract(e.data, '$.merged'), json_extract(e.data, '$.to'))"
)
"""A join stands in the journal of one conversation, and is one of the other's acts as well."""

_THERE = (
    " AND (e.conversation IS NULL OR EXISTS"
    " (SELECT 1 FROM conversation c WHERE c.number = e.conversation))"
    " AND (e.contact IS NULL OR EXISTS (SELECT 1 FROM contact k WHERE k.id = e.contact))"
)
"""What it was done to may be erased."""


class JournalReads:
    """Look-ups of what happened."""

    db: sqlite3.Connection

    def events(self, after: int, limit: int = 500) -> list[Event]:
        found = self.db.execute(f"{EVENT} WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        return [event_of(r) for r in found]

    def events_of(self, number: int) -> list[Event]:
        found = self.db.execute(f"{EVENT} WHERE conversation = ? ORDER BY seq", (number,))
        return [event_of(r) for r in found]

    def every_event(self) -> Iterator[Event]:
        for r in self.db.execute(f"{EVENT} ORDER BY seq"):
            yield event_of(r)

    def event(self, seq: int) -> Event | None:
        row = self.db.execute(f"{EVENT} WHERE seq = ?", (seq,)).fetchone()
        return event_of(row) if row else None

    def written_by(self, message: int) -> Event | None:
        row = self.db.execute(
            f"{EVENT} WHERE conversation IN (SELECT conversation FROM message WHERE id = :m"
            " UNION SELECT home FROM message WHERE id = :m) AND message = :m"
            " AND kind = 'message.written'",
            {"m": message},
        ).fetchone()
        return event_of(row) if row else None

    def last_undoable(self, actor: str, conversation: int | None = None) -> Event | None:
        marks = ",".join("?" * len(_UNDOABLE))
        where = "" if conversation is None else f" AND (e.conversation = ? OR {_OTHER_SIDE})"
        row = self.db.execute(
            EVENT + " e" + f" WHERE e.actor = ? AND e.actor <> 'omnidesk' AND e.kind IN ({marks})"
            f"{where}{_THERE}"
            " AND NOT EXISTS (SELECT 1 FROM event u WHERE u.undoes = e.seq"
            " AND NOT EXISTS (SELECT 1 FROM event v WHERE v.undoes = u.seq))"
            " ORDER BY e.seq DESC LIMIT 1",
            (actor, *_UNDOABLE, *(() if conversation is None else (conversation, conversation))),
        ).fetchone()
        return event_of(row) if row else None

    def events_by(self, actor: str, limit: int = 50) -> list[Event]:
        found = self.db.execute(
            f"{EVENT} e WHERE actor = ? AND actor <> 'omnidesk'{_THERE} ORDER BY seq DESC LIMIT ?",
            (actor, limit),
        )
        return [event_of(r) for r in found]

    def read_until(self, number: int) -> int:
        row = self.db.execute(
            "SELECT message FROM event WHERE conversation = :n AND kind IN"
            " ('message.received', 'message.written', 'note.added', 'call.logged') AND seq <="
            " (SELECT seq FROM event e WHERE conversation = :n AND actor <> 'omnidesk' AND ("
            "  kind IN ('message.written', 'note.added', 'call.logged')"
            "  OR kind = 'conversation.read' AND json_extract(data, '$.unread') = 0"
            "  OR kind = 'conversation.changed' AND json_extract(data, '$.after.unread') = 0)"
            " AND NOT EXISTS (SELECT 1 FROM event u WHERE u.undoes = e.seq)"
            " ORDER BY seq DESC LIMIT 1) ORDER BY seq DESC LIMIT 1",
            {"n": number},
        ).fetchone()
        return row[0] if row else 0

    def last_seq(self) -> int:
        row = self.db.execute("SELECT max(seq) FROM event").fetchone()
        return row[0] or 0

    def ringing_since(self, at: datetime) -> list[Event]:
        found = self.db.execute(
            f"{EVENT} WHERE kind = 'call.ringing' AND at >= ? ORDER BY at, seq", (ms(at),)
        )
        return [event_of(r) for r in found]


class JournalWrites(JournalReads):
    """The one change: what happened is appended and never changed."""

    def append(self, event: Event) -> int:
        cursor = self.db.execute(
            "INSERT INTO event (at, actor, kind, conversation, message, contact, channel, data,"
            " undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                ms(event.at),
                event.actor,
                event.kind.value,
                event.conversation,
                event.message,
                event.contact,
                event.channel,
                dump(event.data),
                event.undoes,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def event_of(r: tuple[Any, ...]) -> Event:
    return Event(
        seq=r[0],
        at=when(r[1]),
        actor=r[2],
        kind=What(r[3]),
        conversation=r[4],
        message=r[5],
        contact=r[6],
        channel=r[7],
        data=json.loads(r[8]),
        undoes=r[9],
    )
