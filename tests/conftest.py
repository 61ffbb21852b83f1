"""What every test may ask for: real servers (tests/servers) and the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from omnidesk.demo.sandbox import Sandbox

pytest.register_assert_rewrite("omnidesk.testing")
pytest_plugins = ["tests.servers.plugin"]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """Mail and a Bot API on loopback, with the config of a desk that uses both.

    They run in the test's own loop: await a child process, never block on it.
    """
    from omnidesk.demo.sandbox import Sandbox

    async with Sandbox(tmp_path) as running:
        yield running
