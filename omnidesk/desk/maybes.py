"""What may be one, with both sides in words: an agent decides by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omnidesk.core.store import Reads, Suggested
from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A contact (id) or a conversation (number), whose it is, where and when it spoke last.

    `words` are a conversation's subject or last words, a contact's handles.
    """

    id: int
    name: str
    words: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Maybe:
    """Two that may be one, why, and how sure it is (0 to 1); `what` as in `Suggested`."""

    what: str
    one: Side
    other: Side
    reason: str
    score: float


def maybes(reads: Reads, found: Iterable[Suggested] | None = None) -> list[Maybe]:
    """These suggestions, or all that are undecided, with both sides; the surest first."""
    if found is None:
        found = (*reads.suggested("conversation"), *reads.suggested("contact"))
    surest: dict[tuple[str, frozenset[int]], Maybe] = {}
    told = (_told(reads, one) for one in found)
    for maybe in sorted(filter(None, told), key=lambda maybe: -maybe.score):
        surest.setdefault((maybe.what, frozenset((maybe.one.id, maybe.other.id))), maybe)
    return list(surest.values())


def _told(reads: Reads, found: Suggested) -> Maybe | None:
    side = _conversation if found.what == "conversation" else _contact
    one, other = side(reads, found.one), side(reads, found.other)
    if one is None or other is None or one.id == other.id:
        return None
    return Maybe(what=found.what, one=one, other=other, reason=found.reason, score=found.score)


def _conversation(reads: Reads, number: int) -> Side | None:
    row = reads.row(reads.kept_by(number))
    if row is None:
        return None
    words = row.subject or row.snippet
    return Side(id=row.number, name=row.name, words=words, channel=row.channel, at=row.last_at)


def _contact(reads: Reads, id: int) -> Side | None:
    found = reads.contact(id)
    if found is None:
        return None
    words = ", ".join(known.handle.value for known in found.handles)
    last = next(iter(reads.conversations_of(found.id, limit=1)), None)
    channel, at = (last.channel, last.last_at) if last else ("", found.created_at)
    return Side(id=found.id, name=found.name, words=words, channel=channel, at=at)
