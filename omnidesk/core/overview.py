"""What a team sees of all its work at once: what is to leave, what was answered, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from omnidesk.core.model import Address, DeliveryState, Direction
from omnidesk.core.value import dataclass

UNSETTLED = (
    DeliveryState.HELD,
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)
"""The states of what is in the outbox still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A message in the outbox. `name` is the contact's, `key` its place in the list.

    `forwards` as in Message; `automatic`: no agent wrote it.
    """

    message: int
    conversation: int
    channel: str
    state: DeliveryState
    to: tuple[Address, ...]
    name: str
    author: str | None
    due_at: datetime
    attempt: int
    reason: str | None
    subject: str
    snippet: str
    automatic: bool
    forwards: int | None
    key: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """As much of a message as counting needs; `begun` is when its conversation was."""

    id: int
    conversation: int
    channel: str
    direction: Direction
    author: str | None
    at: datetime
    assignee: str | None
    begun: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many conversations of a channel and an assignee are open, and since when one waits."""

    channel: str
    assignee: str | None
    open: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The work on one channel or of one agent.

    `came` counts messages of customers, an agent's those in conversations that are his now.
    `first_answer` is the median of the conversations that began and were answered within the
    report. `open` and `longest` (the longest wait) are as of now.
    """

    name: str
    came: int = 0
    answered: int = 0
    first_answer: timedelta | None = None
    open: int = 0
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done since a moment; `cut`: it was too much, and only the newest was counted.

    The agent named by an empty text is nobody: what is unassigned.
    """

    since: datetime
    cut: bool
    total: Tally
    channels: tuple[Tally, ...]
    agents: tuple[Tally, ...]


def median(times: Sequence[timedelta]) -> timedelta | None:
    """The middle one; of an even number the mean of the two."""
    if not times:
        return None
    ordered, half = sorted(times), len(times) // 2
    return ordered[half] if len(times) % 2 else (ordered[half - 1] + ordered[half]) / 2
