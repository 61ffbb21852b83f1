"""A reply as a letter: RFC 5322 headers, a plain text, files streamed from where they lie."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.quoprimime import body_encode
from email.utils import format_datetime, quote
from hashlib import sha256
from itertools import chain
from urllib.parse import quote as percent

from omnidesk.channels.email.envelope import CannotCompose, Envelope, ascii_address, one_line
from omnidesk.core.channel import Outgoing, OutgoingFile
from omnidesk.core.language import _
from omnidesk.core.model import Address
from omnidesk.core.shaping import reply_subject, subject_number

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_KEY = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MSG_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]{0,63}/[A-Za-z0-9][\w!#$&^.+-]{0,63}", re.A)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_REFERENCES = 20
_LINE_BYTES = 57
_CHUNK = _LINE_BYTES * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter with CRLF line ends. Iterating reads the files anew, a piece at a time."""

    envelope: Envelope
    message_id: str
    head: bytes
    files: tuple[OutgoingFile, ...]
    boundary: str
    size: int

    def __iter__(self) -> Iterator[bytes]:
        """The letter's bytes. OSError where a file cannot be read or has changed."""
        yield self.head
        for file in self.files:
            yield _part_head(file, self.boundary)
            yield from _encoded(file)
        if self.files:
            yield f"--{self.boundary}--\r\n".encode()


def compose(outgoing: Outgoing, *, address: str, own: frozenset[str], desk: str) -> Composed:
    """The letter of a reply that leaves from `address`, or from the one of `own` it answers.

    `desk` stands beside the author in From. CannotCompose says what is wrong with the reply.
    """
    sender = _sender(outgoing.sender, address, own)
    envelope = _envelope(sender, outgoing)
    if not _KEY.fullmatch(outgoing.key):
        raise CannotCompose(_("its key cannot be a Message-ID"))
    message_id = f"<{outgoing.key}@{sender.rpartition('@')[2]}>"
    if len(message_id) > 900:
        raise CannotCompose(_("its key cannot be a Message-ID"))
    boundary = f"=_{sha256(message_id.encode()).hexdigest()[:40]}"
    headers = [
        _mailboxes("From", (Address(_display_name(outgoing, desk), sender),)),
        _mailboxes("To", outgoing.to),
        _mailboxes("Cc", outgoing.cc),
        _text_header("Subject", _subject(outgoing)),
        f"Date: {format_datetime(outgoing.written_at)}",
        f"Message-ID: {message_id}",
        *_thread(outgoing),
        *(_AUTOMATIC if outgoing.automatic else ()),
        "MIME-Version: 1.0",
    ]
    text = _text_part(_body(outgoing))
    if outgoing.files:
        headers.append(f'Content-Type: multipart/mixed; boundary="{boundary}"')
        text = f"\r\n--{boundary}\r\n{text}\r\n"
    head = "\r\n".join(line for line in headers if line).encode() + b"\r\n" + text.encode()
    return Composed(
        envelope=envelope,
        message_id=message_id,
        head=head,
        files=outgoing.files,
        boundary=boundary,
        size=len(head) + _size_of_files(outgoing.files, boundary),
    )


_AUTOMATIC = (
    "Auto-Submitted: auto-replied",
    "Precedence: bulk",
    "X-Auto-Response-Suppress: All",
)


def _sender(wanted: str | None, address: str, own: frozenset[str]) -> str:
    """The address that the customer wrote to, where it is ours; else our first one."""
    ours = {ascii_address(one).lower() for one in own}
    if wanted is not None and ascii_address(wanted).lower() in ours:
        return ascii_address(wanted)
    return ascii_address(address)


def _envelope(sender: str, outgoing: Outgoing) -> Envelope:
    everybody = chain(outgoing.to, outgoing.cc, outgoing.bcc)
    recipients: dict[str, str] = {}
    for one in everybody:
        bare = ascii_address(one.address)
        recipients.setdefault(bare.lower(), bare)
    if not recipients:
        raise CannotCompose(_("it has no recipient"))
    return Envelope(sender=sender, recipients=tuple(recipients.values()))


def _display_name(outgoing: Outgoing, desk: str) -> str:
    author = "" if outgoing.automatic else outgoing.author.strip()
    return ", ".join(dict.fromkeys(name for name in (author, desk.strip()) if name))


def _subject(outgoing: Outgoing) -> str:
    """What answers nothing and has its number already is no `Re:`."""
    begins = not outgoing.answers and not outgoing.references
    if begins and subject_number(outgoing.subject) == outgoing.number:
        return outgoing.subject
    return reply_subject(outgoing.subject, outgoing.number)


