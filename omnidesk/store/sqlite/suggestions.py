"""What may be one, what was decided of it, and the marks by which texts are found alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from omnidesk.core.store import Suggested
from omnidesk.store.sqlite.joins import JoinReads
from omnidesk.store.sqlite.values import ms

_CONTACTS = """
    SELECT DISTINCT 'contact', :root, iif(a.root = :root, b.root, a.root), s.reason, s.score
    FROM contact mine JOIN suggestion s ON s.what = 'contact' AND s.decided IS NULL
        AND (s.one = mine.id OR s.other = mine.id)
    JOIN contact a ON a.id = s.one JOIN contact b ON b.id = s.other
    WHERE mine.root = :root AND a.root <> b.root ORDER BY s.score DESC
"""
_CONVERSATIONS = """
    WITH RECURSIVE mine (number) AS (SELECT :root UNION
        SELECT c.number FROM conversation c JOIN mine ON c.merged_into = mine.number)
    SELECT s.one, s.other, s.reason, s.score FROM mine JOIN suggestion s
        ON s.what = 'conversation' AND s.decided IS NULL AND s.one = mine.number
    UNION ALL
    SELECT s.other, s.one, s.reason, s.score FROM mine JOIN suggestion s
        ON s.what = 'conversation' AND s.decided IS NULL AND s.other = mine.number
    ORDER BY 4 DESC
"""
_KEPT = """
    WITH RECURSIVE above (number, next, state) AS
        (SELECT number, merged_into, state FROM conversation WHERE number = ? UNION
         SELECT c.number, c.merged_into, c.state FROM above
         JOIN conversation c ON c.number = above.next)
    SELECT number, state FROM above WHERE next IS NULL
