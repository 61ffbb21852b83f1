"""A named pipe: what is read of it stands in a journal of our own before anybody sees it.

A pipe forgets what was read, so the journal is what is tailed and what has a cursor.
"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from omnidesk.channels.log.tail import read_cursor
from omnidesk.core.language import _

_CHUNK = 1 << 16
_AT_ONCE = 64


class Busy(OSError):
    """Another process reads the pipe."""


class Pipe:
    """Moves what comes through a named pipe to the end of its journal. Raises OSError."""

    def __init__(self, path: Path, journal: Path) -> None:
        self._fds: list[int] = []
        try:
            journal.parent.mkdir(mode=0o700, exist_ok=True)
            self._journal = self._open(journal, os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(error.errno, _("another engine reads it")) from error
            # Open for writing too, else the pipe ends with every writer and its rest is gone.
            self._pipe = self._open(path, os.O_RDWR | os.O_NONBLOCK)
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path, flags: int) -> int:
        fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
        self._fds.append(fd)
        return fd

    def close(self) -> None:
        while self._fds:
            os.close(self._fds.pop())

    def finish(self) -> None:
        """Take what still waits, for the pipe forgets it when nobody has it open; then close."""
        try:
            self.drain()
        finally:
            self.close()

    def lies_at(self, path: Path) -> bool:
        """Whether the pipe at a path is still this one."""
        return os.path.samestat(path.stat(), os.fstat(self._pipe))

    def drain(self) -> int:
        """Move what waits in the pipe into the journal; how many bytes it were."""
        moved = 0
        for _piece in range(_AT_ONCE):
            os.lseek(self._journal, 0, os.SEEK_END)
            try:
                piece = self._move()
            except BlockingIOError:
                break
            if not piece:
                break
            moved += piece
        if moved:
            os.fsync(self._journal)
        return moved

    def _move(self) -> int:
        if hasattr(os, "splice"):
            # In the kernel: whenever we are killed, a byte is in the pipe or in the journal.
            return os.splice(self._pipe, self._journal, _CHUNK, flags=os.SPLICE_F_NONBLOCK)
        return os.write(self._journal, os.read(self._pipe, _CHUNK))

    def shorten(self, cursor: str | None) -> None:
        """Empty the journal when all of it is taken in: who calls shall not be kept twice."""
        place = read_cursor(cursor)
        size = os.fstat(self._journal).st_size
        if place is not None and 0 < size == place.offset:
            os.ftruncate(self._journal, 0)


def is_pipe(path: Path) -> bool:
    """Whether a named pipe lies there. Raises OSError where nobody can look."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except FileNotFoundError:
        return False
