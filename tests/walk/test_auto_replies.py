"""The automatic answer goes out once, at once, and never to a machine; two machines stop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from omnidesk.config import load
from omnidesk.core.model import DeliveryState, Direction, State
from omnidesk.demo.botapi import BotApi
from omnidesk.demo.mailserver import MailServer
from omnidesk.demo.sandbox import Sandbox
from omnidesk.demo.smtpserver import Posted
from omnidesk.wiring import make_engine
from tests.walk.house import House, house

QUIET = 0.2


@pytest.fixture
async def sandbox(tmp_path: Path, auto_reply: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path, more=auto_reply) as running:
        yield running


@pytest.fixture
def auto_reply() -> str:
    return '\n[auto_reply]\nenabled = true\nexpected = "4h"\n'


def text_of(letter: bytes) -> str:
    return str(message_from_bytes(letter, policy=default).get_content())


async def silent(sandbox: Sandbox, address: str) -> bool:
    """Whether nothing (more) was sent there; what the desk sent is caught before its round ends."""
    try:
        await sandbox.mail.reply_to(address, timeout=QUIET)
    except TimeoutError:
        return True
    return False


async def test_a_letter_is_acknowledged_within_one_cycle_with_number_and_time(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.correspondent("olga@example.test", "Olga Kim")
    await customer.write("Order", "where is it?", at=datetime.now(UTC))
    await home.round()
    letter = message_from_bytes(await sandbox.mail.reply_to("olga@example.test"), policy=default)
    (row,) = await home.desk.rows("inbox")
    assert text_of(bytes(letter)).startswith("Hello, Olga Kim!")
    assert f"(no. {row.number}) and will answer within 4 hours." in text_of(bytes(letter))
    assert letter["Auto-Submitted"] == "auto-replied"
    assert (row.state, row.unread) == (State.OPEN, True)
    assert row.waiting_since is not None
    opened = await home.desk.open(row.number)
    delivery = opened.messages[1].delivery
    assert delivery is not None
    assert delivery.state is DeliveryState.SENT


async def test_a_conversation_is_acknowledged_once_even_when_it_comes_back(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.correspondent("olga@example.test", "Olga")
    await customer.write("Order", "where is it?", at=datetime.now(UTC))
    await home.round()
    answer = await sandbox.mail.reply_to("olga@example.test")
    (row,) = await home.desk.rows("inbox")
    await customer.write("Re: Order", "hello?", at=datetime.now(UTC), answering=answer)
    await home.round()
    await home.desk.close(row.number)
    await customer.write("Re: Order", "still there?", at=datetime.now(UTC), answering=answer)
    await home.round()
    opened = await home.desk.open(row.number)
    assert opened.conversation.state is State.OPEN
    assert [m.direction for m in opened.messages].count(Direction.OUT) == 1
    assert await silent(sandbox, "olga@example.test")


async def test_one_who_was_never_acknowledged_is_when_his_conversation_comes_back(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.correspondent("olga@example.test", "Olga")
    await customer.write("Order", "bought it", at=datetime.now(UTC) - timedelta(days=5))
    await home.round()
    assert await silent(sandbox, "olga@example.test")
    (row,) = await home.desk.rows("inbox")
    await home.desk.close(row.number)
    subject = f"Re: Order [#{row.number}]"
    await customer.write(subject, "it broke", at=datetime.now(UTC))
    await home.round()
    assert f"(no. {row.number})" in text_of(await sandbox.mail.reply_to("olga@example.test"))


async def test_an_out_of_office_answer_to_ours_ends_it(sandbox: Sandbox, home: House) -> None:
    customer = sandbox.correspondent("olga@example.test", "Olga")
    await customer.write("Order", "where is it?", at=datetime.now(UTC))
    await home.round()
    answer = message_from_bytes(await sandbox.mail.reply_to("olga@example.test"))
    for marked in (True, False):
        away = EmailMessage()
        away["From"] = "olga@example.test"
        away["To"] = "support@desk.test"
        away["Subject"] = f"Automatic reply: {answer['Subject']}"
        if marked:
            away["Auto-Submitted"] = "auto-replied"
        away["In-Reply-To"] = str(answer["Message-ID"])
        away.set_content("I am on holiday.")
        await sandbox.mail.post(bytes(away), "olga@example.test")
        await home.round()
    assert await silent(sandbox, "olga@example.test")
    (row,) = await home.desk.rows("all")
    assert len((await home.desk.open(row.number)).messages) == 4


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("List-Id", "<lamps.example.test>"),
        ("X-Auto-Response-Suppress", "All"),
        ("From", "no-reply@example.test"),
        ("Reply-To", "support@desk.test"),
    ],
)
async def test_a_machine_gets_no_answer(
    sandbox: Sandbox, home: House, header: tuple[str, str]
) -> None:
    letter = EmailMessage()
    letter["To"] = "support@desk.test"
    letter["Subject"] = "News"
    letter[header[0]] = header[1]
    if header[0] != "From":
        letter["From"] = "olga@example.test"
    letter.set_content("News of the week")
    await sandbox.mail.post(bytes(letter), "olga@example.test")
    await home.round()
    assert (await home.desk.counts())["all"] == 1
    assert sandbox.mail.sent == []


async def test_one_address_gets_so_many_within_an_hour_and_no_more(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.correspondent("olga@example.test", "Olga")
    for number in range(6):
        await customer.write(f"Order {number}", "where is it?", at=datetime.now(UTC))
    await home.round()
    assert (await home.desk.counts())["all"] == 6
    assert len(sandbox.mail.sent) == 3


async def test_a_name_is_no_way_to_send_advertisements_to_others(
    sandbox: Sandbox, home: House
) -> None:
    crook = sandbox.correspondent("victim@example.test", "Win at www.casino.example")
    await crook.write("Order", "buy", at=datetime.now(UTC))
    await home.round()
    said = text_of(await sandbox.mail.reply_to("victim@example.test"))
    assert said.startswith("Hello!")
    assert "casino" not in said


@pytest.mark.parametrize(
    "auto_reply",
    [
        '\n[auto_reply.channels.shop-bot]\nenabled = true\nexpected = "15m"\n\
text = "Got it ({number}), wait {expected}."\n'
    ],
)
async def test_a_channel_has_its_own_answer_and_others_none(sandbox: Sandbox, home: House) -> None:
    writer = sandbox.correspondent("olga@example.test", "Olga")
    await writer.write("Order", "where is it?", at=datetime.now(UTC))
    sandbox.bot.customer(88, "Кирилл").text("привет")
    await home.round()
    said = (await sandbox.bot.sent(88))["text"]
    assert re.fullmatch(r"Got it \(\d\), wait 15 minutes\.", said)
    assert sandbox.mail.sent == []


async def test_a_group_is_answered_in_the_group_and_once(sandbox: Sandbox, home: House) -> None:
    group = sandbox.bot.group(-500, "Бригада")
    sandbox.bot.customer(88, "Кирилл").text("привет", chat=group)
    sandbox.bot.customer(89, "Ольга").text("и я", chat=group)
    await home.round()
    (row,) = await home.desk.rows("inbox")
    assert f"(no. {row.number})" in (await sandbox.bot.sent(-500))["text"]
    with pytest.raises(TimeoutError):
        await sandbox.bot.sent(-500, timeout=QUIET)


# -- two desks


class Gateway(MailServer):
    """Two desks' mail; a gateway between them may take the marks of machines away."""

    strips = False

    async def _submit(self, posted: Posted) -> None:
        if self.strips:
            letter = message_from_bytes(posted.letter)
            for name in (
                "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "References",
                "In-Reply-To", "Message-ID", "Subject",
            ):  # fmt: skip
                del letter[name]
            letter["Subject"] = f"Letter {len(self.sent)}"
            letter["Message-ID"] = f"<{len(self.sent)}@gateway.test>"
            posted = replace(posted, letter=letter.as_bytes())
        await super()._submit(posted)


