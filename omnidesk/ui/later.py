"""A reply that is to leave at a time of the agent's choice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.dates import Unclear, read_moment
from omnidesk.core.language import _
from omnidesk.ui.local import moment

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen


def leaving(undo: timedelta, later: datetime | None) -> str:
    """When what is sent now leaves: `in 10 s`, `Mon 24 Nov 09:00`; empty where at once."""
    if later is not None:
        return moment(later)
    return _("in {seconds} s").format(seconds=f"{undo.total_seconds():g}") if undo else ""


async def ask(screen: DeskScreen) -> None:
    """Ask when; what is typed is read back before Enter takes it."""
    composer = screen.composer
    if composer is None or composer.done:
        return
    if composer.note:
        screen.say(_("a note goes nowhere; s keeps it now"))
        return
    from omnidesk.ui.question import Question
    from omnidesk.ui.question import ask as put

    def told(typed: str) -> tuple[str, bool]:
        if not typed.strip():
            return _("tomorrow 9:00, in 2h, в понедельник в 10, через час"), False
        found = read_moment(typed, screen.clock())
        if isinstance(found, Unclear):
            return str(found), False
        return _("leaves {when}").format(when=moment(found)), True

    async def take(typed: str) -> None:
        found = read_moment(typed, screen.clock())
        if isinstance(found, Unclear):
            screen.say(str(found), alarm=True)
            return
        from omnidesk.ui.sending import send

        composer.later = found
        await send(screen)

    await put(Question(screen, _("SEND LATER"), told, take), screen)
