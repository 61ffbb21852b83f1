"""An agent's screen on a store that a test has filled; run as a program under a pty.

python -m tests.ui.run_screen DATABASE [--agent anna] [--with ivan] [--undo 10] [--templates DIR]
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.core.language import language_of, speak
from omnidesk.desk import Desk, DeskSettings
from omnidesk.store.sqlite import SqliteStore
from omnidesk.ui.app import OmnideskApp
from tests.ui.house import ANNA, CHANNELS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def asked() -> argparse.Namespace:
    """Whose screen it is, and what the config says."""
    words = argparse.ArgumentParser()
    words.add_argument("database", type=Path)
    words.add_argument("--agent", default=ANNA.id)
    words.add_argument("--with", dest="others", action="append", default=[])
    words.add_argument("--undo", type=float, default=10.0)
    words.add_argument("--templates", type=Path)
    return words.parse_args()


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    wanted = asked()
    agents = [
        ANNA if one == ANNA.id else replace(ANNA, id=one, name=one.title())
        for one in (wanted.agent, *wanted.others)
    ]
    settings = DeskSettings(
        name="Acme",
        undo_send=timedelta(seconds=wanted.undo),
        agents=tuple(agents) if wanted.others else (),
        templates=wanted.templates,
    )
    async with SqliteStore(wanted.database) as store:
        able = {name: channel[1] for name, channel in CHANNELS.items()}
        yield Desk(store, agents[0], settings, able)


if __name__ == "__main__":
    speak(language_of(os.environ))
    app = OmnideskApp(open_desk)
    app.run()
    sys.exit(app.return_code or 0)
