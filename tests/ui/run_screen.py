"""Anna's screen on a store that a test has filled; run as a program under a pty."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.desk import Desk, DeskSettings
from omnidesk.store.sqlite import SqliteStore
from omnidesk.ui.app import OmnideskApp
from tests.ui.house import ANNA, CHANNELS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    async with SqliteStore(Path(sys.argv[1])) as store:
        able = {name: channel[1] for name, channel in CHANNELS.items()}
        yield Desk(store, ANNA, DeskSettings(name="Acme"), able)


if __name__ == "__main__":
    app = OmnideskApp(open_desk)
    app.run()
    sys.exit(app.return_code or 0)
