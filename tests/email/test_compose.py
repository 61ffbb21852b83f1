"""A reply becomes a letter that every mail program reads, and that nobody can forge through."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.channels.email.compose import compose
from omnidesk.channels.email.envelope import CannotCompose
from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Outgoing, OutgoingFile
from omnidesk.core.model import Address

OWN = frozenset({"support@example.com", "sales@example.com"})
REPLY = Outgoing(
    key="12.k3f9.abcdefgh234567ab",
    number=12,
    to=(Address("Ann Smith", "ann@example.org"),),
    text="Dear Ann,\n\nyes.\n",
    author="Anna",
    subject="hello",
    written_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)


def written(outgoing: Outgoing, *, desk: str = "Acme Support") -> bytes:
    letter = compose(outgoing, address="support@example.com", own=OWN, desk=desk)
    raw = b"".join(letter)
    assert len(raw) == letter.size
    return raw


def parsed(outgoing: Outgoing) -> EmailMessage:
    message = email.message_from_bytes(written(outgoing), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def file(folder: Path, content: bytes, name: str, media_type: str = "image/png") -> OutgoingFile:
    path = folder / f"blob{len(list(folder.iterdir()))}"
    path.write_bytes(content)
    return OutgoingFile(name=name, media_type=media_type, size=len(content), path=path)


def test_a_plain_reply_is_a_plain_letter() -> None:
    assert written(REPLY).decode() == (
        'From: "Anna, Acme Support" <support@example.com>\r\n'
        "To: Ann Smith <ann@example.org>\r\n"
        "Subject: Re: hello [#12]\r\n"
        "Date: Sun, 01 Mar 2026 09:30:00 +0000\r\n"
        "Message-ID: <12.k3f9.abcdefgh234567ab@example.com>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Dear Ann,\r\n\r\nyes.\r\n"
    )


def test_it_leaves_from_the_address_that_was_written_to_if_it_is_ours() -> None:
    message = parsed(replace(REPLY, sender="Sales@Example.com"))
    assert message["From"].addresses[0].addr_spec.lower() == "sales@example.com"
    letter = compose(
        replace(REPLY, sender="boss@evil.example"), address="support@example.com", own=OWN, desk=""
    )
    assert letter.envelope.sender == "support@example.com"


def test_blind_copies_are_in_the_envelope_only() -> None:
    outgoing = replace(
        REPLY, cc=(Address("", "bob@example.org"),), bcc=(Address("Eve", "eve@example.org"),)
    )
    letter = compose(outgoing, address="support@example.com", own=OWN, desk="Acme")
    assert letter.envelope.recipients == ("ann@example.org", "bob@example.org", "eve@example.org")
    assert b"eve" not in b"".join(letter)
    assert parsed(outgoing)["Cc"] == "bob@example.org"


def test_one_address_in_two_spellings_gets_one_letter() -> None:
    outgoing = replace(REPLY, cc=(Address("", "ANN@Example.ORG"), Address("", "bob@example.org")))
    letter = compose(outgoing, address="support@example.com", own=OWN, desk="Acme")
    assert letter.envelope.recipients == ("ann@example.org", "bob@example.org")


def test_a_reply_names_what_it_answers() -> None:
    message = parsed(replace(REPLY, references=("<a@x>", "b@x", "<c@x>")))
    assert message["In-Reply-To"] == "<c@x>"
    assert message["References"].split() == ["<a@x>", "<b@x>", "<c@x>"]
    digest = "0" * 64
    assert parsed(replace(REPLY, references=("<a@x>",), answers=digest))["In-Reply-To"] == "<a@x>"
    assert parsed(replace(REPLY, references=("<a@x>",), answers="<b@x>"))["In-Reply-To"] == "<b@x>"
    assert "In-Reply-To" not in parsed(REPLY)


def test_a_long_thread_keeps_its_first_and_its_last_references() -> None:
    many = tuple(f"<{n}@example.org>" for n in range(500))
    kept = parsed(replace(REPLY, references=many))["References"].split()
    assert kept[0] == many[0]
    assert kept[1:] == list(many[-19:])


def test_what_answers_nothing_is_no_re() -> None:
    for subject in ("Your order [#12]", "Fwd: Kettle [#12]"):
        assert parsed(replace(REPLY, subject=subject))["Subject"] == subject
        answering = replace(REPLY, subject=subject, references=("<a@b.example>",))
        assert parsed(answering)["Subject"].startswith("Re: ")
    assert parsed(replace(REPLY, subject="Order [#13]"))["Subject"] == "Re: Order [#12]"
    assert parsed(replace(REPLY, subject="a\r\nBcc: x [#12]"))["Bcc"] is None


def test_an_automatic_answer_says_so_and_names_no_author() -> None:
    message = parsed(replace(REPLY, automatic=True))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Precedence"] == "bulk"
    assert message["From"] == "Acme Support <support@example.com>"
    assert "Auto-Submitted" not in parsed(REPLY)


def test_a_signature_stands_below_its_mark() -> None:
    text = parsed(replace(REPLY, signature="Anna\nAcme")).get_content()
    assert text.replace("\r\n", "\n") == "Dear Ann,\n\nyes.\n\n-- \nAnna\nAcme\n"


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте, Анна! Ёлка — 5 €\n\nхорошо",
        "mostly ascii with one é",
        "long " * 1000,
        ".\n..\n.hidden\n",
        "From here\nto there",
        "trailing \n  spaces  \t\nend",
        "=?utf-8?q?x?= and =3D",
    ],
)
def test_every_text_comes_back_as_written(text: str) -> None:
    raw = written(replace(REPLY, text=text))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    content = parsed(replace(REPLY, text=text)).get_content()
    assert content.replace("\r\n", "\n") == text.rstrip() + "\n"


def test_cyrillic_names_and_subjects_are_encoded_and_folded() -> None:
    name = "Анна Петрова-Водкина из отдела по работе с клиентами"
    outgoing = replace(
        REPLY,
        author=name,
        subject="Очень длинная тема " * 6,
        to=(Address(name, "ann@example.org"),),
    )
    raw = written(outgoing)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    message = email.message_from_bytes(raw)
    assert str(make_header(decode_header(message["To"]))) == f"{name} <ann@example.org>"
    assert str(make_header(decode_header(message["From"]))).startswith(f"{name}, Acme Support")
    assert parsed(outgoing)["Subject"] == f"Re: {('Очень длинная тема ' * 6).strip()} [#12]"


def test_a_name_with_quotes_and_commas_stays_one_name() -> None:
    to = Address('Smith, "Ann" \\ (CEO) <x@y>', "ann@example.org")
    (address,) = parsed(replace(REPLY, to=(to,)))["To"].addresses
    assert (address.display_name, address.addr_spec) == (to.name, "ann@example.org")


def test_international_domains_are_written_in_ascii() -> None:
    letter = compose(
        replace(REPLY, to=(Address("", "ann@пример.рф"),)), address="support@münchen.example",
        own=frozenset(), desk="",
    )  # fmt: skip
    assert letter.envelope.recipients == ("ann@xn--e1afmkfd.xn--p1ai",)
    assert not letter.envelope.international
    assert letter.message_id.endswith("@xn--mnchen-3ya.example>")


def test_an_international_local_part_needs_smtputf8() -> None:
    letter = compose(
        replace(REPLY, to=(Address("", "анна@example.org"),)), address="support@example.com",
        own=OWN, desk="",
    )  # fmt: skip
    assert letter.envelope.international
    assert "To: анна@example.org\r\n".encode() in b"".join(letter)


def test_files_come_back_byte_for_byte(tmp_path: Path) -> None:
    contents = [b"", b"a", bytes(range(256)) * 4000, b"\r\n.\r\n" * 5]
    names = ["a.bin", 'quo"te.pdf', "Счёт за март (копия) № 12345.xlsx", "x" * 150 + ".txt"]
    files = tuple(
        file(tmp_path, content, name) for content, name in zip(contents, names, strict=True)
    )
    raw, message = written(replace(REPLY, files=files)), parsed(replace(REPLY, files=files))
    found = list(message.iter_attachments())
    assert [part.get_filename() for part in found] == names
    assert [part.get_content() for part in found] == contents
    assert max(map(len, raw.split(b"\r\n"))) <= 78 + 60
    incoming = read_letter(raw, spool=tmp_path)
    assert incoming.text.strip() == "Dear Ann,\n\nyes."
    assert [one.name for one in incoming.files][2:] == names[2:]


def test_a_file_that_claims_to_be_a_letter_goes_as_plain_bytes(tmp_path: Path) -> None:
    for kind in ("message/rfc822", "multipart/mixed", "text/html\r\nX-Evil: 1", "nonsense"):
        (part,) = parsed(
            replace(REPLY, files=(file(tmp_path, b"abc", "a.eml", kind),))
        ).iter_attachments()
        assert part.get_content_type() == "application/octet-stream"
        assert part["X-Evil"] is None


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    one = file(tmp_path, b"abc", "a.bin")
    letter = compose(replace(REPLY, files=(one,)), address="support@example.com", own=OWN, desk="")
    one.path.write_bytes(b"abcdef")
    with pytest.raises(OSError, match="not as long"):
        b"".join(letter)


EVIL = "x\r\nBcc: victim@example.net\r\n\r\nbody\x00\u2028\x85\udc80"


def test_no_text_of_a_customer_makes_a_header(tmp_path: Path) -> None:
    outgoing = replace(
        REPLY,
        subject=EVIL,
        author=EVIL,
        to=(Address(EVIL, "ann@example.org"),),
        cc=(Address(EVIL, "bob@example.org"),),
        references=(f"<a@x>{EVIL}", "<b@x>\r\nX-Evil: 1", "<ok@x>"),
        answers=EVIL,
        signature="x\r\n.\r\nMAIL FROM:<y>",
        files=(file(tmp_path, b"abc", EVIL, EVIL),),
    )
    raw = written(outgoing, desk=EVIL)
    head = raw.split(b"\r\n\r\n")[0]
    assert [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"] == [
        b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References",
        b"MIME-Version", b"Content-Type",
    ]  # fmt: skip
    assert b"References: <ok@x>\r\n" in head
    bare = raw.replace(b"\r\n", b"")
    assert not any(byte in bare for byte in (b"\r", b"\n", b"\0"))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    (part,) = message.iter_attachments()
    assert part["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example.org\r\nBcc: x@y",
        "ann@example.org>,<x@y",
        "ann@exa mple.org",
        "a b@example.org",
        "ann\0@example.org",
        "ann@" + "x" * 400,
        "ann@example.org\u2028",
        'a"b@example.org',
        "<ann@example.org",
        "a@b@example.org",
        "ann@пример..рф",
    ],
)
def test_what_is_no_address_gets_no_letter(address: str) -> None:
    for changed in (
        replace(REPLY, to=(Address("", address),)),
        replace(REPLY, bcc=(Address("", address),)),
    ):
        with pytest.raises(CannotCompose):
            compose(changed, address="support@example.com", own=OWN, desk="")


def test_a_reply_to_nobody_is_refused() -> None:
    with pytest.raises(CannotCompose, match="no recipient"):
        compose(replace(REPLY, to=()), address="support@example.com", own=OWN, desk="")


@pytest.mark.parametrize("key", ["", "a b", "a\r\nb", "a@b", "x" * 900, "a>b", "ключ"])
def test_a_key_that_is_no_message_id_is_refused(key: str) -> None:
    with pytest.raises(CannotCompose, match="Message-ID"):
        compose(replace(REPLY, key=key), address="support@example.com", own=OWN, desk="")


_ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=120)


@given(subject=_ANYTHING, name=_ANYTHING, text=_ANYTHING, signature=_ANYTHING)
def test_no_text_at_all_breaks_out_of_its_place(
    subject: str, name: str, text: str, signature: str
) -> None:
    outgoing = replace(
        REPLY,
        subject=subject,
        author=name,
        text=text,
        signature=signature,
        to=(Address(name, "ann@example.org"),),
    )
    raw = written(outgoing)
    assert raw.isascii()
    bare = raw.replace(b"\r\n", b"")
    assert not any(byte in bare for byte in (b"\r", b"\n", b"\0"))
    assert max(map(len, raw.split(b"\r\n"))) < 998
    message = email.message_from_bytes(raw)
    assert sorted(set(message.keys()) - {"Subject"}) == [
        "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "To",
    ]  # fmt: skip
