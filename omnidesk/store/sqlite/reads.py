"""All look-ups of the Store protocol over one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from omnidesk.store.sqlite.company import CompanyReads
from omnidesk.store.sqlite.drafts import DraftReads
from omnidesk.store.sqlite.erasing import ErasingReads
from omnidesk.store.sqlite.filtering import FilterReads
from omnidesk.store.sqlite.journal import JournalReads
from omnidesk.store.sqlite.messages import MessageReads
from omnidesk.store.sqlite.overview import OverviewReads
from omnidesk.store.sqlite.people import PeopleReads
from omnidesk.store.sqlite.personal import rows_about
from omnidesk.store.sqlite.running import RunningReads
from omnidesk.store.sqlite.suggestions import SuggestionReads


class SqliteReads(
    MessageReads,
    PeopleReads,
    JournalReads,
    RunningReads,
    DraftReads,
    SuggestionReads,
    FilterReads,
    ErasingReads,
    CompanyReads,
    OverviewReads,
):
    """Look-ups; valid only inside the function that they were given to."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def rows_about(self, contact: int) -> Iterator[tuple[str, dict[str, Any]]]:
        return rows_about(self.db, contact)
