"""One channel being served: its lease held, its messages taken in, its replies sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from omnidesk.core.channel import Channel
from omnidesk.core.errors import LeaseLost, StoreError
from omnidesk.core.language import _
from omnidesk.core.store import Reads, Store, Transaction
from omnidesk.engine.intake import Intake
from omnidesk.engine.leases import RENEW_SECONDS, hold
from omnidesk.engine.outbox import Outbox
from omnidesk.engine.pulse import Pulse
from omnidesk.engine.rules import Rules
from omnidesk.engine.trouble import Backoff

log = logging.getLogger(__name__)

_ENTER_SECONDS = 60.0
_SEND_SECONDS = 900.0
_SLACK_SECONDS = 120.0
_LOOK_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What serving a channel takes. `open` is given the patience of `receive`, in seconds."""

    name: str
    open: Callable[[float | None], Channel]
    rules: Rules
    signature: Callable[[str | None], str]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Line:
    """Serves one channel; two engines on one store never serve it at the same time."""

    def __init__(
        self,
        store: Store,
        served: Served,
        *,
        holder: str,
        now: Callable[[], datetime] = utc_now,
        patience: float | None = None,
    ) -> None:
        self.name = served.name
        self.due = asyncio.Event()
        self._store = store
        self._holder = holder
        self._now = now
        self._lease = f"channel:{served.name}"
        self._channel = served.open(patience)
        self._intake = Intake(store, served.name, served.rules, now=now, fence=self._fence)
        self._outbox = Outbox(
            store,
            self._channel,
            holder=holder,
            signature=served.signature,
            now=now,
            fence=self._fence,
            patience=_SEND_SECONDS,
        )
        self._pulse = Pulse(store, served.name, now)
        self._stopping = asyncio.Event()
        self.sending = False

    async def serve(self) -> None:
        """Serve until cancelled; wait in line where another engine holds the lease."""
        while True:
            try:
                if await self._hold():
                    await self._serve_held()
            except* LeaseLost:
                log.warning("lease lost channel=%s", self.name)
            except* StoreError as group:
                log.warning("store refuses channel=%s reason=%s", self.name, group.exceptions[0])
            await asyncio.sleep(RENEW_SECONDS)

    async def once(self) -> str | None:
        """Take in all there is and send all that is due; why it could not, if it could not."""
        if not await self._hold():
            return None  # the engine that holds it does the same
        backoff = Backoff()
        try:
            async with contextlib.AsyncExitStack() as stack:
                if self._channel.capabilities.receive:
                    async with asyncio.timeout(_ENTER_SECONDS):
                        await stack.enter_async_context(self._channel)
                    while await self._receive():
                        pass
                    await self._pulse.fine("receive")
                if self._channel.capabilities.send:
                    await self._outbox.recover()
                    while await self._outbox.send_one():
                        pass
                    await self._pulse.fine("send")
                await self._fine_by_hand()
        except LeaseLost:
            return None
        except Exception as error:
            trouble = backoff.diagnose(self.name, error)
            await self._pulse.trouble("receive", trouble)
            return trouble.reason
        finally:
            await self._release()
        return None

    def stop(self) -> None:
        """Let a reply that is on its way arrive, and begin no other."""
        self._stopping.set()
        self.due.set()

    async def _serve_held(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renewing(), name=f"{self.name}: lease")
                if self._channel.capabilities.receive:
                    receiving = self._forever("receive", self._receiving)
                    group.create_task(receiving, name=f"{self.name}: receive")
                await self._fine_by_hand()
                if self._channel.capabilities.send:
                    sending = self._forever("send", self._sending)
                    group.create_task(sending, name=f"{self.name}: send")
        finally:
            await self._release()

    async def _forever(self, side: str, run: Callable[[Backoff], Awaitable[None]]) -> None:
        """Keep one side going; only cancellation and a lost lease get out."""
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                await run(backoff)
            except LeaseLost:
                raise
            except Exception as error:
                trouble = backoff.diagnose(self.name, error)
                await self._pulse.trouble(side, trouble)
                await asyncio.sleep(trouble.wait)

    async def _receiving(self, backoff: Backoff) -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with asyncio.timeout(_ENTER_SECONDS):
                await stack.enter_async_context(self._channel)
            await self._pulse.fine("receive")
            while True:
                await self._receive()
                backoff.reset()
                await self._pulse.fine("receive")

    async def _receive(self) -> bool:
        """One batch, from the channel into the store; whether there was anything in it."""
        cursor = await self._store.read(self._cursor)
        async with asyncio.timeout(self._channel.capabilities.quiet + _SLACK_SECONDS):
            batch = await self._channel.receive(cursor)
        if not batch.items and not batch.gap and batch.cursor == cursor:
            return False
        await self._intake.take(batch)
        return bool(batch.items) or batch.cursor != cursor

    async def _fine_by_hand(self) -> None:
        """A channel that only people write to has no side that could fail."""
        able = self._channel.capabilities
        if not (able.receive or able.send):
            await self._pulse.fine("log")

    async def _sending(self, backoff: Backoff) -> None:
        await self._outbox.recover()
        while not self._stopping.is_set():
            self.due.clear()
            while not self._stopping.is_set() and await self._send_one():
                backoff.reset()
            await self._pulse.fine("send")
            await self._until_due()

    async def _send_one(self) -> bool:
        self.sending = True
        try:
            return await self._outbox.send_one()
        finally:
            self.sending = False

    async def _until_due(self) -> None:
        due = await self._outbox.next_due()
        seconds = _LOOK_SECONDS
        if due is not None:
            seconds = min(seconds, max(0.05, (due - self._now()).total_seconds()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.due.wait()

    def _cursor(self, reads: Reads) -> str | None:
        found = [c for c in reads.channels() if c.name == self.name]
        return found[0].cursor if found else None

    # -- the lease

    def _fence(self, tx: Transaction) -> None:
        tx.held(self._lease, self._holder)

    async def _hold(self) -> bool:
        return await self._store.write(lambda tx: hold(tx, self._lease, self._holder, self._now()))

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                if not await self._hold():
                    raise LeaseLost(
                        _("{name}: another engine serves it now").format(name=self.name)
                    )
            except LeaseLost:
                raise
            except StoreError as error:
                log.warning("lease not renewed channel=%s reason=%s", self.name, error)

    async def _release(self) -> None:
        with contextlib.suppress(StoreError):
            await self._store.write(lambda tx: tx.release(self._lease, self._holder))
