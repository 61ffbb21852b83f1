"""The desk's verbs that look over everything: the outbox, the report, the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from omnidesk.core.store import Store

if TYPE_CHECKING:
    from omnidesk.core.overview import Leaving, Report
    from omnidesk.desk.journal import Entry


class Overseeing:
    """What a team sees of all its work. Nothing is changed here."""

    store: Store
    _now: Callable[[], datetime]

    async def outbox(
        self, *, limit: int = 60, after: tuple[int, int] | None = None
    ) -> list[Leaving]:
        """What is failed or in doubt, the latest first; then what leaves, the next due first.

        `after` is the key of the last one of the page before.
        """
        return await self.store.read(lambda r: r.outbox(after=after, limit=limit))

    async def report(self, days: float = 7) -> Report:
        """Numbers of the last days by channel and by agent, and how it stands now."""
        from omnidesk.desk.reporting import report

        return await self.store.read(lambda r: report(r, days, self._now()))

    async def journal(
        self, *, limit: int = 60, before: int | None = None, conversation: int | None = None
    ) -> list[Entry]:
        """What was done by whom, newest first; `before` is the seq of the last one shown."""
        from omnidesk.desk.journal import journal

        return await self.store.read(
            lambda r: journal(r, limit=limit, before=before, number=conversation)
        )
