"""The raw bytes of a letter, in memory or in a file, read by ranges."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol, Self

_WINDOW = 1 << 20


class Source(Protocol):
    """Bytes that are read where they are needed and never held whole."""

    size: int

    def read(self, start: int, end: int) -> bytes: ...

    def find(self, needle: bytes, start: int, end: int) -> int:
        """The first offset of `needle` wholly within the range, -1 without one."""
        ...


class Memory:
    """A letter in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]

    def find(self, needle: bytes, start: int, end: int) -> int:
        return self._data.find(needle, start, end)

    def sha256(self) -> str:
        return hashlib.sha256(self._data).hexdigest()


class File:
    """A letter in a file, seen through a window of 1 MiB; OSError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.size = self._file.seek(0, 2)
        self._start = 0
        self._window = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def read(self, start: int, end: int) -> bytes:
        end = min(end, self.size)
        if self._start <= start and end <= self._start + len(self._window):
            return self._window[start - self._start : end - self._start]
        if end - start > _WINDOW:
            return self._load(start, end)
        self._window = b""
        self._window = self._load(start, min(start + _WINDOW, self.size))
        self._start = start
        return self._window[: max(end - start, 0)]

    def find(self, needle: bytes, start: int, end: int) -> int:
        end = min(end, self.size)
        while start + len(needle) <= end:
            if not self._start <= start <= self._start + len(self._window) - len(needle):
                self.read(start, start + len(needle))
            found = self._window.find(needle, start - self._start, end - self._start)
            if found >= 0:
                return self._start + found
            reached = self._start + len(self._window)
            if reached >= end or len(self._window) < len(needle):
                return -1
            start = max(reached - len(needle) + 1, start + 1)
        return -1

    def sha256(self) -> str:
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").hexdigest()

    def _load(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        pieces: list[bytes] = []
        while end > start and (piece := self._file.read(end - start)):
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)
