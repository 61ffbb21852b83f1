"""A message is pinned where everybody who opens its conversation sees it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen


def pin(screen: DeskScreen) -> None:
    """Pin the message under the hand; take the pin off where it is pinned."""
    desk, opened, message = screen.desk, screen.thread.opened, screen.thread.current
    if desk is None or opened is None or message is None:
        return
    pinned = message.id not in opened.pinned

    async def job() -> str:
        if not await desk.pin(message.id, pinned=pinned):
            return _("it is so already")
        return _("pinned, z takes it back") if pinned else _("pinned no more, z takes it back")

    screen.jobs.put(job)
