"""An agent played by a script: he answers whoever waits, and closes what is settled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from omnidesk.core.model import DeliveryState, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.core.model import Row
    from omnidesk.desk import Desk

_READS = 0.4
_LOOK_AGAIN = 0.5


class PlayedAgent:
    """Works through the inbox of a real desk; `answers` are what he says to whom, in order."""

    def __init__(self, desk: Desk, answers: Mapping[str, tuple[str, ...]]) -> None:
        self._desk = desk
        self._answers = {name: list(said) for name, said in answers.items()}
        self._noted: set[int] = set()

    async def work(self) -> None:
        """Answer until cancelled."""
        while True:
            for row in await self._desk.rows("inbox"):
                if row.state is State.OPEN:
                    await self._take_up(row)
            await asyncio.sleep(_LOOK_AGAIN)

    async def idle(self) -> bool:
        """Whether everything is said and nobody is waiting."""
        rows = await self._desk.rows("inbox")
        return not any(self._answers.values()) and all(r.state is not State.OPEN for r in rows)

    async def _take_up(self, row: Row) -> None:
        number, left = row.number, self._answers.get(row.name, [])
        await self._desk.mark_read(number)
        await asyncio.sleep(_READS)
        if row.failed:
            await self._look_into(number)
        elif row.waiting_since is not None and left:
            await self._desk.reply(number, left.pop(0))
        elif await self._is_over(number, waiting=row.waiting_since is not None):
            await self._desk.close(number)

    async def _is_over(self, number: int, *, waiting: bool) -> bool:
        """Whether the last word was thanks, or only a machine ever wrote.

        A question that nobody has an answer for stays open: then the story does not end.
        """
        messages = (await self._desk.open(number)).messages
        answered = any(m.direction == "out" and not m.automatic for m in messages)
        return answered or not waiting

    async def _look_into(self, number: int) -> None:
        """A reply that came back is noted and its conversation closed."""
        if number in self._noted:
            return
        self._noted.add(number)
        messages = (await self._desk.open(number)).messages
        failed = [m for m in messages if m.delivery and m.delivery.state is DeliveryState.FAILED]
        assert failed, "a row that says failed has such a delivery"
        await self._desk.note(number, "The reply came back. Wait until he writes from elsewhere.")
        await self._desk.close(number)
