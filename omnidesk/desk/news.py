"""What happened that one agent wants to be told of."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from omnidesk.core.events import Event, What
from omnidesk.core.model import DeliveryState, Direction, Row, State
from omnidesk.core.settling import is_trouble
from omnidesk.core.store import Reads
from omnidesk.core.value import dataclass

_PAGE = 500
_MOST = 5000
"""Events that are looked at; whoever was away for longer looks at his lists instead."""

_MOST_TEXT = 1000

_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9][A-Za-z0-9_-]*)")


class Why(StrEnum):
    """Why it is news for somebody."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    WROTE = "wrote"
    UNASSIGNED = "unassigned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to be told: `name` and `text` are the customer's, uncleaned; `actor` who did it."""

    seq: int
    at: datetime
    why: Why
    number: int
    name: str
    channel: str
    actor: str
    message: int | None
    text: str = ""


def mentions(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The agents who are named with an @ in a note."""
    return tuple(dict.fromkeys(n for n in map(str.lower, _MENTION.findall(text)) if n in known))


def news(reads: Reads, after: int, agent: str) -> list[News]:
    """What concerns an agent since event `after`, oldest first."""
    found: list[News] = []
    after = max(after, reads.last_seq() - _MOST)
    while events := reads.events(after, _PAGE):
        for event in events:
            why = _why(reads, event, agent)
            row = (
                reads.row(reads.kept_by(event.conversation)) if why and event.conversation else None
            )
            if why and row:
                found.append(
                    News(
                        seq=event.seq,
                        at=event.at,
                        why=why,
                        number=row.number,
                        name=row.name,
                        channel=event.channel or row.channel,
                        actor=event.actor,
                        message=event.message,
                        text=_text(reads, event),
                    )
                )
        after = events[-1].seq
    return found


def _why(reads: Reads, event: Event, agent: str) -> Why | None:
    if event.actor == agent:
        return None
    match event.kind:
        case What.CONVERSATION_CHANGED:
            return Why.ASSIGNED if event.data["after"].get("assignee") == agent else None
        case What.NOTE_ADDED:
            return Why.MENTIONED if agent in event.data.get("mentions", ()) else None
        case What.MESSAGE_RECEIVED:
            return _written(reads, event, agent)
        case What.DELIVERY_CHANGED:
            if not is_trouble(DeliveryState(event.data["after"])):
                return None
            message = reads.message(event.message) if event.message is not None else None
            mine = message is not None and message.author == agent
            return Why.FAILED if mine or _is_mine(reads, event, agent) else None
    return None


def _written(reads: Reads, event: Event, agent: str) -> Why | None:
    row = _row(reads, event)
    if row is None or row.assignee not in (agent, None) or not _is_heard(reads, event):
        return None
    if row.assignee is not None:
        return Why.WROTE
    return Why.UNASSIGNED if row.state is not State.CLOSED else None


def _text(reads: Reads, event: Event) -> str:
    message = reads.message(event.message) if event.message is not None else None
    return message.text[:_MOST_TEXT] if message is not None else ""


def _row(reads: Reads, event: Event) -> Row | None:
    return reads.row(reads.kept_by(event.conversation)) if event.conversation is not None else None


def _is_mine(reads: Reads, event: Event, agent: str) -> bool:
    row = _row(reads, event)
    return row is not None and row.assignee == agent


def _is_heard(reads: Reads, event: Event) -> bool:
    """Whether a person wrote, and not a machine."""
    message = reads.message(event.message) if event.message is not None else None
    return message is not None and message.direction is Direction.IN and not message.automatic
