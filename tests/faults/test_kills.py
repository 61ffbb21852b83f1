"""SIGKILL at random moments of receiving and sending: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import re
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from omnidesk.core.model import DeliveryState, Direction, Message
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from tests.faults.engines import desk_of, start_engine

KILLS = int(os.environ.get("OMNIDESK_KILLS", "50"))
TOKEN = re.compile(r"token-\d+-\d+")


class Crowd:
    """Customers who write all the time, and an agent who answers all the time."""

    def __init__(self, sandbox: Sandbox, desk: Desk, dice: random.Random) -> None:
        self.sandbox = sandbox
        self.desk = desk
        self.dice = dice
        self.written: set[str] = set()
        self.answered: set[str] = set()

    async def write(self, round_: int) -> None:
        for index in range(4):
            token = f"token-{round_}-{index}"
            self.written.add(token)
            if index % 2:
                self.sandbox.bot.customer(100 + self.dice.randrange(5), "Кирилл").text(token)
            else:
                who = f"c{self.dice.randrange(5)}@example.test"
                await self.sandbox.correspondent(who, "Ольга").write(
                    f"Вопрос {token}", token, at=datetime.now(UTC)
                )

    async def answer(self, round_: int) -> None:
        for row in (await self.desk.rows("inbox", limit=200))[:3]:
            if row.waiting_since is None:
                continue
            token = f"token-{round_}-{1000 + row.number}"
            self.answered.add(token)
            await self.desk.reply(row.number, f"Ответ {token}")

    async def replies_that_arrived(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for posted in self.sandbox.mail.sent:
            letter = message_from_bytes(posted.letter, policy=default)
            body = letter.get_body(("plain",))
            assert body is not None
            found.update(set(TOKEN.findall(body.get_content())))
        for call in self.sandbox.bot.calls:
            if call.method == "sendMessage":
                found.update(TOKEN.findall(str(call.params.get("text", ""))))
        return found


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_killing_the_engine_at_random_moments_loses_and_doubles_nothing(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("OMNIDESK_SEED", "0")) or random.randrange(1 << 30)
    dice = random.Random(seed)
    log = sandbox.folder / "engine.log"
    async with desk_of(sandbox.config) as desk:
        crowd = Crowd(sandbox, desk, dice)
        for round_ in range(KILLS):
            await crowd.write(round_)
            await crowd.answer(round_)
            engine = await start_engine(sandbox.config, log=log)
            await asyncio.sleep(dice.uniform(0.3, 1.6))
            await engine.kill()
        for _ in range(3):
            engine = await start_engine(sandbox.config, "--once", log=log)
            assert await engine.process.wait() == 0, engine.log
        messages = await desk.store.read(lambda r: list(r.every_message()))
        arrived = await crowd.replies_that_arrived()
    check_in(crowd, messages, seed)
    unknown = check_out(crowd, messages, arrived, seed)
    with sqlite3.connect(sandbox.folder / "omnidesk.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    with capsys.disabled():
        print(
            f"\n{KILLS} kills (seed {seed}): {len(crowd.written)} messages in, 0 lost, 0 doubled; "
            f"{len(crowd.answered)} replies, 0 lost, 0 doubled, {unknown} left for a person to ask"
        )


def check_in(crowd: Crowd, messages: list[Message], seed: int) -> None:
    inbound = Counter(
        token
        for message in messages
        if message.direction is Direction.IN
        for token in set(TOKEN.findall(message.text))
    )
    assert set(inbound) == crowd.written, f"lost, seed {seed}: {crowd.written - set(inbound)}"
    doubled = {token for token, count in inbound.items() if count > 1}
    assert not doubled, f"doubled, seed {seed}: {doubled}"


def check_out(crowd: Crowd, messages: list[Message], arrived: Counter[str], seed: int) -> int:
    unknown = 0
    replies = [m for m in messages if m.direction is Direction.OUT]
    assert {TOKEN.findall(m.text)[0] for m in replies} == crowd.answered
    for message in replies:
        assert message.delivery is not None
        token = TOKEN.findall(message.text)[0]
        copies, state = arrived[token], message.delivery.state
        if state is DeliveryState.UNKNOWN:
            unknown += 1
            assert copies <= 1, f"a doubled reply, seed {seed}: {token}"
        else:
            assert state is DeliveryState.SENT, f"seed {seed}: {token} is {state}"
            assert copies == 1, f"{copies} copies of a sent reply, seed {seed}: {token}"
    return unknown
