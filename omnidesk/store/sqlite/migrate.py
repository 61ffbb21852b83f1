"""Bring a database to this program's schema, one numbered file and one transaction at a time."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from functools import partial
from importlib import resources
from pathlib import Path

from omnidesk.core.errors import StoreError
from omnidesk.core.language import _
from omnidesk.store.sqlite.connection import patiently, transaction


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order."""
    folder = resources.files("omnidesk.store.sqlite") / "migrations"
    found = [f for f in folder.iterdir() if f.name.endswith(".sql")]
    return sorted((int(f.name[:4]), f.read_text(encoding="utf-8")) for f in found)


NEWEST = 2
"""The number of the newest migration; a test holds it to the files."""


def migrate(db: sqlite3.Connection, path: Path, backups: Path) -> None:
    """Upgrade the schema; an older store is copied to `backups` first, a newer one refused."""
    version = _version(db)
    if version == NEWEST:
        return
    if version > NEWEST:
        raise StoreError(
            _(
                "{path} was written by a newer omnidesk (schema {version}, this one knows {known})"
                "; upgrade omnidesk, or open the copy that was made before the upgrade"
            ).format(path=path, version=version, known=NEWEST)
        )
    if version:
        _copy(db, path, backups, version)
    for number, sql in migrations():
        transaction(db, partial(_apply, db, number, sql))


def _version(db: sqlite3.Connection) -> int:
    row: list[int] = []
    patiently(lambda: row.append(db.execute("PRAGMA user_version").fetchone()[0]))
    return row[-1]


def _apply(db: sqlite3.Connection, number: int, sql: str) -> None:
    if _version(db) >= number:  # another process was faster
        return
    for statement in _statements(sql):
        db.execute(statement)
    if number == 1:
        db.execute("INSERT INTO setting VALUES ('key', ?)", (secrets.token_hex(32),))
    db.execute(f"PRAGMA user_version = {number}")


def _statements(sql: str) -> list[str]:
    """Split a script where SQLite itself sees a statement end (executescript would commit)."""
    found, current = [], ""
    for line in sql.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    return found


def _copy(db: sqlite3.Connection, path: Path, backups: Path, version: int) -> None:
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = backups / f"{path.stem}-schema-{version}.db"
    with contextlib.closing(sqlite3.connect(target)) as copy:
        db.backup(copy)
    os.chmod(target, 0o600)  # noqa: PTH101
