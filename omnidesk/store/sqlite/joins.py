"""What was joined and moved, so that every join can be taken back."""

from __future__ import annotations

import json
import sqlite3

from omnidesk.core.store import Pointers
from omnidesk.core.summary import snippet

_BELOW = (
    "WITH RECURSIVE below (number) AS (SELECT :number UNION SELECT c.number "
    "FROM conversation c JOIN below ON c.merged_into = below.number)"
)
_ABOVE = (
    "(WITH RECURSIVE above (number, next) AS"
    " (SELECT number, merged_into FROM conversation WHERE number = {0} UNION"
    " SELECT c.number, c.merged_into FROM above JOIN conversation c ON c.number = above.next)"
    " SELECT number FROM above WHERE next IS NULL)"
)


class JoinReads:
    """Look-ups of joins."""

    db: sqlite3.Connection

    def pointers(self, number: int) -> Pointers | None:
        row = self.db.execute(
            "SELECT merged_into, split_from, apart, aside FROM conversation WHERE number = ?",
            (number,),
        ).fetchone()
        if row is None:
            return None
        apart, aside = (json.loads(text) if text else None for text in row[2:])
        return Pointers(merged_into=row[0], split_from=row[1], apart=apart, aside=aside)

    def inside(self, number: int) -> list[int]:
        found = self.db.execute(
            "SELECT number FROM conversation WHERE merged_into = ? ORDER BY number", (number,)
        )
        return [r[0] for r in found]

    def placed_in(self, number: int) -> list[int]:
        found = self.db.execute(
            "SELECT id FROM message WHERE conversation = ? ORDER BY id", (number,)
        )
        return [r[0] for r in found]

    def belongs_to(self, number: int, after: int = 0) -> list[int]:
        found = self.db.execute(
            f"{_BELOW} SELECT id FROM message WHERE conversation = {_ABOVE.format(':number')}"
            " AND id > :after AND home IN (SELECT number FROM below) ORDER BY id",
            {"number": number, "after": after},
        )
        return [r[0] for r in found]

    def moved_by(self, event: int) -> list[int]:
        found = self.db.execute(
            "SELECT message FROM moved WHERE event = ? ORDER BY message", (event,)
        )
        return [r[0] for r in found]

    def came_to(self, number: int, after: int) -> list[int]:
        found = self.db.execute(
            f"SELECT id FROM message m WHERE conversation = {_ABOVE.format(':number')}"
            " AND id > :after AND home = :number"
            " AND NOT EXISTS (SELECT 1 FROM moved v WHERE v.message = m.id)"
            " UNION SELECT message FROM moved v WHERE message > :after AND home = :number"
            " AND event = (SELECT min(event) FROM moved f WHERE f.message = v.message)"
            " ORDER BY 1",
            {"number": number, "after": after},
        )
        return [r[0] for r in found]

    def path_of(self, message: int, event: int) -> tuple[int, int] | None:
        row: tuple[int, int] | None = self.db.execute(
            "SELECT v.home, coalesce((SELECT l.home FROM moved l WHERE l.message = v.message"
            " AND l.event > v.event ORDER BY l.event LIMIT 1), m.home)"
            " FROM moved v JOIN message m ON m.id = v.message"
            " WHERE v.message = ? AND v.event = ?",
            (message, event),
        ).fetchone()
        return row

    def members(self, what: str, id: int) -> list[int]:
        if what == "contact":
            sql = "SELECT id FROM contact WHERE root = (SELECT root FROM contact WHERE id = :id)"
            return [r[0] for r in self.db.execute(sql, {"id": id})]
        found = self.db.execute(f"{_BELOW} SELECT number FROM below", {"number": self._root(id)})
        return [r[0] for r in found]

    def _root(self, number: int) -> int:
        row = self.db.execute(f"SELECT {_ABOVE.format('?')}", (number,)).fetchone()
        return number if row[0] is None else int(row[0])

    def was_moved(self, message: int) -> bool:
        row = self.db.execute("SELECT 1 FROM moved WHERE message = ? LIMIT 1", (message,))
        return row.fetchone() is not None

    def moves_of(self, message: int) -> list[int]:
        asked = "SELECT event FROM moved WHERE message = ? ORDER BY event"
        rows = self.db.execute(asked, (message,))
        return [row[0] for row in rows]

    def part_of(self, number: int, contact: int) -> int | None:
        row = self.db.execute(
            f"{_BELOW} SELECT c.number FROM below JOIN conversation c ON c.number = below.number"
            " JOIN contact k ON k.id = c.contact"
            " WHERE c.aside IS NOT NULL"
            " AND k.root = (SELECT root FROM contact WHERE id = :contact)"
            " ORDER BY c.last_at DESC, c.number DESC LIMIT 1",
            {"number": number, "contact": contact},
        ).fetchone()
        return row[0] if row else None

    def said_in_other(self, contact: int, other: int, after: int) -> list[int]:
        found = self.db.execute(
            "SELECT m.id FROM message m JOIN handle h ON h.id = m.handle"
            " JOIN contact k ON k.id = h.contact JOIN conversation c ON c.number = m.home"
            " JOIN contact o ON o.id = c.contact"
            " WHERE m.id > ? AND k.root = ? AND o.root = ? ORDER BY m.id",
            (after, contact, other),
        )
        return [r[0] for r in found]

    def last_message(self) -> int:
        row = self.db.execute("SELECT max(id) FROM message").fetchone()
        return row[0] or 0


