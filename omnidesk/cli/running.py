"""Commands that reach the channels: engine, check, doctor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnidesk.cli.app import agent_of, as_json, common, given, load_config, omnidesk
from omnidesk.cli.logs import log_to_stderr
from omnidesk.cli.printing import Column, Table, on_terminal, print_json, say
from omnidesk.core.errors import ConfigError, OmnideskError
from omnidesk.core.language import speak
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnidesk.cli.asjson import Json
    from omnidesk.config import ChannelConfig, Config
    from omnidesk.core.model import Health
    from omnidesk.core.store import Ledger

_CHECK_SECONDS = 60.0
_COUNT_SECONDS = 30.0
_COLUMNS = (
    Column("CHANNEL", 14),
    Column("STATE", 8),
    Column("ON SERVER", 9),
    Column("STORED", 8),
    Column("UNREADABLE", 10),
    Column("LAG", 8),
)


@omnidesk.command()
@click.option("--once", is_flag=True, help="Receive all there is, send all that is due, and end.")
@click.option("--attached", is_flag=True, hidden=True, help="End when standard input does.")
@common
def engine(once: bool, attached: bool) -> int:
    """Receive from every channel and send what is due.

    Runs until SIGTERM or Ctrl-C; with --once it ends with 1 where a channel did not work.

    Example: omnidesk engine --once
    """
    log_to_stderr()
    return asyncio.run(_once() if once else _serve(attached))


async def _once() -> int:
    from omnidesk.wiring import make_engine, open_store

    config = load_config()
    speak(config.desk.language)
    async with open_store(config) as store:
        reasons = await (await make_engine(config, store)).once()
    for name, reason in reasons.items():
        say(_about(name, reason))
    return int(bool(reasons))


async def _serve(attached: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if attached:
        threading.Thread(target=_until_eof, args=(loop, stop), daemon=True, name="stdin").start()
    from omnidesk.serving import serve

    await serve(load_config(), stop)
    log_to_stderr().info("engine stopped")
    return 0


def _until_eof(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop ended first
        loop.call_soon_threadsafe(stop.set)


@omnidesk.command()
@common
def check() -> int:
    """Check the config and log in to each channel.

    Nothing is sent, and nothing is received.

    Example: omnidesk check
    """
    config = load_config()
    print(f"{safe_line(str(config.path))}: ok")
    try:
        agent = agent_of(config)
        print(f"you are {agent.id} ({safe_line(agent.name)})")
    except ConfigError as error:
        if given().agent:
            raise
        say(str(error))  # whoever looks after the engine need not be one who answers
    if not config.channels:
        say(f"no channel is configured; add one to {config.path.name} or run omnidesk init")
    return asyncio.run(_check(config))


async def _check(config: Config) -> int:
    failed = 0
    with _spool() as spool:
        checks = [
            (name, asyncio.create_task(_checked(config, channel, spool), name=f"check: {name}"))
            for name, channel in config.channels.items()
        ]
        for name, asking in checks:
            works, said = await asking
            if works:
                print(_about(name, said))
            else:
                failed = 1
                say(_about(name, said))
    return failed


async def _checked(config: Config, channel: ChannelConfig, spool: Path) -> tuple[bool, str]:
    """Whether a channel works, and what was found or is to do."""
    from omnidesk.wiring import open_channel

    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return True, await open_channel(config, channel, spool).check()
    except TimeoutError:
        return False, f"no answer within {_CHECK_SECONDS:.0f} s; check its servers and the network"
    except OmnideskError as error:
        return False, str(error)
    except OSError as error:
        return False, f"{error.strerror or error}; check its servers and the network"


@omnidesk.command()
@as_json
@common
def doctor(json: bool) -> None:
    """Compare each channel's server with what is stored.

    Example: omnidesk doctor -o json
    """
    config = load_config()
    table = Table(_COLUMNS)
    for found in asyncio.run(_doctor(config)):
        if json:
            print_json(found)
            continue
        *figures, error = ("-" if value is None else _words(value) for value in found.values())
        if not on_terminal():
            table.row(*figures, error)
            continue
        table.row(*figures)
        if found["last_error"]:
            print(f"  {safe_line(error)}")
    if not config.channels and not json:
        say(f"no channel is configured; add one to {config.path.name} or run omnidesk init")


def _words(value: object) -> str:
    return f"{value:.0f} s" if isinstance(value, float) else str(value)


async def _doctor(config: Config) -> list[Json]:
    from omnidesk.wiring import open_store

    with _spool() as spool:
        counts = await asyncio.gather(
            *(_counted(config, channel, spool) for channel in config.channels.values())
        )
    async with open_store(config) as store:
        healths, ledgers = await store.read(lambda r: (r.health(), r.ledger()))
    by_name = {health.channel: health for health in healths}
    kept = {ledger.channel: ledger for ledger in ledgers}
    now = datetime.now(UTC)
    return [
        _findings(name, by_name.get(name), kept.get(name), count, trouble, now)
        for name, (count, trouble) in zip(config.channels, counts, strict=True)
    ]


async def _counted(
    config: Config, channel: ChannelConfig, spool: Path
) -> tuple[int | None, str | None]:
    """How many messages lie at the server, or why nobody knows."""
    from omnidesk.wiring import open_channel

    try:
        async with asyncio.timeout(_COUNT_SECONDS):
            return await open_channel(config, channel, spool).count(), None
    except TimeoutError:
        return None, f"no answer within {_COUNT_SECONDS:.0f} s"
    except OmnideskError as error:
        return None, str(error)
    except OSError as error:
        return None, error.strerror or str(error)


def _findings(
    name: str,
    health: Health | None,
    ledger: Ledger | None,
    on_server: int | None,
    trouble: str | None,
    now: datetime,
) -> Json:
    last_good = health.last_good if health else None
    return {
        "channel": name,
        "state": health.state.value if health else "starting",
        "on_server": on_server,
        "stored": ledger.stored if ledger else 0,
        "unreadable": ledger.unreadable if ledger else 0,
        "lag": round(max(0.0, (now - last_good).total_seconds()), 1) if last_good else None,
        "last_error": trouble or (health.reason if health else None),
    }


@contextlib.contextmanager
def _spool() -> Iterator[Path]:
    """A folder for channels that are only asked, and receive nothing."""
    with tempfile.TemporaryDirectory(prefix="omnidesk-") as folder:
        yield Path(folder)


def _about(name: str, said: str) -> str:
    """What a channel says, its name before it once."""
    return safe_line(said if said.startswith(f"{name}: ") else f"{name}: {said}")
