"""What each action does: the one table from action ids to what the screen then does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from omnidesk.core.model import Direction
from omnidesk.ui import changing, moving, writing
from omnidesk.ui.fitted import HasKeys
from omnidesk.ui.keymap import ABOVE, ACTIONS, VIEWS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.desk import Desk
    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]
    Change = Callable[[Desk, int], Awaitable[str]]

_DECIDED = ("join", "join.never", "person.join", "person.never", "person.add")
_IN_DOUBT = frozenset({"unknown"})
_IN_TROUBLE = frozenset({"failed", "unknown"})


async def _open(screen: DeskScreen) -> None:
    opened = await screen.now_open()
    if opened is None:
        return
    screen.remove_class("-customer")
    screen.be_reading(True)
    screen.set_focus(screen.composer.writing if screen.composer else screen.thread)
    if opened.conversation.unread:
        _change(screen, opened.conversation.number, lambda desk, number: desk.mark_read(number), "")


async def _back(screen: DeskScreen) -> None:
    if screen.composer is not None:
        await writing.put_away(screen)
    screen.remove_class("-customer")
    screen.be_reading(False)
    screen.set_focus(screen.inbox)
    if screen.search is not None:
        from omnidesk.ui.searching import show

        show(screen, found=screen.search)


def _change(
    screen: DeskScreen, number: int, change: Callable[[Desk, int], Awaitable[object]], said: str
) -> None:
    desk = screen.desk
    if desk is None:
        return

    async def job() -> str:
        await change(desk, number)
        return said

    screen.jobs.put(job)


def _changing(change: Callable[[Desk, int], Awaitable[object]], said: str) -> Verb:
    def verb(screen: DeskScreen) -> None:
        number = screen.number
        if number is not None:
            _change(screen, number, change, said.format(number))

    return verb


def _settle(
    settle: Callable[[Desk, int], Awaitable[None]], said: str, states: frozenset[str]
) -> Verb:
    async def verb(screen: DeskScreen) -> None:
        opened = await screen.now_open()
        found = [
            message.id
            for message in (opened.messages if opened else ())
            if message.delivery and message.delivery.state in states
        ]
        if opened is None or not found:
            screen.say("no reply here is in trouble")
            return
        number = opened.conversation.number
        _change(screen, number, lambda desk, _: settle(desk, found[-1]), said)

    return verb


async def _why(screen: DeskScreen) -> None:
    opened = await screen.now_open()
    came = [m for m in opened.messages if m.direction is Direction.IN] if opened else []
    if opened is not None and came:
        screen.say(f"#{opened.conversation.number}: {came[-1].why or 'nobody wrote down why'}")


def _undo(screen: DeskScreen) -> None:
    desk = screen.desk
    number = screen.number
    if desk is None:
        return

    async def job() -> str:
        said = await desk.undo()
        if number is not None:
            opened = await desk.open(number)
            if opened.draft is not None and screen.composer is None:
                screen.thread.show(opened)
                screen.call_later(writing.begin, screen, note=opened.draft.note, on=opened)
        return said

    screen.jobs.put(job)


def _customer(screen: DeskScreen) -> None:
    screen.toggle_class("-alone" if screen.has_class("-huge") else "-customer")
    if screen.has_class("-customer") and not screen.has_class("-huge"):
        screen.set_focus(screen.thread)
        if screen.has_class("-narrow"):
            screen.be_reading(False)
    elif screen.focused is screen.thread and not screen.reading:
        screen.set_focus(screen.inbox)


def _redo(screen: DeskScreen) -> None:
    desk = screen.desk
    if desk is not None:
        screen.jobs.put(desk.redo)


def _taking(name: str) -> Verb:
    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui import taking

        done: Awaitable[None] | None = getattr(taking, name)(screen)
        return done

    return verb


def _question(deed: str) -> Verb:
    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui.question import Question

        for question in screen.query(Question):
            done: Awaitable[None] | None = getattr(question, deed)()
            return done
        return None

    return verb


def _filter(*, everything: bool) -> Verb:
    async def narrow(screen: DeskScreen) -> None:
        from omnidesk.ui.filtering import ask

        await ask(screen, everything=everything)

    return narrow


async def _find_all(screen: DeskScreen) -> None:
    from omnidesk.ui import filtering, searching

    words = screen.query_one(filtering.FilterLine).value
    await filtering.leave(screen, keep=False)
    searching.show(screen, words)


def _search(screen: DeskScreen) -> None:
    from omnidesk.ui.searching import show

    show(screen)


def _filtered(*, keep: bool) -> Verb:
    async def filtered(screen: DeskScreen) -> None:
        from omnidesk.ui.filtering import leave

        await leave(screen, keep=keep)

    return filtered


def _palette(screen: DeskScreen) -> None:
    from omnidesk.ui.palette import show

    show(screen)


def _help(screen: DeskScreen) -> None:
    from omnidesk.ui.help import show

    show(screen)


def _theme(screen: DeskScreen) -> None:
    screen.app.theme = "light" if screen.app.theme == "dark" else "dark"


async def _call(screen: DeskScreen) -> None:
    from omnidesk.ui.callform import ask

    await ask(screen, screen.rings[-1] if screen.rings else None)


def _number(*, take: bool) -> Verb:
    async def number(screen: DeskScreen) -> None:
        from omnidesk.ui.asking import NumberLine

        line = screen.app.focused
        if isinstance(line, NumberLine):
            await (line.answer() if take else line.leave())

    return number


async def _next_way(screen: DeskScreen) -> None:
    from omnidesk.ui.ways import next_way

    await next_way(screen)


def _recipients(name: Literal["everyone", "edit", "take", "leave"]) -> Verb:
    async def verb(screen: DeskScreen) -> None:
        from omnidesk.ui import recipients

        deeds = {
            "everyone": recipients.everyone,
            "edit": recipients.edit,
            "take": recipients.take,
            "leave": recipients.leave,
        }
        await deeds[name](screen)

    return verb


def _supposing(name: str) -> Verb:
    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui import supposing

        return supposing.DEEDS[name](screen)

    return verb


async def _suggestions(screen: DeskScreen) -> None:
    from omnidesk.ui.doubtful import show

    await show(screen)


def _to_customer(screen: DeskScreen) -> None:
    if screen.thread.opened is None:
        return
    if not screen.customer.display:
        _customer(screen)
    screen.set_focus(screen.customer)


def _from_customer(screen: DeskScreen) -> None:
    screen.set_focus(screen.thread)


async def _editor(screen: DeskScreen) -> None:
    from omnidesk.ui.editor import edit

    await edit(screen)


async def _template(screen: DeskScreen) -> None:
    from omnidesk.ui.templating import pick

    await pick(screen)


async def _later(screen: DeskScreen) -> None:
    from omnidesk.ui.later import ask

    await ask(screen)


_ATTACHING = {
    "attach": "ask",
    "attach.review": "ask",
    "attach.off": "detach",
    "attach.complete": "complete",
    "attach.take": "take",
    "attach.leave": "leave",
}


def _attaching(deed: str) -> Verb:
    async def verb(screen: DeskScreen) -> None:
        from omnidesk.ui import attaching

        await attaching.DEEDS[deed](screen)

    return verb


async def _ring(screen: DeskScreen) -> None:
    from omnidesk.ui.ringing import answer

    await answer(screen)


def _above(action: str) -> Verb:
    """What the screen that is laid over the desk does."""

    async def verb(screen: DeskScreen) -> None:
        top = screen.app.screen
        if top is not screen and isinstance(top, HasKeys):
            await top.act(action)

    return verb


VERBS: dict[str, Verb] = {
    "move.down": moving.move(1),
    "move.up": moving.move(-1),
    "move.top": moving.edge(-1),
    "move.bottom": moving.edge(1),
    "move.half_down": moving.half(1),
    "move.half_up": moving.half(-1),
    "open": _open,
    "unfold": lambda screen: screen.thread.unfold(),
    "back": _back,
    "next.needing": moving.needing(1),
    "previous.needing": moving.needing(-1),
    "reply": lambda screen: writing.begin(screen, note=False),
    "note": lambda screen: writing.begin(screen, note=True),
    "close": changing.doing("close", "{} closed, z opens what was closed", leaves=True),
    "reopen": changing.doing("reopen", "{} open"),
    "take": changing.take,
    "assign": changing.assign,
    "status": changing.status,
    "tag": changing.tags,
    "priority.up": changing.doing("priority", "{} more urgent", by=1),
    "priority.down": changing.doing("priority", "{} less urgent", by=-1),
    "spam": changing.doing("spam", "{} closed as spam, z takes it back", leaves=True),
    "snooze.hour": changing.snooze(lambda now: now + timedelta(hours=1)),
    "snooze.day": changing.snooze(changing.at_nine(lambda _: 1)),
    "snooze.week": changing.snooze(changing.at_nine(lambda now: 7 - now.weekday())),
    "snooze.reply": changing.snooze_until_he_writes,
    "snooze.date": changing.snooze_by_date,
    "select": changing.select,
    "select.range": changing.select_range,
    "clear": changing.clear_marks,
    **{f"question.{deed}": _question(deed) for deed in ("take", "complete", "leave")},
    "send.again": _settle(lambda desk, one: desk.send_again(one), "on its way again", _IN_TROUBLE),
    "send.arrived": _settle(lambda desk, one: desk.let_be(one), "taken for sent", _IN_DOUBT),
    "why": _why,
    "undo": _undo,
    "redo": _redo,
    "copy.message": _taking("copy_message"),
    "copy.address": _taking("copy_address"),
    "copy.number": _taking("copy_number"),
    "save": _taking("save"),
    "links": _taking("links"),
    "headers": lambda screen: screen.thread.show_headers(),
    "message.next": lambda screen: screen.thread.to_message(1),
    "message.previous": lambda screen: screen.thread.to_message(-1),
    "mark.read": _changing(lambda desk, number: desk.mark_read(number), ""),
    "mark.unread": _changing(lambda desk, number: desk.mark_unread(number), ""),
    "way.next": _next_way,
    "reply.all": _recipients("everyone"),
    "copies": _recipients("edit"),
    "copies.take": _recipients("take"),
    "copies.leave": _recipients("leave"),
    "filter": _filter(everything=False),
    "find": _filter(everything=True),
    "find.all": _find_all,
    "find.keep": _filtered(keep=True),
    "search": _search,
    "filter.keep": _filtered(keep=True),
    "filter.clear": _filtered(keep=False),
    "customer": _customer,
    **{f"view.{name}": moving.view(name) for name, _, _ in VIEWS},
    "view.next": moving.view_beside(1),
    "view.previous": moving.view_beside(-1),
    "review": writing.look_over,
    "send": writing.send,
    "send.close": lambda screen: writing.send(screen, then_close=True),
    "edit": lambda screen: writing.resume(screen),
    "editor": _editor,
    "template": _template,
    "send.later": _later,
    **{name: _attaching(deed) for name, deed in _ATTACHING.items()},
    "compose.mode": writing.turn,
    "keep": writing.put_away,
    "discard": writing.discard,
    "call": _call,
    "ring.open": _ring,
    "customer.enter": _to_customer,
    "customer.leave": _from_customer,
    "customer.down": lambda screen: screen.customer.pick(1),
    "customer.up": lambda screen: screen.customer.pick(-1),
    **{name: _supposing(name) for name in _DECIDED},
    "number.take": _number(take=True),
    "number.leave": _number(take=False),
    "suggestions": _suggestions,
    **{one.id: _above(one.id) for one in ACTIONS if set(one.where) <= set(ABOVE)},
    "palette": _palette,
    "palette.typing": _palette,
    "theme": _theme,
    "help": _help,
    "help.typing": _help,
    "leave": changing.leave,
    "quit": lambda screen: screen.leave(),
}


def verb_of(action: str) -> Verb:
    """What an action does; a user's own views have no line in the table."""
    return VERBS.get(action) or moving.view(action.removeprefix("view."))
