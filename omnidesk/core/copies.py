"""When two sets of raw bytes are one letter that came by two ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from omnidesk.core.channel import Incoming
from omnidesk.core.model import Message
from omnidesk.core.shaping import bare_subject

_FOOTERS = ("__", "--", "==", "**")


class _File(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...


def same_letter(incoming: Incoming, earlier: Message) -> bool:
    """Whether a letter is one that is here already; lists add a footer and a subject tag.

    One Message-ID is not enough: broken programs give the same to every letter.
    """
    if incoming.sent_at and earlier.sent_at and incoming.sent_at != earlier.sent_at:
        return False
    return (
        _same_person(incoming, earlier)
        and _same_subject(incoming.subject, earlier.subject)
        and _same_text(incoming.text, earlier.text)
        and _files(incoming.files) == _files(earlier.attachments)
    )


def _same_person(incoming: Incoming, earlier: Message) -> bool:
    if incoming.sender is None or earlier.sender is None:
        return incoming.sender is earlier.sender
    return incoming.sender.address.lower() == earlier.sender.address.lower()


def _same_subject(one: str, other: str) -> bool:
    short, long = sorted((bare_subject(one).casefold(), bare_subject(other).casefold()), key=len)
    return short == long or (long.startswith("[") and long.endswith(f"] {short}"))


def _same_text(one: str, other: str) -> bool:
    short, long = sorted((" ".join(one.split()), " ".join(other.split())), key=len)
    added = long[len(short) :].lstrip()
    return long.startswith(short) and (not added or added.startswith(_FOOTERS))


def _files(files: Iterable[_File]) -> list[tuple[str, int]]:
    return sorted((file.name, file.size) for file in files)
