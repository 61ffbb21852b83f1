"""The servers of the tests do what the tests rely on."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.certificates import Certificates, Pair
    from tests.servers.dovecot import Dovecot, Mailbox
    from tests.servers.postfix import Postfix
    from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.servers

LETTER = b"From: Ann <ann@customers.test>\r\nTo: desk@desk.test\r\nSubject: hello\r\n\r\nHi.\r\n"


def trusting(certificates: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates.ca))


def arrived(mailbox: Mailbox, count: int = 1, folder: str = "INBOX") -> list[bytes]:
    deadline = time.monotonic() + 15
    while len(found := mailbox.letters(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def validity(client: imaplib.IMAP4) -> bytes:
    client.select("INBOX")
    (value,) = client.response("UIDVALIDITY")[1]
    assert value is not None
    return bytes(value)


def test_a_delivered_letter_is_read_by_imap(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.deliver(LETTER)
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client:
        client.login(mailbox.username, mailbox.password)
        assert client.select("INBOX")[1] == [b"1"]
        mailbox.deliver(LETTER)
        client.noop()
        assert client.search(None, "ALL")[1] == [b"1 2"]


def test_a_wrong_password_is_refused(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with (
        imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        client.login(mailbox.username, "wrong")


def test_tls_is_verified_against_the_tests_own_authority(
    dovecot: Dovecot, mailbox: Mailbox, certificates: Certificates
) -> None:
    with imaplib.IMAP4_SSL(
        "localhost", dovecot.tls_port, ssl_context=trusting(certificates), timeout=10
    ) as client:
        client.login(mailbox.username, mailbox.password)
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client:
        client.starttls(trusting(certificates))
        client.login(mailbox.username, mailbox.password)


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ("other_name", "doesn't match|not valid for|mismatch"),
        ("expired", "expired"),
        ("stranger", "unable to get local issuer"),
    ],
)
def test_each_wrong_certificate_fails_for_its_own_reason(
    dovecot: Dovecot, certificates: Certificates, which: str, why: str
) -> None:
    pair: Pair = getattr(certificates, which)
    dovecot.stop()
    dovecot.start(pair)
    try:
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            imaplib.IMAP4_SSL(
                "localhost", dovecot.tls_port, ssl_context=trusting(certificates), timeout=10
            )
    finally:
        dovecot.stop()


def test_a_restart_keeps_the_port_and_the_letters(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.deliver(LETTER, seen=True)
    port = dovecot.port
    dovecot.stop()
    with pytest.raises(OSError, match="refused"):
        imaplib.IMAP4(dovecot.host, port, timeout=10)
    dovecot.start()
    with imaplib.IMAP4(dovecot.host, port, timeout=10) as client:
        client.login(mailbox.username, mailbox.password)
        assert client.select("INBOX")[1] == [b"1"]


def test_forgotten_uids_give_a_new_uidvalidity(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.deliver(LETTER)
    seen = set()
    for _ in range(3):
        with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client:
            client.login(mailbox.username, mailbox.password)
            seen.add(validity(client))
            assert client.uid("SEARCH", "ALL")[1] == [b"1"]
        mailbox.forget_uids()
    assert len(seen) == 3


def test_a_letter_goes_through_postfix_into_dovecot(
    postfix: Postfix, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as client:
        client.sendmail("ann@customers.test", [mailbox.username], LETTER)
    (letter,) = arrived(mailbox)
    assert b"Subject: hello" in letter
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as reader:
        reader.login(mailbox.username, mailbox.password)
        assert reader.select("INBOX")[1] == [b"1"]


def test_postfix_wants_tls_and_a_login_where_it_says_so(
    postfix: Postfix, mailbox: Mailbox, certificates: Certificates
) -> None:
    with smtplib.SMTP("localhost", postfix.auth_only_port, timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("ann@customers.test", [mailbox.username], LETTER)
        client.starttls(context=trusting(certificates))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(mailbox.username, "wrong")
        client.login(mailbox.username, mailbox.password)
        client.sendmail(mailbox.username, [mailbox.username], LETTER)
    assert arrived(mailbox)


def test_postfix_refuses_one_and_returns_the_other(postfix: Postfix, mailbox: Mailbox) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="unknown"):
            client.sendmail(mailbox.username, ["nobody@customers.test"], LETTER)
        client.sendmail(mailbox.username, ["gone@bouncing.test"], LETTER)
    (report,) = arrived(mailbox)
    assert b"multipart/report" in report
    assert b"gone@bouncing.test" in report


def test_a_sink_keeps_letters_and_refuses_as_told(
    smtp_sink: Callable[..., SmtpSink],
) -> None:
    kind = smtp_sink()
    with smtplib.SMTP(kind.host, kind.port, timeout=10) as client:
        client.sendmail("desk@desk.test", ["ann@customers.test"], LETTER)
    (letter,) = kind.letters()
    assert letter.replace(b"\n", b"\r\n").rstrip() == LETTER.rstrip()
    assert b"X-Rcpt-Args: <ann@customers.test>" in kind.traces()[0]
    harsh = smtp_sink("-f", "DATA")
    with (
        smtplib.SMTP(harsh.host, harsh.port, timeout=10) as client,
        pytest.raises(smtplib.SMTPDataError),
    ):
        client.sendmail("desk@desk.test", ["ann@customers.test"], LETTER)
    assert harsh.letters() == []
