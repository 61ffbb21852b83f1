"""Keeps every channel alive; one sick channel never disturbs another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from omnidesk.core.errors import StoreError
from omnidesk.core.store import Store, Transaction
from omnidesk.engine.leases import RENEW_SECONDS, hold, new_holder
from omnidesk.engine.line import Line, Served, utc_now
from omnidesk.engine.radar import Radar
from omnidesk.engine.spool import sweep
from omnidesk.engine.waking import wake_due

log = logging.getLogger(__name__)

ENGINE_LEASE = "engine"
_GRACE_SECONDS = 10.0
_WAKE_SECONDS = 15.0
_RADAR_SECONDS = 15.0
_RADAR_BREATH = 0.02
"""Between two looks of the radar, so that a flood of old messages leaves room for new ones."""


class Engine:
    """Serves every channel of a desk until it is told to stop."""

    def __init__(
        self,
        store: Store,
        served: Sequence[Served],
        *,
        now: Callable[[], datetime] = utc_now,
        region: str | None = None,
    ) -> None:
        self._store = store
        self._served = served
        self._now = now
        self._holder = new_holder()
        self._lines: list[Line] = []
        self._radar = Radar(store, now=now, region=region)
        self._news = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; replies on their way get some seconds to arrive."""
        self._lines = [
            Line(self._store, served, holder=self._holder, now=self._now) for served in self._served
        ]
        await asyncio.to_thread(sweep, self._store.spool)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(line.serve(), name=line.name) for line in self._lines]
            tasks.append(
                group.create_task(self._steadily(RENEW_SECONDS, self._live), name="engine: lease")
            )
            tasks.append(group.create_task(self._listening(), name="engine: changes"))
            tasks.append(
                group.create_task(self._steadily(_WAKE_SECONDS, self._wake), name="engine: snoozed")
            )
            tasks.append(group.create_task(self._watching(), name="engine: radar"))
            await stop.wait()
            for line in self._lines:
                line.stop()
            await self._settle()
            for task in tasks:
                task.cancel()
        with contextlib.suppress(StoreError):
            await self._store.write(lambda tx: tx.release(ENGINE_LEASE, self._holder))

    async def once(self) -> dict[str, str]:
        """Receive all there is, send all that is due; why each channel failed that did."""
        lines = [
            Line(self._store, served, holder=self._holder, now=self._now, patience=0.0)
            for served in self._served
        ]
        await asyncio.to_thread(sweep, self._store.spool)
        await self._store.write(lambda tx: wake_due(tx, self._now()))
        reasons = await asyncio.gather(*(line.once() for line in lines))
        with contextlib.suppress(TimeoutError):  # what is left is looked at the next time
            async with asyncio.timeout(_RADAR_SECONDS):
                while await self._look():
                    pass
        return {line.name: why for line, why in zip(lines, reasons, strict=True) if why}

    async def _settle(self) -> None:
        """Wait for replies that are on their way, but not for ever."""
        deadline = asyncio.get_running_loop().time() + _GRACE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not any(line.sending for line in self._lines):
                return
            await asyncio.sleep(0.05)

    async def _steadily(self, seconds: float, write: Callable[[Transaction], object]) -> None:
        """Write every so many seconds; a store that refuses for a while is no reason to stop."""
        while True:
            try:
                await self._store.write(write)
            except StoreError as error:
                log.warning("store refuses reason=%s", error)
            await asyncio.sleep(seconds)

    async def _watching(self) -> None:
        """Follow what happens with the radar, behind the channels and never in their way."""
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            more = True
            while more:
                begun = loop.time()
                more = await self._look()
                # A quarter of the time at most: in a backlog the channels come first.
                await asyncio.sleep(max(_RADAR_BREATH, 3 * (loop.time() - begun)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WAKE_SECONDS):
                    await self._news.wait()

    async def _look(self) -> bool:
        """One look of the radar; what it stumbles over is left behind, not tried for ever."""
        try:
            return await self._radar.look()
        except StoreError as error:
            log.warning("store refuses reason=%s", error)
            return False
        except Exception:
            log.exception("radar stumbled")
            return self._radar.skip()

    def _live(self, tx: Transaction) -> None:
        hold(tx, ENGINE_LEASE, self._holder, self._now())

    def _wake(self, tx: Transaction) -> None:
        wake_due(tx, self._now())

    async def _listening(self) -> None:
        async for _ in self._store.changes():
            self._news.set()
            for line in self._lines:
                line.due.set()
