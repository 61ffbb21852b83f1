"""A store of an earlier omnidesk goes on with all that is in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from omnidesk.core.model import DeliveryState
from omnidesk.store.sqlite import SqliteStore
from omnidesk.store.sqlite.connection import prepare
from omnidesk.store.sqlite.migrate import _apply, migrations

_FILLED = """
INSERT INTO contact (id, root, name, created_at) VALUES (1, 1, 'Анна', 10);
INSERT INTO conversation
    (number, contact, subject, state, channel, snippet, created_at, last_at, failed)
    VALUES (1, 1, 'Лампа', 'open', 'support', 'мигает', 10, 20, 1),
           (2, 1, 'Стол', 'open', 'support', 'стол', 10, 30, 0);
INSERT INTO message (id, conversation, home, channel, direction, text, received_at)
    VALUES (1, 1, 1, 'support', 'in', 'лампа мигает', 10),
           (2, 1, 1, 'support', 'out', 'смотрим', 20);
INSERT INTO delivery (message, channel, conversation, state, key, due_at, changed_at)
    VALUES (2, 'support', 1, 'failed', 'n', 20, 20);
INSERT INTO draft (conversation, agent, note, text, changed_at) VALUES (1, 'anna', 0, 'черн', 20);
"""


def begun_by_the_first(path: Path) -> None:
    """A store as the first schema made it, with a little of everything that changed since."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        prepare(db, writer=True)
        number, sql = migrations()[0]
        _apply(db, number, sql)
        db.executescript(_FILLED)


async def test_what_the_first_schema_held_is_read_by_this_one(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    begun_by_the_first(path)
    async with SqliteStore(path) as store:
        newest = await store.read(lambda r: r.rows("all", newest=True))
        assert [row.number for row in newest] == [2, 1]
        (leaving,) = await store.read(lambda r: r.outbox())
        assert (leaving.conversation, leaving.state) == (1, DeliveryState.FAILED)
        draft = await store.read(lambda r: r.draft(1, "anna"))
        assert draft is not None
        assert (draft.text, draft.everyone, draft.cc, draft.forward) == ("черн", False, None, None)
        said = await store.read(lambda r: r.messages(1))
        assert [(m.text, m.forwards, m.edited) for m in said] == [
            ("лампа мигает", None, False),
            ("смотрим", None, False),
        ]
        assert [h.conversation for h in await store.read(lambda r: r.search("лампа"))] == [1]
    assert (tmp_path / "desk.db.files" / "backups" / "desk-schema-1.db").exists()
