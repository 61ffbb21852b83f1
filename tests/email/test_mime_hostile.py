"""Letters made to hurt: none raises, each is read under 2 s and 300 MB."""

from __future__ import annotations

import multiprocessing
import random
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from omnidesk.channels.email.letter import read_letter

SECONDS, MEGABYTES = 2.0, 300
HEAD = b"From: ann@example.org\nSubject: x\nMIME-Version: 1.0\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"


def _nested(count: int, boundary: bytes = b"b%d") -> bytes:
    names = [boundary % number if b"%" in boundary else boundary for number in range(count)]
    opened = (b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n' % (n, n) for n in names)
    return HEAD + b"".join(opened) + b"\nhello\n"


def _html(text: str) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + text.encode()


def _field(value: bytes, name: bytes = b"Subject") -> bytes:
    return b"To: a@example.org\n" + name + b": " + value + b"\n\nx"


LETTERS: dict[str, Callable[[], bytes]] = {
    "1,000 nested letters": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 1000 + b"\nx",
    "1,000 nested letters with text": lambda: (
        HEAD + b"Content-Type: message/rfc822\n\nSubject: q\n" * 1000 + b"\nhello"
    ),
    "1,000 nested multiparts": lambda: _nested(1000),
    "20,000 nested multiparts": lambda: _nested(20_000),
    "nested multiparts with one boundary": lambda: _nested(3000, b"same"),
    "20,000 parts": lambda: MIXED + b"--b\nContent-Type: text/plain\n\nx\n" * 20_000,
    "20,000 files": lambda: MIXED + b"--b\nContent-Type: image/png; name=x\n\nx\n" * 20_000,
    "20,000 letters": lambda: MIXED + b"--b\nContent-Type: message/rfc822\n\nTo: x\n\n" * 20_000,
    "20,000 HTML parts": lambda: MIXED + b"--b\nContent-Type: text/html\n\n<p>x\n" * 20_000,
    "1,000,000 false boundaries": lambda: MIXED + b"--bx\n" * 1_000_000,
    "nothing but dashes": lambda: MIXED + b"--b" * 3_000_000,
    "50,000 headers": lambda: (
        HEAD + b"".join(b"X-H%d: v\n" % number for number in range(50_000)) + b"\nhello"
    ),
    "10,000 headers": lambda: HEAD + b"Received: from x\n" * 10_000 + b"\nhello",
    "50,000 Content-Types": lambda: HEAD + b"Content-Type: text/plain\n" * 50_000 + b"\nx",
    "a header of 500,000 lines": lambda: b"Subject: x\n" + b" y\n" * 500_000 + b"\nx",
    "a header of 10 MB": lambda: _field(b"a" * 10_000_000),
    "1,000,000 empty headers": lambda: b"a:\n" * 1_000_000,
    "100,000 encoded words": lambda: _field(b"=?utf-8?Q?=D0=9F?= " * 100_000),
    "200,000 unclosed words": lambda: _field(b"=?a?q?" * 200_000),
    "a word of question marks": lambda: _field(b"=?a?q?" + b"?" * 500_000),
    "500,000 brackets": lambda: _field(b"(" * 500_000 + b"<" * 500_000, b"From"),
    "500,000 quotes": lambda: _field(b'"' * 500_001, b"From"),
    "1,000,000 commas": lambda: _field(b"a," * 1_000_000, b"From"),
    "100,000 addresses": lambda: _field(b'"a" <a@example.org>, ' * 100_000, b"From"),
    "200,000 references": lambda: _field(b"<a@b> " * 200_000, b"References"),
    "500,000 open references": lambda: _field(b"<" * 500_000, b"References"),
    "300,000 parameters": lambda: _field(b"text/plain" + b";a=b" * 300_000, b"Content-Type"),
    "500,000 semicolons": lambda: _field(b"text/plain" + b";" * 500_000, b"Content-Type"),
    "500,000 spaces": lambda: _field(b"text/plain; a" + b" " * 500_000, b"Content-Type"),
    "50,000 continued parameters": lambda: _field(
        b"a/b" + b"".join(b"; name*%d=x" % number for number in range(50_000)), b"Content-Type"
    ),
    "500,000 backslashes": lambda: _field(b'a/b; x="' + b"\\" * 500_000, b"Content-Type"),
    "1,000,000 NULs": lambda: b"\0" * 1_000_000,
    "NULs after a header": lambda: HEAD + b"\n" + b"\0" * 1_000_000,
    "3,000,000 line ends": lambda: b"\n" * 3_000_000,
    "3,000,000 carriage returns": lambda: b"\r" * 3_000_000,
    "3,000,000 colons": lambda: b":" * 3_000_000,
    "3 MB of noise": lambda: random.Random(1).randbytes(3_000_000),
    "3 MB of noise after a header": lambda: HEAD + b"\n" + random.Random(1).randbytes(3_000_000),
    "12 MB of text": lambda: HEAD + b"\n" + b"hello world\n" * 1_000_000,
    "one line of 20 MB": lambda: HEAD + b"\n" + b"x" * 20_000_000,
    "300,000 quoted lines": lambda: HEAD + b"\n" + b"> x\n" * 300_000,
    "1,000,000 quote marks": lambda: HEAD + b"\n" + b">" * 1_000_000,
    "300,000 flowed lines": lambda: (
        HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"> x \n" * 300_000
    ),
    "5,000,000 padding signs": lambda: (
        HEAD + b"Content-Transfer-Encoding: base64\nContent-Type: a/b\n\n" + b"a=" * 2_500_000
    ),
    "base64 of blanks": lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b" " * 1_000_000,
    "quoted-printable of blanks": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= \t" * 500_000
    ),
    "1,000,000 uuencoded lines": lambda: (
        HEAD + b"Content-Transfer-Encoding: x-uuencode\nContent-Type: a/b\n\n" + b"M\n" * 1_000_000
    ),
    "an invitation of semicolons": lambda: (
        HEAD + b'Content-Type: text/calendar\n\nBEGIN:VEVENT\nA' + b';B="x"' * 20_000
    ),
    "unclosed divs": lambda: _html("<div>" * 12_000),
    "unclosed lists": lambda: _html("<ul><li>" * 7_500),
    "1 MB of unclosed lists": lambda: _html("<ul><li>" * 130_000),
    "fonts repeated in every paragraph": lambda: _html(
        "<p>" + "".join(f"<b a={number}>" for number in range(800)) + "<p>x" * 20_000
    ),
    "80,000 attributes": lambda: _html("<a " + " ".join(f"a{n}=1" for n in range(80_000)) + ">x"),
    "unclosed comments": lambda: _html("<!--" * 200_000),
    "unclosed scripts": lambda: _html("<script>" * 100_000),
    "unclosed tables": lambda: _html("<table><tr><td>" * 60_000),
    "unclosed tags": lambda: _html("<a " * 300_000),
    "100,000 links": lambda: _html("<a href=http://x.example>y</a>" * 33_000),
    "a picture of 6 MB in an address": lambda: _html(
        f'<img src="data:image/png;base64,{"QUJD" * 1_500_000}">hello'
    ),
}  # fmt: skip


