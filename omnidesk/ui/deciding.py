"""A screen above the desk where a deed is done in its turn, and what is shown is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message as Posted

from omnidesk.core.errors import OmnideskError
from omnidesk.ui.above import Above

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.desk import Desk

Found = TypeVar("Found")


class Deciding(Above, Generic[Found]):
    """`read` gives what there is to decide now, `show` puts it on the screen."""

    class Read(Posted):
        """What there is after a deed, and what that said."""

        def __init__(self, found: object, said: str, *, alarm: bool) -> None:
            super().__init__()
            self.found = found
            self.said = said
            self.alarm = alarm

    async def read(self, desk: Desk) -> Found | None:
        """What there is now; None where there is nothing to stay for."""
        raise NotImplementedError

    def show(self, found: Found) -> None:
        """It was read."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.then(None)

    def then(self, deed: Callable[[Desk], Awaitable[str]] | None) -> None:
        """Do it after all that was asked for before, and read again."""
        desk = self.over.desk
        if desk is None:
            return

        async def job() -> str:
            said, alarm = "", False
            try:
                said = await deed(desk) if deed else ""
            except OmnideskError as error:
                said, alarm = str(error), True
            self.post_message(self.Read(await self.read(desk), said, alarm=alarm))
            return ""

        self.over.jobs.put(job)

    def on_deciding_read(self, read: Read) -> None:
        if read.found is None:
            self.dismiss()
            self.over.say(read.said, alarm=read.alarm)
            return
        self.show(read.found)  # type: ignore[arg-type]
        if read.said:
            self.tell(read.said, alarm=read.alarm)
