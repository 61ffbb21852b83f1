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
_ROWS = {
    "contact": f"id IN ({_HIS.format('contacts')})",
    "handle": f"id IN ({_HIS.format('handles')})",
    "offered": f"contact IN ({_HIS.format('contacts')})",
    "reached": f"handle IN ({_HIS.format('handles')})",
    "suggestion": (
        f"(what = 'contact' AND (one IN ({_HIS.format('contacts')})"
        f" OR other IN ({_HIS.format('contacts')})))"
        f" OR (what = 'conversation' AND (one IN ({_HIS.format('conversations')})"
        f" OR other IN ({_HIS.format('conversations')})))"
    ),
    "conversation": f"number IN ({_HIS.format('conversations')})",
    "draft": f"conversation IN ({_HIS.format('conversations')})",
    "message": f"id IN ({_HIS.format('messages')})",
    **{
        table: f"message IN ({_HIS.format('messages')})"
        for table in ("part", "html", "version", "attachment", "delivery", "moved", "echo")
    },
    "event": (
        f"conversation IN ({_HIS.format('conversations')})"
        f" OR message IN ({_HIS.format('messages')}) OR contact IN ({_HIS.format('contacts')})"
    ),
}
"""Every table that holds something about a person, and which of its rows."""


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
        "contacts": json.dumps(person.contacts),
        "handles": json.dumps([id_ for id_, _, _ in person.handles]),
        "conversations": json.dumps(person.conversations),
        "messages": json.dumps([*person.messages, *person.elsewhere]),
    }
    for table, which in _ROWS.items():
        cursor = db.execute(f"SELECT * FROM {table} WHERE {which}", his)
        names = [d[0] for d in cursor.description]
        for values in cursor:
            yield table, {n: _readable(n, v) for n, v in zip(names, values, strict=True)}


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
        "SELECT m.id, m.direction, m.recipients FROM message m"
        " LEFT JOIN channel c ON c.name = m.channel"
        f" WHERE m.home NOT IN ({_HIS.format('own')}) AND ("
        f" (m.direction = 'in' AND (json_extract(c.capabilities, '$.handle_scheme'),"
        "  lower(m.sender_address)) IN (SELECT json_extract(value, '$[1]'),"
        "  json_extract(value, '$[2]') FROM json_each(:handles)))"
        " OR (m.direction <> 'note' AND m.handle IN"
        "  (SELECT json_extract(value, '$[0]') FROM json_each(:handles))))",
        {"own": own, "handles": json.dumps(handles)},
    )
    values = {value for _, _, value, _ in handles}
    for id_, direction, recipients in found.fetchall():
        named = [one for role in json.loads(recipients).values() for one in role]
        if direction == "in" or all(address.lower() in values for _, address in named):
            yield id_


def _readable(name: str, value: Any) -> Any:
    if isinstance(value, int) and (name == "at" or name.endswith(_TIMES)):
        return when(value).isoformat()
    if isinstance(value, str) and name in _JSON and value[:1] in ("[", "{"):
        return json.loads(value)
    return value
