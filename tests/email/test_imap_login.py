"""Who is let in to an IMAP server, how, and what is never sent to the wrong one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from omnidesk.channels.email.imap import Mailbox
from omnidesk.core.errors import Blocked, Unreachable
from tests.email.opened import opened
from tests.email.scripted import Scripted, Session


async def test_capabilities_are_asked_for_and_not_guessed(tmp_path: Path) -> None:
    async def junk(session: Session, rest: bytes) -> None:
        await session.ok(text=b"[CAPABILITY IMAP4rev1 IDLE] Logged in, IDLE away")

    server = Scripted(capabilities=b"IMAP4rev1", on={"LOGIN": junk})
    async with opened(server, tmp_path) as mailbox:
        assert not mailbox.idles


async def test_no_secret_is_written_to_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(Scripted(), tmp_path, password='se"cret') as mailbox:
        await mailbox.enter("INBOX")
    assert "cret" not in caplog.text


async def test_a_password_with_quotes_arrives_and_one_in_cyrillic_too(tmp_path: Path) -> None:
    server = Scripted()
    async with opened(server, tmp_path):
        assert any(line.endswith(rb'"ann" "a \"quoted\\\" word"') for line in server.heard)

    async def literal_login(session: Session, rest: bytes) -> None:
        assert rest == b'LOGIN "ann" {12}'
        await session.say(b"+ go")
        assert (await session.reader.readline()).decode() == "пароль\r\n"
        await session.ok()

    server = Scripted(on={"LOGIN": literal_login})
    async with opened(server, tmp_path, password="пароль"):
        pass


async def test_a_refused_login_is_blocked_and_says_what_to_check(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO [AUTHENTICATIONFAILED] wrong\x1b[31m")

    with pytest.raises(Blocked, match=r"support: login refused by 127\.0\.0\.1; check .*password"):
        async with opened(Scripted(on={"LOGIN": refused}), tmp_path):
            pass


async def test_a_login_refused_for_now_is_tried_again(tmp_path: Path) -> None:
    async def busy(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO [UNAVAILABLE] come back later")

    with pytest.raises(Unreachable, match="come back later"):
        async with opened(Scripted(on={"LOGIN": busy}), tmp_path):
            pass


async def test_a_refused_xoauth2_does_not_hang(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        assert rest == b"AUTHENTICATE XOAUTH2"
        await session.say(b"+ ")
        assert await session.reader.readline() == b"dXNlcj1hbm4BYXV0aD1CZWFyZXIgb2xkAQE=\r\n"
        await session.say(b"+ eyJzdGF0dXMiOiI0MDAifQ==")
        assert await session.reader.readline() == b"\r\n"
        await session.say(session.tag + b" NO [AUTHENTICATIONFAILED] expired token")

    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2", on={"AUTHENTICATE": refused})
    with pytest.raises(Blocked, match=r"check .*imap\.username and channels\.support\.imap\.token"):
        async with opened(server, tmp_path, password=None, token="old"):
            pass


async def test_an_accepted_xoauth2_logs_in(tmp_path: Path) -> None:
    async def accepted(session: Session, rest: bytes) -> None:
        await session.say(b"+ ")
        await session.reader.readline()
        await session.ok()

    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2", on={"AUTHENTICATE": accepted})
    async with opened(server, tmp_path, password=None, token={"command": ["echo", "new"]}) as box:
        assert await box.enter("INBOX")


async def test_a_token_that_cannot_be_had_is_blocked(tmp_path: Path) -> None:
    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2")
    with pytest.raises(Blocked, match="support: false failed"):
        async with opened(server, tmp_path, password=None, token={"command": ["false"]}):
            pass


async def test_a_withheld_starttls_is_refused_and_no_password_sent(tmp_path: Path) -> None:
    server = Scripted()
    with pytest.raises(
        Blocked, match=r"does not offer STARTTLS.*channels\.support\.imap\.security"
    ):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_a_refused_starttls_sends_no_password(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO not now")

    server = Scripted(capabilities=b"IMAP4rev1 STARTTLS", on={"STARTTLS": refused})
    with pytest.raises(Blocked, match="refuses STARTTLS"):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_plain_text_behind_starttls_is_refused(tmp_path: Path) -> None:
    server = Scripted(capabilities=b"IMAP4rev1 STARTTLS")

    async def injecting(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" OK go", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN")

    server.on["STARTTLS"] = injecting
    with pytest.raises(Unreachable, match="plain text behind STARTTLS"):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_a_server_that_lets_anybody_in_is_not_trusted(tmp_path: Path) -> None:
    for security in ("starttls", "none"):
        with pytest.raises(Blocked):
            async with opened(Scripted(greeting=b"* PREAUTH hi"), tmp_path, security=security):
                pass


async def test_a_server_that_turns_us_away_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="turns us away: too many"):
        async with opened(Scripted(greeting=b"* BYE too many"), tmp_path):
            pass


async def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    server = Scripted()
    async with server.listening():
        settings = server.settings()
    with pytest.raises(Unreachable, match=r"support: 127\.0\.0\.1: cannot be reached"):
        await Mailbox.open("support", settings, tmp_path)


async def test_a_ca_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "ca.pem")
    with pytest.raises(Blocked, match=r"No such file.*; check channels\.support\.imap\.ca_file"):
        async with opened(Scripted(), tmp_path, security="tls", ca_file=missing):
            pass


async def test_tls_to_a_server_that_speaks_plain_is_unreachable(tmp_path: Path) -> None:
    server = Scripted()
    with pytest.raises(Unreachable, match=r"TLS failed: .*check its security and port"):
        async with opened(server, tmp_path, security="tls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)
