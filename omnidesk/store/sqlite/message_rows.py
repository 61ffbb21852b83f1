"""Messages as rows: the columns that are read, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from omnidesk.core.model import Address, Attachment, Bounce, Direction, Handle, Message
from omnidesk.core.store import Seen
from omnidesk.store.sqlite.values import dump, read_addresses, when

MESSAGE = """
    SELECT m.id, m.conversation, m.channel, m.direction, m.external_id, m.message_id,
           m.sender_name, m.sender_address, m.author, m.recipients, m.subject, m.text, m.folded,
           m.refs, m.reply_path, m.sent_at, m.received_at, m.automatic, m.bounce, m.unreadable,
           m.why, m.copy_of, m.version, m.raw, h.scheme, h.value, html.source, m.answers,
           m.marked, m.home, m.forwards, m.version > 1 AND EXISTS (SELECT 1 FROM version v
           WHERE v.message = m.id AND NOT v.completed), m.hidden
    FROM message m LEFT JOIN handle h ON h.id = m.handle LEFT JOIN html ON html.message = m.id
"""
SEEN = """
    SELECT m.id, m.conversation, m.channel, m.direction, h.scheme, h.value, m.message_id,
           m.subject, m.received_at, length(m.text), m.home, m.forwards
    FROM message m LEFT JOIN handle h ON h.id = m.handle
"""


def bounce_json(bounce: Bounce | None) -> str | None:
    if bounce is None:
        return None
    return dump([list(bounce.recipients), bounce.status, bounce.permanent, bounce.reason])


def _bounce(text: str | None) -> Bounce | None:
    if text is None:
        return None
    recipients, status, permanent, reason = json.loads(text)
    return Bounce(recipients=tuple(recipients), status=status, permanent=permanent, reason=reason)


def seen_of(r: tuple[Any, ...]) -> Seen:
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
        forwards=r[11],
    )


def message_of(r: tuple[Any, ...], files: tuple[Attachment, ...], delivery: Any) -> Message:
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
        edited=bool(r[31]),
        raw=r[23],
        handle=Handle(r[24], r[25]) if r[24] else None,
        html=r[26],
        hidden=r[32],
        answers=r[27],
        marked=r[28],
        home=r[29],
        forwards=r[30],
        attachments=files,
        delivery=delivery,
    )
