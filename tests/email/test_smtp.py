"""One attempt to send a letter, and whether its outcome is named rightly."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from omnidesk.channels.email import smtp
from omnidesk.channels.email.compose import Composed, compose
from omnidesk.channels.email.settings import Smtp
from omnidesk.core.channel import Deferred, Outcome, Outgoing, OutgoingFile, Rejected, Sent, Unknown
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address
from omnidesk.demo.smtpserver import Posted, SmtpServer
from tests.email.scripted_smtp import Raw

REPLY = Outgoing(
    key="12.k3f9.abcdefgh234567ab",
    number=12,
    to=(Address("", "ann@customers.test"),),
    text="Yes.",
    author="Anna",
    subject="hello",
    written_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)


def letter_of(outgoing: Outgoing = REPLY) -> Composed:
    return compose(outgoing, address="desk@desk.test", own=frozenset(), desk="Desk")


def to(*addresses: str) -> Composed:
    return letter_of(replace(REPLY, to=tuple(Address("", one) for one in addresses)))


def settings(port: int, **more: object) -> Smtp:
    table = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": "3s"}
    return Smtp.model_validate(table | more)


async def sent_to(port: int, letter: Composed | None = None, **more: object) -> Outcome:
    async with asyncio.timeout(30):
        return await smtp.send("support", settings(port, **more), letter or letter_of())


@asynccontextmanager
async def taking(password: str | None = None) -> AsyncIterator[tuple[SmtpServer, list[Posted]]]:
    taken: list[Posted] = []

    async def take(posted: Posted) -> None:
        taken.append(posted)

    server = SmtpServer(take, password)
    await server.start()
    try:
        yield server, taken
    finally:
        await server.stop()


async def test_an_accepted_letter_is_sent_with_its_digest_and_message_id() -> None:
    async with taking() as (server, taken):
        outcome = await sent_to(server.port)
    (posted,) = taken
    assert posted.letter == b"".join(letter_of())
    assert posted.recipients == ("ann@customers.test",)
    assert outcome == Sent(
        external_id=sha256(posted.letter).hexdigest(),
        message_id="<12.k3f9.abcdefgh234567ab@desk.test>",
    )


async def test_a_login_comes_first_where_it_is_wanted() -> None:
    async with taking("right") as (server, taken):
        with pytest.raises(
            Blocked, match=r"wants a login; check channels\.support\.smtp\.username"
        ):
            await sent_to(server.port)
        with pytest.raises(Blocked, match=r"login refused by 127.* check .*smtp\.password"):
            await sent_to(server.port, username="desk", password="wrong")
        assert taken == []
        assert isinstance(await sent_to(server.port, username="desk", password="right"), Sent)
        await smtp.check(
            "support", settings(server.port, username="desk", password="right"), "a@desk.test"
        )
    assert len(taken) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "kind", "wait"),
    [
        ("450 4.2.1 mailbox busy", Deferred, None),
        ("451 4.7.1 Greylisted, try again in 300 seconds", Deferred, 300.0),
        ("452 4.3.1 disk full, wait 5 minutes", Deferred, 300.0),
        ("421 4.3.2 shutting down", Deferred, None),
        ("550 5.1.1 no such user", Rejected, None),
        ("554 5.7.1 spam", Rejected, None),
    ],
)
async def test_refusals_are_named_rightly_at_every_stage(
    stage: str, answer: str, kind: type, wait: float | None
) -> None:
    async with taking() as (server, taken):
        server.refuse_next(answer, stage)  # type: ignore[arg-type]
        outcome = await sent_to(server.port)
    assert isinstance(outcome, kind)
    assert isinstance(outcome, Deferred | Rejected)
    assert answer in outcome.reason
    assert getattr(outcome, "retry_after", None) == wait
    assert taken == []


async def test_some_refused_recipients_are_named_and_the_others_get_the_letter() -> None:
    async with taking() as (server, taken):
        server.refuse_next("550 5.1.1 who?", "rcpt")
        outcome = await sent_to(server.port, to("gone@x.test", "ann@x.test"))
    assert isinstance(outcome, Sent)
    assert outcome.refused == ("gone@x.test",)
    assert taken[0].recipients == ("ann@x.test",)


async def test_all_refused_is_rejected_or_deferred_if_one_may_work_later() -> None:
    async with taking() as (server, _):
        server.refuse_next("550 5.1.1 who?", "rcpt", 2)
        assert isinstance(await sent_to(server.port, to("a@x.test", "b@x.test")), Rejected)
        server.refuse_next("550 5.1.1 who?", "rcpt")
        server.refuse_next("451 4.7.1 greylisted", "rcpt")
        outcome = await sent_to(server.port, to("a@x.test", "b@x.test"))
        assert isinstance(outcome, Deferred)
        assert "b@x.test" in outcome.reason


@pytest.mark.parametrize("kept", [True, False])
async def test_a_line_cut_before_the_answer_is_unknown(kept: bool) -> None:
    async with taking() as (server, taken):
        server.hang_up_next(kept=kept)
        outcome = await sent_to(server.port)
    assert isinstance(outcome, Unknown)
    assert len(taken) == kept


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
async def test_a_line_cut_before_the_letter_is_deferred(stage: str) -> None:
    async with taking() as (server, _):
        server.hang_up_next(kept=False, stage=stage)  # type: ignore[arg-type]
        assert isinstance(await sent_to(server.port), Deferred)


async def test_no_answer_to_the_letter_in_time_is_unknown() -> None:
    raw = Raw(answers={"DOT": [b"250-slow"]})
    async with raw.listening():
        outcome = await sent_to(raw.port, timeout="100ms")
    assert outcome == Unknown(
        reason="127.0.0.1: the server does not answer, after the whole letter was handed over"
    )


async def test_a_malformed_answer_to_the_letter_is_unknown() -> None:
    raw = Raw(answers={"DOT": [b"what?"]})
    async with raw.listening():
        assert isinstance(await sent_to(raw.port), Unknown)


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [None, b"nonsense", b"250-half"])
async def test_trouble_before_the_letter_is_deferred(word: str, answer: bytes | None) -> None:
    raw = Raw(answers={word: [answer]})
    async with raw.listening():
        outcome = await sent_to(raw.port, timeout="200ms")
    assert isinstance(outcome, Deferred)
    assert raw.content == b""


async def test_a_closed_port_and_a_silent_one_are_deferred() -> None:
    raw = Raw(greeting=b"220-wait")
    async with raw.listening():
        outcome = await sent_to(raw.port, timeout="200ms")
        assert isinstance(outcome, Deferred)
    outcome = await sent_to(raw.port)
    assert isinstance(outcome, Deferred)
    assert "127.0.0.1" in outcome.reason
    with pytest.raises(Unreachable):
        await smtp.check("support", settings(raw.port), "a@desk.test")


async def test_a_server_that_turns_everybody_away_is_deferred() -> None:
    for greeting in (b"554 no service", b"421 too busy, retry in 60 s"):
        raw = Raw(greeting=greeting)
        async with raw.listening():
            outcome = await sent_to(raw.port)
        assert isinstance(outcome, Deferred)
        assert outcome.retry_after == (60 if b"60" in greeting else None)


async def test_a_withheld_starttls_sends_neither_password_nor_letter() -> None:
    raw = Raw(ehlo=b"250-raw\r\n250 AUTH PLAIN LOGIN")
    async with raw.listening():
        with pytest.raises(Blocked, match=r"does not offer STARTTLS.*smtp\.security"):
            await sent_to(raw.port, security="starttls", username="desk", password="right")
    assert b"AUTH" not in raw.bytes_heard
    assert b"MAIL" not in raw.bytes_heard


async def test_a_wrong_password_is_tried_once() -> None:
    raw = Raw(
        ehlo=b"250-raw\r\n250 AUTH CRAM-MD5 LOGIN PLAIN",
        answers={"AUTH": [b"535 5.7.8 no", b"535 5.7.8 no"]},
    )
    async with raw.listening():
        with pytest.raises(Blocked):
            await sent_to(raw.port, username="desk", password="wrong")
    assert raw.bytes_heard.count(b"AUTH") == 1


async def test_a_login_refused_for_now_is_deferred() -> None:
    raw = Raw(ehlo=b"250-raw\r\n250 AUTH PLAIN", answers={"AUTH": [b"454 4.7.0 later"]})
    async with raw.listening():
        outcome = await sent_to(raw.port, username="desk", password="right")
    assert isinstance(outcome, Deferred)


async def test_a_token_logs_in_and_a_refused_one_does_not_hang() -> None:
    for answer, good in ((b"235 ok", True), (b"334 eyJ9", False)):
        raw = Raw(
            ehlo=b"250-raw\r\n250 AUTH XOAUTH2", answers={"AUTH": [answer], "": [b"535 expired"]}
        )
        async with raw.listening():
            sending = sent_to(raw.port, username="desk", token={"command": ["echo", "secret"]})
            if good:
                assert isinstance(await sending, Sent)
            else:
                with pytest.raises(Blocked, match=r"smtp\.token"):
                    await sending
        assert b"AUTH XOAUTH2 dXNlcj1kZXNrAWF1dGg9QmVhcmVyIHNlY3JldAEB" in raw.bytes_heard


async def test_a_token_that_cannot_be_had_is_blocked() -> None:
    raw = Raw(ehlo=b"250-raw\r\n250 AUTH XOAUTH2")
    async with raw.listening():
        with pytest.raises(Blocked, match="support: false failed"):
            await sent_to(raw.port, username="desk", token={"command": ["false"]})


async def test_an_international_address_needs_a_server_that_can() -> None:
    async with taking() as (server, taken):
        assert isinstance(await sent_to(server.port, to("анна@customers.test")), Sent)
    assert taken[0].recipients == ("анна@customers.test",)
    raw = Raw()
    async with raw.listening():
        outcome = await sent_to(raw.port, to("анна@customers.test"))
    assert isinstance(outcome, Rejected)
    assert "SMTPUTF8" in outcome.reason


async def test_a_letter_over_the_servers_limit_is_rejected_before_it_is_sent() -> None:
    raw = Raw(ehlo=b"250-raw\r\n250 SIZE 100")
    async with raw.listening():
        outcome = await sent_to(raw.port)
    assert isinstance(outcome, Rejected)
    assert "up to 100 bytes" in outcome.reason
    assert b"MAIL" not in raw.bytes_heard


async def test_a_refusal_in_the_middle_of_a_letter_is_heard(tmp_path: Path) -> None:
    raw = Raw(early=b"552 5.3.4 enough")
    async with raw.listening():
        began = time.monotonic()
        outcome = await sent_to(raw.port, large(tmp_path, 20_000_000))
    assert isinstance(outcome, Rejected)
    assert time.monotonic() - began < 5
    assert not raw.content.endswith(b"\r\n.\r\n")


def large(folder: Path, size: int) -> Composed:
    path = folder / "blob"
    path.write_bytes(b"x" * size)
    file = OutgoingFile(name="a.bin", media_type="application/zip", size=size, path=path)
    return letter_of(replace(REPLY, files=(file,)))


async def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    letter = large(tmp_path, 25_000_000)
    got = 0
    over = asyncio.Event()

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        writer.write(b"220 counter\r\n")
        for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        tail = b""
        while not tail.endswith(b"\r\n.\r\n"):
            chunk = await reader.read(65536)
            got += len(chunk)
            tail = (tail + chunk)[-5:]
        writer.write(b"250 taken\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    async with server:
        tracemalloc.start()
        outcome = await sent_to(server.sockets[0].getsockname()[1], letter)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await over.wait()
    assert isinstance(outcome, Sent)
    assert got == letter.size + 3
    assert peak < 8 << 20


async def test_a_file_that_vanished_is_rejected_and_nothing_delivered(tmp_path: Path) -> None:
    letter = large(tmp_path, 5_000_000)
    (tmp_path / "blob").unlink()
    async with taking() as (server, taken):
        outcome = await sent_to(server.port, letter)
    assert isinstance(outcome, Rejected)
    assert "cannot be read" in outcome.reason
    assert taken == []


SMUGGLED = b"\n.\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<y@z>\r\nDATA\r\nbad\r\n.\r\n"


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n.\r\n"]
)
@pytest.mark.parametrize("cut", range(7))
def test_no_line_end_lets_a_second_letter_in(end: bytes, cut: int) -> None:
    text = b"body" + end + b"MAIL FROM:<evil@x>" + end
    at = 4 + cut
    wire = b"".join(smtp.stuffed([text[:at], text[at:]]))
    bare = wire.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    assert b"\r\n.\r\n" not in wire
    assert wire.startswith(b"body\r\n..\r\n")
    assert wire.endswith(b"\r\n")


async def test_smuggled_commands_stay_text_on_the_wire() -> None:
    raw = Raw()
    letter = replace(letter_of(), head=b"Subject: x\r\n\r\n.first" + SMUGGLED + b"\r.\r\nlast")
    async with raw.listening():
        assert isinstance(await sent_to(raw.port, letter), Sent)
    assert bytes(raw.content) == (
        b"Subject: x\r\n\r\n..first\r\n..\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<y@z>\r\nDATA\r\nbad"
        b"\r\n..\r\n\r\n..\r\nlast\r\n.\r\n"
    )
    assert raw.bytes_heard.count(b"MAIL") == 1


async def test_a_cancelled_attempt_leaves_no_connection() -> None:
    raw = Raw(answers={"DATA": [b"354-wait"]})
    async with raw.listening():
        task = asyncio.create_task(sent_to(raw.port, timeout="60s"))
        while b"DATA" not in raw.bytes_heard:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
