"""The sandbox is a real outside world: letters arrive, replies are caught, faults happen."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
import time
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from omnidesk.config import agent_for, load
from omnidesk.demo.mailserver import MailServer
from omnidesk.demo.sandbox import Sandbox

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REPLY = b"From: support@desk.test\r\nTo: ann@customers.test\r\nSubject: re\r\n\r\nHello.\r\n"


class Imap:
    """A client by hand, because imaplib of Python 3.11 has no IDLE."""

    def __init__(self, mail: MailServer) -> None:
        self._mail = mail

    async def __aenter__(self) -> Imap:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._mail.imap.port)
        await self.line()
        await self.command(f"LOGIN {self._mail.address} {self._mail.password}")
        self.selected = await self.command("SELECT INBOX")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.writer.close()
        await asyncio.wait([asyncio.ensure_future(self.writer.wait_closed())], timeout=5)

    async def line(self) -> str:
        async with asyncio.timeout(5):
            return (await self.reader.readline()).decode()

    async def command(self, text: str) -> list[str]:
        self.writer.write(f"t {text}\r\n".encode())
        lines = [await self.line()]
        while not lines[-1].startswith("t "):
            assert lines[-1], "the server hung up"
            lines.append(await self.line())
        assert lines[-1].startswith("t OK"), lines
        return lines


def submit(mail: MailServer, recipient: str = "ann@customers.test") -> None:
    with smtplib.SMTP("127.0.0.1", mail.smtp.port, local_hostname="desk", timeout=5) as client:
        client.login(mail.address, mail.password)
        client.sendmail(mail.address, [recipient], REPLY)


async def test_the_sandboxes_config_is_a_good_one(tmp_path: Path) -> None:
    async with Sandbox(tmp_path) as sandbox:
        config = load(sandbox.config)
        assert set(config.channels) == {"support", "shop-bot"}
        assert config.channels["support"].settings.imap.where == sandbox.mail.imap.port
        assert config.channels["shop-bot"].settings.api_url == sandbox.bot.api_url
        assert agent_for(config).id == "anna"
        assert sandbox.config.stat().st_mode & 0o077 == 0


async def test_a_temporary_folder_is_gone_at_the_end() -> None:
    async with Sandbox() as sandbox:
        folder = sandbox.folder
        assert sandbox.config.exists()
    assert not folder.exists()


async def test_a_letter_wakes_an_idle_client_at_once() -> None:
    async with Sandbox() as sandbox, Imap(sandbox.mail) as client:
        client.writer.write(b"t IDLE\r\n")
        assert (await client.line()).startswith("+")
        started = time.perf_counter()
        ann = sandbox.correspondent("ann@customers.test", "Ann")
        letter = await ann.write("Where is it?", "Привет", at=AT)
        while "EXISTS" not in (line := await client.line()):
            assert line, "the server hung up"
        print(f"letter to IDLE: {(time.perf_counter() - started) * 1000:.0f} ms")
        client.writer.write(b"DONE\r\n")
        while not (await client.line()).startswith("t "):
            pass
        stored = await asyncio.to_thread(fetch, sandbox.mail)
        assert [one.replace(b"\r\n", b"\n") for one in stored] == [letter.replace(b"\r\n", b"\n")]


def fetch(mail: MailServer) -> list[bytes]:
    with imaplib.IMAP4("127.0.0.1", mail.imap.port, timeout=5) as client:
        client.login(mail.address, mail.password)
        client.select("INBOX", readonly=True)
        numbers = client.search(None, "ALL")[1][0].split()
        parts = [client.fetch(number.decode(), "(BODY.PEEK[])")[1][0] for number in numbers]
        return [part[1] for part in parts if isinstance(part, tuple)]


async def test_a_reply_is_caught_for_its_customer() -> None:
    async with MailServer() as mail:
        await asyncio.to_thread(submit, mail)
        assert await mail.reply_to("Ann@customers.test") == REPLY
        assert mail.sent[0].recipients == ("ann@customers.test",)
        with pytest.raises(TimeoutError):
            await mail.reply_to("ann@customers.test", timeout=0.01)


async def test_submission_wants_the_right_password() -> None:
    def stranger(mail: MailServer) -> None:
        with smtplib.SMTP("127.0.0.1", mail.smtp.port, local_hostname="x", timeout=5) as client:
            with pytest.raises(smtplib.SMTPSenderRefused):
                client.sendmail(mail.address, ["ann@customers.test"], REPLY)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login(mail.address, "wrong")

    async with MailServer() as mail:
        await asyncio.to_thread(stranger, mail)
        assert mail.sent == []


@pytest.mark.parametrize(
    ("answer", "stage", "error"),
    [
        ("451 4.3.0 try later", "data", smtplib.SMTPDataError),
        ("452 4.2.2 mailbox full", "rcpt", smtplib.SMTPRecipientsRefused),
        ("550 5.1.1 no such user", "rcpt", smtplib.SMTPRecipientsRefused),
        ("421 4.3.2 shutting down", "mail", smtplib.SMTPSenderRefused),
        ("550 5.7.1 spam", "data", smtplib.SMTPDataError),
    ],
)
async def test_the_next_letter_is_refused_as_told_and_the_one_after_is_not(
    answer: str, stage: str, error: type[Exception]
) -> None:
    async with MailServer() as mail:
        mail.smtp.refuse_next(answer, stage)  # type: ignore[arg-type]
        with pytest.raises(error) as caught:
            await asyncio.to_thread(submit, mail)
        assert answer[:3] in str(caught.value)
        assert mail.sent == []
        await asyncio.to_thread(submit, mail)
        assert len(mail.sent) == 1


@pytest.mark.parametrize("kept", [True, False])
async def test_the_line_is_cut_after_data_with_the_letter_kept_or_not(kept: bool) -> None:
    async with MailServer() as mail:
        mail.smtp.hang_up_next(kept=kept)
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            await asyncio.to_thread(submit, mail)
        assert len(mail.sent) == int(kept)


async def test_letters_wait_while_imap_is_down_and_keep_their_uidvalidity() -> None:
    async with MailServer() as mail:
        port = mail.imap.port
        async with Imap(mail) as client:
            before = [line for line in client.selected if "UIDVALIDITY" in line]
            await mail.imap.stop()
            assert await client.line() == "" or "BYE" in await client.line()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await mail.post(b"Subject: while down\r\n\r\nx\r\n", "ann@customers.test")
        await mail.start_imap()
        assert mail.imap.port == port
        async with Imap(mail) as client:
            assert [line for line in client.selected if "UIDVALIDITY" in line] == before
            assert any("1 EXISTS" in line for line in client.selected)


async def test_a_server_set_up_anew_has_another_uidvalidity() -> None:
    async with MailServer() as mail:
        async with Imap(mail) as client:
            before = [line for line in client.selected if "UIDVALIDITY" in line]
        await mail.imap.forget()
        async with Imap(mail) as client:
            assert [line for line in client.selected if "UIDVALIDITY" in line] != before


async def test_a_customers_answer_belongs_to_the_letter_it_answers() -> None:
    async with Sandbox() as sandbox:
        ann = sandbox.correspondent("ann@customers.test", "Ann")
        first = message_from_bytes(await ann.write("Hello", "x", at=AT))
        raw = await ann.write("Re: Hello", "y", at=AT, answering=first.as_bytes())
        second = message_from_bytes(raw)
        assert second["In-Reply-To"] == first["Message-ID"]
        assert second["References"] == first["Message-ID"]


async def test_the_sandbox_is_up_in_a_fraction_of_a_second() -> None:
    started = time.perf_counter()
    async with Sandbox():
        took = time.perf_counter() - started
    print(f"sandbox up: {took * 1000:.0f} ms")
    assert took < 2


async def test_the_fixture_gives_a_running_sandbox(sandbox: Sandbox) -> None:
    assert sandbox.mail.imap.running
    assert load(sandbox.config).database == sandbox.folder / "omnidesk.db"


async def test_letters_posted_while_imap_comes_and_goes_all_arrive() -> None:
    async with MailServer() as mail:
        letters = [f"Subject: {number}\r\n\r\nx\r\n".encode() for number in range(20)]
        async with asyncio.TaskGroup() as group:
            for letter in letters:
                group.create_task(mail.post(letter, "ann@customers.test"))
            for _ in range(3):
                await mail.imap.stop()
                await asyncio.sleep(0.01)
                await mail.start_imap()
        found = await asyncio.to_thread(fetch, mail)
        assert {int(message_from_bytes(one)["Subject"]) for one in found} == set(range(20))


async def test_the_exchange_knows_its_calls_and_the_config_reads_its_file(tmp_path: Path) -> None:
    async with Sandbox(tmp_path, phone=True) as sandbox:
        assert sandbox.exchange.calls() == []
        for event, call, number in (
            ("ringing", "k1", "+79161234567"),
            ("answered", "k1", "+79161234567"),
            ("ended", "k1", "+79161234567"),
            ("ringing", "k2", "+79161234567"),
            ("missed", "k3", "+79030000000"),
        ):
            sandbox.exchange.tell(event, call, number)
        assert sandbox.exchange.calls() == ["k1", "k3"]
        assert sandbox.exchange.calls("+79161234567") == ["k1"]
        phone = load(sandbox.config).channels["phone"]
        assert phone.kind_name == "log"
        assert phone.settings.model_dump()["events"] == str(sandbox.exchange.file)
