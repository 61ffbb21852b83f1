"""Dovecot stopped, frozen, renumbered and emptied under a running engine."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from omnidesk.core.model import HealthState
from omnidesk.desk import Desk
from tests.faults.engines import (
    desk_of,
    engine,
    health_of,
    inbound,
    messages_of,
    start_engine,
    until,
)
from tests.faults.post import letter, numbers, write_config
from tests.servers.dovecot import Dovecot, Mailbox

pytestmark = [pytest.mark.faults, pytest.mark.servers, pytest.mark.timeout(3000)]

LONG = os.environ.get("OMNIDESK_FAULTS") == "long"
KILLS = int(os.environ.get("OMNIDESK_KILLS", "50"))
KILLS_HERE = KILLS if KILLS > 50 else KILLS // 4
EACH = 400
"""Letters that come between two kills."""
PATIENCE = "30s" if LONG else "3s"
"""How long a server may owe an answer: the default, or a short one for the short form."""


async def has(desk: Desk, count: int) -> bool:
    return await stored(desk) >= count


async def stored(desk: Desk) -> int:
    ledgers = await desk.store.read(lambda r: r.ledger())
    return sum(ledger.stored for ledger in ledgers)


async def is_in(desk: Desk, state: HealthState) -> bool:
    return (await health_of(desk, "support")).state is state


def deliver(mailbox: Mailbox, wanted: Iterable[int]) -> dict[int, str]:
    return {number: mailbox.deliver(letter(number)) for number in wanted}


async def test_a_server_that_stops_in_the_middle_loses_and_doubles_nothing(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(mailbox, range(4000))
    config = write_config(tmp_path, dovecot, mailbox)
    async with desk_of(config) as desk, engine(config):
        await until(lambda: has(desk, 100))
        await asyncio.to_thread(dovecot.program.kill)
        stopped = time.monotonic()
        await until(lambda: is_in(desk, HealthState.DEGRADED), 60)
        marked = time.monotonic() - stopped
        reason = (await health_of(desk, "support")).reason or ""
        assert reason.startswith("127.0.0.1")
        assert await stored(desk) < 4000, "it was not in the middle"
        deliver(mailbox, range(4000, 4100))
        await asyncio.to_thread(dovecot.start)
        await until(lambda: has(desk, 4100), 60)
        await until(lambda: is_in(desk, HealthState.UP), 10)
        assert Counter(numbers(await inbound(desk))) == Counter(range(4100))
    with capsys.disabled():
        print(f"\nserver stopped: marked after {marked:.1f} s, 4100 letters, 0 lost, 0 doubled")


async def test_a_server_that_freezes_is_marked_within_a_minute_and_got_over(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(mailbox, range(5))
    config = write_config(tmp_path, dovecot, mailbox, timeout=PATIENCE)
    async with desk_of(config) as desk, engine(config):
        await until(lambda: has(desk, 5))
        await until(lambda: is_in(desk, HealthState.UP))
        dovecot.program.pause()
        frozen = time.monotonic()
        try:
            await until(lambda: is_in(desk, HealthState.DEGRADED), 60)
            marked = time.monotonic() - frozen
        finally:
            dovecot.program.wake()
        deliver(mailbox, range(5, 10))
        await until(lambda: has(desk, 10), 120)
        await until(lambda: is_in(desk, HealthState.UP), 10)
        assert Counter(numbers(await inbound(desk))) == Counter(range(10))
    with capsys.disabled():
        print(f"\nserver frozen: marked after {marked:.1f} s with a time-out of {PATIENCE}")


async def test_new_uids_while_we_run_double_and_miss_nothing(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    deliver(mailbox, range(150))
    config = write_config(tmp_path, dovecot, mailbox)
    async with desk_of(config) as desk, engine(config):
        for count in (150, 300):
            await until(partial(has, desk, count), 60)
            await asyncio.to_thread(dovecot.stop)
            mailbox.forget_uids()
            deliver(mailbox, range(count, count + 150))
            await asyncio.to_thread(dovecot.start)
        await until(lambda: has(desk, 450), 60)
        assert Counter(numbers(await inbound(desk))) == Counter(range(450))


async def test_letters_that_go_while_we_fetch_take_no_other_with_them(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    names = deliver(mailbox, range(1200))
    config = write_config(tmp_path, dovecot, mailbox)
    gone = random.Random(7).sample(range(100, 1199), 300)
    async with desk_of(config) as desk, engine(config):
        await until(lambda: has(desk, 1))
        for number in gone:
            mailbox.expunge(names[number])
        deliver(mailbox, [1200])
        kept = set(range(1201)) - set(gone)
        await until(lambda: covers(desk, kept), 60)
        found = Counter(numbers(await inbound(desk)))
    assert max(found.values()) == 1
    assert kept <= set(found) <= set(range(1201))


async def covers(desk: Desk, wanted: set[int]) -> bool:
    return wanted <= set(numbers(await inbound(desk)))


async def test_killing_the_engine_while_it_receives_from_a_real_server(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("OMNIDESK_SEED", "0")) or random.randrange(1 << 30)
    dice = random.Random(seed)
    config = write_config(tmp_path, dovecot, mailbox)
    log = tmp_path / "engine.log"
    in_the_middle = 0
    async with desk_of(config) as desk:
        for round_ in range(KILLS_HERE):
            deliver(mailbox, range(EACH * round_, EACH * (round_ + 1)))
            before = await stored(desk)
            running = await start_engine(config, log=log)
            await asyncio.sleep(dice.uniform(0.35, 0.95))
            await running.kill()
            in_the_middle += before < await stored(desk) < EACH * (round_ + 1)
        running = await start_engine(config, "--once", log=log)
        assert await running.process.wait() == 0, running.log
        found = Counter(numbers(await inbound(desk)))
        assert all(m.raw for m in await messages_of(desk))
    assert found == Counter(range(EACH * KILLS_HERE)), f"seed {seed}"
    database = tmp_path / "omnidesk.db"
    with sqlite3.connect(database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    with capsys.disabled():
        print(
            f"\n{KILLS_HERE} kills (seed {seed}), {in_the_middle} of them in the middle: "
            f"{len(found)} letters of a real server, 0 lost, 0 doubled"
        )
