"""Whatever the bytes are, a letter comes out, and its text and ranges hold together."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.channels.email.htmltext import html_text
from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Incoming

SPOOL = Path(tempfile.gettempdir())
CORPUS = [path.read_bytes() for path in sorted(Path(__file__).parent.parent.glob("letters/*.eml"))]

PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"\t", b"--b", b"--b--", b"From: ", b"Subject: ",
     b"To: ", b"Content-Type: multipart/mixed; boundary=b",
     b"Content-Type: text/html; charset=",
     b"Content-Type: multipart/alternative; boundary=\"b\"", b"Content-Type: message/rfc822",
     b"Content-Type: text/plain; format=flowed; delsp=yes", b"Content-Type: text/calendar",
     b"Content-Type: multipart/report; boundary=b", b"Content-Type: message/delivery-status",
     b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
     b"Content-Transfer-Encoding: x-uuencode", b"Content-Disposition: attachment; filename*0*=",
     b"Date: ", b"Tue, 14 Jan 2025 10:00:00 +9999", b"99999999999999999999", b"Message-ID: <a@b>",
     b"References: ", b"<", b">", b"=?utf-8?B?", b"=?utf-7?Q?+2AA-?=", b"?=", b"=D0", b"=\n", b"\0",
     b"\xff", b"\xd0\xbf", b"ann@example.org", b"\"", b"(", b";", b",", b":", b"> ", b"-- \n",
     b"<blockquote type=cite>", b"<div class=gmail_quote>", b"<table><tr><td>", b"<li>", b"</div>",
     b"<a href=http://x.example>", b"<pre>", b"<div style=display:none>", b"BEGIN:VEVENT\n",
     b"DTSTART:20250101T000000Z\n", b"\x1b$B", b"iso-2022-jp", b"koi8-r", b"utf-16", b"begin 644 a"]
)  # fmt: skip
SHAPED = st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=60).map(b"".join)


def holds_together(incoming: Incoming) -> None:
    shown = [incoming.text, incoming.subject, incoming.html or "", incoming.unreadable or ""]
    shown += [each.name for each in (*incoming.to, *incoming.cc, *incoming.reply_to)]
    shown += [file.name for file in incoming.files]
    for text in shown:
        text.encode("utf-8")
        assert "\0" not in text
    end_of_last = 0
    for start, end in incoming.folded:
        assert end_of_last <= start < end <= len(incoming.text)
        end_of_last = end
    for file in incoming.files:
        assert file.name
        assert not set(file.name) & set("/\\\n\r\t\x1b")
        if isinstance(file.content, Path):
            file.content.unlink()
    assert "\n" not in incoming.subject


@given(st.binary(max_size=2000))
def test_any_bytes_become_an_incoming(raw: bytes) -> None:
    holds_together(read_letter(raw, spool=SPOOL))


@settings(max_examples=400)
@given(SHAPED)
def test_anything_shaped_like_a_letter_becomes_an_incoming(raw: bytes) -> None:
    holds_together(read_letter(raw, spool=SPOOL))


@given(st.sampled_from(CORPUS), st.integers(0, 4000), st.binary(max_size=20), st.integers(0, 200))
def test_a_damaged_letter_becomes_an_incoming(
    letter: bytes, at: int, inserted: bytes, dropped: int
) -> None:
    at = min(at, len(letter))
    holds_together(read_letter(letter[:at] + inserted + letter[at + dropped :], spool=SPOOL))


@given(st.text(max_size=300), st.lists(PIECES, max_size=30))
def test_quoted_ranges_of_html_lie_within_its_text(text: str, pieces: list[bytes]) -> None:
    read = html_text(text + b"".join(pieces).decode("latin-1"))
    end_of_last = 0
    for start, end in read.quoted:
        assert end_of_last <= start < end <= len(read.text)
        end_of_last = end
