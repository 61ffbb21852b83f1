"""Who looks at which conversation, and the messages that were pinned."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from omnidesk.core.company import Present
from omnidesk.store.sqlite.values import ms, when


class CompanyReads:
    """Look-ups of colleagues."""

    db: sqlite3.Connection

    def present(self, numbers: Sequence[int], since: datetime) -> dict[int, list[Present]]:
        marks = ",".join(str(int(number)) for number in numbers)
        found: dict[int, list[Present]] = {}
        for number, agent, writing, at in self.db.execute(
            f"SELECT conversation, agent, writing, at FROM presence WHERE conversation IN ({marks})"
            " AND at >= ? ORDER BY at DESC, agent",
            (ms(since),),
        ):
            seen = Present(agent=agent, writing=bool(writing), at=when(at))
            found.setdefault(number, []).append(seen)
        return found

    def pinned(self, number: int) -> list[int]:
        found = self.db.execute(
            "SELECT m.id FROM message m JOIN pinned p ON p.message = m.id"
            " WHERE m.conversation = ? ORDER BY m.id",
            (number,),
        )
        return [id_ for (id_,) in found]


class CompanyWrites(CompanyReads):
    """Changes of what colleagues see."""

    def look(self, number: int, agent: str, at: datetime, *, writing: bool) -> None:
        self.db.execute("DELETE FROM presence WHERE agent = ?", (agent,))
        self.db.execute(
            "INSERT INTO presence (conversation, agent, writing, at) VALUES (?, ?, ?, ?)",
            (number, agent, writing, ms(at)),
        )

    def leave(self, number: int, agent: str) -> None:
        self.db.execute(
            "DELETE FROM presence WHERE conversation = ? AND agent = ?", (number, agent)
        )

    def pin(self, message: int, agent: str, at: datetime, *, pinned: bool) -> bool:
        if not pinned:
            cursor = self.db.execute("DELETE FROM pinned WHERE message = ?", (message,))
        else:
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO pinned (message, agent, at) VALUES (?, ?, ?)",
                (message, agent, ms(at)),
            )
        return cursor.rowcount > 0
