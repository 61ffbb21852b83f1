"""Colleagues at the same desk: who looks at what, and which messages they pinned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from omnidesk.core.value import dataclass

STALE = timedelta(seconds=30)
"""Who was not seen for so long is not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An agent who has a conversation open, and whether he is writing in it."""

    agent: str
    writing: bool
    at: datetime


class CompanyReads(Protocol):
    """Look-ups of colleagues."""

    def present(self, numbers: Sequence[int], since: datetime) -> dict[int, list[Present]]:
        """Who was seen at conversations since then, the latest first."""
        ...

    def pinned(self, number: int) -> list[int]:
        """The pinned messages of a conversation, oldest first."""
        ...


class CompanyWrites(Protocol):
    """Changes of what colleagues see."""

    def look(self, number: int, agent: str, at: datetime, *, writing: bool) -> None:
        """Note that an agent is at a conversation, and at no other."""
        ...

    def leave(self, number: int, agent: str) -> None:
        """Note that an agent is there no more."""
        ...

    def pin(self, message: int, agent: str, at: datetime, *, pinned: bool) -> bool:
        """Pin a message, or unpin it; False where it is so."""
        ...
