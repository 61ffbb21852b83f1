"""An engine in the test's own process, over the real channels of a sandbox, its waits cut short."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from omnidesk.config import agent_for, load
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.engine.supervisor import Engine
from omnidesk.wiring import desk_at, make_engine, open_store, settings_of
from tests.faults.engines import until
from tests.faults.simulated import Clock


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make waits between tries short: it is what comes after them that is tested."""
    monkeypatch.setattr("omnidesk.engine.trouble._FIRST", 0.02)
    monkeypatch.setattr("omnidesk.engine.trouble._LEAST", 0.02)
    monkeypatch.setattr("omnidesk.engine.trouble._LONGEST", 0.3)
    monkeypatch.setattr("omnidesk.engine.trouble._FULL", 0.1)
    monkeypatch.setattr("omnidesk.engine.trouble._BLOCKED", 0.1)
    monkeypatch.setattr("omnidesk.engine.outbox._FIRST_WAIT", timedelta(milliseconds=50))
    monkeypatch.setattr("omnidesk.engine.outbox._LONGEST_WAIT", timedelta(milliseconds=300))
    monkeypatch.setattr("omnidesk.engine.line.RENEW_SECONDS", 0.2)


@contextlib.asynccontextmanager
async def inside(sandbox: Sandbox, clock: Clock | None = None) -> AsyncIterator[Desk]:
    """A desk whose engine runs until the end of the block."""
    config = load(sandbox.config)
    time = clock or Clock()
    async with open_store(config) as store:
        made = await make_engine(config, store)
        engine = Engine(store, made._served, now=time)
        stop = asyncio.Event()
        running = asyncio.create_task(engine.run(stop), name="the engine")
        try:
            settings = settings_of(config)
            plain = await desk_at(store, agent_for(config, "anna"), settings)
            yield Desk(store, plain.agent, settings, plain.channels, now=time)
        finally:
            stop.set()
            await running


async def number_of(desk: Desk, name: str) -> int:
    """The conversation of a customer, once he has written."""

    async def is_there() -> bool:
        return any(row.name.startswith(name) for row in await desk.rows("all"))

    await until(is_there)
    return next(row.number for row in await desk.rows("all") if row.name.startswith(name))


async def due_of(desk: Desk, message: int) -> datetime:
    delivery = await desk.store.read(lambda r: r.delivery(message))
    assert delivery is not None
    return delivery.due_at
