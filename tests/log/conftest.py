"""A desk with a mailbox-less telephone: a config, its store, its engine run by the test."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from omnidesk.channels.log import kind
from omnidesk.channels.log.settings import LogSettings
from omnidesk.config import Config, agent_for, load
from omnidesk.core.channel import Channel, Surroundings
from omnidesk.desk import Desk
from omnidesk.wiring import desk_at, make_engine, open_store, settings_of

CONFIG = """\
[desk]
region = "RU"
undo_send = "0s"

[[agents]]
id = "anna"
name = "Anna Petrova"
login = "{login}"

[channels.phone]
type = "log"
events = "calls.jsonl"

[channels.visits]
type = "log"
scheme = "visit"
label = "Visit"
code = "vi"

[auto_reply]
enabled = true
"""


def line(event: str = "missed", call: str = "c1", **more: Any) -> bytes:
    """One event as a script appends it."""
    told = {"event": event, "call": call, "from": "+79161234567", "direction": "in", **more}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def append(path: Path, *lines: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"".join(lines))


class House:
    """The desk and one engine over its store, in the test's own process."""

    def __init__(self, folder: Path, config: Config, desk: Desk, once: Callable[[], Any]) -> None:
        self.folder = folder
        self.calls = folder / "calls.jsonl"
        self.config = config
        self.desk = desk
        self._once = once

    async def round(self) -> None:
        assert await self._once() == {}

    async def hear(self, *lines: bytes) -> None:
        """Events come, and the engine takes them in."""
        append(self.calls, *lines)
        await self.round()


@contextlib.asynccontextmanager
async def house_in(folder: Path) -> AsyncIterator[House]:
    path = folder / "config.toml"
    if not path.exists():
        path.write_text(CONFIG.format(login=pwd.getpwuid(os.getuid()).pw_name), encoding="utf-8")
    config = load(path)
    async with open_store(config) as store:
        engine = await make_engine(config, store)
        desk = await desk_at(store, agent_for(config, "anna"), settings_of(config))
        yield House(folder, config, desk, engine.once)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path) as built:
        yield built


@pytest.fixture
def open_phone(tmp_path: Path) -> Callable[..., Channel]:
    """A channel of its own on `calls.jsonl`, which looks once unless told to be patient."""

    def opened(patience: float = 0.0, **settings: Any) -> Channel:
        given = LogSettings(events=str(tmp_path / "calls.jsonl"), region="RU", **settings)
        return kind.open(
            "phone", given, Surroundings(spool=tmp_path, desk="Acme", patience=patience)
        )

    return opened
