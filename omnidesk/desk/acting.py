"""The desk's verbs that change how a conversation stands.

What they need is imported on first use: the screen's first frame comes without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from omnidesk.core.model import Agent, Row
from omnidesk.core.store import Store, Transaction


class Acting:
    """What an agent decides about conversations; `undo` takes each of it back."""

    store: Store
    agent: Agent
    _now: Callable[[], datetime]

    async def close(self, number: int, *, seen: int | None = None) -> bool:
        """Close a conversation; False where it was closed.

        `seen` is the newest message that the agent knows: Overtaken tells what was said after
        it, and nothing is closed.
        """

        from omnidesk.desk import changing
        from omnidesk.desk.holding import require_first

        def shut(tx: Transaction) -> bool:
            if seen is not None:
                require_first(tx, tx.kept_by(number), seen, self.agent.id)
            return changing.close(tx, number, self.agent.id, self._now())

        return await self.store.write(shut)

    async def reopen(self, number: int) -> bool:
        """Open it again."""
        from omnidesk.desk import changing

        return await self.store.write(
            lambda tx: changing.reopen(tx, number, self.agent.id, self._now())
        )

    async def assign(self, number: int, agent: str | None) -> bool:
        """Give it to an agent, or to nobody."""
        from omnidesk.desk import changing

        return await self.store.write(
            lambda tx: changing.change(tx, number, self.agent.id, self._now(), assignee=agent)
        )

    async def snooze(self, number: int, until: datetime | None) -> bool:
        """Put it aside until a time, or until the customer writes; None: only until he does."""
        from omnidesk.desk import changing

        return await self.store.write(
            lambda tx: changing.snooze(tx, number, until, self.agent.id, self._now())
        )

    async def tag(self, number: int, add: Sequence[str] = (), drop: Sequence[str] = ()) -> bool:
        """Add and drop tags."""

        from omnidesk.desk import changing

        def retag(tx: Transaction) -> bool:
            found = tx.conversation(tx.kept_by(number))
            had = found.tags if found else ()
            tags = tuple(dict.fromkeys(t for t in (*had, *add) if t not in drop))
            return changing.change(tx, number, self.agent.id, self._now(), tags=tags)

        return await self.store.write(retag)

    async def mark_read(self, number: int) -> None:
        await self._read(number, unread=False)

    async def mark_unread(self, number: int) -> None:
        await self._read(number, unread=True)

    async def _read(self, number: int, *, unread: bool) -> None:
        from omnidesk.desk import changing

        await self.store.write(
            lambda tx: changing.read(tx, number, self.agent.id, self._now(), unread=unread)
        )

    async def undo(self, number: int | None = None) -> str:
        """Take back what this agent did last (in one conversation); what it was, in words."""
        from omnidesk.desk.undoing import undo

        return await self.store.write(lambda tx: undo(tx, self.agent.id, self._now(), number))

    async def take(self, number: int) -> bool:
        """Make it one's own; False where it is."""
        return await self.assign(number, self.agent.id)

    async def raise_priority(self, number: int) -> int:
        """Make it more urgent; how urgent it is then."""
        return await self._prioritise(number, 1)

    async def lower_priority(self, number: int) -> int:
        """Make it less urgent; how urgent it is then."""
        return await self._prioritise(number, -1)

    async def _prioritise(self, number: int, by: int) -> int:
        from omnidesk.desk import working

        return await self.store.write(
            lambda tx: working.prioritise(tx, number, by, self.agent.id, self._now())
        )

    async def spam(self, number: int) -> bool:
        """Close it with the tag `spam`; False where it was so."""
        from omnidesk.desk import working

        return await self.store.write(
            lambda tx: working.spam(tx, number, self.agent.id, self._now())
        )

    async def each(self, numbers: Sequence[int], verb: str, **more: object) -> int:
        """Do `working.VERBS[verb]` to many at once, in one write; how many were changed.

        One `undo` takes all of it back. NotFound where one is not there: then nothing is done.
        """
        from omnidesk.desk import working

        return await self.store.write(
            lambda tx: working.each(tx, numbers, verb, more, self.agent.id, self._now())
        )

    async def next_needing(self, number: int | None = None, *, back: bool = False) -> Row | None:
        """The next conversation of the inbox in which a customer waits for us, or a reply failed.

        Behind `number` in the inbox's order (or before it), and round from the other end; what a
        colleague has taken is his. None where no other needs us.
        """
        from omnidesk.desk import working

        return await self.store.read(
            lambda r: working.next_needing(r, number, self.agent.id, back=back)
        )

    async def pin(self, message: int, *, pinned: bool = True) -> bool:
        """Have a message seen first in its conversation, or no more; False where it is so."""
        from omnidesk.desk import working

        return await self.store.write(
            lambda tx: working.pin(tx, message, self.agent.id, self._now(), pinned=pinned)
        )
