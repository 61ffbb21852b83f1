"""The engine over a config that may change while it runs."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from omnidesk.config import Config, load
from omnidesk.core.errors import ConfigError
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.language import speak
from omnidesk.core.store import Store, Transaction
from omnidesk.engine.line import utc_now
from omnidesk.wiring import make_engine, open_store

log = logging.getLogger(__name__)

CONFIG_PROBLEM = "config_problem"
"""The setting that holds why the saved config is not taken up; empty where it is."""

_LOOK_SECONDS = 1.0


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Run the engine until `stop`; a saved change is taken up, a broken one told and kept out."""
    following: Config | None = config
    while following is not None:
        current, following = following, None
        speak(current.desk.language)
        async with open_store(current) as store:
            await _tell(store, "")
            engine = await make_engine(current, store)
            log.info("engine started channels=%s", ",".join(current.channels) or "none")
            ended = asyncio.Event()
            running = asyncio.create_task(engine.run(ended), name="engine")
            watching = asyncio.create_task(_changed(current, store), name="config")
            stopping = asyncio.create_task(stop.wait(), name="stop")
            done, _ = await asyncio.wait(
                {running, watching, stopping}, return_when=asyncio.FIRST_COMPLETED
            )
            if watching in done and stopping not in done and running not in done:
                following = watching.result()
            for task in (watching, stopping):
                task.cancel()
            ended.set()
            await running


async def _changed(config: Config, store: Store) -> Config:
    """Wait until the file says something else that can be used."""
    seen = _stamp(config.path)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        now = _stamp(config.path)
        if now == seen:
            continue
        seen = now
        try:
            fresh = load(config.path)
        except ConfigError as error:
            log.warning("config not taken up problems=%d", len(error.problems))
            await _tell(store, str(error))
        else:
            return fresh


async def _tell(store: Store, problem: str) -> None:
    """Write down for the screens why the saved config is not in use."""
    if (await store.read(lambda r: r.setting(CONFIG_PROBLEM)) or "") == problem:
        return
    event = Event(
        at=utc_now(), actor=SYSTEM, kind=What.CONFIG_CHANGED, data={"problem": problem or None}
    )

    def write(tx: Transaction) -> None:
        tx.set_setting(CONFIG_PROBLEM, problem)
        tx.append(event)

    await store.write(write)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
