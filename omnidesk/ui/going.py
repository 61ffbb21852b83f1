"""To one conversation, whichever list it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen


async def go_to(screen: DeskScreen, number: int) -> None:
    """Open a conversation by its number; what is being written is put away as a draft."""
    if screen.desk is None:
        return
    if screen.composer is not None and screen.composer.number != number:
        from omnidesk.ui.writing import put_away

        await put_away(screen)
    try:
        opened = await screen.desk.open(number)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    screen.show_thread(opened)
    screen.inbox.elsewhere = screen.inbox.number != opened.conversation.number
    screen.inbox.refresh()
    screen.remove_class("-customer")
    screen.be_reading(True)
    screen.set_focus(screen.composer.writing if screen.composer else screen.thread)
