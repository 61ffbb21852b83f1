"""What a letter becomes: who wrote it, what it says, what it carries."""

from __future__ import annotations

import base64
import hashlib
import quopri
from pathlib import Path

import pytest

from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Incoming
from omnidesk.core.model import Direction, Handle
from omnidesk.core.signing import keyed_address, make_key

HEAD = "From: Ann <ann@example.org>\nTo: support@example.com\nSubject: x\nMIME-Version: 1.0\n"
OWN = frozenset({"support@example.com", "shop@example.com"})


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path


def read(text: str, spool: Path) -> Incoming:
    return read_letter(text.encode(), spool=spool, own_addresses=OWN)


def shown(incoming: Incoming) -> str:
    """What a person sees before unfolding anything."""
    text, kept = incoming.text, incoming.text
    for start, end in reversed(incoming.folded):
        kept = kept[:start] + kept[end:]
    assert len(kept) == len(text) - sum(end - start for start, end in incoming.folded)
    return kept.strip()


def test_the_external_id_is_the_hash_of_the_raw_bytes(spool: Path) -> None:
    raw = HEAD.encode() + b"\r\nx\xff"
    path = spool / "a.eml"
    path.write_bytes(raw)
    digest = hashlib.sha256(raw).hexdigest()
    assert read_letter(raw, spool=spool).external_id == digest
    assert read_letter(path, spool=spool).external_id == digest
    assert read_letter(path, spool=spool).raw == path


def test_what_the_html_of_a_letter_conceals_is_counted(spool: Path) -> None:
    html = '<p>Shown</p><div style="display:none">Teaser text</div>'
    incoming = read(HEAD + "Content-Type: text/html\n\n" + html, spool)
    assert (incoming.text, incoming.hidden) == ("Shown", 11)
    assert read(HEAD + "\nplain", spool).hidden == 0


def test_a_letter_of_our_own_is_with_the_customer_it_went_to(spool: Path) -> None:
    letter = "From: Shop <Shop@Example.com>\nTo: support@example.com, ann@example.org\n\nx"
    incoming = read(letter, spool)
    assert incoming.direction is Direction.OUT
    assert incoming.handle == Handle("mailto", "ann@example.org")
    assert incoming.sender is not None
    assert incoming.sender.address == "shop@example.com"


def test_our_address_with_a_key_in_it_is_still_ours(spool: Path) -> None:
    key = make_key(b"k" * 32, 15, "abcdefgh")
    sender = keyed_address("support@example.com", key)
    incoming = read(f"From: {sender}\nTo: ann@example.org\n\nx", spool)
    assert key in sender
    assert incoming.direction is Direction.OUT


def test_a_letter_among_ourselves_has_no_handle(spool: Path) -> None:
    incoming = read("From: shop@example.com\nTo: support@example.com\n\nx", spool)
    assert (incoming.direction, incoming.handle) == (Direction.OUT, None)


def test_html_that_is_nothing_but_a_quote_stays_visible(spool: Path) -> None:
    letter = HEAD + "Content-Type: text/html\n\n<blockquote type=cite><p>All there is.</blockquote>"
    assert "All there is." in shown(read(letter, spool))


def test_an_answer_between_html_quotes_stays_visible(spool: Path) -> None:
    letter = HEAD + (
        "Content-Type: text/html\n\n<p>Hello.<blockquote type=cite>Which colour?</blockquote>"
        "<p>Blue.<blockquote type=cite>Which size?</blockquote><p>Large."
    )
    incoming = read(letter, spool)
    assert shown(incoming).split() == ["Hello.", "Blue.", "Large."]
    assert "Which colour?" in incoming.text


def test_files_inside_the_html_branch_are_kept_when_the_plain_one_is_shown(spool: Path) -> None:
    letter = HEAD + (
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\nPlain words.\n--a\n"
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<p>One\n"
        "--m\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n--m\nContent-Type: text/html\n\n"
        "<p>Two\n--m--\n--a--\n"
    )
    incoming = read(letter, spool)
    assert incoming.text == "Plain words."
    assert [file.name for file in incoming.files] == ["a.pdf"]
    assert incoming.html == "<p>One\n<p>Two"


