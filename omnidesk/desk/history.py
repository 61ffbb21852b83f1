"""What became of one message: its versions, and what happened to it."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.errors import NotFound
from omnidesk.core.events import Event
from omnidesk.core.language import _
from omnidesk.core.model import Message
from omnidesk.core.store import Reads
from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A message with its older versions (number, text, when) and its events, oldest first."""

    message: Message
    versions: tuple[tuple[int, str, datetime], ...]
    events: tuple[Event, ...]


def history(reads: Reads, id: int) -> History:
    """Everything about a message; NotFound where there is none."""
    message = reads.message(id)
    if message is None:
        raise NotFound(_("there is no message {id}; omnidesk show prints their ids").format(id=id))
    moves = [event for seq in reads.moves_of(id) if (event := reads.event(seq)) is not None]
    where = {message.conversation, message.home, *(move.conversation for move in moves)} - {None}
    found = {event.seq: event for number in where if number for event in reads.events_of(number)}
    return History(
        message=message,
        versions=tuple(reads.versions(id)),
        events=tuple(e for _rest, e in sorted(found.items()) if _is_about(e, id)),
    )


def _is_about(event: Event, id: int) -> bool:
    return event.message == id or id in event.data.get("moved", ())
