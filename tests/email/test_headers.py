"""Fields are read as people meant them, also where a program wrote them wrongly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from omnidesk.channels.email.addresses import addresses_of
from omnidesk.channels.email.automatic import reason_of
from omnidesk.channels.email.filenames import honest_name, safe_name
from omnidesk.channels.email.headers import date_of, ids_of, read_head, text_of, valued


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?B?0J/RgNC4?= =?utf-8?B?0LLQtdGC?=", "Привет"),
        (b"=?utf-8?B?0J8=?= =?utf-8?Q?=D1=80?= end", "Пр end"),
        (b"=?utf-8?B?0J/Q?= =?utf-8?B?sw==?=", "Пг"),
        (b"=?utf-8*ru?Q?=D0=9F?=", "П"),
        (b"=?utf-8?Q?two words?= x", "two words x"),
        (b"=?utf-8?Q?What??=", "What?"),
        (b"=?utf-8?B?0J/RgNC40LLQtdGC", "Привет"),
        (b"a =?utf-8?q?=C3=A9?= b", "a é b"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x=00?=", "a Bcc: x\ufffd"),
        (b"=?a?b?c", "c"),
        ("Тема".encode("koi8-r"), "Тема"),
        ("Тема".encode(), "Тема"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"tab\there\r\n folded", "tab here  folded"),
    ],
)
def test_the_text_of_a_field_is_what_a_person_reads(raw: bytes, text: str) -> None:
    assert text_of(raw) == text


@pytest.mark.parametrize(
    ("raw", "boxes"),
    [
        (b"Ann <Ann@EXAMPLE.org>", [("Ann", "ann@example.org")]),
        (b'"Petrova, Anna" <a@b.org>', [("Petrova, Anna", "a@b.org")]),
        (b"Petrova, Anna <a@b.org>, c@d.org", [("Petrova, Anna", "a@b.org"), ("", "c@d.org")]),
        (b"a@b.org (Ann)", [("Ann", "a@b.org")]),
        (b"Team: a@b.org, X <c@d.org>; e@f.org",
         [("", "a@b.org"), ("X", "c@d.org"), ("", "e@f.org")]),
        (b"undisclosed-recipients:;", []),
        (b"<>", []),
        (b"", []),
        (b"MAILER-DAEMON", []),
        (b"=?utf-8?B?0JDQvdC90LAgPGFubkBleGFtcGxlLm9yZz4=?=", [("Анна", "ann@example.org")]),
        (b"=?utf-8?Q?a=40evil.org=2C?= <b@good.org>", [("a@evil.org,", "b@good.org")]),
        (b'"a@evil.org" <b@good.org>', [("a@evil.org", "b@good.org")]),
        (b"a@b.org; c@d.org", [("", "a@b.org"), ("", "c@d.org")]),
        (b"<@relay.org:a@b.org>", [("", "a@b.org")]),
        (b"Ann <a@b.org", [("Ann", "a@b.org")]),
        ("Анна <a@пример.рф>".encode(), [("Анна", "a@xn--e1afmkfd.xn--p1ai")]),
    ],
)  # fmt: skip
def test_mailboxes_are_found_however_they_are_written(
    raw: bytes, boxes: list[tuple[str, str]]
) -> None:
    assert [(each.name, each.address) for each in addresses_of(raw)] == boxes


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'a; filename="x.pdf"', "x.pdf"),
        (b"a; filename=my file.pdf; size=1", "my file.pdf"),
        (b'a; filename="open', "open"),
        (b'a; filename="a\\"b.txt"', 'a"b.txt'),
        (b"a; filename*=utf-8''%D1%81.pdf", "с.pdf"),
        (b"a; filename*1=b.pdf; filename*0*=koi8-r''%C1; filename=ascii", "аb.pdf"),
        (b'a; filename="=?utf-8?B?0YEucGRm?="', "с.pdf"),
        ('a; filename="счёт.pdf"'.encode("cp1251"), "счёт.pdf"),
        (b"a; filename*=zlib''%D1", "Ñ"),
    ],
)
def test_a_parameter_is_read_in_every_writing(raw: bytes, name: str) -> None:
    assert valued(raw).get("filename") == name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\a.doc", "a.doc"),
        ("c:evil.exe", "evil.exe"),
        (".bashrc", "bashrc"), ("...", ""), ("a\x1b[31m.txt", "a[31m.txt"), ("a\nb.txt", "ab.txt"),
        ("gpj\u202eexe.txt", "gpjexe.txt"), ("con.txt", "_con.txt"), ("", ""),
        ("счёт.pdf", "счёт.pdf"),
        ("a" * 300 + ".pdf", "a" * 176 + ".pdf"), ("a|b?.txt", "a_b_.txt"), ("dir/", ""),
    ],
)  # fmt: skip
def test_a_file_name_is_bare_and_harmless(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_nameless_part_is_named_by_its_type() -> None:
    assert honest_name("application/pdf", 2) == "part-2.pdf"
    assert honest_name("x/unknown", 3) == "part-3.bin"


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        (b"Tue, 14 Jan 2025 10:00:00 +0300 (MSK)", datetime(2025, 1, 14, 7, tzinfo=UTC)),
        (b"14 Jan 25 10:00:00 GMT", datetime(2025, 1, 14, 10, tzinfo=UTC)),
        (b"Fri, 01 Jan 1904 00:00:00 +0000", None),
        (b"Tue, 14 Jan 9999 10:00:00 +0000", None),
        (b"Tue, 99 Jan 2025 10:00:00 +0000", None),
        (b"Tue, 14 Jan 2025 10:00:00 +9999", None),
        (b"yesterday", None),
        (b"", None),
    ],
)
def test_a_date_is_a_moment_in_utc_or_nothing(raw: bytes, moment: datetime | None) -> None:
    assert date_of(raw) == moment


def test_a_date_long_after_the_letter_came_is_absurd() -> None:
    received = b"from a by b; Tue, 14 Jan 2025 10:00:00 +0000"
    assert date_of(b"Tue, 14 Jan 2030 10:00:00 +0000", received) is None
    assert date_of(b"Mon, 13 Jan 2025 10:00:00 +0000", received) is not None


def test_message_ids_are_found_once_each_in_their_order() -> None:
    assert ids_of(b"<a@x> (c) <b@x><a@x>", b"<c\r\n @x>", b"bare@x") == (
        "<a@x>", "<b@x>", "<c@x>", "<bare@x>",
    )  # fmt: skip
    assert ids_of(b"", b"none", b"<>") == ()


def test_a_header_ends_where_no_field_can_be() -> None:
    head = read_head(b"A: 1\nB : 2\nno field\nC: 3\n\nbody")
    assert head.fields == [("A", b"1"), ("B", b"2")]
    assert head.size == 11


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied"),
        (b"Auto-Submitted: auto-generated; x=y", "Auto-Submitted: auto-generated; x=y"),
        (b"Auto-Submitted: no", None),
        (b"Precedence: bulk", "Precedence: bulk"),
        (b"Precedence: first-class", None),
        (b"List-Id: <news.example.org>", "List-Id: <news.example.org>"),
        (b"List-Unsubscribe: <mailto:x@y.org>", "List-Unsubscribe: <mailto:x@y.org>"),
        (b"X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress: dr, oof"),
        (b"X-Auto-Response-Suppress: DR, RN", None),
        (b"X-Autoreply: yes", "X-Autoreply: yes"),
        (b"Return-Path: <>", "Return-Path: <>"),
        (b"Return-Path: <ann@example.org>", None),
        (b"Subject: hello", None),
    ],
)
def test_an_automatic_letter_names_its_own_mark(block: bytes, reason: str | None) -> None:
    assert reason_of(read_head(block), "text/plain", "ann@example.org") == reason


def test_a_sender_whom_nobody_reads_and_a_report_are_automatic() -> None:
    head = read_head(b"Subject: x\n\n")
    assert reason_of(head, "text/plain", "no-reply@shop.example") == "From: no-reply@shop.example"
    assert reason_of(head, "multipart/report", "a@b.org") == "Content-Type: multipart/report"
