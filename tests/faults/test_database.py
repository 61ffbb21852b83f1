"""A database that another holds, that is older, newer or damaged."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.errors import StoreError
from omnidesk.demo.sandbox import Sandbox
from omnidesk.store.sqlite import SqliteStore, migrate
from tests.faults.engines import desk_of, engine, inbound, start_engine, until

pytestmark = pytest.mark.faults

LOCKED_SECONDS = 10.0


async def test_a_database_that_another_locks_for_ten_seconds_is_waited_for(
    sandbox: Sandbox,
) -> None:
    sandbox.bot.customer(7, "Кирилл").text("before")
    async with desk_of(sandbox.config) as desk, engine(sandbox.config) as running:

        async def has(count: int) -> bool:
            return len(await inbound(desk)) >= count

        await until(lambda: has(1))
        locking = sqlite3.connect(sandbox.folder / "omnidesk.db", isolation_level=None)
        locking.execute("BEGIN IMMEDIATE")
        locked = time.monotonic()
        sandbox.bot.customers[7].text("meanwhile")
        customer = sandbox.correspondent("olga@example.test", "Ольга")
        await customer.write("Заказ", "by letter", at=datetime.now(UTC))
        await asyncio.sleep(LOCKED_SECONDS)
        assert len(await inbound(desk)) == 1
        assert len(sandbox.bot.updates) > 0, "acknowledged before it was stored"
        locking.execute("ROLLBACK")
        locking.close()
        assert time.monotonic() - locked >= LOCKED_SECONDS
        await until(lambda: has(3))
        assert Counter(await inbound(desk)) == Counter(["before", "meanwhile", "by letter"])
        assert "lease lost" not in running.log
        assert "Traceback" not in running.log


async def test_an_older_store_is_upgraded_after_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    async with SqliteStore(path) as store:
        await store.write(lambda tx: tx.set_setting("kept", "yes"))
    older = version_of(path)
    newer = (older + 1, "CREATE TABLE novelty (x INTEGER);\nINSERT INTO novelty VALUES (1);\n")
    known = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: [*known, newer])
    monkeypatch.setattr(migrate, "NEWEST", older + 1)
    async with SqliteStore(path) as store:
        assert await store.read(lambda r: r.setting("kept")) == "yes"
    assert version_of(path) == older + 1
    (copy,) = (tmp_path / "desk.db.files" / "backups").iterdir()
    assert version_of(copy) == older
    assert copy.stat().st_mode & 0o077 == 0
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"written by a newer omnidesk .* upgrade omnidesk"):
        async with SqliteStore(path):
            pass
    assert version_of(path) == older + 1
    async with SqliteStore(copy) as store:
        assert await store.read(lambda r: r.setting("kept")) == "yes"


async def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    async with SqliteStore(path) as store:
        await store.write(lambda tx: tx.set_setting("kept", "yes"))
    older = version_of(path)
    broken = (older + 1, "CREATE TABLE novelty (x INTEGER);\nINSERT INTO nowhere VALUES (1);\n")
    known = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: [*known, broken])
    monkeypatch.setattr(migrate, "NEWEST", older + 1)
    with pytest.raises(StoreError):
        async with SqliteStore(path):
            pass
    monkeypatch.undo()
    async with SqliteStore(path) as store:
        assert await store.read(lambda r: r.setting("kept")) == "yes"
    assert version_of(path) == older


def version_of(path: Path) -> int:
    with sqlite3.connect(path) as db:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    db.close()
    return version


@pytest.mark.parametrize("how", ["overwritten", "newer"])
async def test_an_engine_refuses_a_store_that_it_cannot_read_and_says_what_to_do(
    sandbox: Sandbox, how: str
) -> None:
    path = sandbox.folder / "omnidesk.db"
    async with SqliteStore(path):
        pass
    if how == "newer":
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 9999")
        db.close()
    else:
        path.write_bytes(b"\0garbage" * 10_000)
    before = path.read_bytes()
    running = await start_engine(sandbox.config, "--once", log=sandbox.folder / "engine.log")
    assert await running.process.wait() == 1
    said = "upgrade omnidesk" if how == "newer" else "restore the last backup"
    assert said in running.log
    assert "Traceback" not in running.log
    assert path.read_bytes() == before
