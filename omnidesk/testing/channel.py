"""The contract of the Channel protocol: subclass it and bring the world that a channel talks to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from omnidesk.core.channel import (
    Batch,
    Channel,
    Deferred,
    Incoming,
    Outgoing,
    Rejected,
    Sent,
)
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address, Direction

NOON = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
_SECONDS = 30.0


class World(Protocol):
    """The provider on loopback, and a customer who uses it."""

    def channel(self, *, wrong_credentials: bool = False) -> Channel:
        """A channel that is not entered yet, and whose `receive` does not wait."""
        ...

    async def write(self, text: str) -> None:
        """The customer writes."""
        ...

    async def arrived(self) -> str:
        """The text of the next reply that reached the customer."""
        ...

    async def go_down(self) -> None: ...

    async def come_back(self) -> None: ...


def incoming(batch: Batch) -> list[Incoming]:
    """The messages of a batch."""
    return [item for item in batch.items if isinstance(item, Incoming)]


async def drain(channel: Channel, cursor: str | None) -> tuple[list[Incoming], str | None]:
    """All that there is after a cursor, and the cursor behind it."""
    found: list[Incoming] = []
    while True:
        async with asyncio.timeout(_SECONDS):
            batch = await channel.receive(cursor)
        found += incoming(batch)
        if not batch.items and batch.cursor == cursor:
            return found, cursor
        cursor = batch.cursor


def reply_to(message: Incoming, text: str, key: str = "1.k") -> Outgoing:
    """A reply as the outbox would hand it over."""
    assert message.sender is not None
    return Outgoing(
        key=key,
        number=1,
        to=(message.sender,),
        text=text,
        author="Anna",
        subject=message.subject,
        answers=message.external_id,
        references=(message.message_id,) if message.message_id else (),
        reply_path=message.reply_path,
        written_at=NOON,
    )


def texts(messages: Sequence[Incoming]) -> list[str]:
    return [message.text.strip() for message in messages]


class ChannelContract:
    """Every channel does this. Subclasses bring `world`; a channel that does not send says so."""

    sends = True
    has_credentials = True

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError("a subclass brings its world")

    async def test_where_nothing_is_there_nothing_comes(self, world: World) -> None:
        async with world.channel() as channel:
            assert await drain(channel, None) == ([], (await channel.receive(None)).cursor)

    async def test_a_message_comes_with_all_that_the_desk_needs(self, world: World) -> None:
        await world.write("Здравствуйте, где заказ?")
        async with world.channel() as channel:
            (message,), _ = await drain(channel, None)
        assert message.text.strip() == "Здравствуйте, где заказ?"
        assert message.direction is Direction.IN
        assert message.external_id
        assert message.handle is not None
        assert message.handle.scheme == channel.capabilities.handle_scheme
        assert message.sender is not None
        assert message.raw
        assert message.unreadable is None

    async def test_messages_come_in_the_order_in_which_they_were_written(
        self, world: World
    ) -> None:
        said = [f"message {index}" for index in range(7)]
        for text in said:
            await world.write(text)
        async with world.channel() as channel:
            found, _ = await drain(channel, None)
        assert texts(found) == said

    async def test_what_was_not_acknowledged_comes_again_the_same(self, world: World) -> None:
        await world.write("once")
        async with world.channel() as channel:
            first = incoming(await channel.receive(None))
        async with world.channel() as channel:
            second = incoming(await channel.receive(None))
        assert [m.external_id for m in first] == [m.external_id for m in second] != []

    async def test_the_cursor_handed_back_acknowledges(self, world: World) -> None:
        await world.write("before")
        async with world.channel() as channel:
            _, cursor = await drain(channel, None)
            await world.write("after")
            found, cursor = await drain(channel, cursor)
            assert texts(found) == ["after"]
        async with world.channel() as channel:
            assert (await drain(channel, cursor))[0] == []

    async def test_a_cancelled_receive_loses_nothing(self, world: World) -> None:
        await world.write("kept")
        channel = world.channel()
        async with channel:
            receiving = asyncio.create_task(channel.receive(None))
            await asyncio.sleep(0)
            receiving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await receiving
        async with world.channel() as channel:
            assert texts((await drain(channel, None))[0]) == ["kept"]

    async def test_a_provider_that_is_down_is_unreachable_and_comes_back(
        self, world: World
    ) -> None:
        await world.write("kept")
        await world.go_down()
        with pytest.raises(Unreachable):
            async with world.channel() as channel:
                await channel.receive(None)
        await world.come_back()
        async with world.channel() as channel:
            assert texts((await drain(channel, None))[0]) == ["kept"]

    async def test_refused_credentials_need_a_person_and_say_what_to_do(self, world: World) -> None:
        if not self.has_credentials:
            pytest.skip("this channel has no credentials")
        with pytest.raises(Blocked, match=r"channels\."):
            async with world.channel(wrong_credentials=True) as channel:
                await channel.receive(None)
        with pytest.raises(Blocked, match=r"channels\."):
            await world.channel(wrong_credentials=True).check()

    async def test_a_check_says_in_one_line_what_works(self, world: World) -> None:
        line = await world.channel().check()
        assert line
        assert "\n" not in line

    async def test_a_reply_reaches_the_customer_once(self, world: World) -> None:
        if not self.sends:
            pytest.skip("this channel does not send")
        await world.write("a question")
        async with world.channel() as channel:
            (message,), _ = await drain(channel, None)
            outcome = await channel.send(reply_to(message, "Ответ: да"))
        assert isinstance(outcome, Sent)
        assert outcome.external_id
        assert "Ответ: да" in await world.arrived()

    async def test_a_reply_to_a_provider_that_is_down_is_deferred_not_lost(
        self, world: World
    ) -> None:
        if not self.sends:
            pytest.skip("this channel does not send")
        await world.write("a question")
        async with world.channel() as channel:
            (message,), _ = await drain(channel, None)
            await world.go_down()
            outcome = await channel.send(reply_to(message, "later"))
            await world.come_back()
        assert isinstance(outcome, Deferred)
        assert outcome.sent_parts == ()

    async def test_a_reply_to_nobody_is_rejected_in_words(self, world: World) -> None:
        if not self.sends:
            pytest.skip("this channel does not send")
        await world.write("a question")
        async with world.channel() as channel:
            (message,), _ = await drain(channel, None)
            nobody = replace(
                reply_to(message, "x"), to=(Address("", ""),), reply_path=None, answers=None
            )
            outcome = await channel.send(nobody)
        assert isinstance(outcome, Rejected)
        assert outcome.reason
