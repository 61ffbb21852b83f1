"""Simple numbers of a team: what came in, what was answered and how soon, what is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from omnidesk.core.model import Direction
from omnidesk.core.overview import Report, Said, Standing, Tally, median
from omnidesk.core.store import Reads

_MOST = 20_000
"""Messages that one report counts."""

_NOBODY = ""


@dataclass(slots=True)
class _Sum:
    """What is counted of one channel or agent."""

    came: int = 0
    answered: int = 0
    first: list[timedelta] = field(default_factory=list)
    open: int = 0
    waits: list[datetime] = field(default_factory=list)

    def tally(self, name: str, now: datetime) -> Tally:
        since = min(self.waits, default=None)
        return Tally(
            name=name,
            came=self.came,
            answered=self.answered,
            first_answer=median(self.first),
            open=self.open,
            longest=now - since if since else None,
        )


def report(reads: Reads, days: float, now: datetime, *, most: int = _MOST) -> Report:
    """The last days, and how it stands now."""
    since = now - timedelta(days=days)
    said = reads.said_since(since, limit=most + 1)
    cut = len(said) > most
    said = said[-most:]
    since = said[0].at if cut else since
    total, channels, agents = _Sum(), _Sums(), _Sums()
    _count(said, total, channels, agents)
    _wait_for_answers(said, since, total, channels, agents)
    _stand(reads.standing(), total, channels, agents)
    return Report(
        since=since,
        cut=cut,
        total=total.tally(_NOBODY, now),
        channels=channels.tallies(now),
        agents=agents.tallies(now),
    )


class _Sums(dict[str, _Sum]):
    def __missing__(self, name: str) -> _Sum:
        self[name] = _Sum()
        return self[name]

    def tallies(self, now: datetime) -> tuple[Tally, ...]:
        return tuple(self[name].tally(name, now) for name in sorted(self))


def _count(said: Iterable[Said], total: _Sum, channels: _Sums, agents: _Sums) -> None:
    for one in said:
        if one.direction is Direction.IN:
            for counted in (total, channels[one.channel], agents[one.assignee or _NOBODY]):
                counted.came += 1
            continue
        total.answered += 1
        channels[one.channel].answered += 1
        if one.author is not None:  # else it was written outside the desk
            agents[one.author].answered += 1


def _wait_for_answers(
    said: Iterable[Said], since: datetime, total: _Sum, channels: _Sums, agents: _Sums
) -> None:
    """How long whoever began a conversation waited for the first answer in it."""
    asked: dict[int, Said | None] = {}
    for one in said:
        if one.begun < since:
            continue
        if one.conversation not in asked:
            asked[one.conversation] = one if one.direction is Direction.IN else None
        elif one.direction is Direction.OUT and (first := asked[one.conversation]):
            asked[one.conversation] = None
            waited = max(one.at - first.at, timedelta(0))
            total.first.append(waited)
            channels[first.channel].first.append(waited)
            if one.author is not None:
                agents[one.author].first.append(waited)


def _stand(standing: Iterable[Standing], total: _Sum, channels: _Sums, agents: _Sums) -> None:
    for one in standing:
        for counted in (total, channels[one.channel], agents[one.assignee or _NOBODY]):
            counted.open += one.open
            if one.waiting_since is not None:
                counted.waits.append(one.waiting_since)
