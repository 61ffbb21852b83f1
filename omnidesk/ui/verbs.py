"""What each action does: the one table from action ids to what the screen then does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.ui import writing
from omnidesk.ui.keymap import VIEWS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.desk import Desk
    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]
    Change = Callable[[Desk, int], Awaitable[str]]

_LEAVES_ON_CLOSE = frozenset({"inbox", "mine", "unassigned", "waiting", "snoozed"})


_FAR = 1_000_000


def _move(by: int) -> Verb:
    def move(screen: DeskScreen) -> None:
        if screen.focused is screen.thread:
            screen.thread.scroll_by(by)
        else:
            screen.inbox.move(by)

    return move


def _half(direction: int) -> Verb:
    def half(screen: DeskScreen) -> None:
        (screen.thread if screen.focused is screen.thread else screen.inbox).half(direction)

    return half


def _edge(direction: int) -> Verb:
    def edge(screen: DeskScreen) -> None:
        window = screen.inbox.window
        if screen.focused is screen.thread:
            screen.thread.to_edge(direction)
        elif direction < 0:
            if window.at_top:
                screen.inbox.move(-len(window.rows))
            else:
                screen.read_end()
        elif window.at_end or screen.words:
            screen.inbox.move(_FAR)
        else:
            screen.read_end(last=True)

    return edge


def _needing(direction: int) -> Verb:
    def needing(screen: DeskScreen) -> None:
        screen.inbox.next_needing(direction)
        if screen.focused is screen.thread:
            screen.load(screen.inbox.number)

    return needing


def _view(name: str) -> Verb:
    return lambda screen: screen.look_at(name)


def _view_beside(by: int) -> Verb:
    def beside(screen: DeskScreen) -> None:
        names = [name for name, _, _ in VIEWS]
        screen.look_at(names[(names.index(screen.view) + by) % len(names)])

    return beside


async def _open(screen: DeskScreen) -> None:
    opened = await screen.now_open()
    if opened is None:
        return
    screen.remove_class("-customer")
    screen.add_class("-reading")
    screen.set_focus(screen.composer.writing if screen.composer else screen.thread)
    if opened.conversation.unread:
        _change(screen, opened.conversation.number, lambda desk, number: desk.mark_read(number), "")


async def _back(screen: DeskScreen) -> None:
    if screen.composer is not None:
        await writing.put_away(screen)
    screen.remove_class("-reading", "-customer")
    screen.set_focus(screen.inbox)


def _change(
    screen: DeskScreen, number: int, change: Callable[[Desk, int], Awaitable[object]], said: str
) -> None:
    desk = screen.desk
    if desk is None:
        return

    async def job() -> str:
        try:
            await change(desk, number)
        finally:
            screen.leaving.discard(number)
        return said

    screen.jobs.put(job)


def _changing(change: Callable[[Desk, int], Awaitable[object]], said: str) -> Verb:
    def verb(screen: DeskScreen) -> None:
        number = screen.number
        if number is not None:
            _change(screen, number, change, said.format(number))

    return verb


def _close(screen: DeskScreen) -> None:
    number = screen.number
    if number is None:
        return
    _change(screen, number, lambda desk, n: desk.close(n), f"#{number} closed, z opens it again")
    if screen.view in _LEAVES_ON_CLOSE:
        screen.leaving.add(number)
        screen.inbox.drop(number)
    if screen.focused is screen.thread:
        screen.remove_class("-reading")
        screen.set_focus(screen.inbox)


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
            screen.remove_class("-reading")
    elif screen.focused is screen.thread and not screen.has_class("-reading"):
        screen.set_focus(screen.inbox)


def _take(desk: Desk, number: int) -> Awaitable[object]:
    return desk.assign(number, desk.agent.id)


async def _filter(screen: DeskScreen) -> None:
    from omnidesk.ui.filtering import ask

    await ask(screen)


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


VERBS: dict[str, Verb] = {
    "move.down": _move(1),
    "move.up": _move(-1),
    "move.top": _edge(-1),
    "move.bottom": _edge(1),
    "move.half_down": _half(1),
    "move.half_up": _half(-1),
    "open": _open,
    "unfold": lambda screen: screen.thread.unfold(),
    "back": _back,
    "next.needing": _needing(1),
    "previous.needing": _needing(-1),
    "reply": lambda screen: writing.begin(screen, note=False),
    "note": lambda screen: writing.begin(screen, note=True),
    "close": _close,
    "reopen": _changing(lambda desk, number: desk.reopen(number), "#{} is open"),
    "take": _changing(_take, "#{} is yours"),
    "undo": _undo,
    "mark.read": _changing(lambda desk, number: desk.mark_read(number), ""),
    "mark.unread": _changing(lambda desk, number: desk.mark_unread(number), ""),
    "way.next": writing.next_way,
    "filter": _filter,
    "filter.keep": _filtered(keep=True),
    "filter.clear": _filtered(keep=False),
    "customer": _customer,
    **{f"view.{name}": _view(name) for name, _, _ in VIEWS},
    "view.next": _view_beside(1),
    "view.previous": _view_beside(-1),
    "review": writing.look_over,
    "send": writing.send,
    "edit": lambda screen: writing.resume(screen),
    "compose.mode": writing.turn,
    "keep": writing.put_away,
    "discard": writing.discard,
    "palette": _palette,
    "palette.typing": _palette,
    "theme": _theme,
    "help": _help,
    "help.typing": _help,
    "leave": lambda screen: screen.leave(),
    "quit": lambda screen: screen.leave(),
}
