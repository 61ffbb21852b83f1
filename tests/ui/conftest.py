"""A house for every test of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[House]:
    """A desk with a mailbox and a bot; nobody has written yet."""
    async with house(tmp_path) as furnished:
        yield furnished
