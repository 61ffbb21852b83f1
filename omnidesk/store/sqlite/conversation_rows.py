"""Conversations as rows: the columns that are read, a page of them, and what becomes of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from omnidesk.core.model import Conversation, Row, State
from omnidesk.store.sqlite.naming import NAME
from omnidesk.store.sqlite.values import when

ROW = f"""
    SELECT c.number, c.{{order}}, c.state, c.channel, c.assignee, {NAME}, c.subject, c.snippet,
           c.unread, c.failed, c.priority, c.waiting_since, c.last_at
    FROM conversation c {{index}}
    JOIN contact k ON k.id = c.contact JOIN contact p ON p.id = k.root
"""
CONVERSATION = """
    SELECT c.*, k.root,
           (SELECT json_group_array(channel) FROM (SELECT channel FROM message m
            WHERE m.conversation = c.number AND m.direction <> 'note'
            GROUP BY channel ORDER BY min(m.id))) AS channels,
           (SELECT json_group_array(other) FROM (SELECT b AS other FROM link WHERE a = c.number
            UNION SELECT a FROM link WHERE b = c.number)) AS linked
    FROM conversation c JOIN contact k ON k.id = c.contact
"""


def select_rows(
    db: sqlite3.Connection,
    source: str,
    where: Sequence[str],
    arguments: dict[str, Any],
    after: tuple[int, int] | None,
    before: tuple[int, int] | None,
    limit: int,
    by: str,
) -> list[Row]:
    """A page of conversations under conditions; `source` is what follows `conversation c`.

    `by` is the column of the order: rank or newest.

    Numbers first: an index that has all that is asked spares the look at every row.
    """
    order, conditions = "ASC", list(where)
    if key := after or before:
        order = "ASC" if after else "DESC"
        conditions.append(f"(c.{by}, c.number) {'>' if after else '<'} (:rank, :number)")
        arguments = {**arguments, "rank": key[0], "number": key[1]}
    inner = (
        f"SELECT c.number FROM conversation c {source} WHERE {' AND '.join(conditions)} "
        f"ORDER BY c.{by} {order}, c.number {order} LIMIT :limit"
    )
    found = db.execute(
        ROW.format(index="", order=by) + f"WHERE c.number IN ({inner}) ORDER BY c.{by}, c.number",
        {**arguments, "limit": limit},
    )
    return [row_of(r) for r in found]


def row_of(r: tuple[Any, ...]) -> Row:
    return Row(
        number=r[0],
        rank=r[1],
        state=State(r[2]) if r[2] != "merged" else State.CLOSED,
        channel=r[3],
        assignee=r[4],
        name=r[5],
        subject=r[6],
        snippet=r[7],
        unread=bool(r[8]),
        failed=r[9],
        priority=r[10],
        waiting_since=when(r[11]),
        last_at=when(r[12]),
    )


def named(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    names = [d[0] for d in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def conversation_of(row: dict[str, Any]) -> Conversation:
    """A conversation out of its named columns."""
    return Conversation(
        number=row["number"],
        contact=row["root"],
        subject=row["subject"],
        state=State(row["state"]) if row["state"] != "merged" else State.CLOSED,
        assignee=row["assignee"],
        priority=row["priority"],
        unread=bool(row["unread"]),
        waiting_since=when(row["waiting_since"]),
        snoozed_until=when(row["snoozed_until"]),
        last_at=when(row["last_at"]),
        created_at=when(row["created_at"]),
        closed_at=when(row["closed_at"]),
        tags=tuple(json.loads(row["tags"])),
        channels=tuple(json.loads(row["channels"])),
        linked=tuple(sorted(json.loads(row["linked"]))),
        failed=row["failed"],
    )
