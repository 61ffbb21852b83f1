"""The demo: a desk in a temporary folder, its servers and customers, and a screen or a script."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk.core.errors import OmnideskError
from omnidesk.core.model import HealthState
from omnidesk.demo.lastwill import Will, last_will

if TYPE_CHECKING:
    from omnidesk.demo.ledger import Ledger
    from omnidesk.demo.playedagent import PlayedAgent
    from omnidesk.demo.sandbox import Sandbox
    from omnidesk.demo.world import World
    from omnidesk.desk import Desk

_DESK = "Мебель Рядом"
_ADDRESSES = ("support@desk.test", "sales@desk.test")
_AGENT = "anna"
_GUIDE = "demo"
_SERVERS = ("aiohttp", "aiosmtpd", "pymap")
_LONGEST_FOLDER = 30
_LONGEST_SCRIPT = 60.0
_LONGEST_BALANCE = 15.0
_EARLY_SECONDS = 10.0
_LEAVE_SECONDS = 15.0
_LOOK_AGAIN = 0.25


class MissingParts(OmnideskError):
    """The demo's servers are not installed."""


def run_demo(*, script: bool = False, keep: bool = False) -> int:
    """Run the demo, its exit code; without a terminal, or told so, a script plays the agent.

    `keep` leaves the temporary folder. MissingParts where the `demo` extra is not installed.
    """
    _require_servers()
    scripted = script or not (sys.stdin.isatty() and sys.stdout.isatty())
    folder = Path(tempfile.mkdtemp(prefix="omnidesk-demo-", dir=_short_folder()))
    with last_will(folder, keep=keep) as will:
        _surround(folder)
        try:
            code = asyncio.run(_scripted(folder) if scripted else _live(folder, will))
        except asyncio.CancelledError:
            code = 128 + signal.SIGTERM
    if keep:
        sys.stdout.write(f"the demo's desk stays in {folder}\n")
    return code


