"""Engines as real processes, the desk beside them, and how a test waits for both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from omnidesk.config import agent_for, load
from omnidesk.core.model import DeliveryState, Direction, Health, Message
from omnidesk.desk import Desk
from omnidesk.wiring import desk_at, open_store, settings_of

_STOP_SECONDS = 15.0


class EngineProcess:
    """One `omnidesk engine`; what it logs lies in `log`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    async def kill(self) -> None:
        self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group: what stands before the interpreter may have started a child."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    async def stop(self) -> int:
        """Ask it to end; its exit code."""
        if self.process.returncode is None:
            self.wake()
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await self.process.wait()
            except TimeoutError:
                await self.kill()
        assert self.process.returncode is not None
        return self.process.returncode


async def start_engine(
    config: Path, *options: str, log: Path, before: tuple[str, ...] = ()
) -> EngineProcess:
    """Start one; `before` stands before the interpreter on its command line."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *before,
            sys.executable,
            "-m",
            "omnidesk",
            "--config",
            str(config),
            "engine",
            *options,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return EngineProcess(process, log)


@contextlib.asynccontextmanager
async def engine(
    config: Path, name: str = "engine", before: tuple[str, ...] = ()
) -> AsyncIterator[EngineProcess]:
    """A running engine, ended with the block."""
    running = await start_engine(config, log=config.with_name(f"{name}.log"), before=before)
    try:
        yield running
    finally:
        await running.stop()


@contextlib.asynccontextmanager
async def desk_of(path: Path) -> AsyncIterator[Desk]:
    """The desk of a config, as agent anna."""
    config = load(path)
    async with open_store(config) as store:
        yield await desk_at(store, agent_for(config, "anna"), settings_of(config))


async def until(what: Callable[[], Awaitable[bool]], seconds: float = 40.0) -> None:
    """Wait until it is so; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not await what():
            await asyncio.sleep(0.05)


async def messages_of(desk: Desk) -> list[Message]:
    return await desk.store.read(lambda r: list(r.every_message()))


async def inbound(desk: Desk) -> list[str]:
    """The texts of all that came in, in the order of their arrival."""
    return [m.text.strip() for m in await messages_of(desk) if m.direction is Direction.IN]


async def state_of(desk: Desk, message: int) -> DeliveryState:
    delivery = await desk.store.read(lambda r: r.delivery(message))
    assert delivery is not None
    return delivery.state


async def health_of(desk: Desk, channel: str) -> Health:
    (found,) = [h for h in await desk.health() if h.channel == channel]
    return found


async def is_settled(desk: Desk) -> bool:
    """Whether no reply waits to go out or is on its way."""
    waiting = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING)
    return not [m for m in await messages_of(desk) if m.delivery and m.delivery.state in waiting]
