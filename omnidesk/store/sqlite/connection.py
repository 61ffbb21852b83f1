"""Connections to the database, and the one door that runs a function on a database thread."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

from omnidesk.core.errors import StoreBusy, StoreError, StoreFull
from omnidesk.core.identity import number_words
from omnidesk.core.language import N_, _

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a transaction waits for another process before it gives up."""

FULL = N_("the disk is full; free some room, it goes on by itself")

_READER = "PRAGMA query_only = ON;"
_WRITER = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
_EVERY = "PRAGMA busy_timeout = 0; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;"


async def connect(path: Path, *, writer: bool) -> aiosqlite.Connection:
    """Open one connection with a thread of its own; only the writer can change anything."""
    connection = aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    connection._thread.daemon = True  # a forgotten connection must not hold the exit
    try:
        await connection
        await run(connection, lambda db: patiently(lambda: prepare(db, writer=writer)))
    except sqlite3.Error as error:
        await connection.close()
        raise named(error, path) from error
    except BaseException:
        await connection.close()
        raise
    return connection


async def run(connection: aiosqlite.Connection, fn: Callable[[sqlite3.Connection], T]) -> T:
    """Run a plain function whole on the connection's thread: one hop, never cut half-way.

    aiosqlite offers statements, not functions; this reaches for the two private names that
    its own methods use. A test and the version bound in pyproject.toml hold them in place.
    """
    result: T = await connection._execute(fn, connection._conn)  # type: ignore[no-untyped-call]
    return result


def prepare(db: sqlite3.Connection, *, writer: bool) -> None:
    """Give a fresh connection its pragmas and the functions that the schema uses."""
    db.executescript(_EVERY)
    if writer:
        db.execute("PRAGMA journal_mode = WAL")
    db.executescript(_WRITER if writer else _READER)
    db.create_function("fold_yo", 1, fold_yo, deterministic=True)
    db.create_function("visible", 2, visible, deterministic=True)
    db.create_function("handle_words", 3, handle_words, deterministic=True)


def transaction(db: sqlite3.Connection, fn: Callable[[], T]) -> T:
    """Run `fn` inside BEGIN IMMEDIATE and COMMIT; whatever it raises rolls all of it back."""
    patiently(lambda: db.execute("BEGIN IMMEDIATE"))
    try:
        result = fn()
        patiently(lambda: db.execute("COMMIT"))
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    return result


def snapshot(db: sqlite3.Connection, fn: Callable[[], T]) -> T:
    """Run `fn` on one unchanging picture of the database."""
    patiently(lambda: db.execute("BEGIN"))
    try:
        return fn()
    finally:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")


def patiently(fn: Callable[[], object]) -> None:
    """Try again each millisecond or so while another process holds the lock.

    SQLite's own busy handler backs off to 100 ms steps and starves beside a busy writer.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            fn()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.0005, 0.002))  # noqa: S311
        else:
            return


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether another connection holds the lock (SQLITE_BUSY, SQLITE_LOCKED and their kin)."""
    return (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def named(error: sqlite3.Error, path: Path) -> StoreError:
    """A foreign error in our words: what happened to which file, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"{path}: {_(FULL)}")
    if code == sqlite3.SQLITE_IOERR:
        return StoreFull(
            _("{path}: the disk refuses to write ({error}); check the disk").format(
                path=path, error=error
            )
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            _("{path}: locked by another process for over {n:.0f} s").format(
                path=path, n=BUSY_SECONDS
            )
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(
            _("{path}: damaged ({error}); restore the last backup").format(path=path, error=error)
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(
            _("{path}: cannot be opened for writing; check its folder and rights").format(path=path)
        )
    return StoreError(f"{path}: {error}")


def fold_yo(text: str | None) -> str:
    """ё and е are one letter to whoever searches."""
    return (text or "").replace("ё", "е").replace("Ё", "Е")


def visible(text: str, folded: str) -> str:
    """The text without its quoted and signed parts."""
    if folded == "[]":
        return text
    kept, at = [], 0
    for start, end in json.loads(folded):
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return "\n".join(kept)


def handle_words(scheme: str, value: str, name: str) -> str:
    """What finds a handle: its owner's name, its value; a number with its country and without."""
    if scheme != "tel":
        return f"{name} {value}"
    return f"{name} {' '.join(number_words(value))}"
