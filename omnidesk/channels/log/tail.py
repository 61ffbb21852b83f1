"""The lines of a file that grows, from a cursor on, through rotation and truncation.

A cursor is `inode:offset:print`, the print being a hash of what stands before the offset: an
inode may be given to another file, and a file may be emptied and written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from omnidesk.core.language import _

_CHUNK = 1 << 18
_LONGEST = 16 << 20
"""A longer line is cut into pieces of this size: memory is bounded, and nothing is dropped."""

_PRINTED = 4096
_CURSOR = re.compile(r"(\d{1,20}):(\d{1,18}):([0-9a-f]{0,16})", re.ASCII)
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4")
_BLANK = b" \t\r\0"
"""A crash or a writer that did not see a truncation leaves runs of NUL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Whole lines, the cursor behind them, and what was lost before them."""

    lines: tuple[bytes, ...] = ()
    cursor: str | None
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file has been read."""

    inode: int
    offset: int
    print_: str

    def __str__(self) -> str:
        return f"{self.inode}:{self.offset}:{self.print_}"


def read_cursor(cursor: str | None) -> Place | None:
    """The place of a cursor; what cannot be read begins anew, and the store knows its calls."""
    found = _CURSOR.fullmatch(cursor or "")
    return Place(int(found[1]), int(found[2]), found[3]) if found else None


class Tail:
    """Reads one file; it stays open, so that what was rotated away can be read to its end.

    `ours`: nobody but we rotates or empties it. Raises OSError.
    """

    def __init__(self, path: Path, *, ours: bool = False) -> None:
        self._path = path
        self._ours = ours
        self._fd: int | None = None

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def after(self, cursor: str | None) -> Piece:
        """What stands after a cursor, at most some hundred kilobytes; without lines: nothing new.

        A last line without its end is waited for, in a rotated file it is taken as it is.
        """
        place = read_cursor(cursor)
        gap = self._find(place)
        if self._fd is None:
            return Piece(cursor=cursor, gap=gap)
        start = place.offset if place and gap is None and self._is_at(self._fd, place) else 0
        while True:
            raw = _whole_lines(self._fd, start)
            if not raw and (later := self._successor(self._fd)) is not None:
                rest = os.pread(self._fd, _LONGEST, start)
                if b"\n" in rest:  # written while we looked
                    os.close(later)
                    continue
                self._take(later)
                return self._piece(rest, 0, gap)
            if not raw and gap is None and place is not None:
                return Piece(cursor=cursor)
            return self._piece(raw, start + len(raw), gap)

    def _piece(self, raw: bytes, end: int, gap: str | None) -> Piece:
        assert self._fd is not None
        lines = (line.strip(_BLANK) for line in raw.split(b"\n"))
        place = Place(os.fstat(self._fd).st_ino, end, _print(self._fd, end))
        return Piece(lines=tuple(line for line in lines if line), cursor=str(place), gap=gap)

    def _find(self, place: Place | None) -> str | None:
        """Open the file that a place is in, else the one there is now; what may be lost by that."""
        if place is None:
            if self._fd is None:
                self._take(self._open(self._path))
            return None
        if self._fd is not None and self._is_at(self._fd, place):
            return None
        for path in (self._path, *self._rotated()):
            fd = self._open(path)
            if fd is not None and self._is_at(fd, place):
                self._take(fd)
                return None
            if fd is not None:
                os.close(fd)
        self._take(self._open(self._path))
        if self._fd is None or self._ours or place.offset == 0:
            return None
        return _(
            "{file} was emptied or replaced; what stood in it after byte {offset} and was not "
            "read yet is lost"
        ).format(file=self._path.name, offset=place.offset)

    def _is_at(self, fd: int, place: Place) -> bool:
        """Whether this file is the one that a place is in."""
        found = os.fstat(fd)
        if place.offset == 0:
            return found.st_ino == place.inode
        return found.st_size >= place.offset and _print(fd, place.offset) == place.print_

    def _successor(self, fd: int) -> int | None:
        """The file in which the lines go on after this one, opened; None while this is the last.

        An empty one does not count: a writer may still hold the old file.
        """
        if self._ours:
            return None
        current = self._status(self._path)
        own = os.fstat(fd)
        if current is None or current.st_ino == own.st_ino or not current.st_size:
            return None
        between = [
            (found.st_mtime_ns, path)
            for path in self._rotated()
            if (found := self._status(path)) is not None
            and found.st_ino != own.st_ino
            and own.st_mtime_ns < found.st_mtime_ns < current.st_mtime_ns
        ]
        return self._open(min(between)[1] if between else self._path)

    def _rotated(self) -> Iterator[Path]:
        """`calls.jsonl.1`, `calls.jsonl-20260916`: what logrotate and its like make of a file."""
        if self._ours:
            return
        with contextlib.suppress(FileNotFoundError):
            for path in sorted(self._path.parent.iterdir()):
                rest = path.name.removeprefix(self._path.name)
                if rest != path.name and rest[:1] in (".", "-") and path.suffix not in _PACKED:
                    yield path

    def _status(self, path: Path) -> os.stat_result | None:
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def _open(self, path: Path) -> int | None:
        """A regular file, opened; None where there is none (a pipe would give away its bytes)."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return fd
        os.close(fd)
        return None

    def _take(self, fd: int | None) -> None:
        self.close()
        self._fd = fd


def _whole_lines(fd: int, start: int) -> bytes:
    """The bytes up to the last end of a line; a line that is too long, up to where it is cut."""
    raw = os.pread(fd, _CHUNK, start)
    end = raw.rfind(b"\n") + 1
    if end or len(raw) < _CHUNK:
        return raw[:end]
    raw = os.pread(fd, _LONGEST, start)
    end = raw.find(b"\n") + 1
    return raw[:end] if end or len(raw) < _LONGEST else raw


def _print(fd: int, offset: int) -> str:
    """What tells the bytes before an offset from any others."""
    if not offset:
        return ""
    size = min(offset, _PRINTED)
    return hashlib.sha256(os.pread(fd, size, offset - size)).hexdigest()[:16]
