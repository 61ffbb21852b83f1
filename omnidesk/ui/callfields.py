"""The fields of a call's form, in the order of the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from omnidesk.core.language import N_, _, pgettext
from omnidesk.core.safetext import strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.choice import Choice
from omnidesk.ui.composer import Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from omnidesk.core.model import Contact
    from omnidesk.desk.cards import Ring

ASKS = {
    "name": N_("of somebody new"),
    "outcome": N_("answered, no answer, voicemail"),
    "duration": N_("3, 3:20, 1h 5m"),
    "call_back": N_("15:30, tomorrow 10, in 2h"),
    "recording": N_("a link"),
}
"""What may be left out, and how it is typed."""


def field_word(name: str) -> str:
    """What a field is called on the screen."""
    words = {
        "who": pgettext("field of a call", "who"),
        "name": pgettext("field of a call", "name"),
        "text": pgettext("field of a call", "text"),
        "direction": pgettext("field of a call", "direction"),
        "outcome": pgettext("field of a call", "outcome"),
        "duration": pgettext("field of a call", "duration"),
        "call_back": pgettext("field of a call", "call back"),
        "recording": pgettext("field of a call", "recording"),
        "into": pgettext("field of a call", "into"),
        "channel": pgettext("field of a call", "channel"),
    }
    return words[name]


def by_rules() -> str:
    """The choice that leaves the conversation to the rules."""
    return _("where it belongs")


def _way(word: str) -> str:
    ways = {"in": pgettext("way of a call", "in"), "out": pgettext("way of a call", "out")}
    return ways[word]


class CallText(Writing):
    """What was said."""

    place = keymap.CALL


class CallLine(Input):
    """A field of one line."""

    place = keymap.CALL


def call_fields(ring: Ring | None, given: str, channels: Sequence[str]) -> dict[str, Widget]:
    """Every field by its name; `given` names whoever is known before anything is typed."""
    direction = Choice(("in", "out"), id="direction", shown=_way)
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
        "into": Choice((by_rules(),), id="into"),
        "channel": channel,
    }


def _line(name: str, value: str = "") -> CallLine:
    asks = _(ASKS[name]) if name in ASKS else ""
    return CallLine(strip_codes(value)[0], placeholder=asks, compact=True, id=name)


def begins_with(ring: Ring | None, whose: Contact | None) -> str:
    """What stands in the first field before anything is typed."""
    if ring is not None:
        return ring.handle.value if ring.handle else ""
    return whose.name if whose is not None else ""
