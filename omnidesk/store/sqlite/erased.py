"""What was erased, known again by a keyed mark alone, so that it is not taken in anew."""

from __future__ import annotations

import hmac
import sqlite3
from hashlib import sha256

_PURPOSE = b"omnidesk erased\0"
_BYTES = 16


class ErasedReads:
    """Look-ups of what was erased."""

    db: sqlite3.Connection
    _any_erased: bool | None = None  # the picture does not change while it is looked at

    def is_erased(self, channel: str, external_id: str) -> bool:
        if self._any_erased is None:
            found = self.db.execute("SELECT EXISTS (SELECT 1 FROM erased)").fetchone()
            self._any_erased = bool(found[0])
        if not self._any_erased:
            return False
        mark = (mark_of(key_of(self.db), channel, external_id),)
        return self.db.execute("SELECT 1 FROM erased WHERE mark = ?", mark).fetchone() is not None


def key_of(db: sqlite3.Connection) -> bytes:
    """The desk's own key, made by the first migration."""
    row = db.execute("SELECT value FROM setting WHERE name = 'key'").fetchone()
    return bytes.fromhex(row[0])


def mark_of(key: bytes, channel: str, external_id: str) -> bytes:
    """What is kept of a message that was erased: it says nothing to who has not the key."""
    said = _PURPOSE + f"{channel}\0{external_id}".encode("utf-8", "surrogateescape")
    return hmac.digest(key, said, sha256)[:_BYTES]
