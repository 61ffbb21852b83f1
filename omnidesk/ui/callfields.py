"""The fields of a call's form, in the order of the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from omnidesk.core.safetext import strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.choice import Choice
from omnidesk.ui.composer import Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from omnidesk.core.model import Contact
    from omnidesk.desk.cards import Ring

BY_RULES = "where it belongs"
ASKS = {
    "name": "of somebody new",
    "outcome": "answered, no answer, voicemail",
    "duration": "3, 3:20, 1h 5m",
    "call_back": "15:30, tomorrow 10, in 2h",
    "recording": "a link",
}
"""What may be left out, and how it is typed."""


class CallText(Writing):
    """What was said."""

    place = keymap.CALL


class CallLine(Input):
    """A field of one line."""

    place = keymap.CALL


def call_fields(ring: Ring | None, given: str, channels: Sequence[str]) -> dict[str, Widget]:
    """Every field by its name; `given` names whoever is known before anything is typed."""
    direction = Choice(("in", "out"), id="direction")
    channel = Choice(channels or ("-",), id="channel")
    channel.display = len(channels) > 1
    if ring is not None:
        direction.at = direction.words.index(ring.direction)
        channel.at = channel.words.index(ring.channel) if ring.channel in channel.words else 0
    name = _line("name", ring.name if ring and not ring.card else "")
    name.display = False
    return {
        "who": _line("who", given),
        "name": name,
        "text": CallText("", soft_wrap=True, show_line_numbers=False, id="text"),
        "direction": direction,
        "outcome": _line("outcome"),
        "duration": _line("duration"),
        "call_back": _line("call_back"),
        "recording": _line("recording"),
        "into": Choice((BY_RULES,), id="into"),
        "channel": channel,
    }


def _line(name: str, value: str = "") -> CallLine:
    return CallLine(strip_codes(value)[0], placeholder=ASKS.get(name, ""), compact=True, id=name)


def begins_with(ring: Ring | None, whose: Contact | None) -> str:
    """What stands in the first field before anything is typed."""
    if ring is not None:
        return ring.handle.value if ring.handle else ""
    return whose.name if whose is not None else ""
