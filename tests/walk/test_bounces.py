"""What did not arrive comes back to whoever wrote it, with the reason, even into what is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from omnidesk.config import agent_for, load
from omnidesk.core.channel import Receipt, Unknown
from omnidesk.core.model import Delivery, DeliveryState, Handle, Message, State
from omnidesk.core.settling import settle
from omnidesk.core.store import Transaction
from omnidesk.demo.sandbox import Sandbox
from omnidesk.engine import receipts
from omnidesk.wiring import _desk_key, _served, desk_at, make_engine, open_store, settings_of
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.postfix import Postfix
from tests.walk.house import House

OLGA, BOB = "olga@example.test", "bob@example.test"


class Case:
    """A letter of a customer's, and what the desk sent him."""

    def __init__(self, sandbox: Sandbox, home: House) -> None:
        self.sandbox = sandbox
        self.home = home
        self.desk = home.desk
        self.number = 0

    async def ask(self, *others: str) -> None:
        """Olga writes to us, and to others with us."""
        customer = self.sandbox.correspondent(OLGA, "Ольга")
        to = ("support@desk.test", *others)
        await customer.write("Заказ", "где он?", at=datetime.now(UTC), to=to)
        await self.home.round()
        (row,) = await self.desk.rows("all")
        self.number = row.number

    async def answer(self) -> bytes:
        """Anna answers and closes; the letter as it went out."""
        await self.desk.reply(self.number, "едет")
        await self.home.round()
        letter = await self.sandbox.mail.reply_to(OLGA)
        await self.desk.close(self.number)
        return letter

    async def report(self, letter: bytes) -> None:
        """A server's letter comes in."""
        await self.sandbox.mail.post(letter, "", "support@desk.test")
        await self.home.round()

    async def answered(self) -> Message:
        """What we sent."""
        messages = (await self.desk.open(self.number)).messages
        return next(m for m in messages if m.delivery is not None)

    async def delivery(self) -> Delivery:
        delivery = (await self.answered()).delivery
        assert delivery is not None
        return delivery

    async def state(self) -> tuple[State, bool, str | None, int]:
        """State, unread, assignee, failures."""
        found = (await self.desk.open(self.number)).conversation
        return found.state, found.unread, found.assignee, found.failed


@pytest.fixture
def case(sandbox: Sandbox, home: House) -> Case:
    return Case(sandbox, home)


BACK = (State.OPEN, True, "anna", 1)
AS_IT_WAS = (State.CLOSED, False, "anna", 0)


def head(letter: bytes) -> str:
    """Of a letter what a report quotes."""
    original = message_from_bytes(letter)
    return "".join(
        f"{name}: {original[name]}\n" for name in ("Message-ID", "From", "To", "Subject")
    )


def dsn(letter: bytes, *blocks: tuple[str, str, str]) -> bytes:
    """A report of RFC 3464: for each recipient his address, action and status."""
    fields = "\n\n".join(
        f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {status[0]}50 {status} it is so"
        for who, action, status in blocks
    )
    return (
        "From: MAILER-DAEMON@mx.example.test\nTo: support@desk.test\n"
        f"Subject: Undelivered Mail {hash(fields)}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is the mail system at host mx.example.test.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.test\n\n"
        f"{fields}\n\n--b\nContent-Type: text/rfc822-headers\n\n{head(letter)}\n--b--\n"
    ).encode()


def plain(letter: bytes) -> bytes:
    """A report in words alone, as qmail writes them."""
    return (
        "From: MAILER-DAEMON@mx.example.test\nTo: support@desk.test\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mx.example.test.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{OLGA}>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{head(letter)}\n"
    ).encode()


def failed(letter: bytes) -> bytes:
    return dsn(letter, (OLGA, "failed", "5.1.1"))


@pytest.mark.parametrize("report", [failed, plain])
async def test_a_bounce_brings_even_a_closed_conversation_back_to_its_author(
    case: Case, report: Callable[[bytes], bytes]
) -> None:
    await case.ask()
    letter = await case.answer()
    assert await case.state() == AS_IT_WAS
    await case.report(report(letter))
    delivery = await case.delivery()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.reason is not None
    assert delivery.reason.startswith("mailbox does not exist")
    assert await case.state() == BACK
    assert [r.number for r in await case.desk.rows("failed")] == [case.number]
    assert (await case.desk.counts())["all"] == 1


async def test_a_second_report_of_the_same_does_not_bring_it_back_again(case: Case) -> None:
    await case.ask()
    letter = await case.answer()
    await case.report(failed(letter))
    reason = (await case.delivery()).reason
    await case.report(plain(letter))
    assert (await case.delivery()).reason == reason
    assert (await case.state())[3] == 1


