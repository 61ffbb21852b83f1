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
    writes = _note if composer.note else _letter
    if then_close:  # before the reply makes it go down the list, and the cursor with it
        set_aside(screen, (composer.number,))

    async def hand_over() -> str:
        try:
            message = await writes(desk, composer, later)
            await composer.whom.drop(desk, composer)
        except Overtaken as overtaken:
            opened = await desk.open(composer.number)
            composer.done = False
            composer.known = max(message.id for message in opened.messages)
            composer.changes = overtaken.changes
            composer.hesitate(opened)
            return ""
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
        leaves = leaving(desk.settings.undo_send, later)
        pattern = composer.whom.said(waits=bool(leaves))
        if composer.note:
            pattern = _("note kept on #{number}")
        if then_close:
            known = composer.known if composer.note else message.id
            try:
                closed = await desk.close(number, seen=known)
                pattern += _("; closed, z first opens it") if closed else _("; it was closed")
                screen.call_later(_go_on, screen)
            except Overtaken as overtaken:
                pattern += _left_open(overtaken)
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

    async def and_close() -> str:
        try:
            return await hand_over()
        finally:
            screen.leaving.discard(composer.number)
            screen.changed()  # where it could not be done, it comes back

    screen.jobs.put(and_close if then_close else hand_over)


def _left_open(overtaken: Overtaken) -> str:
    """What the customer wrote meanwhile, as part of a pattern."""
    changes = safe_line("; ".join(overtaken.changes)).replace("{", "{{").replace("}", "}}")
    return _("; left open: {changes}").format(changes=changes)


async def _note(desk: Desk, composer: Composer, later: datetime | None) -> Message:
    return await desk.note(composer.number, composer.text)


async def _letter(desk: Desk, composer: Composer, later: datetime | None) -> Message:
    return await composer.whom.send(desk, composer, required(composer.route), later)


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
