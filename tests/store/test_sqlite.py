"""SQLite as a store: the contract, and what only it has."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from omnidesk.core.errors import StoreError, StoreFull
from omnidesk.core.events import Event, What
from omnidesk.core.store import VIEWS
from omnidesk.store.blobs import Blobs
from omnidesk.store.sqlite import SqliteStore
from omnidesk.store.sqlite.connection import connect, run
from omnidesk.store.sqlite.journal import JournalWrites
from omnidesk.store.sqlite.migrate import NEWEST, migrations
from omnidesk.testing.store import StoreContract
from omnidesk.testing.store_parts import NOON, begin

EVENT = Event(at=NOON, actor="anna", kind=What.NOTE_ADDED)


class TestSqliteStore(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        async with SqliteStore(tmp_path / "desk.db") as store:
            yield store


async def test_aiosqlite_still_has_the_door_that_we_go_through(tmp_path: Path) -> None:
    connection = await connect(tmp_path / "x.db", writer=True)
    try:
        assert await run(connection, lambda db: db.execute("SELECT 1").fetchone()) == (1,)
    finally:
        await connection.close()


def test_the_newest_migration_is_the_one_that_the_program_knows() -> None:
    numbers = [number for number, _ in migrations()]
    assert numbers == list(range(1, NEWEST + 1))


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "desk.db") as store:
        with pytest.raises(StoreError):
            await store.read(lambda r: JournalWrites.append(r, EVENT))  # type: ignore[arg-type]


async def test_a_newer_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    async with SqliteStore(path):
        pass
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(StoreError, match="upgrade omnidesk"):
        async with SqliteStore(path):
            pass


async def test_a_damaged_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"SQLite format 3\x00" + os.urandom(8192))
    with pytest.raises(StoreError, match=r"restore|damaged"):
        async with SqliteStore(path):
            pass


async def test_a_store_in_an_unwritable_folder_says_so() -> None:
    with pytest.raises(StoreError, match="check"):
        async with SqliteStore(Path("/proc/nowhere/desk.db")):
            pass


async def test_every_view_is_read_through_its_index_alone(tmp_path: Path) -> None:
    statements: list[str] = []

    def look(db: sqlite3.Connection, ask: Callable[[], object]) -> None:
        db.set_trace_callback(statements.append)
        ask()
        db.set_trace_callback(None)
        for sql in statements:
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}"))
            assert "SCAN c" not in plan or "USING INDEX" in plan or "COVERING" in plan, plan
            assert "TEMP B-TREE" not in plan, plan
        statements.clear()

    async with SqliteStore(tmp_path / "desk.db") as store:
        await store.write(begin)

        def every_view(reads: object) -> None:
            for view in VIEWS:
                look(
                    reads.db,  # type: ignore[attr-defined]
                    lambda v=view: reads.rows(v, agent="anna", after=(5, 5)),  # type: ignore[attr-defined,misc]
                )

        await store.read(every_view)


async def test_a_screen_learns_of_another_process_commit_without_a_bell(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    async with SqliteStore(long / "desk.db") as one, SqliteStore(long / "desk.db") as other:
        changes = other.changes()
        assert await anext(changes) == 0

        async def next_change() -> int:
            return await anext(changes)

        waiting = asyncio.create_task(next_change())
        await one.write(lambda tx: tx.append(EVENT))
        async with asyncio.timeout(5):
            assert await waiting == 1
        await changes.aclose()  # type: ignore[attr-defined]


async def test_a_write_waits_while_another_process_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    async with SqliteStore(path) as store:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write(lambda tx: tx.set_setting("a", "b")))
        await asyncio.sleep(0.3)
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        await writing
        assert await store.read(lambda r: r.setting("a")) == "b"


def test_bytes_are_durable_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        order.append("sync folder" if target.is_dir() else "sync file")
        sync(descriptor)

    def noted_replace(source: str, target: str) -> None:
        order.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    Blobs(tmp_path).put([b"one"])
    assert order == ["sync file", "name", "sync folder"]


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreFull, match="free some room"):
        Blobs(tmp_path).put([b"one"])
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
