"""Look-ups whose modules come with their first use: the screen's first frame asks none of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.events import Event
    from omnidesk.core.filters import Filter
    from omnidesk.core.model import Hit, Row
    from omnidesk.core.overview import Leaving, Said, Standing
    from omnidesk.store.sqlite.filtering import FilterReads
    from omnidesk.store.sqlite.overview import OverviewReads


class LateReads:
    """Filters, searches, and what looks over everything."""

    db: sqlite3.Connection

    def rows_filtered(
        self,
        filter: Filter,
        view: str,
        *,
        agent: str = "",
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 60,
        typing: bool = False,
        newest: bool = False,
    ) -> list[Row]:
        return self._filters.rows_filtered(
            filter,
            view,
            agent=agent,
            after=after,
            before=before,
            limit=limit,
            typing=typing,
            newest=newest,
        )

    def count_filtered(
        self, filter: Filter, view: str, *, agent: str = "", most: int = 100
    ) -> int | None:
        return self._filters.count_filtered(filter, view, agent=agent, most=most)

    def search(
        self,
        query: Filter | str,
        *,
        before: int | None = None,
        limit: int = 50,
        typing: bool = False,
    ) -> list[Hit]:
        return self._filters.search(query, before=before, limit=limit, typing=typing)

    def outbox(self, *, after: tuple[int, int] | None = None, limit: int = 60) -> list[Leaving]:
        return self._overviews.outbox(after=after, limit=limit)

    def said_since(self, since: datetime, *, limit: int) -> list[Said]:
        return self._overviews.said_since(since, limit=limit)

    def standing(self) -> list[Standing]:
        return self._overviews.standing()

    def journal(
        self, *, before: int | None = None, limit: int = 60, conversation: int | None = None
    ) -> list[Event]:
        return self._overviews.journal(before=before, limit=limit, conversation=conversation)

    def rows_about(self, contact: int) -> Iterator[tuple[str, dict[str, Any]]]:
        from omnidesk.store.sqlite.personal import rows_about

        return rows_about(self.db, contact)

    @property
    def _filters(self) -> FilterReads:
        from omnidesk.store.sqlite.filtering import FilterReads

        return FilterReads(self.db)

    @property
    def _overviews(self) -> OverviewReads:
        from omnidesk.store.sqlite.overview import OverviewReads

        return OverviewReads(self.db)