"""


class SuggestionReads(JoinReads):
    """Look-ups of suggestions."""

    db: sqlite3.Connection

    def suggestions(self, what: str, id: int) -> list[Suggested]:
        found = self._contacts(id) if what == "contact" else self._conversations(id)
        surest: dict[int, Suggested] = {}
        for one in found:
            surest.setdefault(one.other, one)
        return list(surest.values())

    def _contacts(self, id: int) -> list[Suggested]:
        row = self.db.execute("SELECT root FROM contact WHERE id = ?", (id,)).fetchone()
        found = self.db.execute(_CONTACTS, {"root": row[0]}) if row else ()
        return [
            Suggested(what=w, one=one, other=other, reason=reason, score=score)
            for w, one, other, reason, score in found
        ]

    def _conversations(self, number: int) -> list[Suggested]:
        root = self._whole_of(number)
        if root is None:
            return []
        found = []
        pairs = self.db.execute(_CONVERSATIONS, {"root": root[0]}).fetchall()
        for _, other, reason, score in pairs:
            kept = self._whole_of(other)
            if kept is not None and kept[0] != root[0] and kept[1] != "closed":
                found.append(
                    Suggested(
                        what="conversation", one=root[0], other=kept[0], reason=reason, score=score
                    )
                )
        return found

    def _whole_of(self, number: int) -> tuple[int, str] | None:
        row: tuple[int, str] | None = self.db.execute(_KEPT, (number,)).fetchone()
        return row

    def suggested(self, what: str, limit: int = 50) -> list[Suggested]:
        found: dict[frozenset[int], Suggested] = {}
        for one, other, reason, score in self.db.execute(
            "SELECT one, other, reason, score FROM suggestion"
            " WHERE what = ? AND decided IS NULL ORDER BY score DESC",
            (what,),
        ):
            pair = self._wholes(what, one, other)
            if pair is None or frozenset(pair) in found or self.decided_never(what, *pair):
                continue
            found[frozenset(pair)] = Suggested(
                what=what, one=pair[0], other=pair[1], reason=reason, score=score
            )
            if len(found) == limit:
                break
        return list(found.values())

    def _wholes(self, what: str, one: int, other: int) -> tuple[int, int] | None:
        """What two are after merges; None where they are one by now, or gone."""
        if what == "conversation":
            wholes = [whole[0] for id_ in (one, other) if (whole := self._whole_of(id_))]
        else:
            asked = "SELECT root FROM contact WHERE id = ?"
            wholes = [r[0] for id_ in (one, other) for r in self.db.execute(asked, (id_,))]
        return (wholes[0], wholes[1]) if len(set(wholes)) == 2 else None

    def suggested_among(
        self, what: str, ones: Sequence[int], others: Sequence[int]
    ) -> list[Suggested]:
        found = self._between("decided IS NULL", what, ones, others)
        return [
            Suggested(what=what, one=one, other=other, reason=reason, score=score)
            for one, other, reason, score in found
        ]

    def decided_never(self, what: str, one: int, other: int) -> bool:
        ones, others = self.members(what, one), self.members(what, other)
        return bool(self._between("decided = 'never'", what, ones, others))

    def _between(
        self, decided: str, what: str, ones: Sequence[int], others: Sequence[int]
    ) -> list[tuple[int, int, str, float]]:
        one, other = (",".join(map(str, map(int, ids))) for ids in (ones, others))
        return self.db.execute(
            f"SELECT one, other, reason, score FROM suggestion WHERE what = ? AND {decided}"
            f" AND ((one IN ({one}) AND other IN ({other}))"
            f" OR (one IN ({other}) AND other IN ({one})))",
            (what,),
        ).fetchall()

    def decided(self, what: str, one: int, other: int) -> str | None:
        row = self.db.execute(
            "SELECT decided FROM suggestion WHERE what = ? AND one = ? AND other = ?",
            (what, *sorted((one, other))),
        ).fetchone()
        return row[0] if row else None

    def echoes(self, marks: Sequence[int], since: datetime, *, limit: int = 200) -> list[int]:
        signs = ",".join("?" * len(marks))
        found = self.db.execute(
            f"SELECT message FROM echo WHERE mark IN ({signs}) AND at >= ?"
            " GROUP BY message HAVING count(*) > 1 ORDER BY count(*) DESC, message DESC LIMIT ?",
            (*marks, ms(since), limit),
        )
        return [r[0] for r in found]


class SuggestionWrites(SuggestionReads):
    """Changes of the same."""

    def suggest(
        self, what: str, one: int, other: int, *, reason: str, score: float, at: datetime
    ) -> bool:
        first, second = sorted((one, other))
        cursor = self.db.execute(
            "INSERT INTO suggestion VALUES (?, ?, ?, ?, ?, ?, NULL)"
            " ON CONFLICT DO UPDATE SET reason = excluded.reason, score = excluded.score"
            " WHERE decided IS NULL AND excluded.score > score",
            (what, first, second, reason, score, ms(at)),
        )
        return cursor.rowcount > 0

    def decide(self, what: str, one: int, other: int, decided: str | None, at: datetime) -> None:
        pair = (what, *sorted((one, other)))
        if decided is None:
            self.db.execute(
                "UPDATE suggestion SET decided = NULL WHERE what = ? AND one = ? AND other = ?",
                pair,
            )
            self.db.execute(
                "DELETE FROM suggestion WHERE what = ? AND one = ? AND other = ? AND score = 0",
                pair,
            )
            return
        self.db.execute(
            "INSERT INTO suggestion VALUES (?, ?, ?, '', 0, ?, ?)"
            " ON CONFLICT DO UPDATE SET decided = excluded.decided",
            (*pair, ms(at), decided),
        )

    def leave_marks(self, message: int, marks: Sequence[int], at: datetime) -> None:
        self.db.executemany(
            "INSERT OR IGNORE INTO echo VALUES (?, ?, ?)",
            [(mark, message, ms(at)) for mark in marks],
        )

    def drop_marks(self, before: datetime) -> None:
        self.db.execute("DELETE FROM echo WHERE at < ?", (ms(before),))
