"""The desk's verbs about colleagues: who is where, and what happened that is one's own concern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.company import STALE, Present
from omnidesk.core.model import Agent
from omnidesk.core.store import Store

if TYPE_CHECKING:
    from omnidesk.desk.news import News

_FRESH = timedelta(seconds=5)


class Company:
    """Who else is at the desk. What is told here is no act, and nothing to undo."""

    store: Store
    agent: Agent
    _now: Callable[[], datetime]
    _told: tuple[int, bool, datetime] | None = None

    async def look(self, number: int) -> None:
        """Tell that one has a conversation open; to be told every few seconds."""
        await self._tell(number, writing=False)

    async def writing(self, number: int) -> None:
        """Tell that one is writing in it; to be told at any key."""
        await self._tell(number, writing=True)

    async def leave(self, number: int) -> None:
        """Tell that one has left it."""
        self._told = None
        await self.store.write(lambda tx: tx.leave(tx.kept_by(number), self.agent.id))

    async def present(self, numbers: Sequence[int]) -> dict[int, list[Present]]:
        """The colleagues at each of these conversations, for a list: one look for all."""
        since = self._now() - STALE
        found = await self.store.read(lambda r: r.present(numbers, since))
        others = {n: [p for p in all_ if p.agent != self.agent.id] for n, all_ in found.items()}
        return {number: there for number, there in others.items() if there}

    async def news(self, after: int) -> list[News]:
        """What concerns this agent and was not done by him, since event `after`."""
        from omnidesk.desk.news import news  # a screen starts without any

        return await self.store.read(lambda r: news(r, after, self.agent.id))

    async def last_event(self) -> int:
        """The number of the newest event, from which `news` goes on."""
        return await self.store.read(lambda r: r.last_seq())

    async def _tell(self, number: int, *, writing: bool) -> None:
        now = self._now()
        if self._told is not None:
            there, wrote, at = self._told
            if (there, wrote) == (number, writing) and timedelta(0) <= now - at < _FRESH:
                return
        self._told = (number, writing, now)
        from omnidesk.desk.opening import find  # the list is painted before anything is opened

        await self.store.write(
            lambda tx: tx.look(find(tx, number)[0], self.agent.id, now, writing=writing)
        )