class TwoDesks:
    """Two real engines that write to each other over one mail server."""

    def __init__(self, mail: Gateway, one: House, other: House) -> None:
        self.mail = mail
        self.one = one
        self.other = other

    async def rounds(self, count: int) -> list[int]:
        """How many letters had gone out after each round of both."""
        sent = []
        for _ in range(count):
            await self.one.round()
            await self.other.round()
            sent.append(len(self.mail.sent))
        return sent


@pytest.fixture
async def two_desks(tmp_path: Path, auto_reply: str) -> AsyncIterator[TwoDesks]:
    addresses = ("one@desk.test", "other@desk.test")
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(Gateway(addresses))
        bot = await stack.enter_async_context(BotApi())
        houses = []
        for address in addresses:
            folder = tmp_path / address.partition("@")[0]
            folder.mkdir()
            sandbox = Sandbox(folder, name=folder.name, more=auto_reply)
            sandbox.mail, sandbox.bot = mail, bot
            sandbox._write(folder)
            only_its_own(sandbox.config, address)
            houses.append(await stack.enter_async_context(house(sandbox)))
        yield TwoDesks(mail, *houses)


def only_its_own(config: Path, address: str) -> None:
    """Leave the mailbox of one address in a config, and no bot."""
    tables = re.split(r"(?m)^(?=\[)", config.read_text(encoding="utf-8"))
    kept = [t for t in tables if not t.startswith("[channels.") or f'address = "{address}"' in t]
    config.write_text("".join(kept), encoding="utf-8")


async def begin(desks: TwoDesks) -> None:
    """One desk gets a letter that is said to be from the other's address."""
    letter = EmailMessage()
    letter["From"] = "other@desk.test"
    letter["To"] = "one@desk.test"
    letter["Subject"] = "Hello"
    letter["Message-ID"] = "<first@forged.test>"
    letter.set_content("Hello, desk")
    await desks.mail.post(bytes(letter), "other@desk.test", "one@desk.test")


async def test_two_desks_that_answer_each_other_stop_after_one_letter(
    two_desks: TwoDesks,
) -> None:
    await begin(two_desks)
    sent = await two_desks.rounds(4)
    assert sent == [1, 1, 1, 1]
    assert (await two_desks.other.desk.counts())["all"] == 1


async def test_two_desks_stop_even_where_a_gateway_hides_that_they_are_machines(
    two_desks: TwoDesks,
) -> None:
    two_desks.mail.strips = True
    await begin(two_desks)
    sent = await two_desks.rounds(12)
    assert sent[-1] == sent[-4], "the loop goes on"
    assert 2 <= sent[-1] <= 6, "three an hour from each"
    print(f"two desks, marks taken away: {sent[-1]} letters, then silence")


async def test_an_engine_that_runs_answers_without_being_asked(
    sandbox: Sandbox, home: House
) -> None:
    stop = asyncio.Event()
    engine = await make_engine(load(sandbox.config), home.desk.store)
    running = asyncio.create_task(engine.run(stop))
    try:
        customer = sandbox.correspondent("olga@example.test", "Olga")
        await customer.write("Order", "where is it?", at=datetime.now(UTC))
        letter = await sandbox.mail.reply_to("olga@example.test", timeout=20)
        assert "will answer within 4 hours" in text_of(letter)
    finally:
        stop.set()
        await running
