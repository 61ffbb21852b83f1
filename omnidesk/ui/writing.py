"""What is being written: begun, kept as it is typed, looked over, put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnidesk.core.model import Draft
    from omnidesk.desk import Opened
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen
    from omnidesk.ui.whom import Whom

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
    if draft is not None and draft.forward is not None:
        await _go_on_forwarding(screen, opened, draft)
        return
    if draft is not None and draft.people:
        from omnidesk.ui.telling import go_on

        screen.say(_("your unsent words to the other channels are here"))
        await go_on(screen, opened, draft)
        return
    if draft and draft.text and draft.note != note:
        # whatever key was pressed: words begun for the team never turn into a reply by themselves
        screen.say(
            _("your unsent NOTE is here, as a NOTE; ^N makes it a reply")
            if draft.note
            else _("your unsent reply is here, as a NOTE; ^N makes it a reply")
        )
    from omnidesk.ui.whom import Whom

    whom = Whom(everyone=everyone, to=screen.reach.get(number))
    if draft is not None:
        whom.take_draft(draft)
    await compose(
        screen,
        opened,
        whom,
        note=note or bool(draft and draft.text and draft.note),
        text=draft.text if draft else "",
        via=screen.via.get(number) or (draft.channel if draft else None),
        files=draft.attachments if draft else (),
    )


async def _go_on_forwarding(screen: DeskScreen, opened: Opened, draft: Draft) -> None:
    from omnidesk.ui.forwarding import resumed

    assert screen.desk is not None
    try:
        whom = await resumed(screen.desk, draft)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    screen.say(_("your unsent forward is here"))
    files = draft.attachments
    await compose(screen, opened, whom, text=draft.text, via=draft.channel, files=files)


async def compose(
    screen: DeskScreen,
    opened: Opened | None,
    whom: Whom,
    *,
    note: bool = False,
    text: str = "",
    via: str | None = None,
    files: Sequence[str] = (),
) -> None:
    """Put the composer under the thread; without a conversation it begins one."""
    desk = screen.desk
    if desk is None:
        return
    number = opened.conversation.number if opened else 0
    try:
        route = await whom.route(desk, number, via)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    from omnidesk.ui.attaching import look_again
    from omnidesk.ui.composer import Composer

    picked = await look_again(files, desk)
    composer = Composer(
        screen, opened, route, note=note, text=text, via=via, whom=whom, files=picked
    )
    composer.from_list = screen.focused is screen.inbox
    screen.composer = composer
    screen.thread.be_written_in(True)
    screen.be_reading(True)
    await screen.column.mount(composer)
    if opened is not None:
        about = whom.quotes or last_of_customer(opened)
        screen.call_after_refresh(_keep_in_sight, screen, about)
    unnamed = composer.fields is not None and not whom.typed.strip()
    screen.set_focus(composer.fields.line if composer.fields and unnamed else composer.writing)


def last_of_customer(opened: Opened) -> int | None:
    """The message that is being answered: the customer's last."""
    said = [m for m in opened.messages if m.direction is Direction.IN]
    people = [m for m in said if not m.automatic]
    return (people or said)[-1].id if said else None


def _keep_in_sight(screen: DeskScreen, message: int | None) -> None:
    if message is not None and screen.composer is not None:
        screen.thread.go_to(message)


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
        before = composer.snapshot
        if not composer.empty:
            await composer.whom.save(desk, composer)
            if composer.snapshot == before:
                composer.tell(_("NOT SENT, draft saved") if composer.refused else _("draft saved"))
        else:
            await composer.whom.drop(desk, composer)
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
        opened = await desk.open(composer.number) if composer.opened else None
        composer.route = await composer.whom.route(desk, composer.number, composer.via)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    composer.look_over(opened)
    screen.set_focus(composer.review)
    screen.bottom.notice = SafeText(
        ""
    )  # the review says what is still true, the last line its keys
    screen.bottom.refresh()


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
        screen.say(composer.whom.kept(composer.number))


async def discard(screen: DeskScreen) -> None:
    """Throw the draft away."""
    composer, desk = screen.composer, screen.desk
    if composer is None or desk is None:
        return
    composer.done = True

    async def drop() -> str:
        await composer.whom.drop(desk, composer)
        return composer.whom.thrown(composer.number)

    screen.jobs.put(drop)
    await close(screen, composer)


async def turn(screen: DeskScreen) -> None:
    """Make a reply a note, or a note a reply; the text stays."""
    composer = screen.composer
    if composer is None:
        return
    if composer.fields is not None or composer.whom.fixed:
        screen.say(_("this goes out; it cannot be a note"), alarm=True)
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
        to_list = composer.opened is None and composer.from_list
        if to_list:
            screen.be_reading(False)
            screen.load(screen.inbox.number)  # nothing of it stands in the thread
        screen.set_focus(screen.inbox if to_list else screen.thread)
    await composer.remove()
    await screen.query("#ways").remove()
