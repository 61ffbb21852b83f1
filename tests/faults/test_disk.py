"""A disk that is full or fails: nothing is acknowledged that is not stored, and it heals alone."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.model import HealthState
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.store import blobs
from omnidesk.store.sqlite import SqliteStore
from omnidesk.store.sqlite.connection import run
from tests.faults.engines import desk_of, engine, inbound, until
from tests.faults.inside import hurry, inside

pytestmark = pytest.mark.faults


class Disk:
    """Syncs of blobs, refused with an error while `number` is set."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.refused = 0
        self._sync = blobs.sync

    def sync(self, descriptors: Sequence[int]) -> None:
        if self.number is not None and descriptors:
            self.refused += 1
            raise OSError(self.number, os.strerror(self.number))
        self._sync(descriptors)


async def write(sandbox: Sandbox, name: str, count: int, size: int = 10) -> list[str]:
    """Letters and chats, half of each."""
    texts = [f"{name} {index}" for index in range(count)]
    for index, text in enumerate(texts):
        if index % 2:
            sandbox.bot.customer(100 + index, "Кирилл").text(text)
        else:
            who = sandbox.correspondent(f"c{index}@example.test", "Ольга")
            await who.write(text, text, at=datetime.now(UTC), files=(("f.bin", os.urandom(size)),))
    return texts


async def are_in(desk: Desk, texts: list[str]) -> bool:
    return Counter(await inbound(desk)) >= Counter(texts)


async def is_degraded(desk: Desk, *words: str) -> bool:
    told = [h for h in await desk.health() if h.state is HealthState.DEGRADED]
    return len(told) == 2 and all(w in (h.reason or "") for h in told for w in words)


async def are_up(desk: Desk) -> bool:
    return all(h.state is HealthState.UP for h in await desk.health())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
async def test_bytes_that_cannot_be_synced_are_not_acknowledged(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    hurry(monkeypatch)
    disk = Disk()
    monkeypatch.setattr("omnidesk.store.blobs.sync", disk.sync)
    async with inside(sandbox) as desk:
        before = await write(sandbox, "before", 4)
        await until(lambda: are_in(desk, before))
        disk.number = number
        meanwhile = await write(sandbox, "meanwhile", 4, size=2_000_000)
        await until(lambda: is_degraded(desk, "free some room"))
        await until(lambda: tried_again(disk))
        assert disk.refused
        assert Counter(await inbound(desk)) == Counter(before)
        assert len(sandbox.bot.updates) == 2, "acknowledged before it was stored"
        disk.number = None
        await until(lambda: are_in(desk, before + meanwhile))
        await until(lambda: are_up(desk))
        assert Counter(await inbound(desk)) == Counter(before + meanwhile)
        assert not list(desk.store.spool.iterdir())


async def tried_again(disk: Disk) -> bool:
    return disk.refused > 6


async def test_what_a_killed_engine_left_in_the_spool_is_swept_after_a_day(
    sandbox: Sandbox,
) -> None:
    async with desk_of(sandbox.config) as desk:
        left, fresh = desk.store.spool / "letter-left", desk.store.spool / "letter-fresh"
        for file in (left, fresh):
            file.write_bytes(b"half a letter")
        two_days_ago = time.time() - 2 * 86400
        os.utime(left, (two_days_ago, two_days_ago))
        async with engine(sandbox.config):
            await until(lambda: is_gone(left))
        assert fresh.exists()


async def is_gone(file: Path) -> bool:
    return not file.exists()


async def test_a_database_that_cannot_grow_acknowledges_nothing(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    async with inside(sandbox) as desk:
        before = await write(sandbox, "before", 4)
        await until(lambda: are_in(desk, before))
        await limit_pages(desk, 1)
        meanwhile = await write(sandbox, "meanwhile", 200)
        await until(lambda: some_refused(sandbox))
        stored = await inbound(desk)
        assert Counter(stored) <= Counter(before + meanwhile)
        assert len(sandbox.bot.updates) > 0
        await limit_pages(desk, 1 << 30)
        await until(lambda: are_in(desk, before + meanwhile))
        await until(lambda: are_up(desk))
        assert Counter(await inbound(desk)) == Counter(before + meanwhile)


async def limit_pages(desk: Desk, pages: int) -> None:
    """Let the database have so many pages; never fewer than it has."""
    assert isinstance(desk.store, SqliteStore)
    assert desk.store._writer is not None
    await run(
        desk.store._writer, lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    )


async def some_refused(sandbox: Sandbox) -> bool:
    """Whether the same updates were asked for more than once, as nothing was kept of them."""
    offsets = [c.params.get("offset") for c in sandbox.bot.calls if c.method == "getUpdates"]
    return len(offsets) > 5 and len(set(offsets[-3:])) == 1 and len(sandbox.bot.updates) > 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(folder)]
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting wants root")
    if subprocess.run(mount, capture_output=True, timeout=10, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], timeout=10, check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return filler


async def test_a_full_disk_stops_receiving_and_room_starts_it_again(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with (
        Sandbox(small_disk) as sandbox,
        desk_of(sandbox.config) as desk,
        engine(sandbox.config) as running,
    ):
        before = await write(sandbox, "before", 10)
        await until(lambda: are_in(desk, before))
        filler = fill(small_disk)
        meanwhile = await write(sandbox, "meanwhile", 40, size=100_000)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await until(lambda: is_degraded(desk), 30)
        marked = loop.time() - began
        kept = Counter(await inbound(desk))
        assert kept < Counter(before + meanwhile)
        filler.unlink()
        began = loop.time()
        await until(lambda: are_in(desk, before + meanwhile), 60)
        await until(lambda: are_up(desk), 20)
        healed = loop.time() - began
        assert Counter(await inbound(desk)) == Counter(before + meanwhile)
        assert "Traceback" not in running.log
    spool = small_disk / "omnidesk.db.files" / "spool"
    assert not list(spool.iterdir()), "what could not be taken in is gone from the spool"
    with sqlite3.connect(small_disk / "omnidesk.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    with capsys.disabled():
        print(
            f"\ndisk full: marked after {marked:.1f} s, well again {healed:.1f} s after there was "
            "room, 0 lost, 0 doubled"
        )
