"""A Bot API server on loopback and a channel that is logged in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnidesk.channels.telegram import kind
from omnidesk.channels.telegram.settings import TelegramSettings
from omnidesk.core.channel import Batch, Channel, Incoming, Item, Outgoing, Surroundings
from omnidesk.core.model import Address
from omnidesk.demo.botapi import BotApi

Open = Callable[..., Channel]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
def open_channel(api: BotApi, tmp_path: Path) -> Open:
    def opened(**settings: Any) -> Channel:
        given = {"token": api.token, "api_url": api.api_url, "poll": "1s"} | settings
        return kind.open(
            "shop-bot", TelegramSettings(**given), Surroundings(spool=tmp_path, desk="Acme")
        )

    return opened


@pytest.fixture
async def channel(open_channel: Open) -> AsyncIterator[Channel]:
    async with open_channel() as channel:
        yield channel


def only(batch: Batch) -> Incoming:
    """The one Incoming of a batch."""
    (item,) = batch.items
    assert isinstance(item, Incoming)
    return item


def texts(items: Batch | list[Item]) -> list[str]:
    given = items.items if isinstance(items, Batch) else items
    return [item.text for item in given if isinstance(item, Incoming)]


def reply(answered: Incoming, text: str, **more: Any) -> Outgoing:
    """A reply to what came, as the desk would make it."""
    assert answered.handle is not None
    given: dict[str, Any] = {
        "key": "k1",
        "number": 1,
        "to": (Address("Ann", answered.handle.value),),
        "text": text,
        "author": "anna",
        "answers": answered.external_id,
        "reply_path": answered.reply_path,
        "written_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Outgoing(**given | more)
