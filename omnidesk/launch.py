"""The screen's start: what it needs of the config, and the engine as its child."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk import __version__
from omnidesk.core.errors import ConfigError, OmnideskError
from omnidesk.core.language import language_of, speak
from omnidesk.core.model import Agent
from omnidesk.core.store import Store
from omnidesk.core.value import dataclass
from omnidesk.core.views import SavedView
from omnidesk.desk import Desk, DeskSettings, NotifySettings
from omnidesk.engine.leases import is_gone
from omnidesk.locations import cache_folder, config_file, state_folder
from omnidesk.store.sqlite import SqliteStore
from omnidesk.wiring import desk_at, tell_channels

if TYPE_CHECKING:
    from omnidesk.config import Config

_ENGINE_LEASE = "engine"
_LOOK_SECONDS = 2.0
_STOP_SECONDS = 12.0
_LONGEST_LOG = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who sits at which store, with what settings."""

    config: Path
    database: Path
    agent: Agent
    settings: DeskSettings
    fresh: Config | None = None
    """The config itself, where it was read just now and the store may not know it yet."""


def run_screen(config: str | None, agent: str | None) -> int:
    """Run the screen until it is left; its exit code."""
    try:
        seat = take_seat(config_file(Path(config) if config else None), agent)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OmnideskError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    speak(seat.settings.language or language_of(os.environ))
    gc.disable()  # until the app has painted: hardly anything dies before that
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from omnidesk.ui.app import OmnideskApp

    @contextlib.asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        async with SqliteStore(seat.database) as store:
            if seat.fresh is not None:
                await tell_channels(store, seat.fresh)
            yield await desk_at(store, seat.agent, seat.settings)

    app = OmnideskApp(open_desk, start_engine=lambda desk: keep_engine(desk.store, seat.config))
    app.run()
    return app.return_code or 0


def take_seat(config: Path, agent: str | None) -> Seat:
    """What the screen needs of the config, from a small cache while the file is unchanged.

    Reading and checking the whole file costs as much as half of the screen's start.
    """
    stamp = _stamp(config, agent)
    cached = cache_folder() / "seats.json"
    if stamp is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(cached.read_text(encoding="utf-8"))
            if kept["stamp"] == stamp:
                return _read_seat(config, kept["seat"])
    seat = _load_seat(config, agent)
    if stamp is not None:
        with contextlib.suppress(OSError):
            cached.write_text(json.dumps({"stamp": stamp, "seat": _plain(seat)}), encoding="utf-8")
    return seat


def _stamp(config: Path, agent: str | None) -> list[Any] | None:
    try:
        found = config.stat()
    except OSError:
        return None
    who = agent or os.environ.get("OMNIDESK_AGENT")
    return [
        __version__,
        str(config),
        found.st_mtime_ns,
        found.st_size,
        found.st_mode,
        who,
        os.getuid(),
    ]


def _load_seat(path: Path, agent: str | None) -> Seat:
    from omnidesk.config import agent_for, load
    from omnidesk.wiring import settings_of

    config = load(path)
    return Seat(
        config=config.path,
        database=config.database,
        agent=agent_for(config, agent),
        settings=settings_of(config),
        fresh=config,
    )


def _plain(seat: Seat) -> dict[str, Any]:
    settings = seat.settings
    return {
        "database": str(seat.database),
        "agent": _plain_agent(seat.agent),
        "name": settings.name,
        "undo_send": settings.undo_send.total_seconds(),
        "theme": settings.theme,
        "language": settings.language,
        "copy": settings.copy,
        "agents": [_plain_agent(a) for a in settings.agents],
        "keys": {action: list(keys) for action, keys in settings.keys.items()},
        "region": settings.region,
        "join_window": settings.join_window.total_seconds(),
        "reopen_within": settings.reopen_within.total_seconds(),
        "views": [[view.name, view.filter, view.key, view.order] for view in settings.views],
        "templates": str(settings.templates) if settings.templates else None,
        "notify": _plain_notify(settings.notify),
    }


def _plain_notify(notify: NotifySettings) -> dict[str, Any]:
    return {
        "about": notify.about,
        "agents": dict(notify.agents),
        "text": notify.text,
        "quiet": notify.quiet,
        "timezone": notify.timezone,
        "terminal": notify.terminal,
        "tmux": notify.tmux,
        "command": notify.command,
    }


def _read_notify(kept: dict[str, Any]) -> NotifySettings:
    agents = {agent: tuple(about) for agent, about in kept["agents"].items()}
    lists = {"about": tuple(kept["about"]), "agents": agents, "command": tuple(kept["command"])}
    return NotifySettings(**{**kept, **lists})


def _plain_agent(agent: Agent) -> dict[str, str | None]:
    return {"id": agent.id, "name": agent.name, "login": agent.login, "signature": agent.signature}


def _read_seat(config: Path, kept: dict[str, Any]) -> Seat:
    settings = DeskSettings(
        name=kept["name"],
        undo_send=timedelta(seconds=kept["undo_send"]),
        theme=kept["theme"],
        language=kept["language"],
        copy=kept["copy"],
        agents=tuple(Agent(**a) for a in kept["agents"]),
        keys=kept["keys"],
        region=kept["region"],
        join_window=timedelta(seconds=kept["join_window"]),
        reopen_within=timedelta(seconds=kept["reopen_within"]),
        views=tuple(SavedView(name=n, filter=f, key=k, order=o) for n, f, k, o in kept["views"]),
        templates=Path(kept["templates"]) if kept["templates"] else None,
        notify=_read_notify(kept["notify"]),
    )
    database = Path(kept["database"])
    return Seat(config=config, database=database, agent=Agent(**kept["agent"]), settings=settings)


async def keep_engine(store: Store, config: Path) -> None:
    """Start an engine whenever none lives at this store; stop ours when cancelled.

    The child ends by itself when its standard input does, so that no engine outlives a screen
    that was killed.
    """
    child: asyncio.subprocess.Process | None = None
    try:
        while True:
            if child is None or child.returncode is not None:
                living = await store.read(lambda r: r.lease(_ENGINE_LEASE, datetime.now(UTC)))
                if living is None or is_gone(living):
                    child = await _start(config)
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        if child is not None and child.returncode is None:
            await asyncio.shield(_stop(child))


async def _start(config: Path) -> asyncio.subprocess.Process:
    log = state_folder() / "engine.log"
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "omnidesk",
            "--config",
            str(config),
            "engine",
            "--attached",
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl+C in the terminal is the screen's, not the engine's
        )


async def _stop(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
