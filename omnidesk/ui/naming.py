"""What a list is called, and what its emptiness means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import N_, _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.keymap import View, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from omnidesk.ui.posts import Listed

EMPTY = {
    "inbox": N_("Nobody waits for you. New messages appear here by themselves."),
    "mine": N_("Nothing is yours. A takes the conversation under the cursor."),
    "unassigned": N_("Everything has an owner."),
    "waiting": N_("No customer owes an answer."),
    "snoozed": N_("Nothing is put off."),
    "failed": N_("Every reply has arrived."),
    "closed": N_("Nothing is closed yet. e closes what is done."),
    "all": N_("No message has come yet. omnidesk check tries every channel."),
}
"""What an empty view teaches."""


def name_of(listed: Listed, views: Iterable[View]) -> tuple[SafeText, SafeText]:
    """The title of a list, and what stands in it where it is empty."""
    view, words, newest = listed
    known = next(known for known in views if known[0] == view)
    title, order = title_of(known), N_("newest first") if newest else known[2]
    if words:
        filtered = _("{view}: {words}, Esc shows all")
        said = filtered.format(view=title, words=safe_line(words, 40))
        return SafeText(said), SafeText(_("Nothing matches; / changes the filter."))
    said = f"{title}, {_(order)}" if order else title
    empty = _(EMPTY.get(view, N_("Nothing matches what this view asks for.")))
    return SafeText(said), SafeText(empty)
