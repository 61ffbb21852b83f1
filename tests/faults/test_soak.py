"""Many polls and many reconnects: descriptors stay flat, memory is bounded, the spool is empty."""

from __future__ import annotations

import asyncio
import gc
import os
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.errors import Unreachable
from omnidesk.demo.sandbox import Sandbox
from omnidesk.engine.supervisor import Engine
from omnidesk.store.sqlite import SqliteStore
from tests.faults.engines import EngineProcess, desk_of, engine, inbound, until
from tests.faults.inside import hurry
from tests.faults.simulated import NAME, Clock, Provider, able, served

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

LONG = os.environ.get("OMNIDESK_FAULTS") == "long"
ROUNDS = 40 if LONG else 5
CYCLES = 20_000 if LONG else 2_000


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> float:
    """Megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


async def round_(sandbox: Sandbox, number: int) -> list[str]:
    """Thirty messages one after another, each a poll of its own, and every server once away."""
    texts = [f"{number}-{index}" for index in range(30)]
    customer = sandbox.correspondent("olga@example.test", "Ольга")
    for index, text in enumerate(texts):
        if index % 3:
            sandbox.bot.customer(100, "Кирилл").text(text)
        else:
            big = (("f.bin", os.urandom(1_500_000 if index == 0 else 10)),)
            await customer.write(text, text, at=datetime.now(UTC), files=big)
        await asyncio.sleep(0.02)
    await sandbox.mail.imap.stop()
    await sandbox.mail.start_imap()
    await sandbox.bot.stop()
    await sandbox.bot.start()
    return texts


async def test_reconnects_leave_no_descriptor_no_memory_and_no_file_behind(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    texts: list[str] = []
    sizes: list[tuple[int, float]] = []
    async with desk_of(sandbox.config) as desk:

        async def are_in() -> bool:
            return len(await inbound(desk)) >= len(texts)

        async with engine(sandbox.config) as running:
            for number in range(ROUNDS):
                texts += await round_(sandbox, number)
                await until(are_in, 60)
                sizes.append(await settled_size(running))
        assert Counter(await inbound(desk)) == Counter(texts)
        assert not list(desk.store.spool.iterdir())
    (first, began), (last, ended) = sizes[0], sizes[-1]
    with capsys.disabled():
        print(
            f"\n{ROUNDS} rounds of 30 messages and two reconnects: descriptors {first} to {last}, "
            f"resident {began:.1f} to {ended:.1f} MB, spool empty"
        )
    assert last <= first + 3, sizes
    assert ended - began < (40 if LONG else 15), sizes


async def settled_size(running: EngineProcess) -> tuple[int, float]:
    await asyncio.sleep(0.5)  # connections that were let go are closed by now
    return descriptors(running.process.pid), resident(running.process.pid)


async def test_poll_cycles_keep_memory_and_descriptors_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("tests.faults.simulated.QUIET", 0.0)
    steps = 0
    turned = asyncio.Event()
    aim = CYCLES // 4

    def step(name: str) -> None:
        nonlocal steps
        steps += name == "before receive"
        if steps >= aim:
            turned.set()
        if name == "before receive" and steps % 200 == 0:
            raise Unreachable("sim: away for a moment")

    async with SqliteStore(tmp_path / "desk.db") as store:
        await store.write(lambda tx: tx.configure(NAME, NAME, able(), ()))
        stop, clock = asyncio.Event(), Clock()
        made = Engine(store, [served(Provider(), able(), step)], now=clock)
        running = asyncio.create_task(made.run(stop), name="the engine")
        tracemalloc.start()
        try:
            async with asyncio.timeout(900):
                await turned.wait()
                gc.collect()
                before = tracemalloc.get_traced_memory()[0], descriptors(os.getpid())
                turned.clear()
                aim = CYCLES + CYCLES // 4
                clock.offset += timedelta(days=1)
                await turned.wait()
                gc.collect()
                after = tracemalloc.get_traced_memory()[0], descriptors(os.getpid())
        finally:
            tracemalloc.stop()
            stop.set()
            await running
    slope = (after[0] - before[0]) / CYCLES * 1000 / 2**20
    with capsys.disabled():
        print(
            f"\n{CYCLES} poll cycles, {CYCLES // 200} reconnects: memory {slope:+.3f} MB per 1,000 "
            f"cycles, descriptors {before[1]} to {after[1]}"
        )
    assert slope < 1.0
    assert after[1] <= before[1] + 1
