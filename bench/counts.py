"""P12: what the store is asked: statements a message, rows a frame, hops a key."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bench.letters import Post
from bench.table import Figure
from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Capabilities, Incoming
from omnidesk.core.model import Agent
from omnidesk.core.placing import PlacingRules
from omnidesk.core.store import Reads
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine import arrivals
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore
from omnidesk.store.sqlite.connection import prepare, transaction
from omnidesk.store.sqlite.migrate import migrate
from omnidesk.store.sqlite.writes import SqliteTransaction

T = TypeVar("T")
_ADDRESS = "support@example.org"
_ROWS_ON_SCREEN = 37


class CountingConnection(sqlite3.Connection):
    """Counts the statements that it is given; those of triggers belong to their statement."""

    count = 0

    def execute(self, *given: Any) -> sqlite3.Cursor:
        self.count += 1
        return super().execute(*given)

    def executemany(self, *given: Any) -> sqlite3.Cursor:
        self.count += 1
        return super().executemany(*given)


def statements(letters: int = 300) -> Figure:
    """Statements that one letter takes, after the first hundred; BEGIN and COMMIT are shared."""
    post = Post(seed=5)
    capabilities = Capabilities(handle_scheme="mailto", receive=True, send=True, subject=True)
    with tempfile.TemporaryDirectory(prefix="bench-counts-") as folder:
        path = Path(folder) / "omnidesk.db"
        incoming = [
            read_letter(post.letter(), spool=Path(folder), own_addresses=frozenset([_ADDRESS]))
            for _ in range(letters + 100)
        ]
        with closing(sqlite3.connect(path, isolation_level=None, factory=CountingConnection)) as db:
            prepare(db, writer=True)
            migrate(db, path, Path(folder))
            tx = SqliteTransaction(db)
            own = frozenset([_ADDRESS])
            placing = PlacingRules(channel="support", desk_key=b"0" * 32, own=own)
            rules = Rules(
                channel="support",
                capabilities=capabilities,
                placing=placing,
                own_address=_ADDRESS,
                desk="Bench",
            )
            transaction(db, lambda: tx.configure("support", "email", capabilities, [_ADDRESS]))
            transaction(db, lambda: _take(tx, rules, incoming[:100]))
            db.count = 0
            transaction(db, lambda: _take(tx, rules, incoming[100:]))
            each = (db.count - 2) / letters
    return Figure(
        number="P12",
        felt="statements per ingested letter",
        goal="<= 10",
        reached=f"{each:.1f} ({letters} letters, one in three an answer)",
        good=each <= 10,
    )


def _take(tx: SqliteTransaction, rules: Rules, letters: list[Incoming]) -> None:
    now = datetime.now(UTC)
    for index, letter in enumerate(letters):
        arrivals.arrive(tx, rules, letter, f"{index:064x}", (), now)


@dataclass(slots=True)
class Asked:
    """What a desk asked of its store."""

    hops: int = 0
    rows: int = 0

    def clear(self) -> None:
        self.hops = self.rows = 0


class CountingStore(SqliteStore):
    """The store, which counts its reads and every row that SQLite gave for them."""

    def __init__(self, path: Path, asked: Asked) -> None:
        super().__init__(path)
        self._asked = asked

    async def read(self, fn: Callable[[Reads], T]) -> T:
        self._asked.hops += 1
        return await super().read(lambda reads: fn(self._counted(reads)))

    def _counted(self, reads: Reads) -> Reads:
        db = reads.db  # type: ignore[attr-defined]
        db.row_factory = self._row
        return reads

    def _row(self, cursor: sqlite3.Cursor, row: tuple[object, ...]) -> tuple[object, ...]:
        self._asked.rows += 1
        return row


async def frames(database: Path) -> list[Figure]:
    """Rows read for the first frame, and rows and hops for a key, in the application itself."""
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from omnidesk.ui.app import OmnideskApp

    asked = Asked()

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        async with CountingStore(database, asked) as store:
            yield Desk(store, Agent(id="anna", name="Anna"), DeskSettings(), {})

    app = OmnideskApp(open_desk)
    keys = 200
    async with app.run_test(size=(120, _ROWS_ON_SCREEN + 3)) as pilot:
        while app.desk_screen.inbox.number is None:
            await pilot.pause(0.01)
        first = Asked(asked.hops, asked.rows)
        await pilot.pause(0.5)
        asked.clear()
        for _ in range(keys):
            await pilot.press("j")
        await pilot.pause(0.3)
        held = Asked(asked.hops, asked.rows)
    return [
        Figure(
            number="P12",
            felt="rows read for the first frame",
            goal="<= window + 5",
            reached=f"{first.rows} ({first.hops} hops; the window is 120 rows, 37 on the screen)",
            good=first.rows <= 125,
        ),
        Figure(
            number="P12",
            felt="rows read per frame, j held",
            goal="<= window + 5",
            reached=f"{held.rows / keys:.1f} a key",
            good=held.rows / keys <= _ROWS_ON_SCREEN + 5,
        ),
        Figure(
            number="P12",
            felt="database hops per key, j held",
            goal="<= 1",
            reached=f"{held.hops / keys:.2f} ({keys} keys)",
            good=held.hops / keys <= 1,
        ),
    ]
