"""The files of a reply: copied into the store, or there already."""

from __future__ import annotations

import mimetypes
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from omnidesk.core.errors import CannotReply
from omnidesk.core.language import _
from omnidesk.core.model import Attachment
from omnidesk.core.safetext import safe_file_name
from omnidesk.core.store import Store
from omnidesk.core.stored import StoredFile, read_stored


def attach(store: Store, files: Sequence[Path]) -> list[Attachment]:
    """Copy files of the agent's into the store; CannotReply where one cannot be read."""
    kept = {file: read_stored(str(file)) for file in files}
    copies = [_copy(store, file) for file in files if kept[file] is None]
    stored = iter(store.blobs.put(copies))
    return [
        _new(file, *next(stored)) if (entry := kept[file]) is None else _there(store, entry)
        for file in files
    ]


def size_of(store: Store, file: StoredFile) -> int | None:
    """How many bytes a file of the store has; None where it is no longer here."""
    try:
        return store.blobs.path(file.sha256).stat().st_size
    except OSError:
        return None


def _there(store: Store, file: StoredFile) -> Attachment:
    size = size_of(store, file)
    if size is None:
        raise CannotReply(_("{name} is no longer here; nothing was sent").format(name=file.name))
    return Attachment(
        id=0, name=file.name, media_type=file.media_type, size=size, sha256=file.sha256
    )


def _new(file: Path, sha256: str, size: int) -> Attachment:
    return Attachment(
        id=0,
        name=safe_file_name(file.name),
        media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        size=size,
        sha256=sha256,
    )


def _copy(store: Store, file: Path) -> Path:
    copy = store.spool / f"attach-{secrets.token_hex(8)}"
    try:
        shutil.copyfile(file.expanduser(), copy)
    except OSError as error:
        copy.unlink(missing_ok=True)
        raise CannotReply(
            _("{file}: {strerror}; nothing was sent").format(file=file, strerror=error.strerror)
        ) from error
    return copy
