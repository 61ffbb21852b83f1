"""The clock jumps two days back and thirty days forward: everything goes on, in its order."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from omnidesk.core.model import DeliveryState, HealthState
from omnidesk.demo.sandbox import Sandbox
from tests.faults.engines import desk_of, engine, health_of, inbound, state_of, until
from tests.faults.inside import hurry, inside, number_of
from tests.faults.simulated import Clock

pytestmark = pytest.mark.faults

JUMPS = [timedelta(days=-2), timedelta(days=30)]


@pytest.mark.parametrize("jump", JUMPS, ids=["two days back", "thirty days forward"])
async def test_a_clock_that_jumps_under_a_running_engine_stops_nothing(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("omnidesk.engine.outbox._FIRST_WAIT", timedelta(seconds=1))
    clock = Clock()
    async with inside(sandbox, clock) as desk:
        customer = sandbox.bot.customer(7, "Кирилл")
        customer.text("one")
        number = await number_of(desk, "Кирилл")
        sandbox.bot.fault("sendMessage", status=500)
        waiting = await desk.reply(number, "put off before the jump")

        async def is_put_off() -> bool:
            delivery = await desk.store.read(lambda r: r.delivery(waiting.id))
            return delivery is not None and delivery.reason is not None

        await until(is_put_off)
        clock.offset += jump
        customer.text("two")
        letters = sandbox.correspondent("olga@example.test", "Ольга")
        await letters.write("Заказ", "by letter", at=datetime.now(UTC))
        later = await desk.reply(number, "written after the jump")

        async def is_all_in() -> bool:
            return len(await inbound(desk)) == 3

        async def is_out() -> bool:
            states = [await state_of(desk, m.id) for m in (waiting, later)]
            return states == [DeliveryState.SENT, DeliveryState.SENT]

        await until(is_all_in)
        await until(is_out, 15)
        queue = sandbox.bot._sent[7]
        sent = [queue.get_nowait()["text"] for _ in range(queue.qsize())]
        assert sent == ["put off before the jump", "written after the jump"]
        chat = [m.text for m in (await desk.open(number)).messages]
        replies = ["put off before the jump", "written after the jump"]
        assert [text for text in chat if text != "two"] == ["one", *replies]
        for name in ("support", "shop-bot"):
            assert (await health_of(desk, name)).state is HealthState.UP


@pytest.mark.parametrize("days", [-2, 30])
async def test_an_engine_with_another_date_takes_over_and_goes_on(
    sandbox: Sandbox, days: int
) -> None:
    before = (faketime(), "-f", f"{days:+d}d")
    customer = sandbox.bot.customer(7, "Кирилл")
    async with desk_of(sandbox.config) as desk:

        async def has(count: int) -> bool:
            return len(await inbound(desk)) >= count

        customer.text("by today's engine")
        async with engine(sandbox.config, "today") as first:
            await until(lambda: has(1))
            await first.kill()  # its lease stays behind, of another time
        customer.text("by the other's")
        async with engine(sandbox.config, "other", before):
            await until(lambda: has(2), 40)
            number = await number_of(desk, "Кирилл")
            reply = await desk.reply(number, "an answer")

            async def is_sent() -> bool:
                return await state_of(desk, reply.id) is DeliveryState.SENT

            await until(is_sent, 30)
        customer.text("by today's again")
        async with engine(sandbox.config, "again"):
            await until(lambda: has(3), 40)
        assert await inbound(desk) == ["by today's engine", "by the other's", "by today's again"]


def faketime() -> str:
    """The program that shifts the clock of another, where there is one that works."""
    found = shutil.which("faketime")
    if found is None:
        pytest.skip("faketime is not installed")
    os.environ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    tried = subprocess.run([found, "-f", "+1d", "true"], timeout=10, check=False)
    if tried.returncode:
        pytest.skip("faketime does not work here")
    return found
