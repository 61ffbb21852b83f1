"""What stands over the messages of a conversation: its title, and what was pinned in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.model import State
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.callcard import own_words, speaker
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.standing import state_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnidesk.core.model import Conversation, Message

PINS_SHOWN = 2


def title_line(
    talk: Conversation, name: str, agent: str, codes: str, beside: SafeText, width: int, ink: str
) -> Line:
    """`#4412 subject ──── open  me  em tg`; `beside`: which colleagues are here too."""
    who = talk.assignee or _("nobody")
    if talk.assignee == agent:
        who = pgettext("whose it is", "me")
    state = f"{state_word(talk.state)} "
    if talk.state is State.CLOSED:
        state = f"x {state}"
    if beside:
        state = f"{beside}  {state}"
    right = SafeText(f" {state} {safe_line(who, 12)}  {codes} ")
    subject = safe_line(talk.subject) or safe_line(name)
    left = cut(SafeText(f" #{talk.number} {subject} "), width - cell_len(right) - 2)
    rule = SafeText("─" * (width - cell_len(left) - cell_len(right)))
    return (left, ink), (rule, "rule"), (right, "muted")


def pin_lines(pins: Sequence[Message], width: int) -> list[Line]:
    """A line for each pinned message; at the end of the last one how many more there are."""
    lines: list[Line] = []
    rest = len(pins) - PINS_SHOWN
    for at, message in enumerate(pins[:PINS_SHOWN], 1):
        more = ""
        if rest > 0 and at == PINS_SHOWN:
            more = " " + ngettext("+{n} pinned", "+{n} pinned", rest).format(n=rest)
        head = SafeText(f" {_('pinned')} {speaker(message)}: ")
        words = own_words(message) or SafeText(_("(no text)"))
        room = max(0, width - cell_len(head) - cell_len(more) - 1)
        lines.append(
            ((head, "mark"), (cut(words, room), "text"), (SafeText(more), "mark")),
        )
    return lines
