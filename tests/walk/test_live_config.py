"""A saved config is taken up while the engine runs; a broken one is told and kept out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from omnidesk.config import load
from omnidesk.core.store import Reads
from omnidesk.demo.sandbox import Sandbox
from omnidesk.serving import CONFIG_PROBLEM, serve
from omnidesk.store.sqlite import SqliteStore


@pytest.fixture
async def served(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve(load(sandbox.config), stop))
    yield sandbox
    stop.set()
    await task


async def until(sandbox: Sandbox, fits: Callable[[Reads], bool]) -> None:
    async with SqliteStore(sandbox.folder / "omnidesk.db") as store:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(15):
                while not await store.read(fits):
                    await asyncio.sleep(0.05)
        assert await store.read(fits)


async def test_a_broken_config_is_told_and_the_mended_one_is_taken_up(served: Sandbox) -> None:
    text = served.config.read_text(encoding="utf-8")
    up = {"support", "shop-bot"}
    await until(served, lambda r: {h.channel for h in r.health() if h.state == "up"} == up)

    served.config.write_text(text.replace("imap =", "imp ="), encoding="utf-8")
    await until(served, lambda r: "did you mean imap?" in (r.setting(CONFIG_PROBLEM) or ""))

    less = text[: text.index("[channels.shop-bot]")]
    served.config.write_text(less, encoding="utf-8")
    await until(served, lambda r: r.setting(CONFIG_PROBLEM) == "")
    await until(served, lambda r: r.lease("channel:shop-bot", datetime.now(UTC)) is None)
