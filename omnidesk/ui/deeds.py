"""What keys do to the conversation under the hand, and to the panes around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import N_, _
from omnidesk.ui import writing
from omnidesk.ui.fitted import HasKeys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.desk import Desk
    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_IN_DOUBT = frozenset({"unknown"})
_IN_TROUBLE = frozenset({"failed", "unknown"})


async def open_talk(screen: DeskScreen) -> None:
    """Give the hand to the conversation, and mark it as read."""
    opened = await screen.now_open()
    if opened is None:
        return
    screen.remove_class("-customer")
    screen.be_reading(True)
    screen.set_focus(screen.composer.writing if screen.composer else screen.thread)
    if opened.conversation.unread:
        _change(screen, opened.conversation.number, lambda desk, number: desk.mark_read(number), "")


async def back(screen: DeskScreen) -> None:
    """Back to the list, or to the search, the outbox or the log that one came from."""
    number, (there, return_to) = screen.thread.number, screen.way_back or (None, None)
    screen.way_back = None
    if screen.composer is not None:
        await writing.put_away(screen)
    screen.remove_class("-customer")
    screen.be_reading(False)
    screen.set_focus(screen.inbox)
    if screen.search is not None:
        from omnidesk.ui.searching import show

        show(screen, found=screen.search)
    elif return_to is not None and number == there:
        await return_to()


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


def doing(change: Callable[[Desk, int], Awaitable[object]], said: str) -> Verb:
    """A change of the one conversation under the hand."""

    def verb(screen: DeskScreen) -> None:
        number = screen.number
        if number is not None:
            _change(screen, number, change, _(said).format(number) if said else "")

    return verb


def _settling(
    settle: Callable[[Desk, int], Awaitable[None]], said: str, states: frozenset[str]
) -> Verb:
    """A decision on the newest reply that is in one of these states."""

    async def verb(screen: DeskScreen) -> None:
        opened = await screen.now_open()
        found = [
            message.id
            for message in (opened.messages if opened else ())
            if message.delivery and message.delivery.state in states
        ]
        if opened is None or not found:
            screen.say(_("no reply here is in trouble"))
            return
        number = opened.conversation.number
        _change(screen, number, lambda desk, __: settle(desk, found[-1]), _(said))

    return verb


send_again = _settling(lambda desk, one: desk.send_again(one), N_("on its way again"), _IN_TROUBLE)
let_be = _settling(lambda desk, one: desk.let_be(one), N_("taken for sent"), _IN_DOUBT)


def undo(screen: DeskScreen) -> None:
    """Take back what was done last; a reply that comes back is a draft in the composer."""
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


def show_customer(screen: DeskScreen) -> None:
    """Show the customer, or hide him."""
    screen.toggle_class("-alone" if screen.has_class("-huge") else "-customer")
    if screen.has_class("-customer") and not screen.has_class("-huge"):
        screen.set_focus(screen.thread)
        if screen.has_class("-narrow"):
            screen.be_reading(False)
    elif screen.focused is screen.thread and not screen.reading:
        screen.set_focus(screen.inbox)


def redo(screen: DeskScreen) -> None:
    """Do again what was undone."""
    desk = screen.desk
    if desk is not None:
        screen.jobs.put(desk.redo)


def question(deed: str) -> Verb:
    """What the question that is open does."""

    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui.question import Question

        for question in screen.query(Question):
            done: Awaitable[None] | None = getattr(question, deed)()
            return done
        return None

    return verb


async def find_all(screen: DeskScreen) -> None:
    """Take the words of the filter to the search."""
    from omnidesk.ui import filtering, searching

    words = screen.query_one(filtering.FilterLine).value
    await filtering.leave(screen, keep=False)
    searching.show(screen, words)


def theme(screen: DeskScreen) -> None:
    """Dark, or light."""
    screen.app.theme = "light" if screen.app.theme == "dark" else "dark"


def number(*, take: bool) -> Verb:
    """Take the number that is asked for, or leave it."""

    async def number(screen: DeskScreen) -> None:
        from omnidesk.ui.asking import NumberLine

        line = screen.app.focused
        if isinstance(line, NumberLine):
            await (line.answer() if take else line.leave())

    return number


def to_customer(screen: DeskScreen) -> None:
    """Give the hand to the customer pane."""
    if screen.thread.opened is None:
        return
    if not screen.customer.display:
        show_customer(screen)
    screen.set_focus(screen.customer)


def pick_customer(by: int) -> Verb:
    """Put the hand on another of the things to decide about the customer."""

    def pick(screen: DeskScreen) -> None:
        screen.customer.pick(by)
        screen.bottom.refresh()

    return pick


def from_customer(screen: DeskScreen) -> None:
    """Give it back to the conversation."""
    screen.set_focus(screen.thread)


def above(action: str) -> Verb:
    """What the screen that is laid over the desk does."""

    async def verb(screen: DeskScreen) -> None:
        top = screen.app.screen
        if top is not screen and isinstance(top, HasKeys):
            await top.act(action)

    return verb
