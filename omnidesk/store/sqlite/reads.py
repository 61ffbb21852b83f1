"""All look-ups of the Store protocol over one connection."""

from __future__ import annotations

import sqlite3

from omnidesk.store.sqlite.company import CompanyReads
from omnidesk.store.sqlite.drafts import DraftReads
from omnidesk.store.sqlite.erased import ErasedReads
from omnidesk.store.sqlite.inbox import InboxReads
from omnidesk.store.sqlite.journal import JournalReads
from omnidesk.store.sqlite.late import LateReads
from omnidesk.store.sqlite.messages import MessageReads
from omnidesk.store.sqlite.people import PeopleReads
from omnidesk.store.sqlite.running import RunningReads
from omnidesk.store.sqlite.suggestions import SuggestionReads


class SqliteReads(
    InboxReads,
    MessageReads,
    PeopleReads,
    JournalReads,
    RunningReads,
    DraftReads,
    SuggestionReads,
    ErasedReads,
    CompanyReads,
    LateReads,
):
    """Look-ups; valid only inside the function that they were given to."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