def _thread(outgoing: Outgoing) -> list[str]:
    """In-Reply-To and References (RFC 5322 section 3.6.4); the first and the last ones stay."""
    ids = [*outgoing.references, *([outgoing.answers] if outgoing.answers else [])]
    wrapped = (f"<{one.strip().strip('<>')}>" for one in ids)
    known = list(dict.fromkeys(one for one in wrapped if "@" in one and _MSG_ID.fullmatch(one)))
    if not known:
        return []
    if len(known) > _REFERENCES:
        known = known[:1] + known[1 - _REFERENCES :]
    return [f"In-Reply-To: {known[-1]}", "References: " + "\r\n ".join(known)]


def _body(outgoing: Outgoing) -> str:
    text = outgoing.text.rstrip()
    if outgoing.signature.strip():
        text = f"{text}\n\n-- \n{outgoing.signature.strip()}"
    text = _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text) + "\n"


def _text_part(text: str) -> str:
    """The text with its own headers, as ASCII lines that any server carries unchanged."""
    lines = text.split("\n")
    if text.isascii() and all(len(line) <= 900 for line in lines):
        kind, encoding, body = "us-ascii", "7bit", "\r\n".join(lines)
    else:
        kind = "utf-8"
        octets = text.replace("\n", "\r\n").encode()
        encoded = body_encode(text.encode().decode("latin-1"), maxlinelen=76, eol="\r\n")
        if len(encoded) * 3 <= len(octets) * 4:
            encoding, body = "quoted-printable", encoded
        else:
            encoding, body = "base64", _base64_lines(octets).decode()
    return (
        f"Content-Type: text/plain; charset={kind}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )


def _mailboxes(name: str, addresses: tuple[Address, ...]) -> str:
    """A header of addresses, one a line; empty where there are none."""
    written = []
    for one in addresses:
        bare = ascii_address(one.address)
        title = _phrase(one.name)
        written.append(f"{title} <{bare}>" if title else bare)
    return f"{name}: " + ",\r\n ".join(written) if written else ""


def _phrase(name: str) -> str:
    """A display name as atoms, a quoted string or encoded words (RFC 2047)."""
    name = one_line(name)[:200]
    if not name:
        return ""
    if not name.isascii() or "=?" in name:
        return _words(name, 12)
    return name if _ATOMS.fullmatch(name) else f'"{quote(name)}"'


def _text_header(name: str, value: str) -> str:
    value = one_line(value)[:900]
    if not value:
        return ""
    plain = value.isascii() and "=?" not in value and len(name) + len(value) < 900
    return f"{name}: {value if plain else _words(value, len(name) + 2)}"


def _words(text: str, used: int) -> str:
    """Encoded words, folded; `used` columns of the first line are taken."""
    header = Header(text, charset="utf-8", maxlinelen=75, header_name=" " * max(used - 2, 0))
    return header.encode(linesep="\r\n")


def _part_head(file: OutgoingFile, boundary: str) -> bytes:
    kind = file.media_type.lower()
    composite = kind.startswith(("multipart/", "message/"))
    if composite or not _MEDIA_TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    return (
        f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;{_file_name(file.name)}\r\n\r\n"
    ).encode()


def _file_name(name: str) -> str:
    """The parameter in RFC 2231's way, cut into continuations of a line each."""
    name = one_line(name)[:200] or "file"
    if name.isascii() and len(name) <= 60:
        return f'\r\n filename="{quote(name)}"'
    code = percent(name, safe="", encoding="utf-8")
    if len(code) <= 60:
        return f"\r\n filename*=utf-8''{code}"
    pieces = [code[at : at + 57] for at in range(0, len(code), 57)]
    return ";".join(
        f"\r\n filename*{n}*={'utf-8' + chr(39) * 2 if n == 0 else ''}{piece}"
        for n, piece in enumerate(pieces)
    )


def _encoded(file: OutgoingFile) -> Iterator[bytes]:
    left = file.size
    with file.path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            yield _base64_lines(chunk)
    if left:
        raise OSError(0, _("it is not as long as it was"), file.name)


def _base64_lines(octets: bytes) -> bytes:
    lines = (octets[at : at + _LINE_BYTES] for at in range(0, len(octets), _LINE_BYTES))
    return b"".join(b64encode(line) + b"\r\n" for line in lines)


def _size_of_files(files: tuple[OutgoingFile, ...], boundary: str) -> int:
    if not files:
        return 0
    return len(boundary) + 6 + sum(len(_part_head(f, boundary)) + _coded(f.size) for f in files)


def _coded(size: int) -> int:
    """How long so many bytes are in base64 with its line ends."""
    lines = -(-size // _LINE_BYTES)
    return 4 * -(-size // 3) + 2 * lines
