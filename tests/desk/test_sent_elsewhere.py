"""Forwarding and beginning over real servers: what arrives there, and where the answers stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from omnidesk.core.model import Address, DeliveryState
from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House, house

OLGA, BOB, DAN = "olga@example.test", "bob@supplier.test", "dan@new.test"
PNG = b"a picture of a broken lid " * 500


@pytest.fixture
async def home(sandbox: Sandbox) -> AsyncIterator[House]:
    async with house(sandbox) as built:
        yield built


async def arrived(sandbox: Sandbox, address: str) -> tuple[bytes, EmailMessage]:
    raw = await sandbox.mail.reply_to(address)
    letter = message_from_bytes(raw, policy=default)
    assert isinstance(letter, EmailMessage)
    return raw, letter


async def test_a_forwarded_letter_is_answered_beside_the_customers(
    sandbox: Sandbox, home: House
) -> None:
    olga = sandbox.correspondent(OLGA, "Olga")
    now = datetime.now(UTC)
    await olga.write("Крышка", "Сломалась крышка.", at=now, files=(("lid.png", PNG),))
    await home.round()
    (row,) = await home.desk.rows("inbox")
    (came, *_) = (await home.desk.open(row.number)).messages
    passed = await home.desk.forward(row.number, came.id, [Address("Bob", BOB)], "Is it covered?")
    await home.round()
    raw, letter = await arrived(sandbox, BOB)
    assert letter["Subject"] == f"Fwd: Крышка [#{row.number}]"
    assert (letter["In-Reply-To"], letter["References"]) == (None, None)
    text = letter.get_body()
    assert text is not None
    said = text.get_content().replace("\r\n", "\n")
    head = "---------- Forwarded message ----------\nFrom: Olga"
    assert said.startswith(f"Is it covered?\n\nAnna Petrova\nSandbox\n\n{head}")
    assert "-- \n" not in said, "at which programs would hide what was passed on"
    assert said.count("Anna Petrova") == 1
    assert "Сломалась крышка." in said
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("lid.png", PNG)
    stands = await home.desk.store.read(lambda r: r.row(row.number))
    assert stands is not None
    assert stands.waiting_since == row.waiting_since, "Olga waits as before"
    sent = await home.desk.store.read(lambda r: r.delivery(passed.id))
    assert sent is not None
    assert sent.state is DeliveryState.SENT
    bob = sandbox.correspondent(BOB, "Bob")
    await bob.write(f"Re: {letter['Subject']}", "Yes, it is.", at=now, answering=raw)
    await home.round()
    (beside,) = [r for r in await home.desk.rows("all") if r.number != row.number]
    opened = await home.desk.open(beside.number)
    assert (opened.conversation.linked, beside.assignee) == ((row.number,), "anna")
    assert [m.text.strip() for m in opened.messages] == ["Yes, it is."], "and no automatic answer"
    reply = await home.desk.reply(row.number, "It is covered.")
    assert [one.address for one in (*reply.to, *reply.cc)] == [OLGA]


async def test_what_is_passed_on_without_words_stands_below_the_signature(
    sandbox: Sandbox, home: House
) -> None:
    await sandbox.correspondent(OLGA, "Olga").write("Lid", "It broke.", at=datetime.now(UTC))
    await home.round()
    (row,) = await home.desk.rows("inbox")
    (came, *_) = (await home.desk.open(row.number)).messages
    await home.desk.forward(row.number, came.id, [Address("Bob", BOB)], "")
    await home.round()
    _raw, letter = await arrived(sandbox, BOB)
    said = letter.get_content().replace("\r\n", "\n")
    assert said.startswith("Anna Petrova\nSandbox\n\n---------- Forwarded message")
    assert said.rstrip().endswith("It broke.")


async def test_a_conversation_of_ours_begins_without_re_and_goes_on(
    sandbox: Sandbox, home: House
) -> None:
    begun = await home.desk.start(DAN, "Our offer", "Dear Dan")
    await home.round()
    raw, letter = await arrived(sandbox, DAN)
    assert letter["Subject"] == f"Our offer [#{begun.conversation}]"
    dan = sandbox.correspondent(DAN, "Dan")
    subject = f"Re: {letter['Subject']}"
    await dan.write(subject, "Gladly.", at=datetime.now(UTC), answering=raw)
    await home.round()
    opened = await home.desk.open(begun.conversation)
    assert [m.text.strip() for m in opened.messages] == ["Dear Dan", "Gladly."]
    assert [row.number for row in await home.desk.rows("all")] == [begun.conversation]
