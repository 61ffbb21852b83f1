"""Contacts, their handles, and where they reached us."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from omnidesk.core.model import Contact, Handle, Known, KnownHandle
from omnidesk.core.store import Reached
from omnidesk.store.sqlite.connection import fold_yo
from omnidesk.store.sqlite.naming import NAME, SINCE
from omnidesk.store.sqlite.values import assignments, ms, when

_STRENGTH = "CASE {} WHEN 'claimed' THEN 0 WHEN 'seen' THEN 1 ELSE 2 END"
_WISH = (
    "(SELECT nullif(w.wish, '') FROM contact w WHERE w.root = p.id AND w.wish IS NOT NULL"
    " ORDER BY w.merged_into IS NOT NULL, w.id LIMIT 1)"
)
"""A contact's own wish goes before those of whoever was merged into it; an empty one is none."""

_CHANGEABLE = frozenset(("name", "company", "wish"))


class PeopleReads:
    """Look-ups of contacts."""

    db: sqlite3.Connection

    def contact(self, id: int) -> Contact | None:
        row = self.db.execute(
            f"SELECT p.id, {NAME}, {SINCE}, {_WISH} "
            "FROM contact k JOIN contact p ON p.id = k.root WHERE k.id = ?",
            (id,),
        ).fetchone()
        return self._contact(row) if row else None

    def contact_of(self, handle: Handle) -> int | None:
        row = self.db.execute(
            "SELECT k.root FROM handle h JOIN contact k ON k.id = h.contact "
            "WHERE h.scheme = ? AND h.value = ?",
            (handle.scheme, handle.value),
        ).fetchone()
        return row[0] if row else None

    def owner_of(self, handle: Handle) -> tuple[int, int] | None:
        row: tuple[int, int] | None = self.db.execute(
            "SELECT k.id, k.root FROM handle h JOIN contact k ON k.id = h.contact "
            "WHERE h.scheme = ? AND h.value = ?",
            (handle.scheme, handle.value),
        ).fetchone()
        return row

    def merged_contact(self, id: int) -> tuple[int, int] | None:
        row: tuple[int, int] | None = self.db.execute(
            "SELECT merged_into, merge FROM contact WHERE id = ? AND merged_into IS NOT NULL",
            (id,),
        ).fetchone()
        return row

    def own_wish(self, contact: int) -> str | None:
        row = self.db.execute("SELECT wish FROM contact WHERE id = ?", (contact,)).fetchone()
        return row[0] if row else None

    def namesakes(self, names: Sequence[str], *, limit: int = 20) -> list[int]:
        marks = ",".join("?" * len(names))
        found = self.db.execute(
            f"SELECT DISTINCT root FROM contact WHERE name IN ({marks}) LIMIT ?", (*names, limit)
        )
        return [r[0] for r in found]

    def offered_by(self, handle: Handle, *, limit: int = 10) -> list[int]:
        found = self.db.execute(
            "SELECT DISTINCT k.root FROM offered o JOIN contact k ON k.id = o.contact"
            " WHERE o.scheme = ? AND o.value = ? LIMIT ?",
            (handle.scheme, handle.value, limit),
        )
        return [r[0] for r in found]

    def named_in(self, handle: Handle, *, limit: int = 10) -> list[int]:
        found = self.db.execute(
            "SELECT max(o.message) FROM offered o JOIN contact k ON k.id = o.contact"
            " WHERE o.scheme = ? AND o.value = ? GROUP BY k.root ORDER BY 1 DESC LIMIT ?",
            (handle.scheme, handle.value, limit),
        )
        return [r[0] for r in found]

    def offered(self, contact: int, *, limit: int = 10) -> list[Handle]:
        found = self.db.execute(
            "SELECT o.scheme, o.value FROM offered o JOIN contact k ON k.id = o.contact"
            " WHERE k.root = (SELECT root FROM contact WHERE id = ?) AND NOT EXISTS"
            " (SELECT 1 FROM handle h WHERE h.scheme = o.scheme AND h.value = o.value)"
            " GROUP BY o.scheme, o.value ORDER BY max(o.message) DESC LIMIT ?",
            (contact, limit),
        )
        return [Handle(scheme, value) for scheme, value in found]

    def vouched(self, contact: int) -> list[Handle]:
        found = self.db.execute(
            "WITH RECURSIVE theirs (number) AS (SELECT c.number FROM contact me"
            " JOIN contact k ON k.root = me.root JOIN conversation c ON c.contact = k.id"
            " WHERE me.id = :id UNION SELECT c.merged_into FROM theirs t"
            " JOIN conversation c ON c.number = t.number WHERE c.merged_into IS NOT NULL)"
            " SELECT DISTINCT v.value FROM theirs JOIN event e ON e.conversation = theirs.number"
            " JOIN json_each(e.data, '$.vouched') v JOIN contact w ON w.id = e.contact"
            " WHERE e.kind = 'message.received'"
            " AND w.root = (SELECT root FROM contact WHERE id = :id)",
            {"id": contact},
        )
        return [Handle.parse(value) for (value,) in found]

    def every_contact(self) -> Iterator[Contact]:
        for *own, merged_into in self.db.execute(
            "SELECT id, name, created_at, nullif(wish, ''), merged_into FROM contact ORDER BY id"
        ):
            yield self._contact(own, merged_into=merged_into, own=True)

    def search_names(self, text: str, *, limit: int = 20) -> list[Contact]:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = self.db.execute(
            f"SELECT DISTINCT p.id, {NAME}, {SINCE}, {_WISH} FROM contact k "
            "JOIN contact p ON p.id = k.root LEFT JOIN handle h ON h.contact = k.id "
            "WHERE k.name LIKE :p ESCAPE '\\' OR h.value LIKE :p ESCAPE '\\' "
            "ORDER BY p.id DESC LIMIT :limit",
            {"p": pattern, "limit": limit},
        ).fetchall()
        return [self._contact(row) for row in found]

    def people_like(self, typed: Sequence[Sequence[str]], *, limit: int = 20) -> list[int]:
        wanted = [any_of for spellings in typed if (any_of := _any_of(spellings))]
        if not wanted:
            return []
        found = self.db.execute(
            "SELECT k.root FROM people s JOIN contact k ON k.id = s.rowid "
            "WHERE people MATCH ? ORDER BY s.rowid DESC LIMIT ?",
            (" AND ".join(wanted), limit),
        )
        return list(dict.fromkeys(root for (root,) in found))

    def reached(self, contact: int) -> list[Reached]:
        found = self.db.execute(
            "SELECT r.channel, h.scheme, h.value, h.name, r.last_in, r.reply_path "
            "FROM reached r JOIN handle h ON h.id = r.handle JOIN contact k ON k.id = h.contact "
            "WHERE k.root = (SELECT root FROM contact WHERE id = ?) ORDER BY r.last_in DESC",
            (contact,),
        )
        return [
            Reached(
                channel=channel,
                handle=Handle(scheme, value),
                name=name,
                last_in=when(last_in),
                reply_path=path,
            )
            for channel, scheme, value, name, last_in, path in found
        ]

    def _contact(
        self, row: Sequence[Any], *, merged_into: int | None = None, own: bool = False
    ) -> Contact:
        """A contact with the handles of all that is merged into it, or with its `own` only."""
        whose = "h.contact = ?" if own else "k.root = ?"
        handles = self.db.execute(
            "SELECT h.scheme, h.value, h.known, h.name, h.first_seen FROM handle h "
            f"JOIN contact k ON k.id = h.contact WHERE {whose} ORDER BY h.id",
            (row[0],),
        )
        return Contact(
            id=row[0],
            name=row[1],
            created_at=when(row[2]),
            merged_into=merged_into,
            wish=row[3],
            handles=tuple(
                KnownHandle(
                    handle=Handle(scheme, value), known=Known(known), name=name, first_seen=when(at)
                )
                for scheme, value, known, name, at in handles
            ),
        )