class JoinWrites(JoinReads):
    """Changes of the same."""

    def point_conversation(self, number: int, to: int | None) -> None:
        stood = self._root(number)
        self.db.execute("UPDATE conversation SET merged_into = ? WHERE number = ?", (to, number))
        along = {"number": number, "stood": stood, "stands": self._root(number)}
        self.db.execute(
            f"{_BELOW} UPDATE delivery SET conversation = :stands WHERE message IN (SELECT id"
            " FROM message WHERE conversation = :stood AND home IN (SELECT number FROM below))",
            along,
        )
        self.db.execute(
            f"{_BELOW} UPDATE message SET conversation = :stands"
            " WHERE conversation = :stood AND home IN (SELECT number FROM below)",
            along,
        )

    def move_message(self, id: int, to: int, event: int, why: str) -> None:
        self.db.execute(
            "INSERT INTO moved SELECT id, ?, home, why FROM message WHERE id = ?", (event, id)
        )
        self.stand(id, to, why)

    def came_from(self, id: int, home: int) -> None:
        self.db.execute(
            "UPDATE moved SET home = :home WHERE message = :id AND event ="
            " (SELECT min(event) FROM moved WHERE message = :id)",
            {"id": id, "home": home},
        )

    def move_back(self, id: int, event: int) -> bool:
        this = self.db.execute(
            "DELETE FROM moved WHERE message = ? AND event = ? RETURNING home, why", (id, event)
        ).fetchone()
        if this is None:
            return False
        later = self.db.execute(
            "SELECT min(event) FROM moved WHERE message = ? AND event > ?", (id, event)
        ).fetchone()[0]
        if later is None:
            self.stand(id, *this)
        else:
            self.db.execute(
                "UPDATE moved SET home = ?, why = ? WHERE message = ? AND event = ?",
                (*this, id, later),
            )
        return True

    def stand(self, id: int, home: int, why: str) -> None:
        self.db.execute(
            f"UPDATE message SET home = :home, why = :why, conversation = {_ABOVE.format(':home')}"
            " WHERE id = :id",
            {"id": id, "home": home, "why": why},
        )
        self.db.execute(
            "UPDATE delivery SET conversation = (SELECT conversation FROM message WHERE id = :id)"
            " WHERE message = :id",
            {"id": id},
        )

    def refresh(self, number: int) -> None:
        self.db.execute(
            "UPDATE conversation SET failed = (SELECT count(*) FROM delivery d"
            " JOIN message m ON m.id = d.message WHERE m.conversation = :n"
            " AND m.automatic IS NULL AND d.state IN ('failed', 'unknown')) WHERE number = :n",
            {"n": number},
        )
        newest = self.db.execute(
            "SELECT id, received_at, channel, text, folded FROM message"
            " WHERE conversation = ? AND direction <> 'note' AND copy_of IS NULL"
            " AND forwards IS NULL AND (direction = 'in' OR automatic IS NULL)"
            " ORDER BY id DESC LIMIT 1",
            (number,),
        ).fetchone()
        if newest is None:
            return
        id_, at, channel, text, folded = newest
        names = self.db.execute("SELECT name FROM attachment WHERE message = ? ORDER BY id", (id_,))
        said = snippet(text, json.loads(folded), [r[0] for r in names])
        self.db.execute(
            "UPDATE conversation SET last_at = ?, channel = ?, snippet = ? WHERE number = ?",
            (at, channel, said, number),
        )
