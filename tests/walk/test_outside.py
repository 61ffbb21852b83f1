"""What is said outside the desk: by our own people, by their copies, by whoever claims to be us."""

from __future__ import annotations

import asyncio
import imaplib
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from omnidesk.core.model import Direction
from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House


async def ask(sandbox: Sandbox, home: House) -> int:
    customer = sandbox.correspondent("olga@example.test", "Ольга")
    await customer.write("Заказ", "где он?", at=datetime.now(UTC))
    await home.round()
    (row,) = await home.desk.rows("all")
    return row.number


def ours(answered: str | None, text: str, subject: str = "Re: Заказ") -> bytes:
    letter = EmailMessage()
    letter["From"] = "support@desk.test"
    letter["To"] = "olga@example.test"
    letter["Subject"] = subject
    letter["Message-ID"] = "<phone-1@desk.test>"
    if answered:
        letter["In-Reply-To"] = letter["References"] = answered
    letter.set_content(text)
    return bytes(letter)


@pytest.fixture
def config_changes() -> dict[str, str]:
    return {'password = "sandbox" }\nsmtp': 'password = "sandbox", sent = "Sent" }\nsmtp'}


def make_folder(sandbox: Sandbox, name: str) -> None:
    mail = sandbox.mail
    with imaplib.IMAP4(mail.host, mail.imap.port) as client:
        client.login(mail.address, mail.password)
        assert client.create(name)[0] == "OK"


async def test_an_answer_from_a_phone_found_in_sent_is_ours_and_settles_the_wait(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    asked = (await home.desk.open(number)).messages[0].message_id
    await asyncio.to_thread(make_folder, sandbox, "Sent")
    await sandbox.mail.imap.append(sandbox.mail.address, ours(asked, "едет"), folder="Sent")
    await home.round()
    opened = await home.desk.open(number)
    assert [m.direction for m in opened.messages] == [Direction.IN, Direction.OUT]
    assert opened.conversation.waiting_since is None
    assert opened.messages[1].why.startswith("written outside the desk")


@pytest.mark.parametrize("by", ["reference", "number"])
async def test_our_own_address_in_from_proves_nothing(
    sandbox: Sandbox, home: House, by: str
) -> None:
    number = await ask(sandbox, home)
    asked = (await home.desk.open(number)).messages[0].message_id
    subject = f"Re: Заказ [#{number}]"
    forged = ours(asked if by == "reference" else None, "платите сюда", subject)
    await sandbox.mail.imap.append(sandbox.mail.address, forged)
    await home.round()
    assert len((await home.desk.open(number)).messages) == 1
    (other,) = [r for r in await home.desk.rows("all") if r.number != number]
    opened = await home.desk.open(other.number)
    assert opened.conversation.linked == (number,)
    assert opened.messages[0].marked is not None


async def test_our_own_copy_is_never_a_customers_message(sandbox: Sandbox, home: House) -> None:
    number = await ask(sandbox, home)
    await home.desk.reply(number, "едет")
    await home.round()
    sent = await sandbox.mail.reply_to("olga@example.test")
    altered = b"Received: from elsewhere\r\n" + sent
    await sandbox.mail.imap.append(sandbox.mail.address, altered)
    await home.round()
    opened = await home.desk.open(number)
    assert [m.direction for m in opened.messages] == [Direction.IN, Direction.OUT, Direction.OUT]
    assert opened.messages[2].copy_of == opened.messages[1].id
    assert message_from_bytes(sent)["Message-ID"] == opened.messages[1].message_id
    assert (await home.desk.counts())["all"] == 1


async def test_a_form_on_the_site_writes_for_the_customer(sandbox: Sandbox, home: House) -> None:
    letter = EmailMessage()
    letter["From"] = letter["To"] = "support@desk.test"
    letter["Reply-To"] = "Пётр <petr@example.test>"
    letter["Subject"] = "Форма на сайте"
    letter.set_content("Перезвоните мне")
    await sandbox.mail.imap.append(sandbox.mail.address, bytes(letter))
    await home.round()
    (row,) = await home.desk.rows("inbox")
    assert row.name == "Пётр"
    await home.desk.reply(row.number, "Звоним")
    await home.round()
    sent = message_from_bytes(await sandbox.mail.reply_to("petr@example.test"), policy=default)
    assert "Звоним" in sent.get_content()
