"""Messages with their attachments, versions and further external ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from omnidesk.core.model import Address, Attachment, Bounce, Direction, Handle, Message
from omnidesk.core.store import Seen
from omnidesk.store.sqlite.outbox import OutboxReads
from omnidesk.store.sqlite.values import (
    addresses,
    assignments,
    dump,
    ms,
    read_addresses,
    when,
)

_MESSAGE = """
    SELECT m.id, m.conversation, m.channel, m.direction, m.external_id, m.message_id,
           m.sender_name, m.sender_address, m.author, m.recipients, m.subject, m.text, m.folded,
           m.refs, m.reply_path, m.sent_at, m.received_at, m.automatic, m.bounce, m.unreadable,
           m.why, m.copy_of, m.version, m.raw, h.scheme, h.value, html.source, m.answers,
           m.marked, m.home
    FROM message m LEFT JOIN handle h ON h.id = m.handle LEFT JOIN html ON html.message = m.id
"""
_SEEN = """
    SELECT m.id, m.conversation, m.channel, m.direction, h.scheme, h.value, m.message_id,
           m.subject, m.received_at, length(m.text), m.home
    FROM message m LEFT JOIN handle h ON h.id = m.handle
"""
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
            f"{_MESSAGE} WHERE m.conversation = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?",
            (number, 1 << 62 if before is None else before, -1 if limit is None else limit),
        ).fetchall()
        return self._messages(found[::-1])

    def message(self, id: int) -> Message | None:
        found = self.db.execute(f"{_MESSAGE} WHERE m.id = ?", (id,)).fetchall()
        return self._messages(found)[0] if found else None

    def last_inbound(self, number: int) -> Message | None:
        found = self.db.execute(
            f"{_MESSAGE} WHERE m.conversation = ? AND m.direction = 'in' AND m.bounce IS NULL "
            "ORDER BY m.id DESC LIMIT 1",
            (number,),
        ).fetchall()
        return self._messages(found)[0] if found else None

    def every_message(self) -> Iterator[Message]:
        last = 0
        while True:
            found = self.db.execute(
                f"{_MESSAGE} WHERE m.id > ? ORDER BY m.id LIMIT 500", (last,)
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
            f"{_SEEN} WHERE m.id = (SELECT id FROM message WHERE channel = :c AND external_id = :e"
            " UNION ALL SELECT message FROM part WHERE channel = :c AND external_id = :e LIMIT 1)",
            {"c": channel, "e": external_id},
        ).fetchone()
        return _seen(row) if row else None

    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]:
        if not ids:
            return {}
        found: dict[str, list[Seen]] = {}
        marks = ",".join("?" * len(ids))
        for row in self.db.execute(
            f"{_SEEN} WHERE m.message_id IN ({marks}) ORDER BY m.id", list(ids)
        ):
            found.setdefault(row[6], []).append(_seen(row))
        return found

    def seen_key(self, key: str) -> Seen | None:
        row = self.db.execute(
            f"{_SEEN} JOIN delivery d ON d.message = m.id WHERE d.key = ?", (key,)
        ).fetchone()
        return _seen(row) if row else None

    def seen_last_out(self, channel: str, handle: Handle) -> Seen | None:
        row = self.db.execute(
            f"{_SEEN} WHERE m.channel = ? AND m.direction = 'out' AND h.scheme = ? AND h.value = ? "
            "ORDER BY m.id DESC LIMIT 1",
            (channel, handle.scheme, handle.value),
        ).fetchone()
        return _seen(row) if row else None

    def _messages(self, rows: Sequence[tuple[Any, ...]]) -> list[Message]:
        ids = [r[0] for r in rows]
        files = self._attachments(ids)
        deliveries = self.deliveries(ids)
        return [_message(r, files.get(r[0], ()), deliveries.get(r[0])) for r in rows]

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
            " why, marked, copy_of, raw, files)"
            f" VALUES (:conversation, {_HOME}, :channel, :direction, :external_id, :message_id,"
            " (SELECT id FROM handle WHERE scheme = :scheme AND value = :value), :sender_name,"
            " :sender_address, :author, :recipients, :subject, :text, :folded, :refs, :answers,"
            " :reply_path, :sent_at, :received_at, :automatic, :bounce, :unreadable, :why,"
            " :marked, :copy_of, :raw, :files)"
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
                "bounce": _bounce_json(message.bounce),
                "unreadable": message.unreadable,
                "why": message.why,
                "marked": message.marked,
                "copy_of": message.copy_of,
                "raw": message.raw,
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

    def add_version(self, message: int, *, text: str, raw: str | None, at: datetime) -> None:
        self.db.execute(
            "INSERT INTO version SELECT id, version, text, raw, ? FROM message WHERE id = ?",
            (ms(at), message),
        )
        self.db.execute(
            "UPDATE message SET text = ?, folded = '[]', raw = ?, version = version + 1 "
            "WHERE id = ?",
            (text, raw, message),
        )

    def remove_message(self, id: int) -> None:
        self.db.execute("DELETE FROM message WHERE id = ?", (id,))


def _bounce_json(bounce: Bounce | None) -> str | None:
    if bounce is None:
        return None
    return dump([list(bounce.recipients), bounce.status, bounce.permanent, bounce.reason])


def _bounce(text: str | None) -> Bounce | None:
    if text is None:
        return None
    recipients, status, permanent, reason = json.loads(text)
    return Bounce(recipients=tuple(recipients), status=status, permanent=permanent, reason=reason)


def _seen(r: tuple[Any, ...]) -> Seen:
    return Seen(
        id=r[0],
        conversation=r[1],
        channel=r[2],
        direction=r[3],
        handle=Handle(r[4], r[5]) if r[4] else None,
        message_id=r[6],
        subject=r[7],
        received_at=when(r[8]),
        text_size=r[9],
        home=r[10],
    )


def _message(r: tuple[Any, ...], files: tuple[Attachment, ...], delivery: Any) -> Message:
    recipients = json.loads(r[9])
    return Message(
        id=r[0],
        conversation=r[1],
        channel=r[2],
        direction=Direction(r[3]),
        external_id=r[4],
        message_id=r[5],
        sender=Address(r[6] or "", r[7] or "") if r[6] is not None or r[7] is not None else None,
        author=r[8],
        to=read_addresses(recipients.get("to", ())),
        cc=read_addresses(recipients.get("cc", ())),
        bcc=read_addresses(recipients.get("bcc", ())),
        reply_to=read_addresses(recipients.get("reply_to", ())),
        subject=r[10],
        text=r[11],
        folded=tuple((start, end) for start, end in json.loads(r[12])),
        references=tuple(json.loads(r[13])),
        reply_path=r[14],
        sent_at=when(r[15]),
        received_at=when(r[16]),
        automatic=r[17],
        bounce=_bounce(r[18]),
        unreadable=r[19],
        why=r[20],
        copy_of=r[21],
        version=r[22],
        raw=r[23],
        handle=Handle(r[24], r[25]) if r[24] else None,
        html=r[26],
        answers=r[27],
        marked=r[28],
        home=r[29],
        attachments=files,
        delivery=delivery,
    )
