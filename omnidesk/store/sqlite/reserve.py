"""Room kept beside the database, so that a disk that is full can still be told of."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

_BYTES = 1 << 20
"""Far more than the rows that tell of a full disk take."""


class Reserve:
    """A file of nothing, given up for the last words of a full disk, and made anew after it.

    While it is not whole the disk counts as full: what little room there is stays with those
    who have to tell of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = False
        self._lock = threading.Lock()

    def is_whole(self) -> bool:
        """Whether the room is set aside; it is, as soon as there is any."""
        with self._lock:
            if not self._whole:
                self._make()
            return self._whole

    def give_up(self) -> None:
        """Let whoever writes next have the room."""
        with self._lock:
            self._remove()

    def _make(self) -> None:
        try:
            if not self._path.exists():
                self._path.touch(mode=0o600)
                self._path.write_bytes(bytes(_BYTES))
            self._whole = True
        except OSError:
            self._remove()

    def _remove(self) -> None:
        self._whole = False
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
