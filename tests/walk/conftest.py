"""The house of a walk test; `config_changes` rewrites parts of its config first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House, house


@pytest.fixture
def config_changes() -> dict[str, str]:
    return {}


@pytest.fixture
async def home(sandbox: Sandbox, config_changes: dict[str, str]) -> AsyncIterator[House]:
    text = sandbox.config.read_text(encoding="utf-8")
    for old, new in config_changes.items():
        assert old in text, f"the sandbox's config has no {old!r}"
        text = text.replace(old, new)
    sandbox.config.write_text(text, encoding="utf-8")
    async with house(sandbox) as built:
        yield built
