"""A file that lies in the store already, as a draft names it among the agent's paths."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from omnidesk.core.model import Attachment
from omnidesk.core.safetext import safe_file_name
from omnidesk.core.value import dataclass

_ENTRY = re.compile(r"stored:([0-9a-f]{64}):([^/]*)/([^/\0]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Bytes of the store under a name; `str` gives the entry, which survives as a path."""

    sha256: str
    name: str
    media_type: str

    def __str__(self) -> str:
        return f"stored:{self.sha256}:{quote(self.media_type, safe='')}/{self.name}"


def read_stored(entry: str) -> StoredFile | None:
    """The file of the store that an entry names; None: it is a path."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        return None
    return StoredFile(sha256=found[1], name=found[3], media_type=unquote(found[2]))


def stored_entry(file: Attachment) -> str | None:
    """The entry of a message's file; None where its bytes never came."""
    if file.sha256 is None:
        return None
    name = safe_file_name(file.name)
    return str(StoredFile(sha256=file.sha256, name=name, media_type=file.media_type))
