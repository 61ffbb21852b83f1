"""Replies and notes that are being written, one of an agent in a conversation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from omnidesk.core.model import Draft, Handle
from omnidesk.store.sqlite.values import addresses, dump, ms, read_addresses, when


class DraftReads:
    """Look-ups of drafts."""

    db: sqlite3.Connection

    def draft(self, number: int, agent: str) -> Draft | None:
        row = self.db.execute(
            "SELECT note, text, channel, files, changed_at, everyone, handle, recipients, forward"
            " FROM draft WHERE conversation = ? AND agent = ?",
            (number, agent),
        ).fetchone()
        if row is None:
            return None
        whom = {role: read_addresses(people) for role, people in json.loads(row[7]).items()}
        return Draft(
            conversation=number,
            agent=agent,
            note=bool(row[0]),
            text=row[1],
            channel=row[2],
            attachments=tuple(json.loads(row[3])),
            changed_at=when(row[4]),
            everyone=bool(row[5]),
            to=Handle.parse(row[6]) if row[6] else None,
            cc=whom.get("cc"),
            bcc=whom.get("bcc", ()),
            forward=row[8],
            people=whom.get("to", ()),
        )


class DraftWrites(DraftReads):
    """Changes of drafts."""

    def save_draft(self, draft: Draft) -> None:
        whom = {"to": draft.people or None, "cc": draft.cc, "bcc": draft.bcc or None}
        self.db.execute(
            "INSERT OR REPLACE INTO draft (conversation, agent, note, text, channel, files,"
            " everyone, handle, recipients, forward, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                draft.conversation,
                draft.agent,
                int(draft.note),
                draft.text,
                draft.channel,
                dump(list(draft.attachments)),
                int(draft.everyone),
                str(draft.to) if draft.to else None,
                dump({role: addresses(some) for role, some in whom.items() if some is not None}),
                draft.forward,
                ms(draft.changed_at),
            ),
        )

    def drop_draft(self, number: int, agent: str) -> None:
        self.db.execute("DELETE FROM draft WHERE conversation = ? AND agent = ?", (number, agent))


def drafted(db: sqlite3.Connection, which: str = "1") -> set[str]:
    """The bytes of the store, by their SHA-256, that drafts name; `which` is a condition."""
    from omnidesk.core.stored import read_stored  # who only looks reads no entry

    found = db.execute(f"SELECT files FROM draft WHERE files <> '[]' AND {which}").fetchall()
    entries = (read_stored(entry) for (files,) in found for entry in json.loads(files))
    return {entry.sha256 for entry in entries if entry is not None}


def leave_drafts(
    db: sqlite3.Connection, values: Collection[str], received: Collection[str]
) -> None:
    """What is being written to others copies an erased person no more, and passes nothing on.

    `values` are his handles', `received` the bytes that came from him and from nobody else.
    """
    from omnidesk.core.stored import read_stored

    found = db.execute("SELECT conversation, agent, handle, recipients, files FROM draft")
    for conversation, agent, handle, recipients, files in found.fetchall():
        roles = {
            role: [one for one in people if one[1].lower() not in values]
            for role, people in json.loads(recipients).items()
        }
        chosen = handle if handle and handle.partition(":")[2] not in values else None
        kept = [
            entry
            for entry in json.loads(files)
            if (file := read_stored(entry)) is None or file.sha256 not in received
        ]
        db.execute(
            "UPDATE draft SET handle = ?, recipients = ?, files = ?"
            " WHERE conversation = ? AND agent = ?",
            (chosen, dump(roles), dump(kept), conversation, agent),
        )
