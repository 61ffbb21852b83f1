"""How a conversation stands, in a word."""

from __future__ import annotations

from omnidesk.core.language import ngettext, pgettext
from omnidesk.core.model import State
from omnidesk.core.safetext import SafeText


def state_word(state: State) -> SafeText:
    """One conversation: `open`, `waiting`, `snoozed`, `closed`."""
    words = {
        State.OPEN: pgettext("a conversation", "open"),
        State.WAITING: pgettext("a conversation", "waiting"),
        State.SNOOZED: pgettext("a conversation", "snoozed"),
        State.CLOSED: pgettext("a conversation", "closed"),
    }
    return SafeText(words[state])


def so_many(count: int, state: State) -> SafeText:
    """Several of them: `3 closed`."""
    words = {
        State.OPEN: ngettext("{n} open", "{n} open", count),
        State.WAITING: ngettext("{n} waiting", "{n} waiting", count),
        State.SNOOZED: ngettext("{n} snoozed", "{n} snoozed", count),
        State.CLOSED: ngettext("{n} closed", "{n} closed", count),
    }
    return SafeText(words[state].format(n=count))
