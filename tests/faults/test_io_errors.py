"""The kernel answers EIO to the database's own writes and syncs, and later does not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.model import DeliveryState, Direction
from omnidesk.demo.sandbox import Sandbox
from tests.faults.engines import desk_of, engine, inbound, is_settled, messages_of, until
from tests.faults.test_disk import are_in, are_up, write

pytestmark = pytest.mark.faults

_SETTLE_SECONDS = 20.0


@contextlib.asynccontextmanager
async def failing(pid: int, calls: str, files: list[Path], log: Path) -> AsyncIterator[None]:
    """Within the block these system calls of a process on these files fail with EIO."""
    strace = shutil.which("strace")
    if strace is None and os.environ.get("OMNIDESK_REQUIRE_SERVERS") != "1":
        pytest.skip("strace is not installed")
    assert strace is not None, "strace is required here"
    tracer = await asyncio.create_subprocess_exec(
        strace,
        *("-f", "-p", str(pid), "-o", str(log)),
        *(part for file in files for part in ("-P", str(file))),
        *("-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert tracer.stderr is not None
    try:
        async with asyncio.timeout(_SETTLE_SECONDS):
            said = await tracer.stderr.readline()
        if b"ttach" not in said or b"not permitted" in said:
            pytest.skip(f"processes cannot be traced here: {said.decode().strip()}")
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGINT)
        await tracer.wait()


@pytest.mark.parametrize("calls", ["pwrite64", "fdatasync,fsync"], ids=["writes", "syncs"])
async def test_eio_on_the_database_acknowledges_nothing_and_heals(
    sandbox: Sandbox, calls: str, tmp_path: Path
) -> None:
    database = sandbox.folder / "omnidesk.db"
    log = tmp_path / "strace.log"
    async with desk_of(sandbox.config) as desk, engine(sandbox.config) as running:
        before = await write(sandbox, "before", 10)
        await until(lambda: are_in(desk, before))
        files = [database, database.with_name("omnidesk.db-wal")]
        async with failing(running.process.pid, calls, files, log):
            meanwhile = await write(sandbox, "meanwhile", 20)
            await until(lambda: _hit(log))
            stored = Counter(await inbound(desk))
            assert stored <= Counter(before + meanwhile)
            assert running.process.returncode is None, running.log
        await until(lambda: are_in(desk, before + meanwhile), 60)
        await until(lambda: are_up(desk), 30)
        assert Counter(await inbound(desk)) == Counter(before + meanwhile)
        number = (await desk.rows("all"))[0].number
        await desk.reply(number, "after the trouble")
        await until(lambda: is_settled(desk))
        sent = [m for m in await messages_of(desk) if m.direction is Direction.OUT]
        assert [m.delivery.state for m in sent if m.delivery] == [DeliveryState.SENT]
    with contextlib.closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def _hit(log: Path) -> bool:
    """Whether a call has failed because of us."""
    return log.exists() and "INJECTED" in log.read_text(errors="replace")
