"""The newest words of a conversation, where there is room for few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import Line, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnidesk.core.model import Message

_PEEKED = 400


def peeked(messages: Sequence[Message], width: int, room: int) -> list[Line]:
    """The newest words at the bottom, what came before them above."""
    lines: list[Line] = []
    for message in reversed(messages):
        if message.text.strip() and len(lines) < room:
            lines[:0] = _of_one(message, width)[:room]
    return lines[-room:]


def _of_one(message: Message, width: int) -> list[Line]:
    who = message.sender.name if message.sender and message.sender.name else "?"
    ink = "text"
    if message.direction is Direction.NOTE:
        who, ink = _("NOTE {author}").format(author=message.author), "note"
    elif message.direction is Direction.OUT:
        who, ink = _("us, {author}").format(author=message.author or _("automatic")), "own"
    said = message.text[: _PEEKED * 2]
    if message.folded and message.folded[0][0]:
        said = said[: message.folded[0][0]]
    head = SafeText(f"{safe_line(who, 24)}: ")
    lines = wrap(safe_line(head + said[:_PEEKED]), width)
    first = SafeText(lines[0][len(head) :])
    return [((head, "muted"), (first, ink)), *(((line, ink),) for line in lines[1:])]
