"""The desk's verbs about who is one person and what is one conversation.

What they need is imported on first use: the screen's first frame comes without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from omnidesk.core.model import Agent, Handle
from omnidesk.core.store import Store, Suggested

if TYPE_CHECKING:
    from omnidesk.desk.history import History
    from omnidesk.desk.maybes import Maybe


class Joins:
    """What an agent joins, parts and moves; `undo` takes each of it back."""

    store: Store
    agent: Agent
    region: str | None
    _now: Callable[[], datetime]

    async def merge_contacts(self, keep: int, other: int) -> str:
        """Make two contacts one person; what was done, in words."""
        from omnidesk.desk import people

        return await self.store.write(
            lambda tx: people.merge_contacts(tx, keep, other, self.agent.id, self._now())
        )

    async def unmerge_contact(self, id: int) -> str:
        """Take a contact out of the one that it was merged into."""
        from omnidesk.desk import people

        return await self.store.write(
            lambda tx: people.unmerge_contact(tx, id, self.agent.id, self._now())
        )

    async def bind_handle(self, contact: int, handle: Handle) -> str:
        """Add a handle that the customer named; CannotJoin where it is another's."""
        from omnidesk.desk import people

        spelled = people.spelled(handle, self.region)
        return await self.store.write(
            lambda tx: people.bind_handle(tx, contact, spelled, self.agent.id, self._now())
        )

    async def set_wish(self, contact: int, channel: str | None) -> str:
        """Note by which channel a contact asked to be answered; None: by any.

        CannotReply where nothing can be sent by that channel.
        """
        from omnidesk.desk import wishes

        return await self.store.write(
            lambda tx: wishes.set_wish(tx, contact, channel, self.agent.id, self._now())
        )

    async def merge(self, keep: int, other: int) -> str:
        """Make two conversations one; what comes later to either stands in the kept one."""
        from omnidesk.desk import joining

        return await self.store.write(
            lambda tx: joining.merge(tx, keep, other, self.agent.id, self._now())
        )

    async def join(self, what: str, one: int, other: int) -> str:
        """Make two (`contact` or `conversation`) one, in whichever order they are named.

        The conversation whose number the customer knows is kept, else the older of the two.
        """
        from omnidesk.desk import joining, people

        act = joining.join if what == "conversation" else people.join_contacts
        return await self.store.write(lambda tx: act(tx, one, other, self.agent.id, self._now()))

    async def unmerge(self, number: int) -> str:
        """Take a conversation out of the one that it was merged into."""
        from omnidesk.desk import joining

        return await self.store.write(
            lambda tx: joining.unmerge(tx, number, self.agent.id, self._now())
        )

    async def split(self, number: int, message: int) -> str:
        """Put a message and all that follow it into a new, linked conversation."""
        from omnidesk.desk import joining

        return await self.store.write(
            lambda tx: joining.split(tx, number, message, self.agent.id, self._now())
        )

    async def move_message(self, message: int, to: int | None = None) -> str:
        """Put one message into another conversation, or into a new, linked one."""
        from omnidesk.desk import joining

        return await self.store.write(
            lambda tx: joining.move_message(tx, message, to, self.agent.id, self._now())
        )

    async def never(self, what: str, one: int, other: int) -> str:
        """Remember that two (`contact` or `conversation`) are not one."""
        from omnidesk.desk import people

        return await self.store.write(
            lambda tx: people.never(tx, what, one, other, self.agent.id, self._now())
        )

    async def suggestions(self, what: str, id: int) -> list[Suggested]:
        """What a contact or conversation may be one with, the surest first."""
        return await self.store.read(lambda r: r.suggestions(what, id))

    async def history(self, message: int) -> History:
        """A message with its versions and what happened to it; NotFound where there is none."""
        from omnidesk.desk.history import history

        return await self.store.read(lambda r: history(r, message))

    async def maybes(self, found: Sequence[Suggested] | None = None) -> list[Maybe]:
        """These suggestions, or all that are undecided, with both sides in words."""
        from omnidesk.desk.maybes import maybes

        return await self.store.read(lambda r: maybes(r, found))

    async def redo(self) -> str:
        """Do again what was undone last; what it was, in words."""
        from omnidesk.desk.redoing import redo

        return await self.store.write(lambda tx: redo(tx, self.agent.id, self._now()))
