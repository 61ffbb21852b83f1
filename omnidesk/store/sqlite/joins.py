"""What was joined, moved and suggested, so that every join can be taken back."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from omnidesk.core.store import Suggested
from omnidesk.store.sqlite.values import ms

_SUGGESTED = "SELECT what, one, other, reason, score FROM suggestion"


class JoinReads:
    """Look-ups of joins."""

    db: sqlite3.Connection

    def merged_conversation(self, number: int) -> int | None:
        row = self.db.execute(
            "SELECT merged_into FROM conversation WHERE number = ?", (number,)
        ).fetchone()
        return row[0] if row else None

    def placed_in(self, number: int) -> list[tuple[int, int]]:
        return self.db.execute(
            "SELECT id, home FROM message WHERE conversation = ? ORDER BY id", (number,)
        ).fetchall()

    def contact_behind(self, number: int) -> int:
        row = self.db.execute(
            "SELECT contact FROM conversation WHERE number = ?", (number,)
        ).fetchone()
        return int(row[0])

    def strays(self, contact: int, whole: int, since: int) -> list[tuple[int, int, int]]:
        return self.db.execute(
            "SELECT m.id, m.conversation, m.home FROM message m"
            " JOIN handle h ON h.id = m.handle JOIN contact k ON k.id = h.contact"
            " JOIN conversation c ON c.number = m.conversation JOIN contact o ON o.id = c.contact"
            " JOIN channel ch ON ch.name = m.channel"
            " WHERE k.root = :contact AND o.root = :whole AND m.id > :since"
            " AND json_extract(ch.capabilities, '$.joins')"
            " AND (m.direction = 'out' OR m.answers IS NULL) ORDER BY m.id",
            {"contact": contact, "whole": whole, "since": since},
        ).fetchall()

    def last_message(self) -> int:
        row = self.db.execute("SELECT max(id) FROM message").fetchone()
        return row[0] or 0

    def suggestions(self, what: str, id: int) -> list[Suggested]:
        found = self.db.execute(
            f"{_SUGGESTED} WHERE what = :what AND one = :id AND decided IS NULL UNION ALL "
            f"{_SUGGESTED} WHERE what = :what AND other = :id AND decided IS NULL "
            "ORDER BY score DESC",
            {"what": what, "id": id},
        )
        return [_suggested(r) for r in found]

    def suggested(self, what: str, limit: int = 50) -> list[Suggested]:
        found = self.db.execute(
            f"{_SUGGESTED} WHERE what = ? AND decided IS NULL ORDER BY score DESC LIMIT ?",
            (what, limit),
        )
        return [_suggested(r) for r in found]


class JoinWrites(JoinReads):
    """Changes of the same."""

    def point_conversation(self, number: int, to: int | None) -> None:
        self.db.execute("UPDATE conversation SET merged_into = ? WHERE number = ?", (to, number))
        for table, at in (("message", "home"), ("delivery", "message")):
            homes = (
                "home IN (SELECT number FROM below)"
                if at == "home"
                else "message IN (SELECT id FROM message WHERE home IN (SELECT number FROM below))"
            )
            self.db.execute(
                "WITH RECURSIVE below (number) AS (SELECT :number UNION SELECT c.number "
                "FROM conversation c JOIN below ON c.merged_into = below.number) "
                f"UPDATE {table} SET conversation = :whole WHERE {homes}",
                {"number": number, "whole": number if to is None else to},
            )

    def move_message(self, id: int, to: int, home: int) -> None:
        self.db.execute(
            "UPDATE message SET conversation = ?, home = ? WHERE id = ?", (to, home, id)
        )
        self.db.execute("UPDATE delivery SET conversation = ? WHERE message = ?", (to, id))

    def refresh(self, number: int) -> None:
        self.db.execute(
            "UPDATE conversation SET "
            "failed = (SELECT count(*) FROM delivery d WHERE d.conversation = :n "
            " AND d.state IN ('failed', 'unknown')), "
            "last_at = coalesce((SELECT max(received_at) FROM message WHERE conversation = :n "
            " AND direction <> 'note'), last_at), "
            "channel = coalesce((SELECT channel FROM message WHERE conversation = :n "
            " AND direction <> 'note' ORDER BY id DESC LIMIT 1), channel) "
            "WHERE number = :n",
            {"n": number},
        )

    def suggest(
        self, what: str, one: int, other: int, *, reason: str, score: float, at: datetime
    ) -> bool:
        first, second = sorted((one, other))
        cursor = self.db.execute(
            "INSERT OR IGNORE INTO suggestion VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (what, first, second, reason, score, ms(at)),
        )
        return cursor.rowcount > 0

    def decide(self, what: str, one: int, other: int, decided: str | None) -> None:
        first, second = sorted((one, other))
        self.db.execute(
            "UPDATE suggestion SET decided = ? WHERE what = ? AND one = ? AND other = ?",
            (decided, what, first, second),
        )


def _suggested(r: tuple[Any, ...]) -> Suggested:
    return Suggested(what=r[0], one=r[1], other=r[2], reason=r[3], score=r[4])
