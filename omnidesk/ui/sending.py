"""What was looked over is handed to the desk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError, Overtaken
from omnidesk.core.language import _
from omnidesk.core.safetext import safe_line
from omnidesk.ui import writing
from omnidesk.ui.changing import set_aside
from omnidesk.ui.held import count_down, counts
from omnidesk.ui.later import leaving
from omnidesk.ui.whom import required

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.model import Message
    from omnidesk.desk import Desk
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen


async def send(screen: DeskScreen, *, then_close: bool = False) -> None:
    """Hand the reply or the note to the desk; the text stays until the desk has it."""
    composer, desk = screen.composer, screen.desk
    from omnidesk.ui.templating import point_at_unfilled

    if composer is None or desk is None or composer.done or composer.hesitates:
        return
    if composer.note and composer.files.picked:
        screen.say(_("a note carries no files; x takes them off, ^N makes it a reply"), alarm=True)
        return
    if not composer.note and point_at_unfilled(screen, composer):
        return
    composer.done, composer.refused = True, False
    later, composer.later = composer.later, None
    composer.tell(_("sending"))
    if then_close:  # before the reply makes it go down the list, and the cursor with it
        set_aside(screen, (composer.number,))

    async def job() -> str:
        try:
            message = await _hand_over(screen, desk, composer, later)
            if message is None:
                return ""
            ending = await _close(screen, desk, composer, message) if then_close else ""
            return await _told(screen, desk, composer, message, later, ending)
        finally:
            if then_close:
                screen.leaving.discard(composer.number)
                screen.changed()  # where it could not be done, it comes back

    screen.jobs.put(job)


async def _hand_over(
    screen: DeskScreen, desk: Desk, composer: Composer, later: datetime | None
) -> Message | None:
    """What the desk has now, the composer gone; None where it is to be decided once more."""
    try:
        if composer.note:
            message = await desk.note(composer.number, composer.text)
        else:
            message = await composer.whom.send(desk, composer, required(composer.route), later)
        await composer.whom.drop(desk, composer)
    except Overtaken as overtaken:
        opened = await desk.open(composer.number)
        composer.done = False
        composer.known = max(message.id for message in opened.messages)
        composer.changes = overtaken.changes
        composer.hesitate(opened)
        return None
    except OmnideskError:
        composer.done = False
        composer.refused = True
        writing.save_now(screen, composer)
        raise
    number = message.conversation
    screen.via.pop(number, None)
    screen.reach.pop(number, None)
    await writing.close(screen, composer)
    screen.thread.to_edge(1)  # what was just said stands there
    if number != composer.number:
        screen.call_later(_go_to, screen, number)
    return message


async def _close(screen: DeskScreen, desk: Desk, composer: Composer, message: Message) -> str:
    """Close it, unless the customer wrote meanwhile; the end of the sentence that says so."""
    known = composer.known if composer.note else message.id
    try:
        closed = await desk.close(message.conversation, seen=known)
    except Overtaken as overtaken:
        return _left_open(overtaken)
    screen.call_later(_go_on, screen)
    return _("; closed, z first opens it") if closed else _("; it was closed")


async def _told(
    screen: DeskScreen,
    desk: Desk,
    composer: Composer,
    message: Message,
    later: datetime | None,
    ending: str,
) -> str:
    """What was done, in words; empty where they count down by themselves."""
    number = message.conversation
    leaves = leaving(desk.settings.undo_send, later)
    pattern = _("note kept on #{number}")
    if not composer.note:
        pattern = composer.whom.said(waits=bool(leaves))
    pattern += ending
    answers = not (composer.note or composer.whom.asks)
    others = await _waiting(desk, number, screen.clock()) if answers else ""
    if others:
        pattern += _("; {channels} waits too, {key} tells it")
    key = screen.keys.key_of("tell")
    words = partial(pattern.format, number=number, channels=others, key=key)
    if counts(message.delivery, screen.clock()):
        screen.call_later(count_down, screen, message.delivery, lambda when: words(when=when))
        return ""
    return words(when=leaves)


def _left_open(overtaken: Overtaken) -> str:
    """What the customer wrote meanwhile, as part of a pattern."""
    changes = safe_line("; ".join(overtaken.changes)).replace("{", "{{").replace("}", "}}")
    return _("; left open: {changes}").format(changes=changes)


async def _waiting(desk: Desk, number: int, now: datetime) -> str:
    """The other channels on which this customer still waits."""
    from omnidesk.ui.telling import waiting

    names = dict.fromkeys(channel for channel, _to in await waiting(desk, number, now))
    return ", ".join(map(safe_line, names))


async def _go_to(screen: DeskScreen, number: int) -> None:
    """To the conversation that has just begun."""
    from omnidesk.ui.going import go_to

    await go_to(screen, number)
    screen.load(number)  # what was asked for before must not take its place


def _go_on(screen: DeskScreen) -> None:
    """To the list, and the next one in it under the hand."""
    screen.be_reading(False)
    screen.set_focus(screen.inbox)
    screen.load(screen.inbox.number)