async def test_a_notice_of_delay_leaves_it_closed_and_sent(case: Case) -> None:
    await case.ask()
    letter = await case.answer()
    await case.report(dsn(letter, (OLGA, "delayed", "4.4.1")))
    assert (await case.delivery()).state is DeliveryState.SENT
    assert await case.state() == AS_IT_WAS
    messages = (await case.desk.open(case.number)).messages
    assert messages[-1].bounce is not None


async def test_of_several_recipients_it_says_who_was_not_reached(case: Case) -> None:
    await case.ask(BOB)
    letter = await case.answer()
    await case.report(dsn(letter, ("Bob@Example.TEST", "failed", "5.2.2")))
    reason = (await case.delivery()).reason
    assert reason is not None
    assert reason.startswith(f"not delivered to {BOB}: mailbox is full")
    assert OLGA not in reason
    await case.desk.close(case.number)
    await case.report(dsn(letter, (OLGA, "failed", "5.1.1")))
    both = (await case.delivery()).reason
    assert both is not None
    assert both.startswith(f"{reason}; not delivered to {OLGA}: mailbox does not exist")
    assert await case.state() == BACK


async def test_a_stranger_cannot_make_a_letter_fail_that_he_never_got(case: Case) -> None:
    await case.ask()
    letter = await case.answer()
    forged = message_from_bytes(letter)
    key = str(forged["Message-ID"])
    forged.replace_header("Message-ID", key.replace(key[4], "z" if key[4] != "z" else "y"))
    await case.report(failed(forged.as_bytes()))
    assert (await case.delivery()).state is DeliveryState.SENT
    assert await case.state() == AS_IT_WAS
    assert (await case.desk.counts())["all"] == 2


async def test_a_bounce_that_overtakes_the_word_that_it_was_sent_stays(case: Case) -> None:
    await case.ask()
    await case.answer()
    message = (await case.answered()).id

    def overtaken(tx: Transaction) -> bool:
        now = datetime.now(UTC)
        settle(tx, message, DeliveryState.FAILED, "mailbox is full", now)
        return settle(tx, message, DeliveryState.SENT, None, now)

    assert not await case.desk.store.write(overtaken)
    assert (await case.delivery()).reason == "mailbox is full"
    await case.desk.send_again(message)
    await case.home.round()
    assert (await case.delivery()).state is DeliveryState.SENT
    assert (await case.state())[3] == 0


# -- automatic answers


@pytest.fixture
def config_changes(request: pytest.FixtureRequest) -> dict[str, str]:
    if "answers_by_itself" not in request.fixturenames:
        return {}
    return {"[desk]\n": "[auto_reply]\nenabled = true\n\n[desk]\n"}


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.usefixtures("answers_by_itself")
async def test_a_bounce_of_an_automatic_answer_is_noted_and_disturbs_nobody(
    case: Case, closed: bool
) -> None:
    await case.ask()
    letter = await case.sandbox.mail.reply_to(OLGA)
    if closed:
        await case.desk.close(case.number)
    before = await case.state()
    await case.report(failed(letter))
    delivery = await case.delivery()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.reason is not None
    assert await case.state() == before
    assert (await case.desk.counts())["failed"] == 0
    assert (await case.desk.counts())["all"] == 1


@pytest.fixture
def answers_by_itself() -> None:
    """The desk of this test has automatic answers."""


# -- a chat


async def chat(sandbox: Sandbox, home: House) -> int:
    sandbox.bot.customer(88, "Кирилл").text("привет")
    await home.round()
    (row,) = await home.desk.rows("all")
    return row.number


async def test_a_customer_who_blocks_the_bot_brings_his_conversation_back(
    sandbox: Sandbox, home: House
) -> None:
    number = await chat(sandbox, home)
    await home.desk.reply(number, "едет")
    await home.round()
    await home.desk.close(number)
    sandbox.bot.customer(88, "Кирилл").block()
    await home.round()
    opened = await home.desk.open(number)
    delivery = opened.messages[-1].delivery
    assert delivery is not None
    assert delivery.state is DeliveryState.FAILED
    assert delivery.reason == "the customer blocked the bot"
    assert opened.conversation.state is State.OPEN
    assert opened.conversation.assignee == "anna"


async def test_a_reply_to_one_who_blocked_the_bot_comes_back_at_once(
    sandbox: Sandbox, home: House
) -> None:
    number = await chat(sandbox, home)
    sandbox.bot.customer(88, "Кирилл").block()
    await home.round()
    await home.desk.reply(number, "едет")
    await home.desk.close(number)
    await home.round()
    opened = await home.desk.open(number)
    delivery = opened.messages[-1].delivery
    assert delivery is not None
    assert delivery.state is DeliveryState.FAILED
    assert delivery.reason is not None
    assert "block" in delivery.reason
    assert opened.conversation.state is State.OPEN


# -- in doubt, and then not


