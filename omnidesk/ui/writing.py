"""From the key that begins a reply to the moment it is in the store."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.core.errors import CannotReply, OmnideskError, Overtaken
from omnidesk.core.language import _
from omnidesk.core.routing import Refused
from omnidesk.ui.held import count_down, counts

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.desk import Opened
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_SAVE_SECONDS = 0.4


async def begin(
    screen: DeskScreen, *, note: bool, on: Opened | None = None, everyone: bool = False
) -> None:
    """Open the composer on the conversation under the hand, with its draft if there is one."""
    opened = on or await screen.now_open()
    desk = screen.desk
    if opened is None or desk is None:
        return
    number = opened.conversation.number
    if screen.composer is not None:
        if screen.composer.number == number:
            screen.composer.become(note=screen.composer.note or note)
            await _widen(screen, everyone=everyone)
            resume(screen)
            return
        await put_away(screen)
    draft = opened.draft
    begun_as_note = bool(draft and draft.text and draft.note)
    if draft and draft.text and draft.note != note:
        # whatever key was pressed: words begun for the team never turn into a reply by themselves
        screen.say(
            _("your unsent NOTE is here, as a NOTE; ^N makes it a reply")
            if draft.note
            else _("your unsent reply is here, as a NOTE; ^N makes it a reply")
        )
    via = screen.via.get(number) or (draft.channel if draft else None)
    from omnidesk.ui.recipients import Whom

    whom = Whom(everyone=everyone, to=screen.reach.get(number))
    if draft is not None:
        whom.everyone = everyone or draft.everyone
        whom.to = whom.to or draft.to
        whom.cc, whom.bcc = draft.cc, draft.bcc
    try:
        route = await whom.route(desk, number, via)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    from omnidesk.ui.attaching import look_again
    from omnidesk.ui.composer import Composer

    composer = Composer(
        opened,
        route,
        note=note or begun_as_note,
        text=draft.text if draft else "",
        via=via,
        whom=whom,
        files=await look_again(draft.attachments if draft else (), desk),
    )
    screen.composer = composer
    screen.thread.be_written_in(True)
    screen.be_reading(True)
    await screen.column.mount(composer)
    screen.set_focus(composer.writing)


async def _widen(screen: DeskScreen, *, everyone: bool) -> None:
    """The composer is open: R makes it go to everyone, r leaves it as it is."""
    from omnidesk.ui.recipients import look_again

    if everyone and screen.composer is not None and not screen.composer.whom.everyone:
        screen.composer.whom.everyone = True
        await look_again(screen)
        save_soon(screen)


def resume(screen: DeskScreen) -> None:
    """Go on writing."""
    if screen.composer is not None:
        screen.composer.go_on()
        screen.set_focus(screen.composer.writing)


def save_soon(screen: DeskScreen) -> None:
    """Keep what is typed, a blink after it is typed."""
    composer = screen.composer
    if composer is None or composer.done:
        return
    composer.tell("")
    if composer.saving:
        return
    composer.saving = True
    screen.set_timer(_SAVE_SECONDS, lambda: save_now(screen, composer))


def save_now(screen: DeskScreen, composer: Composer) -> None:
    """Queue the draft as it is when its turn comes."""
    desk = screen.desk

    async def save() -> str:
        composer.saving = False
        if desk is None or composer.done:
            return ""
        text, files, whom = composer.text, composer.files.paths, composer.whom
        if text.strip() or files:
            await desk.save_draft(
                composer.number,
                text,
                composer.note,
                composer.via,
                files,
                everyone=whom.everyone,
                to=whom.to,
                cc=whom.cc,
                bcc=whom.bcc,
            )
            if (composer.text, composer.files.paths) == (text, files):
                composer.tell(_("NOT SENT, draft saved") if composer.refused else _("draft saved"))
        else:
            await desk.drop_draft(composer.number)
        return ""

    screen.jobs.put(save)


async def look_over(screen: DeskScreen) -> None:
    """Open the review bar; an empty composer just closes."""
    composer, desk = screen.composer, screen.desk
    if composer is None or desk is None:
        return
    if composer.empty:
        await put_away(screen)
        return
    try:
        opened = await desk.open(composer.number)
        composer.route = await composer.whom.route(desk, composer.number, composer.via)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    composer.look_over(opened)
    screen.set_focus(composer.review)


async def send(screen: DeskScreen, *, then_close: bool = False) -> None:
    """Hand the reply or the note to the desk; the text stays until the desk has it."""
    composer, desk = screen.composer, screen.desk
    from omnidesk.ui.later import leaving
    from omnidesk.ui.templating import point_at_unfilled

    if composer is None or desk is None or composer.done:
        return
    if composer.note and composer.files.picked:
        screen.say(_("a note carries no files; x takes them off, ^N makes it a reply"), alarm=True)
        return
    if not composer.note and point_at_unfilled(screen, composer):
        return
    composer.done, composer.refused = True, False
    later, composer.later = composer.later, None
    composer.tell(_("sending"))
    number, text, note = composer.number, composer.text, composer.note
    files = [Path(path) for path in composer.files.paths]
    route, whom = composer.route, composer.whom

    async def hand_over() -> str:
        sent: Message | None = None
        try:
            if note:
                await desk.note(number, text)
            else:
                if isinstance(route, Refused):
                    reason = _("{reason}; V chooses another way").format(reason=route.reason)
                    raise CannotReply(reason)
                sent = await desk.reply(
                    number,
                    text,
                    via=route.way.channel,
                    to=route.way.handle,
                    everyone=whom.everyone,
                    cc=route.cc if route.way.capabilities.copies else None,
                    bcc=route.bcc,
                    shown=route.to,  # there, and nowhere else
                    files=files,
                    later=later,
                    seen=composer.known,
                )
            await desk.drop_draft(number)
        except Overtaken as overtaken:
            composer.done = False
            opened = await desk.open(number)
            composer.known = max(message.id for message in opened.messages)
            composer.changes = overtaken.changes
            screen.call_later(composer.look_over, opened)
            return ""
        except OmnideskError:
            composer.done = False
            composer.refused = True
            save_now(screen, composer)
            raise
        screen.via.pop(number, None)
        screen.reach.pop(number, None)
        await close(screen, composer)
        leaves = leaving(desk.settings.undo_send, later)
        pattern = _("reply to #{number} leaves {when}, z takes it back") if leaves else _("sent")
        if note:
            pattern = _("note kept on #{number}")
        if then_close:
            closed = await desk.close(number)
            pattern += _("; closed, z first opens it") if closed else _("; it was closed")
            screen.call_later(_go_on, screen, number)
        words = partial(pattern.format, number=number)
        if sent is not None and counts(sent.delivery, screen.clock()):
            screen.call_later(count_down, screen, sent.delivery, lambda when: words(when=when))
            return ""
        return words(when=leaves)

    screen.jobs.put(hand_over)


def _go_on(screen: DeskScreen, number: int) -> None:
    """To the list, and the next one in it under the hand."""
    from omnidesk.ui.changing import let_go

    let_go(screen, (number,))
    screen.leaving.discard(number)


async def put_away(screen: DeskScreen) -> None:
    """Close the composer; the draft stays and comes back with the next reply."""
    composer = screen.composer
    if composer is None:
        return
    save_now(screen, composer)
    await screen.jobs.finished()
    kept = not composer.empty
    await close(screen, composer)
    if kept:
        screen.say(_("draft kept on #{number}, r goes on").format(number=composer.number))


async def discard(screen: DeskScreen) -> None:
    """Throw the draft away."""
    composer, desk = screen.composer, screen.desk
    if composer is None or desk is None:
        return
    composer.done = True
    number = composer.number

    async def drop() -> str:
        await desk.drop_draft(number)
        return _("draft on #{number} thrown away").format(number=number)

    screen.jobs.put(drop)
    await close(screen, composer)


async def turn(screen: DeskScreen) -> None:
    """Make a reply a note, or a note a reply; the text stays."""
    composer = screen.composer
    if composer is None:
        return
    composer.become(note=not composer.note)
    if composer.reviewing:
        composer.look_over(composer.opened)
    save_soon(screen)


async def close(screen: DeskScreen, composer: Composer) -> None:
    """Take the composer off the screen."""
    if screen.composer is composer:
        screen.composer = None
        screen.thread.be_written_in(False)
        screen.set_focus(screen.thread)
    await composer.remove()
