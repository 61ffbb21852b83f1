"""P3: the keys again while an engine takes in a backlog at full speed, and a screen's own write."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.backlog import channel, deliver, dovecot
from bench.fill import AGENT, Size, copy_of, folder
from bench.keys import Hand
from bench.scene import Scene
from bench.series import ms, p50, p99
from bench.table import Figure
from bench.terminal import ROOT, Terminal, environment
from omnidesk.core.model import Draft
from omnidesk.store.sqlite import SqliteStore

_BLOCK = 20


def measure(size: Size, name: str, letters: int) -> list[Figure]:
    """First with an idle store, then while the letters come in."""
    with tempfile.TemporaryDirectory(prefix="busy-", dir=folder()) as place, dovecot() as server:
        box = server.mailbox()
        deliver(box, letters, seed=3)
        database = copy_of(size, Path(place) / "desk")
        scene = Scene(Path(place), database, channel("support", box, server))
        scene.without_engine()
        seen = scene.first_name()
        with Terminal(scene.command(), scene.environ) as terminal:
            terminal.frame(lambda frame: seen in frame.text)
            terminal.quiet(0.5)
            hand = Hand(terminal, ours=True)
            for _ in range(6):
                hand.move(_BLOCK)
            idle, hand.times.moves = hand.times.moves, []
            writes, taken = _under_load(scene, hand, letters)
        busy = hand.times.moves
    return [
        Figure(
            number="P3",
            felt=f"move, {name}, while an engine takes in a backlog",
            goal="p99 <= 1.5 x idle",
            reached=f"p50 {ms(p50(busy))}, p99 {ms(p99(busy))} ms ({len(busy)} keys)",
            beside=f"idle {ms(p50(idle))} / {ms(p99(idle))}; {taken:,.0f} letters/s meanwhile",
            good=p99(busy) <= 1.5 * p99(idle),
        ),
        Figure(
            number="P3",
            felt="a screen's own write meanwhile",
            goal="p99 <= 25 ms",
            reached=f"p50 {ms(p50(writes))}, p99 {ms(p99(writes))} ms ({len(writes)} writes)",
            good=p99(writes) <= 0.025,
        ),
    ]


def _under_load(scene: Scene, hand: Hand, letters: int) -> tuple[list[float], float]:
    before = stored = _stored(scene)
    engine = subprocess.Popen(
        scene.command("engine", "--once"),
        cwd=ROOT,
        env=environment(**scene.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    over = threading.Event()
    writes: list[float] = []
    writer = threading.Thread(target=lambda: asyncio.run(_write(scene.database, over, writes)))
    try:
        while stored == before and engine.poll() is None:
            time.sleep(0.02)
            stored = _stored(scene)
        began, first = time.perf_counter(), stored
        writer.start()
        while stored < before + letters - 400 and engine.poll() is None:
            hand.move(_BLOCK)
            stored = _stored(scene)
        rate = (stored - first) / (time.perf_counter() - began)
    finally:
        over.set()
        if writer.ident is not None:
            writer.join(30)
        engine.kill()
        engine.wait(20)
    return writes, rate


def _stored(scene: Scene) -> int:
    with closing(sqlite3.connect(scene.database, timeout=10)) as db:
        return int(db.execute("SELECT max(id) FROM message").fetchone()[0])


async def _write(database: Path, over: threading.Event, times: list[float]) -> None:
    async with SqliteStore(database) as store:
        while not over.is_set():
            now = datetime.now(UTC)
            draft = Draft(conversation=1, agent=AGENT, note=False, text=f"{now}", changed_at=now)
            began = time.perf_counter()
            await store.write(lambda tx: tx.save_draft(draft))  # noqa: B023
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
