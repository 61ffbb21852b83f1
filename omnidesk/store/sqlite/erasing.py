"""A person is erased: rows, index, journal; nothing of it is left in the files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from omnidesk.core.errors import NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.model import State
from omnidesk.core.store import Erased
from omnidesk.store.sqlite.drafts import drafted, leave_drafts
from omnidesk.store.sqlite.erased import key_of, mark_of
from omnidesk.store.sqlite.joins import JoinWrites
from omnidesk.store.sqlite.journal import JournalWrites
from omnidesk.store.sqlite.mentions import GONE, Mentions, ours, walked
from omnidesk.store.sqlite.personal import Person, hanging, person_of
from omnidesk.store.sqlite.values import dump

_PENDING = "erasing"
_SAID = ("part", "html", "version", "attachment", "delivery", "echo", "offered")
"""Tables that hold something of what a message says."""

_BYTES_OF = (
    ("message", "raw", "id"),
    ("version", "raw", "message"),
    ("attachment", "sha256", "message"),
)
"""Which columns name bytes, and the message that they are of."""


class _Tx(JoinWrites, JournalWrites):
    """The changes that erasing makes use of."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db


def erase(db: sqlite3.Connection, contact: int, actor: str, at: datetime) -> Erased:
    """Erase a person inside a transaction; NotFound where there is none.

    Bytes that nobody names any more are `pending`.
    """
    person = person_of(db, contact)
    if person is None:
        raise NotFound(
            _("there is no contact {contact}; omnidesk contact list shows them").format(
                contact=contact
            )
        )
    tx = _Tx(db)
    _stand_apart(tx, person)
    person = person_of(db, contact) or person
    blobs = _blobs(db, (*person.messages, *person.elsewhere))
    blobs |= drafted(db, f"conversation IN {_ids(person.conversations)}")
    received = _received(db, (*person.messages, *person.elsewhere))
    _remember(db, (*person.messages, *person.elsewhere))
    touched = _blank(db, person.elsewhere)
    _delete(db, person)
    mentions = Mentions(person)
    db.create_function("speaks_of_him", 1, mentions.are_in, deterministic=True)
    _leave_recipients(db, person, mentions)
    values = {value for _, _, value in person.handles}
    leave_drafts(db, values, received.difference(_named(db, received)))
    _scrub_events(db, person, mentions)
    for number in touched:
        tx.refresh(number)
    gone = unnamed(db, blobs)
    waiting = sorted({*pending(db), *gone})
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_PENDING, dump(waiting)))
    erased = Erased(
        conversations=len(person.conversations),
        messages=len(person.messages),
        elsewhere=len(person.elsewhere),
        files=len(gone),
    )
    tx.append(
        Event(at=at, actor=actor, kind=What.CONTACT_ERASED, contact=contact, data=asdict(erased))
    )
    return erased


