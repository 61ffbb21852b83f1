"""What is here changes: an author edits his message, a customer begins to write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from omnidesk.core.channel import Edited, Typing
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Attachment, Message
from omnidesk.core.store import Transaction
from omnidesk.core.summary import snippet
from omnidesk.engine import arrivals
from omnidesk.engine.rules import Rules

_SAME = timedelta(milliseconds=1)
"""The store keeps times to the millisecond."""


def edit(
    tx: Transaction,
    rules: Rules,
    edited: Edited,
    raw: str | None,
    files: Sequence[Attachment],
    now: datetime,
) -> bool:
    """Put a new version over a message; one that never came is stored as it is now."""
    seen = tx.seen_external(rules.channel, edited.external_id)
    if seen is None:
        if edited.incoming is None:
            return False
        return arrivals.arrive(tx, rules, edited.incoming, raw, files, now)
    present = tx.message(seen.id)
    if present is None or present.raw == raw or present.text == edited.text:
        return False
    if _is_old(tx, present, edited):
        return False
    tx.add_version(seen.id, text=edited.text, raw=raw, at=edited.at, completes=edited.completes)
    changes: dict[str, Any] = {"snippet": snippet(edited.text, ())}
    if edited.incoming is None or edited.incoming.asks:
        changes["unread"] = True
    elif (row := tx.row(seen.conversation)) and row.waiting_since == present.received_at:
        changes["waiting_since"] = None  # he waited because of this alone
    tx.change_conversation(seen.conversation, **changes)
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.MESSAGE_EDITED,
            conversation=seen.conversation,
            message=seen.id,
            channel=rules.channel,
            data={"completes": True} if edited.completes else {},
        )
    )
    return True


def _is_old(tx: Transaction, present: Message, edited: Edited) -> bool:
    """Whether this edit was made before, as a repeated batch has it, or an older one comes late.

    Each version is kept with the time of the edit that took its place.
    """
    replaced = tx.versions(present.id)
    if not replaced:
        return False
    put = [*(text for _, text, _ in replaced[1:]), present.text]
    for (_, _, at), text in zip(replaced, put, strict=True):
        if abs(at - edited.at) < _SAME and text == edited.text:
            return True
    return edited.at < replaced[-1][2] - _SAME


def type_(tx: Transaction, rules: Rules, typing: Typing, now: datetime) -> bool:
    """Tell the screens that the customer is writing."""
    contact = tx.contact_of(typing.handle)
    found = tx.open_conversation_of(contact) if contact is not None else None
    if found is None:
        return False
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.CUSTOMER_TYPING,
            conversation=found.number,
            channel=rules.channel,
        )
    )
    return True
