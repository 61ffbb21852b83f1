"""What holds a reply back before it is written: a variable not filled in, somebody faster."""

from __future__ import annotations

import re

from omnidesk.core.errors import CannotReply, Overtaken
from omnidesk.core.language import _
from omnidesk.core.model import Direction, Message
from omnidesk.core.store import Reads
from omnidesk.core.summary import snippet

_VARIABLE = re.compile(r"\{\{[^{}\n]*\}\}")
_LOOKED_AT = 50


def unfilled(text: str) -> tuple[str, ...]:
    """The variables of a template that still stand in a text."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def require_filled(text: str) -> None:
    """CannotReply where a variable of a template was not filled in."""
    if left := unfilled(text):
        raise CannotReply(
            _("{names} is not filled in; write what belongs there").format(names=", ".join(left))
        )


def require_first(reads: Reads, number: int, seen: int, agent: str) -> None:
    """Overtaken where the customer wrote, or somebody else answered, after message `seen`."""
    said = reads.messages(number, limit=_LOOKED_AT)
    changes = tuple(
        _told(message)
        for message in said
        if message.id > seen
        and message.direction is not Direction.NOTE
        and not message.automatic
        and message.forwards is None
        and message.author != agent
    )
    if changes:
        raise Overtaken(changes)


def _told(message: Message) -> str:
    who = message.sender.name or message.sender.address if message.sender else message.author
    said = snippet(message.text, message.folded, [file.name for file in message.attachments])
    at = f"{message.received_at.astimezone():%H:%M}"
    told = _("{who} wrote by {channel} at {at}: {said}")
    if message.direction is Direction.OUT:
        told = _("{who} answered by {channel} at {at}: {said}")
    return told.format(who=who or _("somebody"), channel=message.channel, at=at, said=said)