@pytest.mark.parametrize(
    ("plain", "chosen"),
    [
        ("", "Rich words"),
        ("  \n\u00a0\n", "Rich words"),
        ("This message requires HTML. Please use an HTML viewer.", "Rich words"),
        ("Это письмо в формате HTML, откройте его в браузере.", "Rich words"),
        ("Your e-mail client does not support HTML messages", "Rich words"),
        ("See html.", "See html."),
        ("Our page is broken, the markup of the form is wrong", None),
    ],
)
def test_html_is_chosen_where_the_plain_part_says_nothing(
    plain: str, chosen: str | None, spool: Path
) -> None:
    letter = HEAD + (
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{plain}\n--a\nContent-Type: text/html\n\n"
        "<p>Rich words\n--a--\n"
    )
    assert read(letter, spool).text == (chosen or plain)


def test_a_text_part_with_a_name_is_a_file(spool: Path) -> None:
    letter = HEAD + (
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nWords.\n--a\n"
        "Content-Type: text/plain\nContent-Disposition: inline; filename=log.txt\n\nlog line\n--a--"
    )
    incoming = read(letter, spool)
    assert incoming.text == "Words."
    assert [(file.name, file.content) for file in incoming.files] == [("log.txt", b"log line")]


def test_an_encoded_letter_within_a_letter_is_kept_and_shown(spool: Path) -> None:
    inner = base64.encodebytes(b"Subject: Inner\n\nInner words.\n").decode()
    letter = HEAD + f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}"
    incoming = read(letter, spool)
    assert incoming.text == "Inner words."
    (file,) = incoming.files
    assert (file.name, file.content) == ("Inner.eml", b"Subject: Inner\n\nInner words.\n")


def test_references_come_before_in_reply_to_and_only_once(spool: Path) -> None:
    letter = "In-Reply-To: <c@x>\nReferences: <a@x>\n\t<b@x> <a@x>\nMessage-ID: <b@x>\n\nx"
    incoming = read(letter, spool)
    assert incoming.references == ("<a@x>", "<c@x>")
    assert incoming.message_id == "<b@x>"


def test_bytes_that_are_no_letter_are_said_to_be_none(spool: Path) -> None:
    incoming = read_letter(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(32)) * 9, spool=spool)
    assert incoming.unreadable == "these bytes are no letter"
    assert incoming.text == ""


def test_a_header_that_outgrows_the_first_look_is_read_whole(spool: Path) -> None:
    extra = "".join(f"X-Filler-{number}: {'v' * 60}\n" for number in range(2_000))
    for shift in range(40):
        letter = f"X: {'y' * shift}\n{extra}From: ann@example.org\nSubject: late\n\nbody"
        incoming = read(letter, spool)
        assert (incoming.subject, incoming.text, incoming.unreadable) == ("late", "body", None)


def test_a_boundary_that_begins_another_one_does_not_end_it(spool: Path) -> None:
    letter = HEAD + (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; "
        "boundary=bb\n\n--bb\n\nOne.\n--bb\n\nTwo.\n--bb--\n--b\n\nThree.\n--b--\nleft out\n"
    )
    assert read(letter, spool).text == "One.\n\nTwo.\n\nThree."


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_words_after_a_large_picture_within_html_are_read(encoding: str, spool: Path) -> None:
    picture = base64.b64encode(b"picture!" * 300_000).decode()
    html = f'<p>Before<img src="data:image/png;base64,{picture}"><p>After'.encode()
    if encoding == "base64":
        html = base64.encodebytes(html)
    elif encoding == "quoted-printable":
        html = quopri.encodestring(html)
    head = HEAD + f"Content-Type: text/html\nContent-Transfer-Encoding: {encoding}\n\n"
    incoming = read_letter(head.encode() + html, spool=spool)
    assert incoming.text == "Before\n\nAfter"
    assert incoming.html is not None
    assert len(incoming.html) < 10_000
