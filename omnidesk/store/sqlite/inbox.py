"""Conversations: the pages of the views, their counters, and what changes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from omnidesk.core.identity import normalise
from omnidesk.core.model import Conversation, Row, State
from omnidesk.store.sqlite.conversation_rows import (
    CONVERSATION,
    ROW,
    conversation_of,
    named,
    row_of,
)
from omnidesk.store.sqlite.values import assignments, column

_ACTIVE = "c.state IN ('open', 'waiting')"
_ASIDE = "c.state IN ('waiting', 'snoozed', 'closed')"
# A partial index serves only a query that repeats its WHERE word by word.
VIEWS = {
    "inbox": _ACTIVE,
    "mine": f"c.assignee = :agent AND {_ACTIVE}",
    "unassigned": f"c.assignee IS NULL AND {_ACTIVE}",
    "waiting": f"c.state = 'waiting' AND {_ASIDE}",
    "snoozed": f"c.state = 'snoozed' AND {_ASIDE}",
    "closed": f"c.state = 'closed' AND {_ASIDE}",
    "failed": "c.failed > 0",
    "all": "c.state <> 'merged'",
}
INDEX = {
    "inbox": "conversation_inbox",
    "mine": "conversation_mine",
    "unassigned": "conversation_mine",
    "waiting": "conversation_aside",
    "snoozed": "conversation_aside",
    "closed": "conversation_aside",
    "failed": "conversation_failed",
    "all": "conversation_all",
}
NEWEST = {
    "inbox": "conversation_newest",
    "mine": "conversation_newest",
    "unassigned": "conversation_newest",
    "waiting": "conversation_newest",
    "closed": "conversation_all_newest",
    "all": "conversation_all_newest",
}
"""The other order's indexes; a view that has none is short enough to be sorted."""


def in_order(view: str, *, newest: bool) -> tuple[str, str, list[str]]:
    """The column that orders a view, the index that serves it, and what that index repeats."""
    if not newest:
        return "rank", INDEX[view], [VIEWS[view]]
    index = NEWEST.get(view, INDEX[view])
    whole = {"conversation_newest": _ACTIVE, "conversation_all_newest": VIEWS["all"]}
    return "newest", index, list(dict.fromkeys([VIEWS[view], whole.get(index, VIEWS[view])]))


# A contact's conversations, and those that they were merged into.
_THEIRS = """
    WITH RECURSIVE theirs (number) AS (
        SELECT number FROM conversation WHERE contact IN (SELECT id FROM contact WHERE root =
            (SELECT root FROM contact WHERE id = ?))
        UNION SELECT c.merged_into FROM theirs JOIN conversation c ON c.number = theirs.number
        WHERE c.merged_into IS NOT NULL)
"""
_CHANGEABLE = frozenset(
    [
        "contact",
        "subject",
        "state",
        "assignee",
        "priority",
        "unread",
        "waiting_since",
        "snoozed_until",
        "last_at",
        "closed_at",
        "merged_into",
        "channel",
        "snippet",
        "failed",
        "tags",
        "apart",
        "aside",
        "split_from",
    ]
)


