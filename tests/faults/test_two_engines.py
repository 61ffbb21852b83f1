"""Two engines on one store: each thing once, and a sleeper that wakes notices."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from omnidesk.core.model import DeliveryState
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from tests.faults.engines import (
    EngineProcess,
    desk_of,
    engine,
    inbound,
    is_settled,
    messages_of,
    start_engine,
    state_of,
    until,
)

pytestmark = pytest.mark.faults


async def write(sandbox: Sandbox, name: str, count: int) -> set[str]:
    """Half of them by letter, half by chat."""
    texts = {f"{name} {index}" for index in range(count)}
    for index, text in enumerate(sorted(texts)):
        if index % 2:
            sandbox.bot.customer(100 + index, "Кирилл").text(text)
        else:
            who = sandbox.correspondent(f"c{index}@example.test", "Ольга")
            await who.write(text, text, at=datetime.now(UTC))
    return texts


def answers(sandbox: Sandbox) -> Counter[str]:
    """How often each chat answer reached the provider."""
    sent = [c for c in sandbox.bot.calls if c.method == "sendMessage"]
    return Counter(str(call.params.get("text", "")) for call in sent)


async def arrived(desk: Desk, count: int) -> bool:
    return len(await inbound(desk)) >= count


async def taken(sandbox: Sandbox, count: int) -> bool:
    return answers(sandbox).total() >= count


async def is_(desk: Desk, message: int, state: DeliveryState) -> bool:
    return await state_of(desk, message) is state


async def noticed(sleeper: EngineProcess) -> bool:
    return "lease lost channel=shop-bot" in sleeper.log


async def test_two_engines_started_together_do_each_thing_once(sandbox: Sandbox) -> None:
    texts = await write(sandbox, "question", 20)
    async with desk_of(sandbox.config) as desk:
        async with engine(sandbox.config, "one"), engine(sandbox.config, "other"):
            await until(lambda: arrived(desk, 20))
            for row in await desk.rows("inbox", limit=100):
                await desk.reply(row.number, f"answer to {row.snippet}")
            texts |= await write(sandbox, "more", 10)
            await until(lambda: arrived(desk, 30))
            await until(lambda: is_settled(desk))
        assert Counter(await inbound(desk)) == Counter(texts)
        states = {m.delivery.state for m in await messages_of(desk) if m.delivery}
        assert states == {DeliveryState.SENT}
    assert len(sandbox.mail.sent) == 10
    assert set(answers(sandbox).values()) == {1}
    assert answers(sandbox).total() == 10


async def test_one_round_beside_a_running_engine_adds_nothing(sandbox: Sandbox) -> None:
    texts = await write(sandbox, "question", 6)
    async with desk_of(sandbox.config) as desk, engine(sandbox.config):
        for index in range(3):
            log = sandbox.folder / f"once-{index}.log"
            once = await start_engine(sandbox.config, "--once", log=log)
            assert await once.process.wait() == 0, once.log
        await until(lambda: arrived(desk, 6))
        assert Counter(await inbound(desk)) == Counter(texts)


async def test_an_engine_that_slept_longer_than_its_lease_wakes_and_notices(
    sandbox: Sandbox,
) -> None:
    customer = sandbox.bot.customer(7, "Кирилл")
    customer.text("before")
    async with desk_of(sandbox.config) as desk, engine(sandbox.config, "sleeper") as sleeper:
        await until(lambda: arrived(desk, 1))
        (row,) = await desk.rows("inbox")
        answer = asyncio.Event()
        sandbox.bot.fault("sendMessage", until=answer)
        reply = await desk.reply(row.number, "the only answer")
        await until(lambda: taken(sandbox, 1))
        sleeper.pause()
        async with engine(sandbox.config, "successor"):
            customer.text("while one slept")
            await until(lambda: arrived(desk, 2), 40)
            await until(lambda: is_(desk, reply.id, DeliveryState.UNKNOWN))
            sleeper.wake()
            answer.set()
            await until(lambda: noticed(sleeper))
            customer.text("after")
            texts = {"before", "while one slept", "after"} | await write(sandbox, "more", 6)
            await until(lambda: arrived(desk, 9))
            assert Counter(await inbound(desk)) == Counter(texts)
            # what the sleeper learns when it wakes depends on what it reads first
            assert await state_of(desk, reply.id) in (
                DeliveryState.UNKNOWN,
                DeliveryState.SENT,
            )
    assert answers(sandbox) == Counter(["the only answer"])
