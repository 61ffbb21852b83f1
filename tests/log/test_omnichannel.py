"""She writes, then she calls: one conversation, whatever channel it goes on by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from omnidesk.config import agent_for, load
from omnidesk.core.model import Direction, Handle
from omnidesk.demo.sandbox import Sandbox
from omnidesk.wiring import desk_at, make_engine, open_store, settings_of
from tests.log.conftest import append, line

PHONE = """
[channels.phone]
type = "log"
events = "calls.jsonl"
region = "RU"
"""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path, more=PHONE) as running:
        yield running


async def test_a_call_joins_the_letter_and_the_reply_goes_to_the_letter(office: Sandbox) -> None:
    config = load(office.config)
    async with open_store(config) as store:
        engine = await make_engine(config, store)
        desk = await desk_at(store, agent_for(config, "anna"), settings_of(config))
        customer = office.correspondent("anna@example.test", "Анна Иванова")
        await customer.write("Чайник", "Сломался чайник.", at=datetime.now(UTC))
        assert await engine.once() == {}
        (row,) = await desk.rows("inbox")
        contact = (await desk.open(row.number)).contact
        await desk.bind_handle(contact.id, Handle("tel", "+79161234567"))

        calls = office.folder / "calls.jsonl"
        whose = {"from": "8 916 123-45-67", "at": datetime.now(UTC).isoformat()}
        append(calls, line("ringing", "k1", **whose))
        assert await engine.once() == {}
        (ring,) = await desk.ringing()
        assert ring.card is not None
        assert ring.card.last is not None
        assert ring.card.last.subject == "Чайник"
        assert ring.card.contact.name == "Анна Иванова"

        append(calls, line("answered", "k1", **whose))
        assert await engine.once() == {}
        assert ring.handle is not None
        await desk.log_call(
            ring.handle, "Вышлем новую крышку", channel=ring.channel, call=ring.call
        )
        append(calls, line("ended", "k1", duration=95, **whose))
        assert await engine.once() == {}
        opened = await desk.open(row.number)
        assert [(m.channel, m.direction, m.text) for m in opened.messages] == [
            ("support", Direction.IN, "Сломался чайник."),
            ("phone", Direction.IN, "Call, 1 min 35 s"),
            ("phone", Direction.IN, "Вышлем новую крышку"),
        ]
        assert (await desk.counts())["all"] == 1

        await desk.reply(row.number, "Крышка отправлена.")
        assert await engine.once() == {}
        answer = await office.mail.reply_to("anna@example.test")
        assert "Крышка отправлена" in message_from_bytes(answer, policy=default).get_content()