def pending(db: sqlite3.Connection) -> list[str]:
    """Bytes that an erasure left to remove, by their SHA-256."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_PENDING,)).fetchone()
    return json.loads(row[0]) if row else []


def is_pending(db: sqlite3.Connection) -> bool:
    """Whether an erasure was cut short before the files were clean."""
    return db.execute("SELECT 1 FROM setting WHERE name = ?", (_PENDING,)).fetchone() is not None


def unnamed(db: sqlite3.Connection, shas: Iterable[str]) -> list[str]:
    """Those of some bytes that no row names, no draft either."""
    asked = list(shas)
    named = _named(db, asked) | drafted(db)
    return [sha for sha in asked if sha not in named]


def _named(db: sqlite3.Connection, shas: Iterable[str]) -> set[str]:
    """Those of some bytes that messages name; each table is looked through once."""
    asked = {"shas": json.dumps(list(shas))}
    return {
        row[0]
        for table, column, _ in _BYTES_OF
        for row in db.execute(
            f"SELECT {column} FROM {table} WHERE {column} IN (SELECT value FROM json_each(:shas))",
            asked,
        )
    }


def done(db: sqlite3.Connection) -> None:
    """Note that the files are clean."""
    db.execute("DELETE FROM setting WHERE name = ?", (_PENDING,))


def _ids(values: Iterable[int]) -> str:
    return f"({','.join(str(int(value)) for value in values)})"


def _stand_apart(tx: _Tx, person: Person) -> None:
    """Take merges back that joined his conversations with those of others."""
    own = set(person.conversations)
    merged = tx.db.execute(
        "SELECT number, merged_into, aside FROM conversation WHERE merged_into IS NOT NULL"
    ).fetchall()
    for number, whole, aside in merged:
        if (number in own) == (whole in own):
            continue
        tx.point_conversation(number, None)
        state = json.loads(aside or "{}").get("state", State.OPEN.value)
        tx.db.execute(
            "UPDATE conversation SET state = ?, aside = NULL WHERE number = ?", (state, number)
        )
        if not tx.inside(whole):
            tx.db.execute("UPDATE conversation SET apart = NULL WHERE number = ?", (whole,))
        tx.refresh(number)
        tx.refresh(whole)


def _blobs(db: sqlite3.Connection, messages: Iterable[int]) -> set[str]:
    ids = _ids(messages)
    return {
        row[0]
        for table, column, key in _BYTES_OF
        for row in db.execute(
            f"SELECT {column} FROM {table} WHERE {key} IN {ids} AND {column} IS NOT NULL"
        )
    }


def _received(db: sqlite3.Connection, messages: Iterable[int]) -> set[str]:
    """The bytes of files that came with messages, rather than from us."""
    found = db.execute(
        "SELECT a.sha256 FROM attachment a JOIN message m ON m.id = a.message"
        f" WHERE m.id IN {_ids(messages)} AND m.direction = 'in' AND a.sha256 IS NOT NULL"
    )
    return {row[0] for row in found}


def _remember(db: sqlite3.Connection, messages: Iterable[int]) -> None:
    """Keep a keyed hash of what was erased: the same letter must not come in once more."""
    ids, key = _ids(messages), key_of(db)
    found = db.execute(
        f"SELECT channel, external_id FROM message WHERE id IN {ids} AND external_id IS NOT NULL"
        f" UNION SELECT channel, external_id FROM part WHERE message IN {ids}"
    ).fetchall()
    db.executemany(
        "INSERT OR IGNORE INTO erased VALUES (?)",
        [(mark_of(key, channel, external_id),) for channel, external_id in found],
    )


def _blank(db: sqlite3.Connection, messages: tuple[int, ...]) -> list[int]:
    """Empty what he said in others' conversations; the numbers of these."""
    ids = _ids(messages)
    touched = [
        row[0] for row in db.execute(f"SELECT DISTINCT conversation FROM message WHERE id IN {ids}")
    ]
    for table in _SAID:
        db.execute(f"DELETE FROM {table} WHERE message IN {ids}")
    db.execute(
        "UPDATE conversation SET subject = ? WHERE number IN (SELECT m.conversation FROM message m"
        f" WHERE m.id IN {ids} AND NOT EXISTS (SELECT 1 FROM message e"
        " WHERE e.conversation = m.conversation AND e.id < m.id))",
        (GONE,),
    )
    db.execute(
        "UPDATE message SET text = ?, subject = '', folded = '[]', files = '', sender_name = NULL,"
        " sender_address = NULL, recipients = '{}', refs = '[]', message_id = NULL,"
        " external_id = NULL, handle = NULL, answers = NULL, reply_path = NULL, bounce = NULL,"
        f" unreadable = NULL, marked = NULL, raw = NULL WHERE id IN {ids}",
        (GONE,),
    )
    return touched


