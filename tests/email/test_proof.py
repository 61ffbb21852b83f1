"""Only what our own server wrote says whether a sender is proven (RFC 8601)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from omnidesk.channels.email.headers import read_head
from omnidesk.channels.email.letter import read_letter
from omnidesk.channels.email.proof import unproven
from omnidesk.channels.email.reading import Reader
from omnidesk.channels.email.settings import EmailSettings

OURS = "mx.example.ru"
ANN = "ann@example.org"
DMARC = f"DMARC failed at {OURS}"
NEITHER = f"neither SPF nor DKIM passed for it at {OURS}"


def judged(*fields: str, address: str = ANN, server: str = OURS) -> str | None:
    """What is said of a letter whose header begins with these fields."""
    head = "\r\n".join([*fields, f"From: Ann <{address}>", "Subject: x"])
    return unproven(read_head(head.encode()), server, address)


def ar(results: str, server: str = OURS) -> str:
    return f"Authentication-Results: {server}; {results}"


GMAIL = """\
Authentication-Results: mx.google.com;\r
       dkim=pass header.i=@example.org header.s=s1 header.b=AbC+d/e=;\r
       spf=pass (google.com: domain of ann@example.org designates 192.0.2.1 as permitted sender)\
 smtp.mailfrom=ann@example.org;\r
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.org"""
GMAIL_FORGED = """\
Authentication-Results: mx.google.com;\r
       spf=pass (google.com: domain of x@evil.example designates 192.0.2.9 as permitted sender)\
 smtp.mailfrom=x@evil.example;\r
       dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=example.org"""
YANDEX = """\
Authentication-Results: mxfront1.mail.yandex.net; spf=pass (mxfront1.mail.yandex.net: domain of \
example.org designates 192.0.2.1 as permitted sender, rule=[ip4:192.0.2.0/24]) \
smtp.mail=ann@example.org; dkim=pass header.i=@example.org"""
YANDEX_FORGED = """\
Authentication-Results: mxfront1.mail.yandex.net; spf=softfail (mxfront1.mail.yandex.net: \
transitioning domain of example.org does not designate 192.0.2.9 as permitted sender, \
rule=[~all]) smtp.mail=ann@example.org; dkim=none"""
MAILRU = """\
Authentication-Results: mxs.mail.ru; spf=pass (mx230.mail.ru: domain of example.org designates \
192.0.2.1 as permitted sender) smtp.mailfrom=ann@example.org smtp.helo=out.example.org;\r
\t dkim=pass header.d=example.org; dmarc=pass header.from=ann@example.org"""
MAILRU_FORGED = """\
Authentication-Results: mxs.mail.ru; spf=none () smtp.mailfrom=x@evil.example \
smtp.helo=evil.example;\r
\t dmarc=fail header.from=ann@example.org"""
OPENDKIM = """\
Authentication-Results: mx.example.ru; dmarc=pass (p=none dis=none) header.from=example.org\r
Authentication-Results: mx.example.ru;\r
\tdkim=pass (2048-bit key; unprotected) header.d=example.org header.i=@example.org header.b="a;b"\r
Authentication-Results: mx.example.ru; spf=pass (mailfrom) smtp.mailfrom=example.org \
(client-ip=192.0.2.1; helo=out.example.org; envelope-from=ann@example.org; receiver=<UNKNOWN>)\r
Received: from out.example.org by mx.example.ru (Postfix) with ESMTPS id 4A"""
OPENDMARC_FORGED = """\
Authentication-Results: mx.example.ru; dmarc=fail (p=reject dis=none) header.from=example.org\r
Authentication-Results: mx.example.ru; spf=pass smtp.mailfrom=evil.example\r
Received: from evil.example by mx.example.ru (Postfix) with ESMTP id 4B"""
EXCHANGE = """\
Authentication-Results: mx.example.ru 1; spf=pass (sender IP is 192.0.2.1)\r
 smtp.mailfrom=example.org; dkim=pass (signature was verified)\r
 header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100"""
EXCHANGE_FORGED = """\
Authentication-Results: mx.example.ru 1; spf=fail (sender IP is 192.0.2.9)\r
 smtp.mailfrom=example.org; dkim=none (message not signed)\r
 header.d=none;dmarc=fail action=oreject header.from=example.org;compauth=fail reason=000"""
EXCHANGE_ONLINE = EXCHANGE_FORGED.replace("mx.example.ru 1; ", "")


@pytest.mark.parametrize(
    ("says", "server", "field", "forged"),
    [
        ("Gmail", "mx.google.com", GMAIL, False),
        ("Gmail, forged", "mx.google.com", GMAIL_FORGED, True),
        ("Yandex", "mxfront1.mail.yandex.net", YANDEX, False),
        ("Yandex, forged", "mxfront1.mail.yandex.net", YANDEX_FORGED, True),
        ("mail.ru", "mxs.mail.ru", MAILRU, False),
        ("mail.ru, forged", "mxs.mail.ru", MAILRU_FORGED, True),
        ("OpenDKIM and OpenDMARC", OURS, OPENDKIM, False),
        ("OpenDMARC, forged", OURS, OPENDMARC_FORGED, True),
        ("Exchange", OURS, EXCHANGE, False),
        ("Exchange, forged", OURS, EXCHANGE_FORGED, True),
        ("Exchange Online names no server, so that nobody can be told from it", OURS,
         EXCHANGE_ONLINE, False),
    ],
)  # fmt: skip
def test_it_is_read_as_servers_write_it(says: str, server: str, field: str, forged: bool) -> None:
    assert (judged(field, server=server) is not None) is forged, says


@pytest.mark.parametrize(
    ("says", "results", "reason"),
    [
        ("DMARC that passed", "dmarc=pass header.from=example.org", None),
        ("DMARC that would have passed", "dmarc=bestguesspass header.from=example.org", None),
        ("DMARC that failed", "dmarc=fail header.from=example.org", DMARC),
        ("DMARC that failed, in capitals", "DMARC=FAIL", DMARC),
        ("DMARC that failed though SPF and DKIM passed for others",
         "spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example; dmarc=fail", DMARC),
        ("nothing was done", "none", None),
        ("no policy, SPF and DKIM fail", "dmarc=none; spf=fail; dkim=fail", NEITHER),
        ("SPF softfail, no signature",
         "spf=softfail smtp.mailfrom=example.org; dkim=none", NEITHER),
        ("no SPF record, no signature", "spf=none smtp.mailfrom=example.org; dkim=none", NEITHER),
        ("SPF fails and no signature is spoken of", "spf=fail smtp.mailfrom=example.org", NEITHER),
        ("SPF that passed for another domain",
         "spf=pass smtp.mailfrom=x@evil.example; dkim=none", NEITHER),
        ("DKIM that passed for another domain",
         "spf=none; dkim=pass header.d=evil.example", NEITHER),
        ("both passed for another domain",
         "spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example", NEITHER),
        ("DMARC that passed for another From",
         "dmarc=pass header.from=evil.example", NEITHER),
        ("SPF that passed for the sender's domain",
         "spf=pass smtp.mailfrom=bounce@example.org; dkim=none", None),
        ("SPF that passed for a host below it",
         "spf=pass smtp.mailfrom=a@mail.example.org; dkim=fail", None),
        ("DKIM that passed for the sender's domain",
         "spf=fail smtp.mailfrom=list.example; dkim=pass header.i=@example.org", None),
        ("the second of two signatures",
         "spf=fail; dkim=pass header.d=list.example; dkim=pass header.d=example.org", None),
        ("a passing domain that only ends alike",
         "spf=pass smtp.mailfrom=notexample.org; dkim=none", NEITHER),
        ("a top-level domain", "spf=pass smtp.mailfrom=org; dkim=pass header.d=org", NEITHER),
        ("the DNS did not answer",
         "spf=temperror smtp.mailfrom=ann@example.org; dkim=none", None),
        ("no verdict of DMARC, the sender's own signature",
         "dmarc=temperror; spf=none; dkim=pass header.d=EXAMPLE.ORG.", None),
        ("a signature alone, of another", "dkim=pass header.d=evil.example", None),
        ("no signature, SPF never looked at", "dkim=none", None),
        ("logged in at our server", "auth=pass smtp.auth=ann@example.org; spf=none", None),
        ("a null sender whose host is the sender's",
         "spf=pass smtp.mailfrom=<> smtp.helo=mx.example.org", None),
        ("a host that only claims it, with an envelope of its own",
         "spf=pass smtp.mailfrom=x@evil.example smtp.helo=example.org", NEITHER),
    ],
)  # fmt: skip
def test_a_sender_is_unproven_where_dmarc_or_else_spf_and_dkim_fail(
    says: str, results: str, reason: str | None
) -> None:
    assert judged(ar(results)) == reason, says


PASS, FAIL = "dmarc=pass header.from=example.org", "dmarc=fail header.from=example.org"
RECEIVED = "Received: from evil.example by mx.example.ru with ESMTP"


@pytest.mark.parametrize(
    ("says", "fields", "reason"),
    [
        ("ours in other case", ["AUTHENTICATION-RESULTS: MX.Example.RU; " + FAIL], DMARC),
        ("a version after the id", [ar(FAIL, f"{OURS} 1")], DMARC),
        ("a version of the method", [ar("dmarc/1=fail")], DMARC),
        ("comments everywhere",
         [ar("dmarc (a) = (b (c)) fail (d)", f"(x; y) {OURS} (1) 1")], DMARC),
        ("a quoted id", [ar(FAIL, f'"{OURS}"')], DMARC),
        ("folded in the middle", [f"Authentication-Results:\r\n {OURS}\r\n\t;\r\n dmarc\r\n =fail"],
         DMARC),
        ("a pass in a comment", [ar("spf=fail (dmarc=pass; spf=pass smtp.mailfrom=example.org)")],
         NEITHER),
        ("a pass in a reason", [ar('spf=fail reason="x; dmarc=pass"; dkim=none')], NEITHER),
        ("a pass in a quoted address",
         [ar(f'spf=pass smtp.mailfrom="; {PASS}; x"@evil.example')], NEITHER),
        ("the sender's domain in a quoted local part",
         [ar('spf=pass smtp.mailfrom="ann@example.org"@evil.example')], NEITHER),
        ("the sender's domain before an equals sign",
         [ar("spf=pass smtp.mailfrom=example.org=x@evil.example")], NEITHER),
        ("a bracket in the address that nobody closes",
         [ar(f'spf=pass (domain of "a("@evil.example) smtp.mailfrom="a("@evil.example; {FAIL}')],
         DMARC),
        ("a bracket in the address that closes the comment, and a pass behind it",
         [ar(f'spf=pass (domain of "a); {PASS} (("@evil.example is good); {FAIL}')], DMARC),
        ("two of ours", [ar("spf=none"), ar(FAIL)], DMARC),
        ("a forged one below ours, behind our Received", [ar("spf=fail"), RECEIVED, ar(PASS)],
         NEITHER),
        ("a forged one of the same method directly below ours", [ar(FAIL), ar(PASS)], DMARC),
        ("a forged failure below ours", [ar(PASS), RECEIVED, ar(FAIL)], None),
        ("ours below our Received, as Gmail writes", [RECEIVED, ar(FAIL)], DMARC),
        ("another's alone", [ar(FAIL, "mx.evil.example")], None),
        ("another's above ours, which anybody may have put there then",
         [ar("dkim=pass", "mx.evil.example"), ar(FAIL)], None),
        ("another's between two of ours",
         [ar("spf=fail"), ar("dkim=pass", "mx.evil.example"), ar(PASS)], NEITHER),
        ("a server that only begins like ours", [ar(FAIL, OURS + ".evil.example")], None),
        ("ARC", [f"ARC-Authentication-Results: i=1; {OURS}; {FAIL}"], None),
        ("the field that a list renamed", [f"X-Authentication-Results: {OURS}; {FAIL}"], None),
        ("an empty one", ["Authentication-Results:"], None),
        ("nothing but marks", [ar(';;=;"";(;=')], None),
        ("none at all", [], None),
    ],
)  # fmt: skip
def test_what_is_hostile_or_another_servers_does_not_decide(
    says: str, fields: list[str], reason: str | None
) -> None:
    assert judged(*fields) == reason, says


def test_domains_of_other_scripts_are_compared_as_handles_have_them() -> None:
    found = judged(ar("spf=none; dkim=pass header.d=xn--e1afmkfd.xn--p1ai"), address="a@пример.рф")
    assert found is None


@pytest.mark.parametrize("piece", ["(", '"', "a ", "a", "=", "\\(", "a=", ";"])
def test_a_hostile_field_takes_no_time(piece: str) -> None:
    begun = time.process_time()
    assert judged(*[ar("spf=none;" + piece * 30_000)] * 50) in (NEITHER, None)
    assert time.process_time() - begun < 2


FORGED = f"{ar(FAIL)}\r\nFrom: Ann <{ANN}>\r\nTo: support@example.ru\r\n\r\nhello\r\n".encode()


def test_a_letter_is_judged_only_where_the_setting_names_a_server(tmp_path: Path) -> None:
    assert read_letter(FORGED, spool=tmp_path).unproven is None
    assert read_letter(FORGED, spool=tmp_path, authserv_id="mx.other.ru").unproven is None
    assert read_letter(FORGED, spool=tmp_path, authserv_id=OURS).unproven == DMARC


def test_a_form_that_writes_in_our_name_is_judged_by_its_from(tmp_path: Path) -> None:
    own = frozenset({"support@example.ru"})
    form = (
        b"From: support@example.ru\r\nTo: support@example.ru\r\nReply-To: ann@example.org\r\n\r\nx"
    )
    proven = ar("dmarc=pass header.from=example.ru").encode() + b"\r\n" + form
    read = read_letter(proven, spool=tmp_path, own_addresses=own, authserv_id=OURS)
    assert read.handle is not None
    assert (read.handle.value, read.unproven) == (ANN, None)
    forged = ar("dmarc=fail").encode() + b"\r\n" + form
    read = read_letter(forged, spool=tmp_path, own_addresses=own, authserv_id=OURS)
    assert read.unproven == DMARC


@pytest.mark.parametrize("backlog", [False, True])
async def test_a_backlog_is_judged_as_single_letters_are(tmp_path: Path, backlog: bool) -> None:
    reader = Reader(tmp_path, frozenset(), OURS)
    try:
        (read,) = await reader.read([FORGED], backlog=backlog)
    finally:
        reader.rest()
    assert read.unproven == DMARC


@pytest.mark.parametrize("id_", ["", "mx example", "mx;", 'm"x', "мх.рф", "a" * 254])
def test_the_setting_is_one_word(id_: str) -> None:
    table = {"address": "a@b.example", "smtp": {"host": "x.example"}, "authserv_id": id_}
    with pytest.raises(ValidationError, match="one word"):
        EmailSettings.model_validate(table)
