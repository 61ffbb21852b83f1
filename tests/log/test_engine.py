"""The real engine as a process of its own: fast from the exchange to the desk, and killed often."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.model import HealthState
from omnidesk.desk import Desk
from tests.log.conftest import House, append, house_in, line

KILLS = int(os.environ.get("OMNIDESK_KILLS", "8"))
PATIENCE = 20.0


@contextlib.asynccontextmanager
async def engine(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "omnidesk",
        "--config",
        str(folder / "config.toml"),
        "engine",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(PATIENCE):
            await process.wait()


async def until_up(desk: Desk) -> None:
    async with asyncio.timeout(PATIENCE):
        async for _ in desk.changes():
            if any(h.channel == "phone" and h.state is HealthState.UP for h in await desk.health()):
                return


async def rings(desk: Desk, calls: Path, call: str) -> float:
    """Seconds from the appended line until the desk, told by `changes`, shows the call."""
    async with asyncio.timeout(PATIENCE):
        changes = desk.changes()
        async with contextlib.aclosing(changes):  # type: ignore[type-var]
            await anext(changes)
            start = time.perf_counter()
            append(calls, line("ringing", call, at=datetime.now(UTC).isoformat()))
            async for _ in changes:
                if any(ring.call == call for ring in await desk.ringing()):
                    return time.perf_counter() - start
    raise AssertionError("the changes ended")


async def test_a_ringing_call_is_at_the_desk_before_the_second_ring(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine(house.folder):
        await until_up(house.desk)
        took = [await rings(house.desk, house.calls, f"r{n}") for n in range(20)]
    with capsys.disabled():
        print(
            f"ring to desk: median {statistics.median(took) * 1e3:.0f} ms, "
            f"longest {max(took) * 1e3:.0f} ms of {len(took)}"
        )
    assert statistics.median(took) < 3, "the figure is the printed one; this holds on any machine"


async def stored(desk: Desk) -> list[str]:
    messages = await desk.store.read(lambda r: list(r.every_message()))
    return [m.external_id or "" for m in messages]


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("piped", [False, True], ids=["file", "pipe"])
async def test_killing_the_engine_loses_and_doubles_no_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], piped: bool
) -> None:
    dice = random.Random(1)
    written: list[str] = []
    reached = midway = 0
    async with house_in(tmp_path) as house:
        if piped:
            os.mkfifo(house.calls)
        # A script that stays: what waits in the pipe outlives its reader.
        script = os.open(house.calls, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK)
        try:
            for round_ in range(KILLS):
                async with engine(tmp_path) as process:
                    end = time.monotonic() + dice.uniform(0.8, 2.0)
                    while time.monotonic() < end:
                        call = f"{round_}-{len(written)}"
                        with contextlib.suppress(BlockingIOError):  # a full pipe: it waits
                            os.write(script, line("ended", call, duration=1))
                            written.append(call)
                        await asyncio.sleep(dice.uniform(0, 0.004))
                    process.send_signal(signal.SIGKILL)
                before, reached = reached, len(await stored(house.desk))
                midway += before < reached < len(written)
            async with engine(tmp_path), asyncio.timeout(PATIENCE):
                async for _ in house.desk.changes():
                    if len(await stored(house.desk)) >= len(written):
                        break
        finally:
            os.close(script)
        found = await stored(house.desk)
    lost, doubled = set(written) - set(found), len(found) - len(set(found))
    with capsys.disabled():
        print(
            f"{KILLS} kills: {len(written)} calls, {len(lost)} lost, {doubled} doubled; "
            f"{midway} of them between reading and storing"
        )
    assert (lost, doubled) == (set(), 0)
    assert midway, "none of the kills came while calls were being taken in"
    assert sorted(found) == sorted(written)


async def test_a_stopped_engine_and_a_script_that_comes_and_goes_lose_nothing(
    house: House,
) -> None:
    """What was appended while no engine ran is taken in by the next one."""
    async with engine(house.folder):
        await until_up(house.desk)
        append(house.calls, line("missed", "1"))
    append(house.calls, line("missed", "2"), json.dumps({"event": "missed"}).encode())
    await house.round()
    append(house.calls, b"\n")
    await house.round()
    assert len(await stored(house.desk)) == 3