def _delete(db: sqlite3.Connection, person: Person) -> None:
    messages, numbers = _ids(person.messages), _ids(person.conversations)
    contacts, handles = _ids(person.contacts), _ids(id_ for id_, _, _ in person.handles)
    for table, parent, column, goes in hanging(db):
        ids = {"message": messages, "conversation": numbers}.get(parent)
        if goes and ids:
            db.execute(f"DELETE FROM {table} WHERE {column} IN {ids}")
    db.execute(f"DELETE FROM moved WHERE home IN {numbers}")
    db.execute(f"UPDATE message SET copy_of = NULL WHERE copy_of IN {messages}")
    db.execute(f"DELETE FROM message WHERE id IN {messages}")
    db.execute(f"UPDATE message SET handle = NULL WHERE handle IN {handles}")
    db.execute(f"DELETE FROM draft WHERE conversation IN {numbers}")
    db.execute(f"DELETE FROM link WHERE a IN {numbers} OR b IN {numbers}")
    db.execute(f"UPDATE conversation SET split_from = NULL WHERE split_from IN {numbers}")
    db.execute(f"DELETE FROM conversation WHERE number IN {numbers}")
    for what, ids in (("contact", contacts), ("conversation", numbers)):
        db.execute(
            f"DELETE FROM suggestion WHERE what = ? AND (one IN {ids} OR other IN {ids})", (what,)
        )
    db.execute(f"DELETE FROM offered WHERE contact IN {contacts}")
    db.executemany(
        "DELETE FROM offered WHERE scheme = ? AND value = ?",
        [(scheme, value) for _, scheme, value in person.handles],
    )
    db.execute(f"DELETE FROM reached WHERE handle IN {handles}")
    db.execute(f"DELETE FROM handle WHERE id IN {handles}")
    db.execute(f"DELETE FROM contact WHERE id IN {contacts}")


def _leave_recipients(db: sqlite3.Connection, person: Person, mentions: Mentions) -> None:
    """Others' messages stay as they wrote them; he is no more among those whom they went to."""
    values = {value for _, _, value in person.handles}
    spoken = "coalesce(recipients, '') || coalesce(bounce, '') || coalesce(marked, '') || why"
    found = db.execute(
        f"SELECT id, recipients, bounce, marked, why FROM message WHERE speaks_of_him({spoken})",
    ).fetchall()
    for id_, recipients, bounce, marked, why in found:
        roles = {
            role: [one for one in people if one[1].lower() not in values]
            for role, people in json.loads(recipients).items()
        }
        db.execute(
            "UPDATE message SET recipients = ?, bounce = ?, marked = ?, why = ? WHERE id = ?",
            (
                dump({role: people for role, people in roles.items() if people}),
                bounce and dump(walked(json.loads(bounce), mentions.without)),
                marked and mentions.without(marked),
                mentions.without(why),
                id_,
            ),
        )
    for message, reason in db.execute(
        "SELECT message, reason FROM delivery WHERE reason IS NOT NULL AND speaks_of_him(reason)"
    ).fetchall():
        db.execute(
            "UPDATE delivery SET reason = ? WHERE message = ?", (mentions.without(reason), message)
        )


def _scrub_events(db: sqlite3.Connection, person: Person, mentions: Mentions) -> None:
    """Of his own events the frames stay, with numbers, times and words of ours."""
    said = _ids((*person.messages, *person.elsewhere))
    numbers, contacts = _ids(person.conversations), _ids(person.contacts)
    for seq, data in db.execute(
        f"SELECT seq, data FROM event WHERE data <> '{{}}' AND (conversation IN {numbers}"
        f" OR message IN {said} OR contact IN {contacts})"
    ).fetchall():
        _rewrite(db, seq, walked(json.loads(data), ours))
    for seq, data in db.execute(
        "SELECT seq, data FROM event WHERE data <> '{}' AND speaks_of_him(data)"
    ).fetchall():
        _rewrite(db, seq, walked(json.loads(data), mentions.without))


def _rewrite(db: sqlite3.Connection, seq: int, data: Any) -> None:
    db.execute("UPDATE event SET data = ? WHERE seq = ?", (dump(data), seq))
