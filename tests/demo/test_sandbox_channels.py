"""The real channels live in the sandbox: what its config says is all they need."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes
from typing import TYPE_CHECKING

from omnidesk.config import load
from omnidesk.core.channel import Channel, Deferred, Incoming, Outgoing, Sent, Surroundings, Unknown
from omnidesk.core.model import Address

if TYPE_CHECKING:
    from omnidesk.demo.sandbox import Sandbox

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def channel(sandbox: Sandbox, name: str, patience: float = 15.0) -> Channel:
    spool = sandbox.folder / "spool"
    spool.mkdir(exist_ok=True)
    found = load(sandbox.config).channels[name]
    surroundings = Surroundings(spool=spool, desk="Sandbox", patience=patience)
    return found.kind.open(name, found.settings, surroundings)


def reply(to: str, number: int = 1) -> Outgoing:
    return Outgoing(
        key=f"sandbox-{number}",
        number=number,
        to=(Address("Ann", to),),
        text="It is on its way.",
        author="Anna Petrova",
        subject="Re: Where is it?",
        written_at=AT,
    )


async def test_a_letter_comes_in_and_its_answer_goes_out(sandbox: Sandbox) -> None:
    ann = sandbox.correspondent("ann@customers.test", "Анна")
    await ann.write("Where is it?", "Где заказ?", at=AT)
    async with asyncio.timeout(20), channel(sandbox, "support") as support:
        (item,) = (await support.receive(None)).items
        assert isinstance(item, Incoming)
        assert str(item.handle) == "mailto:ann@customers.test"
        assert item.text.strip() == "Где заказ?"
        assert isinstance(await support.send(reply("ann@customers.test")), Sent)
        letter = message_from_bytes(await sandbox.mail.reply_to("ann@customers.test"))
        assert "It is on its way." in str(letter.get_payload(decode=True) or letter)


async def test_a_letter_that_comes_while_waiting_ends_the_wait(sandbox: Sandbox) -> None:
    ann = sandbox.correspondent("ann@customers.test", "Ann")
    async with channel(sandbox, "support", patience=0.1) as support:
        empty = await support.receive(None)
        assert not empty.items
    async with asyncio.timeout(10), channel(sandbox, "support", patience=60) as support:
        waiting = asyncio.create_task(support.receive(empty.cursor), name="receive")
        await asyncio.sleep(0)
        await ann.write("Now", "now", at=AT)
        assert len((await waiting).items) == 1


async def test_smtp_faults_have_the_outcomes_they_should(sandbox: Sandbox) -> None:
    async with asyncio.timeout(20), channel(sandbox, "support") as support:
        sandbox.mail.smtp.refuse_next("451 4.3.0 try later")
        assert isinstance(await support.send(reply("ann@customers.test")), Deferred)
        sandbox.mail.smtp.hang_up_next(kept=True)
        assert isinstance(await support.send(reply("ann@customers.test")), Unknown)
        assert isinstance(await support.send(reply("ann@customers.test")), Sent)
        one, other = [await sandbox.mail.reply_to("ann@customers.test") for _ in range(2)]
        assert message_from_bytes(one)["Message-ID"] == message_from_bytes(other)["Message-ID"]


async def test_a_chat_message_comes_in_and_its_answer_goes_out(sandbox: Sandbox) -> None:
    ann = sandbox.bot.customer(4711, "Ann")
    ann.text("Where is it?")
    async with asyncio.timeout(20), channel(sandbox, "shop-bot") as bot:
        (item,) = (await bot.receive(None)).items
        assert isinstance(item, Incoming)
        assert str(item.handle) == "telegram:4711"
        assert isinstance(await bot.send(reply("4711")), Sent)
        assert (await sandbox.bot.sent(4711))["text"] == "It is on its way."
