"""An agent played by a script: he answers whoever waits, and closes what is settled."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from omnidesk.core.errors import CannotJoin
from omnidesk.core.model import DeliveryState, State
from omnidesk.core.routing import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.core.model import Row
    from omnidesk.demo.world import Call
    from omnidesk.desk import Desk, Opened
    from omnidesk.desk.cards import Card, Ring

_READS = 0.4
_LOOK_AGAIN = 0.5
_HEARS = 0.1


class PlayedAgent:
    """Works through the inbox of a real desk, and takes the calls that ring at it.

    `answers` are what he says to whom, in order; `calls` what he writes down when somebody
    phones. Who has phoned gets his answers where he asked for them, once all that he said on
    other channels stands in one conversation.
    """

    def __init__(
        self, desk: Desk, answers: Mapping[str, tuple[str, ...]], calls: Mapping[str, Call]
    ) -> None:
        self._desk = desk
        self._answers = {name: list(said) for name, said in answers.items()}
        self._calls = calls
        self._taken: set[str] = set()
        self._noted: set[int] = set()

    async def work(self) -> None:
        """Answer, and take calls, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._answer(), name="demo: the agent's inbox")
            group.create_task(self._listen(), name="demo: the agent's telephone")

    async def idle(self) -> bool:
        """Whether everything is said and nobody is waiting."""
        rows = await self._desk.rows("inbox")
        return not any(self._answers.values()) and all(r.state is not State.OPEN for r in rows)

    # -- letters and chats

    async def _answer(self) -> None:
        while True:
            for row in await self._desk.rows("inbox"):
                if row.state is State.OPEN:
                    await self._take_up(row)
            await asyncio.sleep(_LOOK_AGAIN)

    async def _take_up(self, row: Row) -> None:
        number, left = row.number, self._answers.get(row.name, [])
        await self._desk.mark_read(number)
        await asyncio.sleep(_READS)
        if row.name in self._calls and not await self._is_whole(number):
            return
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

    # -- calls, and who is one person

    async def _listen(self) -> None:
        while True:
            for ring in await self._desk.ringing():
                if ring.call not in self._taken:
                    await self._take_call(ring)
            await asyncio.sleep(_HEARS)

    async def _take_call(self, ring: Ring) -> None:
        """Write down what was said, and how the caller wants to be answered."""
        card = ring.card or await self._recognise(ring)
        call = self._calls.get(card.contact.name) if card else None
        if card is None or call is None or ring.handle is None:
            return
        self._taken.add(ring.call)
        await self._desk.log_call(ring.handle, call.said, call=ring.call)
        await self._desk.set_wish(card.contact.id, call.wish)

    async def _recognise(self, ring: Ring) -> Card | None:
        """The card of an unknown number, where it stands under a letter that nobody has read."""
        for row in await self._desk.rows("inbox"):
            if row.name in self._calls:
                await self._add_numbers(await self._desk.open(row.number))
        cards = await self._desk.card(ring.handle.value) if ring.handle else []
        return cards[0] if len(cards) == 1 else None

    async def _add_numbers(self, opened: Opened) -> None:
        for handle in opened.offered:
            with contextlib.suppress(CannotJoin):  # it was added while we looked
                await self._desk.bind_handle(opened.contact.id, handle)

    async def _is_whole(self, number: int) -> bool:
        """Make one what is suggested to be one; whether all is, and he can be answered there.

        Only for who has phoned: he said himself that the letter and the chat are his.
        """
        opened = await self._desk.open(number)
        await self._add_numbers(opened)
        person = opened.contact.id
        for one in (await self._desk.suggestions("contact", person))[:1]:
            await self._desk.merge_contacts(min(one.one, one.other), max(one.one, one.other))
        theirs = {row.number for row in (await self._desk.open(number)).others}
        for one in (await self._desk.suggestions("conversation", number))[:1]:
            if {one.one, one.other} & theirs:
                await self._desk.merge(min(one.one, one.other), max(one.one, one.other))
        opened = await self._desk.open(number)
        way = opened.route
        wished = isinstance(way, Route) and way.wished and way.marked is None
        return wished and not opened.others and opened.conversation.number == number
