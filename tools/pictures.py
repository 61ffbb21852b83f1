"""Make docs/pictures: the screen at three sizes, over a small desk whose clock stands still.

python -m tools.pictures
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from omnidesk.desk import Desk
from omnidesk.ui.app import OmnideskApp
from tools.picture_desk import NOW, furnished

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = ((80, 24), (120, 40), (200, 60))
_REMOTE_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def now() -> datetime:
    return NOW


async def picture(desk: Desk, size: tuple[int, int], keys: tuple[str, ...] = ()) -> str:
    """The screen after some key presses, as SVG without anything to fetch."""

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        yield desk

    app = OmnideskApp(open_desk, clock=now)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.4)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.25)
        await pilot.pause(0.3)
        return _REMOTE_FONTS.sub("", app.export_screenshot(title="omnidesk"))


async def make(folder: Path) -> None:
    """Write every picture."""
    for width, height in SIZES:
        with tempfile.TemporaryDirectory() as place:
            async with furnished(Path(place)) as desk:
                keys = ("j",) * 4 + (() if width < 100 else ("enter",))
                drawn = await picture(desk, (width, height), keys)
        (folder / f"screen-{width}x{height}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(wanted))
