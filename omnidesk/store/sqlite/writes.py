"""All changes of the Store protocol over one connection, beside all look-ups."""

from __future__ import annotations

from omnidesk.store.sqlite.company import CompanyWrites
from omnidesk.store.sqlite.drafts import DraftWrites
from omnidesk.store.sqlite.inbox import InboxWrites
from omnidesk.store.sqlite.joins import JoinWrites
from omnidesk.store.sqlite.journal import JournalWrites
from omnidesk.store.sqlite.messages import MessageWrites
from omnidesk.store.sqlite.outbox import OutboxWrites
from omnidesk.store.sqlite.people import PeopleWrites
from omnidesk.store.sqlite.reads import SqliteReads
from omnidesk.store.sqlite.running import RunningWrites
from omnidesk.store.sqlite.suggestions import SuggestionWrites


class SqliteTransaction(
    InboxWrites,
    MessageWrites,
    PeopleWrites,
    JournalWrites,
    OutboxWrites,
    RunningWrites,
    DraftWrites,
    JoinWrites,
    SuggestionWrites,
    CompanyWrites,
    SqliteReads,
):
    """Changes; valid only inside the function that they were given to."""