class PeopleWrites(PeopleReads):
    """Changes of contacts."""

    def point_contact(self, id: int, to: int | None, event: int | None) -> None:
        self.db.execute(
            "UPDATE contact SET merged_into = ?, merge = ? WHERE id = ?", (to, event, id)
        )
        self.db.execute(
            "WITH RECURSIVE below (id) AS (SELECT :id UNION "
            "SELECT c.id FROM contact c JOIN below ON c.merged_into = below.id) "
            "UPDATE contact SET root = coalesce((SELECT root FROM contact WHERE id = :to), :id) "
            "WHERE id IN (SELECT id FROM below)",
            {"id": id, "to": to},
        )

    def add_contact(self, name: str, at: datetime) -> int:
        row = self.db.execute(
            "INSERT INTO contact (name, root, created_at) "
            "VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence"
            " WHERE name = 'contact'), ?) RETURNING id",
            (name, ms(at)),
        ).fetchone()
        return int(row[0])

    def change_contact(self, id: int, **changes: Any) -> None:
        names, values = assignments(changes, _CHANGEABLE)
        self.db.execute(f"UPDATE contact SET {names} WHERE id = ?", (*values, id))

    def add_handle(
        self, handle: Handle, contact: int, *, known: Known, name: str, at: datetime
    ) -> None:
        self.db.execute(
            "INSERT INTO handle (scheme, value, contact, known, name, first_seen)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scheme, value) DO UPDATE SET"
            f" known = CASE WHEN {_STRENGTH.format('excluded.known')}"
            f" > {_STRENGTH.format('known')} THEN excluded.known ELSE known END,"
            " name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE name END"
            " WHERE handle.contact = excluded.contact OR excluded.contact IN (SELECT k.id"
            " FROM contact k JOIN contact o ON o.root = k.root WHERE o.id = handle.contact)",
            (handle.scheme, handle.value, contact, known.value, name, ms(at)),
        )

    def know(self, handle: Handle, known: Known) -> None:
        self.db.execute(
            "UPDATE handle SET known = ? WHERE scheme = ? AND value = ?",
            (known.value, handle.scheme, handle.value),
        )

    def remove_handle(self, handle: Handle) -> bool:
        cursor = self.db.execute(
            "DELETE FROM handle WHERE scheme = ? AND value = ? AND NOT EXISTS"
            " (SELECT 1 FROM message m WHERE m.handle = handle.id AND m.direction = 'out')"
            " AND NOT EXISTS"
            " (SELECT 1 FROM reached r WHERE r.handle = handle.id)",
            (handle.scheme, handle.value),
        )
        return cursor.rowcount > 0

    def offer(self, contact: int, handle: Handle, message: int) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO offered VALUES (?, ?, ?, ?)",
            (contact, handle.scheme, handle.value, message),
        )

    def move_handle(self, handle: Handle, contact: int) -> None:
        self.db.execute(
            "UPDATE handle SET contact = ? WHERE scheme = ? AND value = ?",
            (contact, handle.scheme, handle.value),
        )

    def rename_handle(self, old: Handle, new: Handle) -> None:
        self.db.execute(
            "UPDATE OR IGNORE handle SET scheme = ?, value = ? WHERE scheme = ? AND value = ?",
            (new.scheme, new.value, old.scheme, old.value),
        )

    def touch(self, channel: str, handle: Handle, at: datetime, reply_path: str | None) -> None:
        self.db.execute(
            "INSERT INTO reached SELECT ?, id, ?, ? FROM handle WHERE scheme = ? AND value = ?"
            " ON CONFLICT DO UPDATE SET last_in = max(last_in, excluded.last_in),"
            " reply_path = coalesce(excluded.reply_path, reply_path)",
            (channel, ms(at), reply_path, handle.scheme, handle.value),
        )


def _any_of(spellings: Sequence[str]) -> str:
    """Prefixes in FTS5's own language, whatever was typed inside quotes; empty without a word."""
    words = [fold_yo(one).replace('"', " ").replace("\0", " ") for one in spellings]
    said = [f'"{word}"*' for word in words if any(map(str.isalnum, word))]
    return f"({' OR '.join(said)})" if said else ""
