"""What a mailbox shows: folders and letters, read from a server's answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from omnidesk.channels.email.imap_names import fetched, number
from omnidesk.channels.email.imap_order import Answer
from omnidesk.channels.email.imap_reader import MAX_LITERAL, Response
from omnidesk.core.channel import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder as it is now; `uidnext` is 0 where the server does not tell."""

    name: str
    uidvalidity: int
    uidnext: int
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A letter that lies in the folder, and its size in bytes as the server tells it."""

    uid: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A fetched letter. `content` is None where the server has it but does not give it.

    Of a letter that is `cut` only the beginning is in `content`.
    """

    uid: int
    size: int
    content: Content | None
    cut: bool = False


def letter_in(response: Response, sizes: dict[int, int]) -> Letter | None:
    """The letter in a FETCH response, where it is one that was asked for."""
    items = fetched(response)
    uid = number(items[b"UID"]) if b"UID" in items else 0
    body = items.get(b"BODY[]", items.get(b"BODY[]<0>"))
    if uid not in sizes or body is None:
        return None
    if isinstance(body, bytes):
        return Letter(uid=uid, size=len(body), content=body)
    size = max(sizes[uid], body.size)
    return Letter(uid=uid, size=size, content=body.content, cut=size > MAX_LITERAL)


def code(answer: Answer, name: bytes) -> int:
    """A number in a response code, `* OK [UIDVALIDITY 3]`; 0 where it is missing."""
    for response in answer.responses:
        line = response[0]
        assert isinstance(line, bytes)
        if found := re.match(rb"\* OK \[" + name + rb" (\d{1,18})\]", line, re.I):
            return int(found[1])
    return 0


def exists(answer: Answer) -> int:
    """How many letters a folder has, as the last EXISTS said."""
    for response in reversed(answer.responses):
        line = response[0]
        assert isinstance(line, bytes)
        if found := re.match(rb"\* (\d{1,18}) EXISTS", line, re.I):
            return int(found[1])
    return 0


def drop_contents(letters: Iterable[Letter]) -> None:
    """Remove the spool files of letters that nobody takes."""
    for letter in letters:
        if isinstance(letter.content, Path):
            letter.content.unlink(missing_ok=True)
