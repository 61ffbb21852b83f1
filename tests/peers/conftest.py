"""The desk of a test of what other desks failed at; `more_config` goes to the end of its TOML."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House, house


@pytest.fixture
def more_config() -> str:
    return "\n[auto_reply]\nenabled = false\n"


@pytest.fixture
async def home(sandbox: Sandbox, more_config: str) -> AsyncIterator[House]:
    text = sandbox.config.read_text(encoding="utf-8")
    assert "[auto_reply]" not in text
    sandbox.config.write_text(text + more_config, encoding="utf-8")
    async with house(sandbox) as built:
        yield built
