"""All look-ups of the Store protocol over one connection."""

from __future__ import annotations

import sqlite3

from omnidesk.store.sqlite.journal import JournalReads
from omnidesk.store.sqlite.messages import MessageReads
from omnidesk.store.sqlite.people import PeopleReads
from omnidesk.store.sqlite.running import RunningReads
from omnidesk.store.sqlite.search import SearchReads
from omnidesk.store.sqlite.suggestions import SuggestionReads


class SqliteReads(
    MessageReads,
    PeopleReads,
    JournalReads,
    RunningReads,
    SuggestionReads,
    SearchReads,
):
    """Look-ups; valid only inside the function that they were given to."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
