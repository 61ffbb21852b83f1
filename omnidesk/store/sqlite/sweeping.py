"""Nothing of what was erased is left in the files: database, log, blobs, spool."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from datetime import datetime
from pathlib import Path

from omnidesk.core.errors import StoreBusy
from omnidesk.core.language import _
from omnidesk.core.store import Erased
from omnidesk.store.blobs import Blobs
from omnidesk.store.sqlite import erasing
from omnidesk.store.sqlite.connection import BUSY_SECONDS, patiently, transaction

_UNFINISHED_SECONDS = 3600.0
"""A file in the spool is on its way for less than this, where an engine lives."""

_INDEXES = ("search", "people")


def erase(db: sqlite3.Connection, contact: int, actor: str, at: datetime) -> Erased:
    """Erase a person's rows; `sweep` has to follow.

    Foreign keys are off meanwhile: they would look through all messages for each row.
    """
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA secure_delete = ON")
    try:
        return transaction(db, lambda: erasing.erase(db, contact, actor, at))
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def sweep(db: sqlite3.Connection, files: Path, blobs: Blobs) -> bool:
    """Clean the files after an erasure; False where none waits for it.

    The database is written anew: others wait to write meanwhile, and read on. Bytes are put
    aside first and go at the end, should the same have come in again in between.
    """
    if not erasing.is_pending(db):
        return False
    waiting = erasing.pending(db)
    for sha256 in erasing.unnamed(db, waiting):
        blobs.set_aside(sha256)
    _rewrite(db)
    _empty_spool(db, files / "spool")
    named = set(waiting).difference(erasing.unnamed(db, waiting))
    for sha256 in waiting:
        if sha256 in named:
            blobs.bring_back(sha256)
        else:
            blobs.remove(sha256)
    transaction(db, lambda: erasing.done(db))
    db.execute("PRAGMA secure_delete = OFF")
    return True


def _rewrite(db: sqlite3.Connection) -> None:
    """An index keeps deleted words until it is merged, a database its free pages, the log both."""
    for index in _INDEXES:
        transaction(db, lambda: db.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')"))  # noqa: B023
    db.execute("PRAGMA temp_store = FILE")  # a copy of the whole database is too much for memory
    try:
        patiently(lambda: db.execute("VACUUM"))
    finally:
        db.execute("PRAGMA temp_store = MEMORY")
    deadline = time.monotonic() + BUSY_SECONDS
    while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise StoreBusy(
                _("the log is being read by another program; erase once more to clean the files")
            )
        time.sleep(0.02)


def _empty_spool(db: sqlite3.Connection, spool: Path) -> None:
    now = time.time()
    living = db.execute(
        "SELECT EXISTS (SELECT 1 FROM lease WHERE until > ?)", (round(now * 1000),)
    ).fetchone()[0]
    for file in spool.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and (not living or now - file.stat().st_mtime > _UNFINISHED_SECONDS):
                file.unlink()
