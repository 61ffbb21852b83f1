"""The Store protocol on SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

import aiosqlite

from omnidesk.core.errors import StoreError, StoreFull
from omnidesk.core.language import _
from omnidesk.core.store import Erased, Reads, Transaction
from omnidesk.store.blobs import Blobs
from omnidesk.store.sqlite.connection import FULL, connect, named, run, snapshot, transaction
from omnidesk.store.sqlite.migrate import migrate
from omnidesk.store.sqlite.notice import Bell, Listener
from omnidesk.store.sqlite.reads import SqliteReads
from omnidesk.store.sqlite.reserve import Reserve

T = TypeVar("T")

_LOOK_SECONDS = 0.25


class SqliteStore:
    """One database file, its blobs beside it, one writer and a few readers.

    The file is `path`; blobs, spool, backups and the listeners' sockets are in `path.files`.
    """

    def __init__(self, path: Path, *, readers: int = 2) -> None:
        self.path = path
        self._files = path.with_name(path.name + ".files")
        self._reserve = Reserve(self._files / "reserve")
        self._blobs = Blobs(self._files / "blobs", has_room=self._reserve.is_whole)
        self._reader_count = readers
        self._writer: aiosqlite.Connection | None = None
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._open: list[aiosqlite.Connection] = []
        self._bell = Bell(self._files / "notice")

    @property
    def blobs(self) -> Blobs:
        return self._blobs

    @property
    def spool(self) -> Path:
        return self._files / "spool"

    @property
    def copies(self) -> tuple[Path, ...]:
        return tuple(sorted(self._backups.glob("*.db")))

    @property
    def _backups(self) -> Path:
        return self._files / "backups"

    async def __aenter__(self) -> Self:
        try:
            self._make_folders()
            self._writer = await self._connect(writer=True)
            await self._run(self._writer, lambda db: migrate(db, self.path, self._backups))
            for _ in range(self._reader_count):
                self._readers.put_nowait(await self._connect(writer=False))
        except BaseException:
            await self._close()
            raise
        return self

    def _make_folders(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (".", "blobs", "spool", "notice"):
                (self._files / folder).mkdir(mode=0o700, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)
        except OSError as error:
            raise StoreError(
                _("{path}: {why}; check the folder").format(path=self.path, why=error.strerror)
            ) from error

    async def __aexit__(self, *exc: object) -> None:
        await self._close()

    async def _connect(self, *, writer: bool) -> aiosqlite.Connection:
        connection = await connect(self.path, writer=writer)
        self._open.append(connection)
        return connection

    async def _close(self) -> None:
        for connection in reversed(self._open):
            await connection.close()
        self._open.clear()
        self._bell.close()

    async def _run(
        self, connection: aiosqlite.Connection, fn: Callable[[sqlite3.Connection], T]
    ) -> T:
        try:
            return await run(connection, fn)
        except sqlite3.Error as error:
            raise named(error, self.path) from error

    async def read(self, fn: Callable[[Reads], T]) -> T:
        """Run a function of look-ups on one picture of the store."""
        connection = await self._readers.get()
        try:
            return await self._run(connection, lambda db: snapshot(db, lambda: fn(SqliteReads(db))))
        finally:
            self._readers.put_nowait(connection)

    async def write(self, fn: Callable[[Transaction], T], *, reserved: bool = False) -> T:
        """Run a function of changes in one transaction; then everybody who listens is told."""
        try:
            return await self._write(fn, reserved)
        except StoreFull:
            if not reserved:
                raise
            self._reserve.give_up()
            return await self._write(fn, reserved)

    async def _write(self, fn: Callable[[Transaction], T], reserved: bool) -> T:
        assert self._writer is not None, "the store is not open"

        from omnidesk.store.sqlite.writes import SqliteTransaction  # who looks needs none

        def whole(db: sqlite3.Connection) -> T:
            if not reserved and not self._reserve.is_whole():
                raise StoreFull(f"{self.path}: {_(FULL)}")
            result = transaction(db, lambda: fn(SqliteTransaction(db)))
            self._bell.ring()
            return result

        return await self._run(self._writer, whole)

    async def erase(self, contact: int, *, actor: str, at: datetime) -> Erased:
        """Erase a person; what is cut short after the rows are gone, `finish_erasing` ends."""
        assert self._writer is not None, "the store is not open"
        from omnidesk.store.sqlite import sweeping

        erased = await self._run(self._writer, lambda db: sweeping.erase(db, contact, actor, at))
        self._bell.ring()
        await self.finish_erasing()
        return erased

    async def finish_erasing(self) -> bool:
        """Clean the files after an erasure; False where none waits for it."""
        assert self._writer is not None, "the store is not open"
        from omnidesk.store.sqlite import sweeping

        return await self._run(
            self._writer, lambda db: sweeping.sweep(db, self._files, self._blobs)
        )

    async def changes(self) -> AsyncIterator[int]:
        listener = Listener(self._files / "notice")
        listener.open()
        watcher = await self._connect(writer=False)
        try:
            version, seen = -1, -1
            while True:
                now = await self._run(watcher, _data_version)
                if now != version:
                    version = now
                    seq = await self._run(watcher, lambda db: SqliteReads(db).last_seq())
                    if seq != seen:
                        seen = seq
                        yield seq
                await listener.wait(_LOOK_SECONDS)
        finally:
            listener.close()
            with contextlib.suppress(ValueError):
                self._open.remove(watcher)
            await watcher.close()


def _data_version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA data_version").fetchone()[0])
