"""What the store holds about a person: his rows, and what he said among others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from omnidesk.core.value import dataclass
from omnidesk.store.sqlite.values import when

Row = tuple[str, dict[str, Any]]

_TIMES = ("_at", "_since", "_until", "first_seen", "last_in")
_JSON = frozenset(
    (
        "recipients",
        "folded",
        "refs",
        "bounce",
        "sent_parts",
        "tags",
        "files",
        "data",
        "apart",
        "aside",
    )
)
_HIS = "SELECT value FROM json_each(:{})"
_PAIR = f"(one IN ({_HIS}) OR other IN ({_HIS}))"
_ROWS = {
    "contact": f"id IN ({_HIS.format('contact')})",
    "handle": f"id IN ({_HIS.format('handle')})",
    "conversation": f"number IN ({_HIS.format('conversation')})",
    "message": f"id IN ({_HIS.format('message')})",
    "suggestion": (
        f"(what = 'contact' AND {_PAIR.format('contact', 'contact')})"
        f" OR (what = 'conversation' AND {_PAIR.format('conversation', 'conversation')})"
    ),
    "event": (
        f"conversation IN ({_HIS.format('conversation')})"
        f" OR message IN ({_HIS.format('message')}) OR contact IN ({_HIS.format('contact')})"
    ),
}
"""The tables from which the others hang, and which of their rows are a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact with all that was merged into it. `handles` are (id, scheme, value).

    `messages` are those of his own conversations, `elsewhere` those that he said in others', and
    what was answered there to him alone.
    """

    contacts: tuple[int, ...]
    handles: tuple[tuple[int, str, str], ...]
    names: frozenset[str]
    conversations: tuple[int, ...]
    messages: tuple[int, ...]
    elsewhere: tuple[int, ...]


def person_of(db: sqlite3.Connection, contact: int) -> Person | None:
    """Who a contact is, after merges; None where there is none."""
    found = db.execute(
        "SELECT id, name FROM contact WHERE root = (SELECT root FROM contact WHERE id = ?)",
        (contact,),
    ).fetchall()
    if not found:
        return None
    contacts = json.dumps([id_ for id_, _ in found])
    handles = db.execute(
        f"SELECT id, scheme, value, name FROM handle WHERE contact IN ({_HIS.format('c')})",
        {"c": contacts},
    ).fetchall()
    numbers = _column(
        db, f"SELECT number FROM conversation WHERE contact IN ({_HIS.format('c')})", c=contacts
    )
    own = json.dumps(numbers)
    messages = _column(db, f"SELECT id FROM message WHERE home IN ({_HIS.format('own')})", own=own)
    names = {name for _, name in found} | {name for *_, name in handles}
    names |= set(_said_under(db, own))
    return Person(
        contacts=tuple(id_ for id_, _ in found),
        handles=tuple((id_, scheme, value) for id_, scheme, value, _ in handles),
        names=frozenset(name.strip() for name in names if name.strip()),
        conversations=tuple(numbers),
        messages=tuple(messages),
        elsewhere=tuple(_elsewhere(db, own, handles)),
    )


def rows_about(db: sqlite3.Connection, contact: int) -> Iterator[Row]:
    """Every row about a person as (table, columns); times in ISO 8601, JSON columns read."""
    person = person_of(db, contact)
    if person is None:
        return
    his = {
        "contact": json.dumps(person.contacts),
        "handle": json.dumps([id_ for id_, _, _ in person.handles]),
        "conversation": json.dumps(person.conversations),
        "message": json.dumps([*person.messages, *person.elsewhere]),
    }
    for table, which in holding(db).items():
        cursor = db.execute(f"SELECT * FROM {table} WHERE {which}", his)
        names = [d[0] for d in cursor.description]
        for values in cursor:
            yield table, {n: _readable(n, v) for n, v in zip(names, values, strict=True)}


def holding(db: sqlite3.Connection) -> dict[str, str]:
    """Every table that holds something about a person, and which of its rows."""
    found = dict(_ROWS)
    for table, parent, column, _ in hanging(db):
        if table not in _ROWS:
            which = f"{column} IN ({_HIS.format(parent)})"
            found[table] = f"{found[table]} OR {which}" if table in found else which
    return found


def hanging(db: sqlite3.Connection) -> list[tuple[str, str, str, bool]]:
    """Each foreign key as (table, parent, column, whether its rows go with the parent's)."""
    found = db.execute(
        """SELECT t.name, f."table", f."from", f.on_delete = 'CASCADE' FROM sqlite_master t"""
        " JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' ORDER BY t.name, f.seq"
    )
    return [(table, parent, column, bool(goes)) for table, parent, column, goes in found]


def _column(db: sqlite3.Connection, sql: str, **arguments: str) -> list[int]:
    return [row[0] for row in db.execute(f"{sql} ORDER BY 1", arguments)]


def _said_under(db: sqlite3.Connection, own: str) -> Iterator[str]:
    """The names under which he wrote in his own conversations; a group's members keep theirs."""
    for (name,) in db.execute(
        "SELECT DISTINCT m.sender_name FROM message m JOIN handle h ON h.id = m.handle"
        f" WHERE m.home IN ({_HIS.format('own')}) AND m.direction = 'in'"
        " AND m.sender_name IS NOT NULL AND lower(m.sender_address) = h.value",
        {"own": own},
    ):
        yield name


def _elsewhere(
    db: sqlite3.Connection, own: str, handles: list[tuple[int, str, str, str]]
) -> Iterator[int]:
    """What he said in others' conversations, and what was answered there to him alone."""
    found = db.execute(
        "SELECT m.id, m.direction, m.recipients, m.forwards FROM message m"
        " LEFT JOIN channel c ON c.name = m.channel"
        f" WHERE m.home NOT IN ({_HIS.format('own')}) AND ("
        f" (m.direction = 'in' AND (json_extract(c.capabilities, '$.handle_scheme'),"
        "  lower(m.sender_address)) IN (SELECT json_extract(value, '$[1]'),"
        "  json_extract(value, '$[2]') FROM json_each(:handles)))"
        " OR m.forwards IS NOT NULL OR (m.direction <> 'note' AND m.handle IN"
        "  (SELECT json_extract(value, '$[0]') FROM json_each(:handles))))",
        {"own": own, "handles": json.dumps(handles)},
    )
    values = {value for _, _, value, _ in handles}
    for id_, direction, recipients, forwards in found.fetchall():
        named = [one for role in json.loads(recipients).values() for one in role]
        if forwards is not None and not named:
            continue
        if direction == "in" or all(address.lower() in values for _, address in named):
            yield id_


def _readable(name: str, value: Any) -> Any:
    if isinstance(value, int) and (name == "at" or name.endswith(_TIMES)):
        return when(value).isoformat()
    if isinstance(value, str) and name in _JSON and value[:1] in ("[", "{"):
        return json.loads(value)
    return value
