"""A desk over the real channels of a sandbox, its engine run a round at a time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from omnidesk.config import agent_for, load
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.wiring import desk_at, make_engine, open_store, settings_of


class House:
    """A desk and its engine over one store."""

    def __init__(self, desk: Desk, once: Callable[[], Awaitable[dict[str, str]]]) -> None:
        self.desk = desk
        self._once = once

    async def round(self) -> None:
        """Receive all there is, send all that is due."""
        assert await self._once() == {}


@contextlib.asynccontextmanager
async def house(sandbox: Sandbox) -> AsyncIterator[House]:
    """Build on the sandbox's config as it is now."""
    config = load(sandbox.config)
    async with open_store(config) as store:
        engine = await make_engine(config, store)
        desk = await desk_at(store, agent_for(config, "anna"), settings_of(config))
        yield House(desk, engine.once)
