"""Messages with their attachments, versions and further external ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from omnidesk.core.model import Attachment, Handle, Message
from omnidesk.core.store import Seen
from omnidesk.store.sqlite.message_rows import MESSAGE, SEEN, bounce_json, message_of, seen_of
from omnidesk.store.sqlite.outbox import OutboxReads
from omnidesk.store.sqlite.values import (
    addresses,
    assignments,
    dump,
    ms,
    when,
)

# Without a known home: of what was merged into a conversation the part of the handle's contact.
_HOME = """coalesce(:home, (
    WITH RECURSIVE below (number) AS (SELECT :conversation UNION
        SELECT c.number FROM conversation c JOIN below ON c.merged_into = below.number)
    SELECT c.number FROM below JOIN conversation c ON c.number = below.number
    JOIN handle h ON h.contact = c.contact AND h.scheme = :scheme AND h.value = :value
    WHERE c.number = :conversation OR c.aside IS NOT NULL
    ORDER BY c.number = :conversation DESC, c.last_at DESC LIMIT 1), :conversation)"""
_CHANGEABLE = frozenset(
    [
        "conversation",
        "sent_at",
        "external_id",
        "message_id",
        "why",
        "copy_of",
        "unreadable",
        "bounce",
        "automatic",
        "raw",
    ]
)


class MessageReads(OutboxReads):
    """Look-ups of messages."""

    db: sqlite3.Connection

    def messages(
        self, number: int, *, before: int | None = None, limit: int | None = None
    ) -> list[Message]:
        found = self.db.execute(
            f"{MESSAGE} WHERE m.conversation = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?",
            (number, 1 << 62 if before is None else before, -1 if limit is None else limit),
        ).fetchall()
        return self._messages(found[::-1])

    def message(self, id: int) -> Message | None:
        found = self.db.execute(f"{MESSAGE} WHERE m.id = ?", (id,)).fetchall()
        return self._messages(found)[0] if found else None

    def inbound(self, number: int, *, limit: int) -> list[Message]:
        found = self.db.execute(
            f"{MESSAGE} WHERE m.conversation = ? AND m.direction = 'in' ORDER BY m.id DESC LIMIT ?",
            (number, limit),
        ).fetchall()
        return self._messages(found)

    def last_inbound(self, number: int) -> Message | None:
        found = self.db.execute(
            f"{MESSAGE} WHERE m.conversation = ? AND m.direction = 'in' AND m.bounce IS NULL "
            "ORDER BY m.id DESC LIMIT 1",
            (number,),
        ).fetchall()
        return self._messages(found)[0] if found else None

    def every_message(self) -> Iterator[Message]:
        last = 0
        while True:
            found = self.db.execute(
                f"{MESSAGE} WHERE m.id > ? ORDER BY m.id LIMIT 500", (last,)
            ).fetchall()
            if not found:
                return
            last = found[-1][0]
            yield from self._messages(found)

    def versions(self, message: int) -> list[tuple[int, str, datetime]]:
        return [
            (version, text, when(at))
            for version, text, at in self.db.execute(
                "SELECT version, text, at FROM version WHERE message = ? ORDER BY version",
                (message,),
            )
        ]

    def seen_external(self, channel: str, external_id: str) -> Seen | None:
        row = self.db.execute(
            f"{SEEN} WHERE m.id = (SELECT id FROM message WHERE channel = :c AND external_id = :e"
            " UNION ALL SELECT message FROM part WHERE channel = :c AND external_id = :e LIMIT 1)",
            {"c": channel, "e": external_id},
        ).fetchone()
        return seen_of(row) if row else None

    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]:
        if not ids:
            return {}
        found: dict[str, list[Seen]] = {}
        marks = ",".join("?" * len(ids))
        for row in self.db.execute(
            f"{SEEN} WHERE m.message_id IN ({marks}) ORDER BY m.id", list(ids)
        ):
            found.setdefault(row[6], []).append(seen_of(row))
        return found

    def seen_key(self, key: str) -> Seen | None:
        row = self.db.execute(
            f"{SEEN} JOIN delivery d ON d.message = m.id WHERE d.key = ?", (key,)
        ).fetchone()
        return seen_of(row) if row else None

    def seen_last_out(self, channel: str, handle: Handle) -> Seen | None:
        row = self.db.execute(
            f"{SEEN} WHERE m.channel = ? AND m.direction = 'out' AND h.scheme = ? AND h.value = ? "
            "ORDER BY m.id DESC LIMIT 1",
            (channel, handle.scheme, handle.value),
        ).fetchone()
        return seen_of(row) if row else None

    def _messages(self, rows: Sequence[tuple[Any, ...]]) -> list[Message]:
        ids = [r[0] for r in rows]
        files = self._attachments(ids)
        deliveries = self.deliveries(ids)
        return [message_of(r, files.get(r[0], ()), deliveries.get(r[0])) for r in rows]

    def _attachments(self, messages: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
        found: dict[int, tuple[Attachment, ...]] = {}
        marks = ",".join("?" * len(messages))
        for r in self.db.execute(
            "SELECT message, id, name, media_type, size, sha256, inline, content_id, missing "
            f"FROM attachment WHERE message IN ({marks}) ORDER BY id",
            list(messages),
        ):
            file = Attachment(
                id=r[1],
                name=r[2],
                media_type=r[3],
                size=r[4],
                sha256=r[5],
                inline=bool(r[6]),
                content_id=r[7],
                missing=r[8],
            )
            found[r[0]] = (*found.get(r[0], ()), file)
        return found


class MessageWrites(MessageReads):
    """Changes of messages."""

    def add_message(self, message: Message) -> int | None:
        sender = message.sender
        recipients = {
            role: addresses(getattr(message, role))
            for role in ("to", "cc", "bcc", "reply_to")
            if getattr(message, role)
        }
        cursor = self.db.execute(
            "INSERT INTO message (conversation, home, channel, direction, external_id, message_id,"
            " handle, sender_name, sender_address, author, recipients, subject, text, folded,"
            " refs, answers, reply_path, sent_at, received_at, automatic, bounce, unreadable,"
            " why, marked, copy_of, forwards, raw, files, hidden)"
            f" VALUES (:conversation, {_HOME}, :channel, :direction, :external_id, :message_id,"
            " (SELECT id FROM handle WHERE scheme = :scheme AND value = :value), :sender_name,"
            " :sender_address, :author, :recipients, :subject, :text, :folded, :refs, :answers,"
            " :reply_path, :sent_at, :received_at, :automatic, :bounce, :unreadable, :why,"
            " :marked, :copy_of, :forwards, :raw, :files, :hidden)"
            " ON CONFLICT (channel, external_id) DO NOTHING",
            {
                "conversation": message.conversation,
                "home": message.home,
                "channel": message.channel,
                "direction": message.direction.value,
                "external_id": message.external_id,
                "message_id": message.message_id,
                "scheme": message.handle.scheme if message.handle else None,
                "value": message.handle.value if message.handle else None,
                "sender_name": sender.name if sender else None,
                "sender_address": sender.address if sender else None,
                "author": message.author,
                "recipients": dump(recipients),
                "subject": message.subject,
                "text": message.text,
                "folded": dump(message.folded),
                "refs": dump(message.references),
                "answers": message.answers,
                "reply_path": message.reply_path,
                "sent_at": ms(message.sent_at),
                "received_at": ms(message.received_at),
                "automatic": message.automatic,
                "bounce": bounce_json(message.bounce),
                "unreadable": message.unreadable,
                "why": message.why,
                "marked": message.marked,
                "copy_of": message.copy_of,
                "forwards": message.forwards,
                "raw": message.raw,
                "hidden": message.hidden,
                "files": " ".join(f.name for f in message.attachments),
            },
        )
        if not cursor.rowcount:
            return None
        assert cursor.lastrowid is not None
        added = cursor.lastrowid
        if message.html:
            self.db.execute("INSERT INTO html VALUES (?, ?)", (added, message.html))
        if message.attachments:
            self._insert_attachments(added, message.attachments)
        return added

    def add_part(self, channel: str, external_id: str, message: int) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO part VALUES (?, ?, ?)", (channel, external_id, message)
        )

    def add_attachments(self, message: int, files: Sequence[Attachment]) -> None:
        self._insert_attachments(message, files)
        self.db.execute(
            "UPDATE message SET files = trim(files || ' ' || ?) WHERE id = ?",
            (" ".join(f.name for f in files), message),
        )

    def _insert_attachments(self, message: int, files: Sequence[Attachment]) -> None:
        self.db.executemany(
            "INSERT INTO attachment"
            " (message, name, media_type, size, sha256, inline, content_id, missing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    message,
                    f.name,
                    f.media_type,
                    f.size,
                    f.sha256,
                    int(f.inline),
                    f.content_id,
                    f.missing,
                )
                for f in files
            ],
        )

    def change_message(self, id: int, **changes: Any) -> None:
        names, values = assignments(changes, _CHANGEABLE)
        self.db.execute(f"UPDATE message SET {names} WHERE id = ?", (*values, id))

    def add_version(
        self,
        message: int,
        *,
        text: str,
        raw: str | None,
        at: datetime,
        completes: bool = False,
    ) -> None:
        self.db.execute(
            "INSERT INTO version SELECT id, version, text, raw, ?, ? FROM message WHERE id = ?",
            (ms(at), completes, message),
        )
        self.db.execute(
            "UPDATE message SET text = ?, folded = '[]', raw = ?, version = version + 1 "
            "WHERE id = ?",
            (text, raw, message),
        )

    def remove_message(self, id: int) -> None:
        self.db.execute("DELETE FROM message WHERE id = ?", (id,))
