"""One fault reported on several channels is noticed as one; different faults are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from omnidesk.core.alike import likeness
from omnidesk.core.language import _
from omnidesk.core.value import dataclass

WITHIN = timedelta(days=1)
"""Who does not know which channel is read writes to all of them on one day."""

SAME_WORDS = 0.4
"""So much of their words two messages of one fault share."""

_MOST_CONTACTS = 3
"""What more people tell at once is an outage, and they are not one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody told in a conversation.

    `ways` are our addresses that it came to, as far as the channel has several. `label` is what
    agents call the channel.
    """

    conversation: int
    contact: int
    channel: str
    ways: frozenset[str]
    words: frozenset[str]
    at: datetime
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A conversation that may tell of the same, why, and how sure it is (0 to 1)."""

    conversation: int
    contact: int
    reason: str
    score: float


def echo(told: Told, other: Told) -> Echo | None:
    """Why two may be one fault; None where nothing says so. An agent decides."""
    if told.conversation == other.conversation or _same_way(told, other):
        return None
    if abs(told.at - other.at) > WITHIN:
        return None
    shared = likeness(told.words, other.words)
    both = _(" and ").join(_called(told, other))
    if told.contact == other.contact:
        alike = shared >= SAME_WORDS
        what = _("other words ({percent} % the same)").format(percent=round(shared * 100))
        if alike or not shared:
            what = _("nearly the same words") if alike else _("other words")
        reason = _("the same customer by {channels}, {what}").format(channels=both, what=what)
        score = 0.9 if alike else 0.5
    elif shared >= SAME_WORDS:
        score = round(0.4 + shared / 2, 2)
        reason = _("nearly the same words by {channels}").format(channels=both)
    else:
        return None
    return Echo(conversation=other.conversation, contact=other.contact, reason=reason, score=score)


def echoes(told: Told, others: Sequence[Told]) -> list[Echo]:
    """The surest echo of each conversation; strangers' only where few have told the same."""
    found = [one for other in others if (one := echo(told, other))]
    alike = (o.contact for o in others if likeness(told.words, o.words) >= SAME_WORDS)
    strangers = set(alike) - {told.contact}
    if len(strangers) > _MOST_CONTACTS:
        found = [one for one in found if one.contact == told.contact]
    surest: dict[int, Echo] = {}
    for one in sorted(found, key=lambda e: -e.score):
        surest.setdefault(one.conversation, one)
    return list(surest.values())


def _called(told: Told, other: Told) -> list[str]:
    """The channels by their labels; by their names where two would be called alike."""
    names = {one.channel: one.label or one.channel for one in (told, other)}
    return sorted(set(names.values()) if len(set(names.values())) == len(names) else names)


def _same_way(told: Told, other: Told) -> bool:
    if told.channel != other.channel:
        return False
    return not (told.ways and other.ways) or bool(told.ways & other.ways)
