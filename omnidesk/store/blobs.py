"""Raw messages and attachments by their SHA-256, as files beside the database."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from omnidesk.core.channel import Content
from omnidesk.core.errors import StoreError, StoreFull
from omnidesk.core.language import _

_CHUNK = 1 << 20
_MANY = 8
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}


class Blobs:
    """A folder of files that never change; the same bytes are kept once.

    `put` makes names and bytes durable before it returns, so that a row that names a blob
    is never committed before the blob is on the disk.
    """

    def __init__(self, root: Path, has_room: Callable[[], bool] = lambda: True) -> None:
        self._root = root
        self._has_room = has_room

    def path(self, sha256: str) -> Path:
        """Where a blob lies."""
        return self._root / sha256[:2] / sha256

    def put(self, contents: Iterable[Content]) -> list[tuple[str, int]]:
        """Store each content; its SHA-256 and its size in bytes, in the order given.

        A file is moved away from where it was. StoreFull where the disk takes no more.
        """
        if not self._has_room():
            raise StoreFull(
                _("{folder}: the disk is full; free some room").format(folder=self._root)
            )
        try:
            return self._put(list(contents))
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFull(
                    _("{folder}: {why}; free some room").format(
                        folder=self._root, why=error.strerror
                    )
                ) from error
            raise StoreError(
                _("{path}: {why}; check the folder").format(path=self._root, why=error.strerror)
            ) from error

    def _put(self, contents: list[Content]) -> list[tuple[str, int]]:
        named = [(*_digest(content), content) for content in contents]
        drafts: dict[Path, tuple[int, Path]] = {}
        try:
            for sha256, _, content in named:
                target = self.path(sha256)
                if target not in drafts and not target.exists():
                    drafts[target] = _draft(target, content)
            sync([descriptor for descriptor, _ in drafts.values()])
            for target, (_, draft) in drafts.items():
                os.replace(draft, target)  # noqa: PTH105
        finally:
            for descriptor, draft in drafts.values():
                os.close(descriptor)
                if draft.name.startswith("."):
                    draft.unlink(missing_ok=True)
        _sync_folders({target.parent for target in drafts})
        for _, _, content in named:
            if isinstance(content, Path):
                content.unlink(missing_ok=True)
        return [(sha256, size) for sha256, size, _ in named]

    def remove(self, sha256: str) -> None:
        """Forget a blob, also one that is aside; no row may name it any more."""
        self.path(sha256).unlink(missing_ok=True)
        self._aside(sha256).unlink(missing_ok=True)

    def set_aside(self, sha256: str) -> None:
        """Take a blob out of sight; from now on the same bytes are stored anew."""
        with contextlib.suppress(FileNotFoundError):
            self.path(sha256).replace(self._aside(sha256))

    def bring_back(self, sha256: str) -> None:
        """Undo `set_aside`."""
        with contextlib.suppress(FileNotFoundError):
            self._aside(sha256).replace(self.path(sha256))

    def _aside(self, sha256: str) -> Path:
        return self.path(sha256).with_name(f".{sha256}.aside")


def _draft(target: Path, content: Content) -> tuple[int, Path]:
    """The content in a file on the same disk under another name, open to be synced."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if isinstance(content, Path):
        descriptor = os.open(content, os.O_RDWR)
        os.fchmod(descriptor, 0o600)
        return descriptor, content
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
        raise
    return descriptor, draft


def _digest(content: Content) -> tuple[str, int]:
    if not isinstance(content, Path):
        return hashlib.sha256(content).hexdigest(), len(content)
    digest, size = hashlib.sha256(), 0
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def sync(descriptors: Sequence[int]) -> None:
    """Make open files or folders of one file system durable.

    Many at once go by syncfs(2), where the system has it: for fifty small files it takes less
    than half the time of an fsync(2) each. Both report a failed write since Linux 5.8.
    """
    if len(descriptors) < _MANY or not _sync_file_system(descriptors[0]):
        for descriptor in descriptors:
            os.fsync(descriptor)


def _sync_file_system(descriptor: int) -> bool:
    """syncfs(2); False where the system has none."""
    import ctypes  # costs the screen's start, and the screen writes no fifty files

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    if call(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return True


def _sync_folders(folders: Iterable[Path]) -> None:
    descriptors = [os.open(folder, os.O_RDONLY) for folder in folders]
    try:
        sync(descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
