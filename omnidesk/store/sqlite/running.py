"""The small rows of a running desk: channels and their health, leases, settings."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from omnidesk.core.channel import Capabilities
from omnidesk.core.errors import LeaseLost
from omnidesk.core.language import _
from omnidesk.core.model import Health, HealthState
from omnidesk.core.store import Configured, Ledger
from omnidesk.store.sqlite.values import dump, ms, when

_LONGEST_LEASE = timedelta(minutes=5)
"""A lease that ends later than this from now was written by a clock that has since gone back."""


_TAGS = """
    WITH RECURSIVE known (tag) AS (
        SELECT min(tag) FROM tagged
        UNION ALL
        SELECT (SELECT min(tag) FROM tagged WHERE tag > known.tag) FROM known
        WHERE known.tag IS NOT NULL
    )
    SELECT tag FROM known WHERE tag IS NOT NULL LIMIT ?
"""


class RunningReads:
    """Look-ups of how the desk is doing."""

    db: sqlite3.Connection

    def channels(self) -> list[Configured]:
        found = self.db.execute(
            "SELECT name, kind, capabilities, addresses, configured, cursor,"
            " state, reason, until, last_good, changed_at FROM channel ORDER BY name"
        )
        return [_configured(r) for r in found]

    def health(self) -> list[Health]:
        return [c.health for c in self.channels() if c.configured]

    def ledger(self) -> list[Ledger]:
        found = self.db.execute(
            "SELECT channel, count(*), sum(unreadable IS NOT NULL), max(received_at) "
            "FROM message WHERE raw IS NOT NULL AND (direction = 'in' OR marked IS NOT NULL) "
            "GROUP BY channel"
        )
        return [
            Ledger(channel=c, stored=n, unreadable=bad or 0, last_received=when(at))
            for c, n, bad, at in found
        ]

    def setting(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def settings(self, begin: str) -> dict[str, str]:
        query = "SELECT name, value FROM setting WHERE substr(name, 1, ?) = ?"
        return dict(self.db.execute(query, (len(begin), begin)).fetchall())

    def tags(self, *, limit: int = 500) -> list[str]:
        found = self.db.execute(_TAGS, (limit,))  # from tag to tag, not over all that have them
        return [row[0] for row in found]

    def lease(self, name: str, now: datetime) -> str | None:
        row = self.db.execute(
            "SELECT holder FROM lease WHERE name = ? AND until > ? AND until < ?",
            (name, ms(now), ms(now + _LONGEST_LEASE)),
        ).fetchone()
        return row[0] if row else None


class RunningWrites(RunningReads):
    """Changes of the same."""

    def configure(
        self, name: str, kind: str, capabilities: Capabilities, addresses: Sequence[str]
    ) -> None:
        self.db.execute(
            "INSERT INTO channel (name, kind, capabilities, addresses, configured)"
            " VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET kind = excluded.kind,"
            " capabilities = excluded.capabilities, addresses = excluded.addresses, configured = 1",
            (name, kind, dump(dataclasses.asdict(capabilities)), dump(list(addresses))),
        )

    def unconfigure_others(self, names: Sequence[str]) -> None:
        marks = ",".join("?" * len(names))
        self.db.execute(
            f"UPDATE channel SET configured = 0 WHERE name NOT IN ({marks})",
            list(names),
        )

    def set_cursor(self, channel: str, cursor: str | None) -> None:
        self.db.execute(
            "INSERT INTO channel (name, cursor) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
            (channel, cursor),
        )

    def set_health(self, health: Health) -> None:
        self.db.execute(
            "INSERT INTO channel (name, state, reason, until, last_good, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state,"
            " reason = excluded.reason, until = excluded.until,"
            " last_good = coalesce(excluded.last_good, last_good),"
            " changed_at = coalesce(excluded.changed_at, changed_at)",
            (
                health.channel,
                health.state.value,
                health.reason,
                ms(health.until),
                ms(health.last_good),
                ms(health.changed_at),
            ),
        )

    def hold(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        cursor = self.db.execute(
            "INSERT INTO lease VALUES (:name, :holder, :until) ON CONFLICT DO UPDATE SET"
            " holder = excluded.holder, until = excluded.until"
            " WHERE holder = excluded.holder OR until <= :now OR until >= :absurd",
            {
                "name": name,
                "holder": holder,
                "until": ms(until),
                "now": ms(now),
                "absurd": ms(now + _LONGEST_LEASE),
            },
        )
        return cursor.rowcount > 0

    def held(self, name: str, holder: str) -> None:
        row = self.db.execute("SELECT holder FROM lease WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] != holder:
            raise LeaseLost(_("{name}: another engine serves it now").format(name=name))

    def release(self, name: str, holder: str) -> None:
        self.db.execute("DELETE FROM lease WHERE name = ? AND holder = ?", (name, holder))

    def set_setting(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def _configured(r: tuple[Any, ...]) -> Configured:
    able = json.loads(r[2])
    known = {f.name for f in dataclasses.fields(Capabilities)}
    able = {"handle_scheme": "", **{k: v for k, v in able.items() if k in known}}
    return Configured(
        name=r[0],
        kind=r[1],
        capabilities=Capabilities(**able),
        addresses=tuple(json.loads(r[3])),
        configured=bool(r[4]),
        cursor=r[5],
        health=Health(
            channel=r[0],
            state=HealthState(r[6]),
            reason=r[7],
            until=when(r[8]),
            last_good=when(r[9]),
            changed_at=when(r[10]),
        ),
    )
