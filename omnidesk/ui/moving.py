"""Moving through lines, rows and views; nothing here changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_FAR = 1_000_000
_FARTHEST = 10_000
_NEWEST_ANYHOW = ("waiting", "closed")


def move(by: int) -> Verb:
    """Move the cursor, or what is shown of the thread, by so many lines."""

    def move(screen: DeskScreen) -> None:
        if screen.focused is screen.thread:
            screen.thread.scroll_by(by)
        else:
            screen.inbox.move(by)

    return move


def half(direction: int) -> Verb:
    """Move by half a screen."""

    def half(screen: DeskScreen) -> None:
        (screen.thread if screen.focused is screen.thread else screen.inbox).half(direction)

    return half


def edge(direction: int) -> Verb:
    """Go to the first or the last line."""

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


def needing(direction: int) -> Verb:
    """Go to the next row that needs us; behind the last one, round to the other end."""

    async def needing(screen: DeskScreen) -> None:
        if screen.desk is None:
            return
        if not screen.inbox.next_needing(direction):
            found = await screen.desk.next_needing(screen.inbox.number, back=direction < 0)
            if found is None:
                screen.say(_("nobody else waits for us"))
                return
            if not screen.inbox.go_to(found.number):
                screen.look_at("inbox")
                screen.load(found.number)
                return
        if screen.focused is screen.thread:
            screen.load(screen.inbox.number)

    return needing


def view(name: str) -> Verb:
    """Show a view."""
    return lambda screen: screen.look_at(name)


def view_beside(by: int) -> Verb:
    """Show the view beside this one."""

    def beside(screen: DeskScreen) -> None:
        names = [name for name, _, _ in screen.views]
        screen.look_at(names[(names.index(screen.view) + by) % len(names)])

    return beside


def order(screen: DeskScreen) -> None:
    """Show the list in its other order."""
    if screen.view in _NEWEST_ANYHOW:
        screen.say(_("this list is newest first at any time"))
    elif screen.turn_order():
        screen.say(_("newest first; {key} turns it back").format(key=screen.keys.key_of("order")))
    else:
        screen.say(_("longest wait first"))


async def by_count(screen: DeskScreen, action: str, count: int) -> None:
    """Move by so many lines, or open the conversation of that number."""
    steps = {"move.down": count, "move.up": -count}
    if action in steps:
        move(max(-_FARTHEST, min(steps[action], _FARTHEST)))(screen)
    elif action in ("open", "unfold"):
        from omnidesk.ui.going import go_to

        await go_to(screen, count)
        if screen.thread.number is not None:
            screen.inbox.go_to(screen.thread.number)
