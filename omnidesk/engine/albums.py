"""Pictures that belong to one message come in several batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from omnidesk.core.channel import Incoming
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Attachment
from omnidesk.core.store import Seen, Transaction
from omnidesk.engine.rules import Rules


def begun(tx: Transaction, rules: Rules, incoming: Incoming) -> Seen | None:
    """The message that an album's first pictures made, where they came with an earlier batch."""
    if incoming.album is None:
        return None
    return tx.seen_external(rules.channel, f"album:{incoming.album}")


def join(
    tx: Transaction,
    rules: Rules,
    incoming: Incoming,
    files: Sequence[Attachment],
    first: Seen,
    now: datetime,
) -> None:
    """Put further pictures of an album to those that are here."""
    tx.add_attachments(first.id, files)
    for external_id in (incoming.external_id, *incoming.parts):
        tx.add_part(rules.channel, external_id, first.id)
    tx.append(
        Event(
            at=now,
            actor=SYSTEM,
            kind=What.MESSAGE_EDITED,
            conversation=first.conversation,
            message=first.id,
            channel=rules.channel,
            data={"files": [f.name for f in files]},
        )
    )
