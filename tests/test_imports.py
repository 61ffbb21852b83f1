"""Each part loads only what it is made of: seen in a fresh interpreter's sys.modules."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from omnidesk.store.sqlite import SqliteStore
from tests.desk.house import House

ROOT = Path(__file__).parents[1]

SCREENS = ("textual", "rich")
CHANNELS = ("aioimaplib", "aiosmtplib", "selectolax", "telegram", "httpx")
OURS = (
    "omnidesk.store",
    "omnidesk.engine",
    "omnidesk.channels",
    "omnidesk.cli",
    "omnidesk.wiring",
    "omnidesk.config",
    "omnidesk.demo",
)

LATER = (
    "omnidesk.config",
    "omnidesk.channels",
    "omnidesk.core.overview",
    "omnidesk.core.routing",
    "omnidesk.desk.opening",
    "omnidesk.desk.writing",
    "omnidesk.desk.working",
    "omnidesk.desk.people",
    "omnidesk.store.sqlite.writes",
    "omnidesk.store.sqlite.filtering",
    "omnidesk.store.sqlite.overview",
    "omnidesk.store.sqlite.erasing",
    "omnidesk.ui.composer",
    "omnidesk.ui.noticing",
    "omnidesk.ui.talk",
    "omnidesk.ui.wishing",
)
"""What a screen imports when it is first used, behind its first frame."""

FIRST_FRAME = 96
"""House modules at most that a screen has imported when its first frame is painted."""

PAINTED = """
import asyncio, contextlib, sys
from pathlib import Path
from omnidesk import launch
from omnidesk.core.model import Agent
from omnidesk.desk import DeskSettings
from omnidesk.store.sqlite import SqliteStore
from omnidesk.ui.app import OmnideskApp

class Seen(OmnideskApp):
    def _painted(self, desk):
        assert len(self.desk_screen.inbox.window.rows) == 3
        self.there = list(sys.modules)
        self.exit()

@contextlib.asynccontextmanager
async def open_desk():
    async with SqliteStore(Path({path!r})) as store:
        yield await launch.desk_at(store, Agent(id="anna", name="Anna"), DeskSettings())

app = Seen(open_desk)
asyncio.run(asyncio.wait_for(app.run_async(headless=True, size=(120, 40)), 30))
print(*app.there, file=sys.stderr)
"""

LIGHT = {
    "omnidesk.core.model": (*SCREENS, *CHANNELS, "pydantic", "click", "asyncio", "aiosqlite"),
    "omnidesk.core.identity": (*SCREENS, *CHANNELS, "pydantic", "click", "asyncio", "aiosqlite"),
    "omnidesk.ui.app": (*CHANNELS, *OURS, "pydantic", "click", "aiosqlite", "sqlite3"),
    "omnidesk.desk": (*SCREENS, *CHANNELS, "pydantic", "click", "aiosqlite", "omnidesk.store"),
    "omnidesk.engine": (*SCREENS, *CHANNELS, "pydantic", "click", "aiosqlite", "omnidesk.desk"),
    "omnidesk.store.sqlite": (*SCREENS, *CHANNELS, "pydantic", "click", "omnidesk.engine"),
    "omnidesk.channels.email": (*SCREENS, *CHANNELS, "click", "aiosqlite", "phonenumbers"),
    "omnidesk.channels.log": (*SCREENS, *CHANNELS, "click", "aiosqlite", "phonenumbers"),
    "omnidesk.channels.telegram": (*SCREENS, *CHANNELS, "click", "aiosqlite", "phonenumbers"),
    "omnidesk.config": (*SCREENS, *CHANNELS, "click", "aiosqlite", "omnidesk.channels"),
    "omnidesk.plugins": (*SCREENS, *CHANNELS, "pydantic", "click", "omnidesk.channels"),
    "omnidesk.locations": (*SCREENS, *CHANNELS, "pydantic", "click"),
    "omnidesk.cli": (*SCREENS, *CHANNELS, "aiosqlite", "omnidesk.ui", "omnidesk.demo"),
    "omnidesk.__main__": (*CHANNELS, "textual", "omnidesk.demo"),
}


def loaded(statements: str) -> set[str]:
    """The modules that a fresh interpreter has after these statements."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statements}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


async def first_frame(folder: Path) -> set[str]:
    """The house's modules that a screen has at its first frame, over a store with three letters."""
    path = folder / "omnidesk.db"
    async with SqliteStore(path) as store:
        house = House(store)
        for who in ("maria", "boris", "clara"):
            await house.comes("support", f"{who}@customer.test", "hello")
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", PAINTED.format(path=str(path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name for name in done.stderr.split() if name.startswith("omnidesk")}


def heavy(modules: set[str], unwanted: tuple[str, ...]) -> list[str]:
    """Those of `unwanted` that are there, or have a submodule there."""
    return [name for name in unwanted if any(f"{m}.".startswith(f"{name}.") for m in modules)]


@pytest.mark.parametrize("module", LIGHT)
def test_a_module_loads_none_of_what_it_has_no_business_with(module: str) -> None:
    assert heavy(loaded(f"import {module}"), LIGHT[module]) == []


async def test_the_first_frame_comes_before_what_it_does_not_need(tmp_path: Path) -> None:
    there = await first_frame(tmp_path)
    assert "omnidesk.ui.inbox" in there
    assert heavy(there, LATER) == [], "import them where they are first used"
    assert len(there) <= FIRST_FRAME, "more modules than the first frame needs"


def test_the_check_itself_sees_a_library_that_is_loaded() -> None:
    assert heavy(loaded("import pydantic.main"), ("pydantic", "click")) == ["pydantic"]


def test_only_the_kinds_that_the_config_names_are_imported(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[channels.bot]\ntype = "telegram"\ntoken = { env = "T" }\n')
    modules = loaded(
        f"from omnidesk.config import load\nfrom pathlib import Path\nload(Path({str(path)!r}))"
    )
    assert heavy(modules, ("omnidesk.channels.telegram",))
    assert not heavy(modules, ("omnidesk.channels.email", *CHANNELS))


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_named_here_exists() -> None:
    for module in (*LIGHT, *OURS):
        spec = importlib.util.find_spec(module)
        assert spec is not None, module
        assert spec.origin is not None, f"{module} is a folder without __init__.py"