def _require_servers() -> None:
    missing = [name for name in _SERVERS if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingParts(f"the demo needs {missing[0]}; pip install 'omnidesk[demo]'")


def _short_folder() -> str:
    """Where temporary things go; a unix socket in it must have a short path."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108 - mkdtemp


def _surround(folder: Path) -> None:
    """Let everything that this process and its children write land in the folder."""
    homes = {"CONFIG": "config", "DATA": "data", "STATE": "state", "CACHE": "cache"}
    for name, place in homes.items():
        os.environ[f"XDG_{name}_HOME"] = _folder(folder / place)
    os.environ["XDG_RUNTIME_DIR"] = _folder(folder / "run")
    os.environ["TMPDIR"] = tempfile.tempdir = _folder(folder / "tmp")
    for name in ("OMNIDESK_CONFIG", "OMNIDESK_AGENT"):
        os.environ.pop(name, None)


def _folder(path: Path) -> str:
    path.mkdir(mode=0o700)
    return str(path)


@contextlib.asynccontextmanager
async def _outside(folder: Path, *, undo_send: str, language: str = "en") -> AsyncIterator[Sandbox]:
    """The servers; and what ends the demo from outside becomes a plain cancellation."""
    from omnidesk.demo.sandbox import Sandbox
    from omnidesk.demo.world import THANKS_FOR_WRITING

    logging.basicConfig(filename=folder / "demo.log", level=logging.INFO, force=True)
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    assert main is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, main.cancel)
    more = (
        f'\n[auto_reply]\nenabled = true\ntext = "{THANKS_FOR_WRITING}"\n'
        f'\n[[agents]]\nid = "{_GUIDE}"\nname = "Demo"\n'
    )
    desk = folder / "desk"
    desk.mkdir(mode=0o700)
    async with Sandbox(
        desk,
        undo_send=undo_send,
        name=_DESK,
        addresses=_ADDRESSES,
        phone=True,
        language=language,
        more=more,
    ) as sandbox:
        yield sandbox


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Something that goes on meanwhile and ends here; its errors come out then."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=_LEAVE_SECONDS)
        if task.done() and not task.cancelled():
            task.result()


# Beside a screen


async def _live(folder: Path, will: Will) -> int:
    """Play the story beside a screen until that is left; its exit code."""
    from omnidesk.core.language import language_of
    from omnidesk.demo import story
    from omnidesk.demo.world import World

    # Ctrl+C in the terminal is the screen's; a handler, because SIG_IGN would be inherited.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)
    async with _outside(folder, undo_send="10s", language=language_of(os.environ)) as sandbox:
        world = World(sandbox, speed=story.LIVE_SPEED, tell=logging.getLogger(__name__).info)
        async with _beside(story.play(world, scripted=False), "demo: story"):
            early = story.early(scripted=False)
            async with asyncio.timeout(_EARLY_SECONDS):
                await world.written(early)
            async with _beside(_guide(sandbox.config, world, early), "demo: guide"):
                return await _screen(sandbox.config, folder / "demo.log", will)


async def _guide(config: Path, world: World, early: int) -> None:
    """Guide whoever sits at the screen, once somebody has written beside it."""
    from omnidesk.config import agent_for, load
    from omnidesk.core.language import language_of, speak
    from omnidesk.demo.guide import Guide
    from omnidesk.wiring import open_desk

    await world.written(early + 1)  # the screen has come first
    speak(language_of(os.environ))
    read = load(config)
    async with open_desk(read, agent_for(read, _GUIDE)) as desk:
        await Guide(desk).follow()


async def _screen(config: Path, log: Path, will: Will) -> int:
    command = [sys.executable, "-m", "omnidesk", "--config", str(config), "--agent", _AGENT]
    with _terminal(log) as (stdout, stderr):
        process = await asyncio.create_subprocess_exec(*command, stdout=stdout, stderr=stderr)
        will.end(process.pid)
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await process.wait()


@contextlib.contextmanager
def _terminal(log: Path) -> Iterator[tuple[int, int]]:
    """The terminal for a child alone: whatever this process says meanwhile goes to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    terminal = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield terminal
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, kept in enumerate(terminal, start=1):
            os.dup2(kept, number)
            os.close(kept)


# Without one


async def _scripted(folder: Path) -> int:
    """Play the story and the agent, tell it line by line, and keep the books; 0 if they agree."""
    from omnidesk.config import agent_for, load
    from omnidesk.demo import story
    from omnidesk.demo.narrator import Narrator
    from omnidesk.demo.playedagent import PlayedAgent
    from omnidesk.demo.world import World
    from omnidesk.launch import keep_engine
    from omnidesk.wiring import open_desk

    narrator = Narrator(_write)
    async with _outside(folder, undo_send="0s") as sandbox:
        world = World(
            sandbox, speed=story.SCRIPTED_SPEED, tell=lambda text: narrator.say("~", text)
        )
        narrator.say("~", f"a desk in {folder}; customers begin to write")
        config = load(sandbox.config)
        async with open_desk(config, agent_for(config, _AGENT)) as desk:
            agent = PlayedAgent(desk, story.ANSWERS, story.CALLS)
            async with (
                _beside(narrator.follow(desk.store), "demo: narrator"),
                _beside(keep_engine(desk.store, config.path), "demo: engine"),
                _beside(agent.work(), "demo: agent"),
                _beside(story.play(world, scripted=True), "demo: story") as playing,
            ):
                ended = await _ended(playing)
                if not ended:
                    narrator.say("~", f"the story did not end in {_LONGEST_SCRIPT:.0f} s")
                books = await _balance(sandbox, desk, agent)
        _write("\n" + "".join(f"{line}\n" for line in books.lines()))
    return 0 if ended and books.agrees else 1


async def _ended(story: asyncio.Task[None]) -> bool:
    try:
        async with asyncio.timeout(_LONGEST_SCRIPT):
            await story
    except TimeoutError:
        return False
    return True


async def _balance(sandbox: Sandbox, desk: Desk, agent: PlayedAgent) -> Ledger:
    """The ledger once it agrees, all is well and nothing left to do; or as it is after a while."""
    from omnidesk.demo.ledger import keep_books

    deadline = asyncio.get_running_loop().time() + _LONGEST_BALANCE
    while True:
        well = all(health.state is HealthState.UP for health in await desk.health())
        idle, books = await agent.idle(), await keep_books(sandbox, desk.store)
        if (well and idle and books.agrees) or asyncio.get_running_loop().time() > deadline:
            return books
        await asyncio.sleep(_LOOK_AGAIN)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
