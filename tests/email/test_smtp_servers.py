"""Letters handed to Postfix and smtp-sink: TLS, log-in, and faults as they name them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from omnidesk.core.channel import Deferred, Rejected, Sent, Unknown
from omnidesk.core.errors import Blocked
from tests.email.test_smtp import REPLY, letter_of, sent_to, to
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.postfix import Postfix
from tests.servers.smtp_sink import SmtpSink


@pytest.mark.servers
async def test_postfix_takes_letters_over_tls_and_starttls_with_a_login(
    postfix: Postfix, mailbox: Mailbox, certificates: Certificates
) -> None:
    ca, login = str(certificates.ca), {"username": mailbox.username, "password": mailbox.password}
    letter = to(mailbox.username)
    tls = await sent_to(
        postfix.tls_port, letter, host="localhost", security="tls", ca_file=ca, timeout="20s"
    )
    starttls = await sent_to(
        postfix.auth_only_port,
        letter,
        host="localhost",
        security="starttls",
        ca_file=ca,
        timeout="20s",
        **login,
    )
    assert isinstance(tls, Sent)
    assert isinstance(starttls, Sent)


@pytest.mark.servers
async def test_postfix_refuses_one_recipient_and_takes_the_other(
    postfix: Postfix, mailbox: Mailbox
) -> None:
    outcome = await sent_to(
        postfix.port, to("nobody@customers.test", mailbox.username, "анна@customers.test")
    )
    assert isinstance(outcome, Sent)
    assert outcome.refused == ("nobody@customers.test",)


@pytest.mark.servers
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_an_unknown_authority_gets_no_password(
    postfix: Postfix, dovecot: Dovecot, mailbox: Mailbox, security: str
) -> None:
    port = postfix.tls_port if security == "tls" else postfix.auth_only_port
    with pytest.raises(Blocked, match=r"localhost: its certificate is refused.*ca_file"):
        await sent_to(port, host="localhost", security=security, username="desk", password="secret")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("option", "word", "kind"),
    [
        ("-f", "DATA", Rejected),
        ("-r", "DATA", Deferred),
        ("-f", "RCPT", Rejected),
        ("-r", "MAIL", Deferred),
        ("-q", "DATA", Deferred),
        ("-q", ".", Unknown),
        ("-f", ".", Rejected),
        ("-r", ".", Deferred),
    ],
)
async def test_smtp_sinks_faults_are_named_rightly(
    smtp_sink: Callable[..., SmtpSink], option: str, word: str, kind: type
) -> None:
    sink = smtp_sink(option, word)
    assert isinstance(await sent_to(sink.port), kind)


@pytest.mark.servers
async def test_a_letter_arrives_in_smtp_sink_as_composed(
    smtp_sink: Callable[..., SmtpSink],
) -> None:
    sink = smtp_sink()
    letter = letter_of(replace(REPLY, text=".\n..\n.x\nпривет"))
    assert isinstance(await sent_to(sink.port, letter), Sent)
    (got,) = sink.letters()
    assert got.replace(b"\n", b"\r\n").rstrip() == b"".join(letter).rstrip()
