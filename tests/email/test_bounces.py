"""Which letters are a server's report on ours, and what they say."""

from __future__ import annotations

import base64
import time
from email import message_from_bytes
from email.header import Header
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.channels.email.bounces import plain_reason, read_bounce
from omnidesk.core.model import Bounce
from tests.email.bounce_samples import BOUNCES, DAEMON, FAILED, ID, LETTERS, TO, Sample, dsn, plain


def read(letter: str | bytes) -> tuple[Bounce, tuple[str, ...]] | None:
    """Read a letter as its channel does: sender, subject, and the first text."""
    data = letter.encode() if isinstance(letter, str) else letter
    message = message_from_bytes(data)
    text = next((p for p in message.walk() if p.get_content_type() == "text/plain"), None)
    payload = text.get_payload(decode=True) if text else b""
    body = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    subject = data.decode().partition("\nSubject: ")[2].partition("\n")[0]
    return read_bounce(message, str(message.get("From", "")), subject, body)


@pytest.mark.parametrize("sample", BOUNCES, ids=[sample[0] for sample in BOUNCES])
def test_a_report_names_whom_it_is_about_why_and_for_which_letter(sample: Sample) -> None:
    _, letter, recipients, status, permanent, ids = sample
    found = read(letter)
    assert found
    bounce = found[0]
    assert (bounce.recipients, bounce.status, bounce.permanent) == (recipients, status, permanent)
    assert found[1] == ids
    assert bounce.reason


@pytest.mark.parametrize("letter", [row[1] for row in LETTERS], ids=[row[0] for row in LETTERS])
def test_what_is_no_report_is_a_letter(letter: str) -> None:
    assert read(letter) is None


def test_there_are_more_than_twenty_five_samples() -> None:
    assert len({sample[0] for sample in BOUNCES}) == len(BOUNCES) > 25


def test_a_reports_own_id_is_never_the_originals() -> None:
    letter = plain(
        DAEMON, "Undeliverable mail", f"<{TO}>: 550 5.1.1\nMessage-ID: <report@mx.example>"
    )
    found = read(letter)
    assert found
    assert found[1] == ()


def test_status_fields_in_base64_are_read() -> None:
    fields = base64.b64encode(f"Reporting-MTA: dns; mx\n\n{FAILED}5.2.1\n".encode()).decode()
    letter = dsn("").replace(
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\n",
        "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + fields,
    )
    found = read(letter)
    assert found
    assert found[0] == Bounce(
        recipients=(TO,), status="5.2.1", permanent=True, reason="the mailbox is switched off"
    )
    assert found[1] == (ID,)


def test_the_reason_is_the_servers_own_answer() -> None:
    found = read(dsn(FAILED + "5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Over quota"))
    assert found
    assert found[0].reason == "mailbox is full: 552 5.2.2 Over quota"


def test_a_report_without_readable_fields_is_still_a_bounce() -> None:
    found = read(dsn("garbage"))
    assert found
    assert found[0].recipients == (TO,)
    assert found[0].permanent


def hostile() -> list[Message]:
    """Messages with what the standard library itself stumbles over."""
    eight_bit = message_from_bytes(
        b"From: \xff\xfe\nContent-Type: multipart/report; boundary=b; \xff*0*=\xff''%ff\n"
        b"Return-Path: <>\nMessage-ID: \xff\nX-Failed-Recipients: \xff@\xff\n\n--b\n"
        b"Content-Type: message/delivery-status; charset*=x'y'%ff\n\n\xff: \xff\n\n--b\n"
        b"Content-Type: text/rfc822-headers; charset=base64\nContent-Transfer-Encoding: base64\n\n"
        b"=\xff=A\n--b\nContent-Type: message/rfc822\n\n\xff\n--b--\n"
    )
    odd = Message()
    odd.set_raw("Content-Type", Header("multipart/report", "utf-8"))  # type: ignore[arg-type]
    odd["From"] = "x"
    odd.set_payload([Message(), "text"])
    empty = Message()
    empty["Content-Type"] = "message/delivery-status"
    codec = message_from_bytes(b'Content-Type: text/rfc822-headers; charset="\x00"\n\n\xff\n')
    nested = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(90)
    )
    return [eight_bit, odd, empty, codec, message_from_bytes(nested), Message()]


