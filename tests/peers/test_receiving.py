"""How peers lost letters."""

from __future__ import annotations

import asyncio
import errno
import imaplib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from omnidesk.config import load
from omnidesk.core.model import State
from omnidesk.demo.sandbox import Sandbox
from omnidesk.store import blobs
from omnidesk.wiring import make_engine
from tests.peers.letters import ask, came_in, letter, messages, post
from tests.walk.house import House


async def test_a_letter_whose_save_failed_is_not_marked_and_comes_again(
    sandbox: Sandbox, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptors: Sequence[int]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await post(sandbox, letter())
    with monkeypatch.context() as full:
        full.setattr(blobs, "sync", refuse)
        assert "support" in await home._once()
    assert await came_in(home) == []
    assert b"Seen" not in await asyncio.to_thread(flags, sandbox)
    await home.round()
    assert len(await came_in(home)) == 1


def flags(sandbox: Sandbox) -> bytes:
    with imaplib.IMAP4(sandbox.mail.host, sandbox.mail.imap.port) as client:
        client.login(sandbox.mail.address, sandbox.mail.password)
        client.select(readonly=True)
        found = client.fetch("1", "(FLAGS)")[1][0]
        assert isinstance(found, bytes)
        return found


async def test_a_letter_without_message_id_is_stored(sandbox: Sandbox, home: House) -> None:
    await post(sandbox, letter(Message_ID=""))
    await post(sandbox, letter(Message_ID="", text="а второй?"))
    await home.round()
    assert [m.message_id for m in await came_in(home)] == [None, None]


async def test_automatic_letters_and_bounces_are_stored_and_told_apart(
    sandbox: Sandbox, home: House
) -> None:
    await post(sandbox, letter(text="я в отпуске", Auto_Submitted="auto-replied"))
    await post(sandbox, bounce())
    await home.round()
    first, second = await came_in(home)
    assert first.automatic
    assert first.bounce is None
    assert second.bounce is not None
    assert second.bounce.permanent


def bounce() -> bytes:
    return (
        b"From: MAILER-DAEMON@example.test\r\nTo: support@desk.test\r\nSubject: Undelivered\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        b"MIME-Version: 1.0\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; gone@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b--\r\n"
    )


async def test_what_came_during_an_outage_is_in_however_old_its_date(
    sandbox: Sandbox, home: House
) -> None:
    await post(sandbox, letter(text="до"))
    await home.round()
    await sandbox.mail.imap.stop()
    assert "support" in await home._once()
    for index in range(3):
        customer = sandbox.correspondent("olga@example.test", "Ольга")
        await customer.write("Старое", f"во время {index}", at=datetime(2019, 1, 1, tzinfo=UTC))
    await sandbox.mail.start_imap()
    await home.round()
    assert {m.text.strip() for m in await came_in(home)} == {
        "до",
        "во время 0",
        "во время 1",
        "во время 2",
    }


async def test_a_letter_that_another_program_read_first_is_received_all_the_same(
    sandbox: Sandbox, home: House
) -> None:
    def put_read() -> None:
        with imaplib.IMAP4(sandbox.mail.host, sandbox.mail.imap.port) as client:
            client.login(sandbox.mail.address, sandbox.mail.password)
            client.append("INBOX", r"(\Seen)", "", bytes(letter(text="прочитано другим")))

    await asyncio.to_thread(put_read)
    await home.round()
    (message,) = await came_in(home)
    assert message.text.strip() == "прочитано другим"


async def test_one_bad_letter_does_not_block_the_mailbox(sandbox: Sandbox, home: House) -> None:
    bad = [
        b"\xff\xfe\x00 not a letter at all \x00\x1b[2J",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 5000,
        b"From: <<<>>>@@@\r\nDate: yesterday\r\nSubject: =?nope?Q?=FF?=\r\n\r\n",
        b"Content-Type: text/plain; charset=zlib\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    ]
    await post(sandbox, letter(text="первое"))
    for raw in bad:
        await post(sandbox, raw)
    await post(sandbox, letter(text="последнее"))
    await home.round()
    found = await came_in(home)
    assert len(found) == len(bad) + 2
    assert {"первое", "последнее"} <= {m.text.strip() for m in found}
    assert all(m.raw and home.desk.store.blobs.path(m.raw).is_file() for m in found)


async def test_two_fetchers_at_once_keep_every_body(sandbox: Sandbox, home: House) -> None:
    for index in range(30):
        await post(sandbox, letter(text=f"тело {index}"))
    other = await make_engine(load(sandbox.config), home.desk.store)
    await asyncio.gather(home._once(), other.once())
    await home.round()
    texts = [m.text.strip() for m in await came_in(home)]
    assert sorted(texts) == sorted(f"тело {index}" for index in range(30))


async def test_a_letter_of_twelve_megabytes_is_fetched_whole(sandbox: Sandbox, home: House) -> None:
    content = bytes(range(256)) * 4096 * 12
    large: EmailMessage = letter(text="во вложении")
    large.add_attachment(content, maintype="application", subtype="x-log", filename="лог.bin")
    await post(sandbox, large)
    await home.round()
    (message,) = await came_in(home)
    (file,) = message.attachments
    assert file.sha256
    assert home.desk.store.blobs.path(file.sha256).read_bytes() == content
    assert message.text.strip() == "во вложении"


async def test_what_is_closed_does_not_come_back_at_the_next_poll(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    await home.desk.close(number)
    await home.round()
    await sandbox.mail.renumber_imap()
    await home.round()
    opened = await home.desk.open(number)
    assert opened.conversation.state is State.CLOSED
    assert len(await messages(home)) == 1


async def test_text_after_a_quote_is_not_lost_by_folding(sandbox: Sandbox, home: House) -> None:
    text = (
        "Добрый день!\n\nВ пт, 3 апр. 2026 г. в 10:00, Support <support@desk.test> писал(а):\n"
        "> какой у вас заказ?\n\nНомер 4412, см. ниже\n\n> и адрес?\n\n"
        "Тверь, Советская 1\n\n--\nОльга"
    )
    await post(sandbox, letter(text=text))
    await home.round()
    (message,) = await came_in(home)
    for line in text.splitlines():
        assert line in message.text
    shown = [
        char
        for at, char in enumerate(message.text)
        if not any(start <= at < end for start, end in message.folded)
    ]
    for answer in ("Номер 4412", "Тверь, Советская 1", "Добрый день!"):
        assert answer in "".join(shown)