async def in_doubt(case: Case) -> bytes:
    """A reply that went out while we believe that nobody knows."""
    await case.ask()
    letter = await case.answer()
    message = (await case.answered()).id
    unknown = Unknown(reason="the line broke after the whole letter")

    def doubt(tx: Transaction) -> None:
        now = datetime.now(UTC)
        tx.change_delivery(message, at=now, state=DeliveryState.SENDING)
        settle(tx, message, DeliveryState.UNKNOWN, unknown.reason, now)

    await case.desk.store.write(doubt)
    assert await case.state() == BACK
    return letter


async def test_a_receipt_settles_a_doubt(case: Case) -> None:
    await in_doubt(case)
    config = load(case.sandbox.config)
    store = case.desk.store
    served = _served(config, config.channels["support"], store, await _desk_key(store))
    now = datetime.now(UTC)
    came = Receipt(state=DeliveryState.DELIVERED, at=now, handle=Handle("mailto", OLGA))
    assert await store.write(lambda tx: receipts.apply(tx, served.rules, came, now))
    assert (await case.delivery()).state is DeliveryState.DELIVERED
    assert (await case.state())[3] == 0


async def test_a_customer_who_answers_settles_a_doubt(case: Case) -> None:
    letter = await in_doubt(case)
    customer = case.sandbox.correspondent(OLGA, "Ольга")
    await customer.write("Re: Заказ", "спасибо", at=datetime.now(UTC), answering=letter)
    await case.home.round()
    assert (await case.delivery()).state is DeliveryState.SENT
    assert (await case.state())[3] == 0


async def test_a_bounce_settles_a_doubt_the_other_way(case: Case) -> None:
    letter = await in_doubt(case)
    await case.desk.close(case.number)
    await case.report(failed(letter))
    assert (await case.delivery()).state is DeliveryState.FAILED
    assert await case.state() == BACK


# -- a real server


CONFIG = """\
[desk]
name = "Desk"
undo_send = "0s"

[[agents]]
id = "anna"
name = "Anna"

[channels.support]
type = "email"
address = "{address}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", username = "{user}", \
password = "{password}" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none" }}
"""


@contextlib.asynccontextmanager
async def real_house(
    folder: Path, dovecot: Dovecot, mailbox: Mailbox, postfix: Postfix
) -> AsyncIterator[House]:
    path = folder / "config.toml"
    path.touch(mode=0o600)
    path.write_text(
        CONFIG.format(
            address=mailbox.username,
            user=mailbox.username,
            password=mailbox.password,
            imap=dovecot.port,
            smtp=postfix.port,
        )
    )
    config = load(path)
    async with open_store(config) as store:
        engine = await make_engine(config, store)
        desk = await desk_at(store, agent_for(config, "anna"), settings_of(config))
        yield House(desk, engine.once)


async def until_failed(home: House, number: int) -> Message:
    """The reply, once a report about it has come in."""
    async with asyncio.timeout(60):
        while True:
            await home.round()
            messages = (await home.desk.open(number)).messages
            for message in messages:
                if message.delivery and message.delivery.state is DeliveryState.FAILED:
                    return message
            await asyncio.sleep(0.2)


async def begin(home: House, mailbox: Mailbox, letter: str) -> int:
    mailbox.deliver(letter.encode())
    await home.round()
    (row,) = await home.desk.rows("all")
    return row.number


@pytest.mark.servers
async def test_postfix_says_that_it_bounced_and_the_closed_conversation_is_back(
    tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, postfix: Postfix
) -> None:
    async with real_house(tmp_path, dovecot, mailbox, postfix) as home:
        letter = f"From: olga@bouncing.test\nTo: {mailbox.username}\nSubject: Lamp\n\nWhere?\n"
        number = await begin(home, mailbox, letter)
        await home.desk.reply(number, "On its way.")
        await home.round()
        await home.desk.close(number)
        sent = await until_failed(home, number)
        assert sent.delivery is not None
        assert sent.delivery.reason is not None
        assert sent.delivery.reason.startswith("mailbox does not exist")
        found = (await home.desk.open(number)).conversation
        assert (found.state, found.unread, found.assignee) == (State.OPEN, True, "anna")
        assert (await home.desk.counts())["all"] == 1


@pytest.mark.servers
async def test_postfix_reached_one_of_two_and_the_other_is_named(
    tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, postfix: Postfix
) -> None:
    async with real_house(tmp_path, dovecot, mailbox, postfix) as home:
        letter = (
            f"From: olga@customers.test\nTo: {mailbox.username}\nCc: Bob@Bouncing.test\n"
            "Subject: Lamp\n\nWhere?\n"
        )
        number = await begin(home, mailbox, letter)
        await home.desk.reply(number, "On its way.")
        sent = await until_failed(home, number)
        assert sent.delivery is not None
        assert sent.delivery.reason is not None
        assert sent.delivery.reason.lower().startswith("not delivered to bob@bouncing.test:")
        assert "olga@customers.test" not in sent.delivery.reason
