"""A person's rights: all that is held about him given out, or all of it erased."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from omnidesk.core.errors import NotFound, OmnideskError
from omnidesk.core.language import N_, _
from omnidesk.core.model import Contact
from omnidesk.core.safetext import safe_file_name
from omnidesk.core.store import Erased, Store, Transaction
from omnidesk.core.value import dataclass
from omnidesk.desk import begun

_ARCHIVES = {".tar": "w:", ".gz": "w:gz", ".tgz": "w:gz"}
_ROWS = "rows.jsonl"


class CannotExport(OmnideskError):
    """The export cannot be written there, and why; nothing was overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How much was written; `missing` files are named by rows and are not in the store."""

    rows: int
    files: int
    missing: int


async def export(store: Store, contact: int, target: Path) -> Exported:
    """Write all that is held about a person into a new folder, or a new .tar or .tar.gz.

    `rows.jsonl` has a row a line, with its table; `letters` the raw messages by the message's
    id, `attachments` the files. NotFound where there is no such contact.
    """
    rows = await store.read(lambda reads: list(reads.rows_about(contact)))
    if not rows:
        raise NotFound(_(_UNKNOWN).format(contact=contact))
    return await asyncio.to_thread(_write, store, rows, target)


async def erase(store: Store, contact: int, actor: str, now: datetime) -> Erased | None:
    """Erase a person; None where he was erased before, and only the files were cleaned now.

    What was begun to him goes, too; `store.copies` are not reached. NotFound where there is no
    such contact.
    """
    await store.write(lambda tx: _forget_begun(tx, contact))
    try:
        return await store.erase(contact, actor=actor, at=now)
    except NotFound:
        if not await store.finish_erasing():
            raise
        return None


def _forget_begun(tx: Transaction, contact: int) -> None:
    found = tx.contact(contact)
    if found is not None:
        begun.forget(tx, found)


async def whom(store: Store, contact: int) -> tuple[Contact, int]:
    """Who that is, after merges, and how many conversations he has."""

    def look(reads: Any) -> tuple[Contact, int]:
        found: Contact | None = reads.contact(contact)
        if found is None:
            raise NotFound(_(_UNKNOWN).format(contact=contact))
        return found, len(reads.conversations_of(found.id, limit=_MOST))

    return await store.read(look)


_UNKNOWN = N_("there is no contact {contact}; omnidesk contact list shows them")
_MOST = 100_000


class _Sink(Protocol):
    def write(self, name: str, content: bytes | Path) -> None: ...


class _Folder:
    """Files in a new folder that others cannot read."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    def write(self, name: str, content: bytes | Path) -> None:
        path = self._root / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, path)
        else:
            path.write_bytes(content)


class _Archive:
    """Files in a tar."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def write(self, name: str, content: bytes | Path) -> None:
        info = tarfile.TarInfo(name)
        info.mode = 0o600
        if isinstance(content, Path):
            info.size = content.stat().st_size
            with content.open("rb") as file:
                self._tar.addfile(info, file)
        else:
            info.size = len(content)
            self._tar.addfile(info, io.BytesIO(content))


def _write(store: Store, rows: Sequence[tuple[str, dict[str, Any]]], target: Path) -> Exported:
    try:
        mode = _ARCHIVES.get(target.suffix.lower())
        if mode is None:
            if target.exists() and (not target.is_dir() or any(target.iterdir())):
                raise CannotExport(
                    _("{target} is there already and not empty; name another").format(target=target)
                )
            return _pour(store, rows, _Folder(target))
        with target.open("xb") as file:
            target.chmod(0o600)
            with tarfile.open(fileobj=file, mode=mode) as tar:  # type: ignore[call-overload]
                return _pour(store, rows, _Archive(tar))
    except FileExistsError as error:
        raise CannotExport(
            _("{target} is there already; name another").format(target=target)
        ) from error
    except OSError as error:
        raise CannotExport(f"{error.filename or target}: {error.strerror}") from error


def _pour(store: Store, rows: Sequence[tuple[str, dict[str, Any]]], sink: _Sink) -> Exported:
    lines = (json.dumps({"table": table, **row}, ensure_ascii=False) for table, row in rows)
    sink.write(_ROWS, "".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    files = missing = 0
    for name, sha256 in _files(rows):
        path = store.blobs.path(sha256)
        if path.exists():
            sink.write(name, path)
            files += 1
        else:
            missing += 1
    return Exported(rows=len(rows), files=files, missing=missing)


def _files(rows: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    """What lies beside the rows, as (name, SHA-256)."""
    for table, row in rows:
        if table == "message" and row["raw"]:
            yield f"letters/{row['id']}", row["raw"]
        elif table == "version" and row["raw"]:
            yield f"letters/{row['message']}-version-{row['version']}", row["raw"]
        elif table == "attachment" and row["sha256"]:
            name = safe_file_name(row["name"])
            yield f"attachments/{row['message']}-{row['id']}-{name}", row["sha256"]