@pytest.mark.parametrize("message", hostile())
@pytest.mark.parametrize("sender", ["", DAEMON, "\x00", "<>"])
def test_hostile_messages_raise_nothing(message: Message, sender: str) -> None:
    read_bounce(message, sender, "Undeliverable mail", "550 5.1.1 <a@b.c>\n")


@given(st.binary(max_size=300), st.integers(0, 2000), st.sampled_from(BOUNCES))
@settings(max_examples=300, deadline=None)
def test_a_report_with_garbage_in_it_raises_nothing(junk: bytes, at: int, sample: Sample) -> None:
    data = sample[1].encode()
    message = message_from_bytes(data[:at] + junk + data[at:])
    found = read_bounce(message, DAEMON, "Undelivered Mail", data.decode())
    assert found is None or all("@" in address for address in found[0].recipients)


@pytest.mark.parametrize(
    "unit", ["a@", "<", "a@b.cc\n", ">" * 80 + "\n", "550 ", "5.1.1", "5.", " ", "письмо ",
             "Message-ID: ", "your message ", "\n", "-- ", "mailer-daemon"],
)  # fmt: skip
def test_a_megabyte_of_one_hostile_unit_takes_under_two_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begun = time.process_time()
    read_bounce(message_from_bytes(b"Return-Path: <>\n\n"), text, text, text)
    plain_reason("", text)
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.1.1", "550 5.1.1 <a@b.c>: User unknown", "mailbox does not exist"),
        ("5.1.1", "", "mailbox does not exist"),
        ("", "550 No such user here", "mailbox does not exist"),
        ("", "550 Такого пользователя нет: ящик не найден", "mailbox does not exist"),
        ("5.2.2", "552 5.2.2 over quota", "mailbox is full"),
        ("4.2.2", "", "mailbox is full"),
        ("", "552 Ящик переполнен", "mailbox is full"),
        ("5.1.2", "", "the mail domain does not exist"),
        ("5.0.0", "554 5.0.0 Host unknown", "the mail domain does not exist"),
        ("5.7.1", "554 5.7.1 Message rejected as spam", "taken for spam"),
        ("5.7.1", "550 5.7.1 relaying denied", "the receiving server does not serve this address"),
        ("5.7.26", "", "our server is not trusted (SPF, DKIM)"),
        ("5.7.1", "", "refused by the receiving server's rules"),
        ("5.3.4", "", "the letter is too large"),
        ("4.4.7", "", "the receiving server did not take it in time"),
        ("", "451 Greylisted, come again", "asked to come again later (greylisting)"),
        ("", "", "the receiving server refused it"),
        ("", "Sorry, no such user", "mailbox does not exist"),
        ("5.1.1", "host mx [5.1.1.7] said:\n550 5.1.1 no", "mailbox does not exist"),
        ("5.1.10", "550 5.1.10 RecipientNotFound", "mailbox does not exist"),
        ("4.9.9", "", "not delivered yet"),
    ],
)
def test_a_reason_is_told_in_plain_words_with_the_servers_line(
    status: str, text: str, reason: str
) -> None:
    assert plain_reason(status, text) == (f"{reason}: {text.splitlines()[-1]}" if text else reason)


def test_the_servers_line_is_found_in_a_long_report() -> None:
    text = f"Hello.\n\nYour letter failed.\n   550 5.1.1 <{TO}>:\tUser\x1b unknown\nBye."
    assert plain_reason("5.1.1", text) == (
        f"mailbox does not exist: 550 5.1.1 <{TO}>: User\ufffd unknown"
    )