class InboxReads:
    """Look-ups of conversations."""

    db: sqlite3.Connection

    def rows(
        self,
        view: str,
        *,
        agent: str = "",
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 60,
        newest: bool = False,
    ) -> list[Row]:
        by, index, where = in_order(view, newest=newest)
        order = "ASC"
        arguments: dict[str, Any] = {"limit": limit}
        if view == "mine":
            arguments["agent"] = agent
        if after is not None:
            where.append(f"(c.{by}, c.number) > (:rank, :number)")
            arguments["rank"], arguments["number"] = after
        elif before is not None:
            where.append(f"(c.{by}, c.number) < (:rank, :number)")
            arguments["rank"], arguments["number"] = before
            order = "DESC"
        sql = (
            ROW.format(index=f"INDEXED BY {index}", order=by)
            + f"WHERE {' AND '.join(where)} "
            + f"ORDER BY c.{by} {order}, c.number {order} LIMIT :limit"
        )
        found = [row_of(r) for r in self.db.execute(sql, arguments)]
        return found[::-1] if order == "DESC" else found

    def row(self, number: int) -> Row | None:
        found = self.db.execute(
            ROW.format(index="", order="rank") + "WHERE c.number = ?", (number,)
        ).fetchone()
        return row_of(found) if found else None

    def counts(self, agent: str) -> dict[str, int]:
        names = [*(f"state:{state}" for state in State), "failed", "assignee:", f"assignee:{agent}"]
        marks = ",".join("?" * len(names))
        kept = dict(
            self.db.execute(f"SELECT name, value FROM counter WHERE name IN ({marks})", names)
        )
        state = {s.value: kept.get(f"state:{s}", 0) for s in State}
        return {
            "inbox": state["open"] + state["waiting"],
            "mine": kept.get(f"assignee:{agent}", 0) if agent else 0,
            "unassigned": kept.get("assignee:", 0),
            "waiting": state["waiting"],
            "snoozed": state["snoozed"],
            "failed": kept.get("failed", 0),
            "closed": state["closed"],
            "all": sum(state.values()),
        }

    def conversation(self, number: int) -> Conversation | None:
        found = self.db.execute(f"{CONVERSATION} WHERE c.number = ?", (number,))
        for row in named(found):
            return conversation_of(row)
        return None

    def kept_by(self, number: int) -> int:
        seen = {number}
        while True:
            row = self.db.execute(
                "SELECT merged_into FROM conversation WHERE number = ?", (number,)
            ).fetchone()
            if not row or row[0] is None or row[0] in seen:
                return number
            number = int(row[0])
            seen.add(number)

    def every_conversation(self) -> Iterator[Conversation]:
        found = self.db.execute(f"{CONVERSATION} ORDER BY c.number")
        for row in named(found):
            yield conversation_of(row)

    def conversations_of(self, contact: int, *, limit: int = 50) -> list[Row]:
        found = self.db.execute(
            f"{_THEIRS} {ROW.format(index='', order='rank')} "
            "WHERE c.number IN (SELECT number FROM theirs) AND c.state <> 'merged' "
            "ORDER BY c.last_at DESC, c.number DESC LIMIT ?",
            (contact, limit),
        )
        return [row_of(r) for r in found]

    def open_conversation_of(self, contact: int) -> Conversation | None:
        row = self.db.execute(
            f"{_THEIRS} SELECT number FROM conversation WHERE number IN (SELECT number "
            "FROM theirs) AND state IN ('open', 'waiting', 'snoozed') "
            "ORDER BY last_at DESC, number DESC LIMIT 1",
            (contact,),
        ).fetchone()
        return self.conversation(row[0]) if row else None

    def snoozed_until(self, at: datetime) -> list[int]:
        found = self.db.execute(
            "SELECT number FROM conversation WHERE state = 'snoozed' AND snoozed_until <= ?",
            (column(at),),
        )
        return [r[0] for r in found]

    def participants(self, number: int) -> frozenset[str]:
        found: set[str] = set()
        for scheme, value in self.db.execute(
            "SELECT h.scheme, h.value FROM handle h WHERE h.contact IN (SELECT k.id FROM contact k "
            "WHERE k.root = (SELECT p.root FROM conversation c JOIN contact p ON p.id = c.contact "
            "WHERE c.number = :n)) UNION SELECT h.scheme, h.value FROM message m "
            "JOIN handle h ON h.id = m.handle WHERE m.conversation = :n AND m.direction = 'in'",
            {"n": number},
        ):
            found.add(f"{scheme}:{value}")
        for channel, recipients in self.db.execute(
            "SELECT channel, recipients FROM message WHERE conversation = ? "
            "AND direction IN ('in', 'out') AND forwards IS NULL AND recipients <> '{}'",
            (number,),
        ):
            scheme = self._scheme(channel)
            for addresses in json.loads(recipients).values():
                handles = (normalise(scheme, address) for _, address in addresses)
                found.update(str(handle) for handle in handles if handle)
        return frozenset(found)

    def _scheme(self, channel: str) -> str:
        row = self.db.execute(
            "SELECT json_extract(capabilities, '$.handle_scheme') FROM channel WHERE name = ?",
            (channel,),
        ).fetchone()
        return str(row[0]) if row and row[0] else ""


class InboxWrites(InboxReads):
    """Changes of conversations."""

    def add_conversation(
        self, *, contact: int, subject: str, channel: str, snippet: str, at: datetime, **more: Any
    ) -> int:
        values = {
            "contact": contact,
            "subject": subject,
            "state": State.OPEN,
            "last_at": at,
            "created_at": at,
            "channel": channel,
            "snippet": snippet,
            **more,
        }
        cursor = self.db.execute(
            f"INSERT INTO conversation ({', '.join(values)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            [column(v) for v in values.values()],
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def change_conversation(self, number: int, **changes: Any) -> None:
        names, values = assignments(changes, _CHANGEABLE)
        self.db.execute(f"UPDATE conversation SET {names} WHERE number = ?", (*values, number))

    def link(self, one: int, other: int) -> None:
        pair = sorted((one, other))
        if pair[0] != pair[1]:
            self.db.execute("INSERT OR IGNORE INTO link VALUES (?, ?)", pair)

    def unlink(self, one: int, other: int) -> None:
        self.db.execute("DELETE FROM link WHERE a = ? AND b = ?", sorted((one, other)))