def _read_apart(make: Callable[[], bytes], spool: Path, answer: Connection) -> None:
    raw = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    incoming = read_letter(raw, spool=spool)
    seconds = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    incoming.text.encode("utf-8")
    answer.send((incoming.external_id, seconds, grown))


@pytest.mark.parametrize("name", LETTERS)
def test_a_hostile_letter_is_read_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    reader = fork.Process(target=_read_apart, args=(LETTERS[name], tmp_path, theirs))
    reader.start()
    theirs.close()
    try:
        assert ours.poll(60), "no answer within a minute"
        digest, seconds, grown = ours.recv()
    finally:
        reader.kill()
        reader.join(10)
    assert len(digest) == 64
    assert seconds < SECONDS
    assert grown < MEGABYTES


@pytest.mark.parametrize(
    "label",
    ["zlib", "rot13", "idna", "punycode", "undefined", "unicode_escape", "hex", "bz2", "utf-7",
     "utf-16", "base64", "mbcs", "cp037", "x" * 5000, "utf-8; x", "../../etc/passwd", "", "\\"],
)  # fmt: skip
def test_no_charset_label_makes_a_letter_unreadable(label: str, tmp_path: Path) -> None:
    word = b"=?" + label.encode() + b"?Q?x?= "
    raw = (
        b"From: " + word + b"<ann@example.org>\nSubject: " + word + b"\nContent-Type: text/plain; "
        b'charset="' + label.encode() + b'"\n\nbefore \xff\xfe+2AA- after'
    )  # fmt: skip
    incoming = read_letter(raw, spool=tmp_path)
    assert incoming.sender is not None
    assert incoming.sender.address == "ann@example.org"
    assert incoming.unreadable is None
    incoming.text.encode("utf-8")
    if label not in {"utf-16"}:
        assert incoming.text.startswith("before")
        assert incoming.text.endswith("after")


def test_more_parts_than_are_read_are_said(tmp_path: Path) -> None:
    incoming = read_letter(LETTERS["20,000 parts"](), spool=tmp_path)
    assert incoming.unreadable == "there are more than 2000 parts"
    assert incoming.text.count("x") > 1_900


def test_deeper_nesting_than_is_read_is_said_and_kept_as_a_file(tmp_path: Path) -> None:
    incoming = read_letter(LETTERS["1,000 nested multiparts"](), spool=tmp_path)
    assert incoming.unreadable == "parts are nested deeper than 30"
    (file,) = incoming.files
    assert isinstance(file.content, bytes)
    assert b"hello" in file.content
