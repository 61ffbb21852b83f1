"""A header block to its fields, and a field to its text (RFC 5322, RFC 2047, RFC 2231)."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from functools import lru_cache

from omnidesk.channels.email import charset

_LONGEST = 65_536
_MOST_FIELDS = 10_000
_MOST_WORDS = 2_000
_MOST_SECTIONS = 200
_NAME = re.compile(rb"[!-9;-~]+[ \t]*\Z")
_ANOTHER = re.compile(
    rb"(?:From|To|Cc|Reply-To|Subject|Date|Message-ID|MIME-Version|Content-[A-Za-z-]+"
    rb"|X-[!-9;-~]+|Received|Return-Path|References|In-Reply-To):",
    re.IGNORECASE,
)
_WORD = re.compile(r"=\?([^?\s]{0,60})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,8}?)(?:\?=|\Z)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PARAMETER = re.compile(
    rb""";\s*([^\s=;"]{1,100})\s*=\s*("(?:[^"\\]|\\.)*(?:"|\Z)|[^;]*)""", re.DOTALL
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ID = re.compile(rb"<([^<>\x00]{1,2000})>")
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Head:
    """The fields of one header block in their order, values raw and unfolded.

    `size` is where its body starts, in bytes; `cut`: there were more fields than are kept;
    `ended`: what was read goes on behind it.
    """

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    size: int = 0
    cut: bool = False
    ended: bool = False
    _first: dict[str, bytes] | None = None

    def get(self, name: str) -> bytes:
        """The first field of a lower-case name, b"" without one: later ones are forgeries."""
        if self._first is None:
            self._first = {}
            for key, value in self.fields:
                self._first.setdefault(key.lower(), value)
        return self._first.get(name, b"")

    def has(self, name: str) -> bool:
        return bool(self.get(name)) or name in (self._first or ())


def read_head(block: bytes, *, first: bool = False) -> Head:
    """Read fields up to the empty line, or up to what cannot be a field.

    `first` allows for an mbox line or empty lines above the fields of a letter.
    """
    if block[:1] not in (b"\n", b"\r"):
        ends = [at + 3 for at in (block.find(b"\n\r\n"), block.find(b"\n\n")) if at >= 0]
        block = block[: min(ends)] if ends else block
    lines = block.split(b"\n" if b"\n" in block else b"\r")
    named: list[tuple[str, list[bytes]]] = []
    current: list[bytes] | None = None
    size, cut, ended = 0, False, False
    for number, full in enumerate(lines):
        line = full.rstrip(b"\r")
        name, colon, value = line.partition(b":")
        if not line and (named or not first):
            size += len(full) + 1
            ended = number + 1 < len(lines)
            break
        if line[:1] in (b" ", b"\t") and current is not None:
            current.append(line)
        elif colon and _NAME.match(name):
            current = [value]
            if len(named) < _MOST_FIELDS:
                named.append((name.decode("ascii").rstrip(), current))
            else:
                cut = True
        elif first and not named and (not line or line.startswith((b"From ", b">From "))):
            pass
        elif current is not None and _ANOTHER.match(b"".join(lines[number + 1 : number + 2])):
            current.append(b" " + line)
        else:
            ended = number + 1 < len(lines)
            break
        size += len(full) + 1
    fields = [(name, b"".join(value).strip().replace(b"\0", b"")) for name, value in named]
    size = min(size, len(block)) if fields or not first else 0
    return Head(fields, size, cut, ended)


def text_of(value: bytes, hint: str = "") -> str:
    """A field as a person reads it, in one line; `hint` is the letter's own charset."""
    raw = value[:_LONGEST]
    text = raw.decode("ascii") if raw.isascii() else charset.decode(raw, "", hint)
    return words_of(text)


def words_of(text: str) -> str:
    """Encoded words decoded, also adjacent, split and broken ones (RFC 2047)."""
    if "=?" in text:
        text = _decoded(text)
    return (
        _CONTROL.sub(" ", charset.scrub(text)).strip() if not text.isprintable() else text.strip()
    )


def _decoded(text: str) -> str:
    pieces: list[str] = []
    label, data, end = "", b"", 0
    for count, word in enumerate(_WORD.finditer(text)):
        if count >= _MOST_WORDS:
            break
        between = text[end : word.start()]
        named = word[1].partition("*")[0].lower()
        joined = end and not between.strip()
        if not joined or named != label:
            pieces.append(charset.decode(data, label))
            data = b""
        if not joined:
            pieces.append(between)
        label, end = named, word.end()
        data += _word_bytes(word[2], word[3])
    return "".join([*pieces, charset.decode(data, label), text[end:]])


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    clean = raw.translate(None, b" \t\r\n=")
    try:
        return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + b"==") or raw
    except binascii.Error:
        return raw


@dataclass(frozen=True, slots=True)
class Valued:
    """A structured field: its value in lower case, its parameters decoded."""

    value: str
    parameters: dict[str, str]

    def get(self, name: str) -> str:
        return self.parameters.get(name, "")


def valued(raw: bytes) -> Valued:
    """Content-Type or Content-Disposition with parameters of RFC 2045, 2231 and of habit."""
    return _remembered(raw) if len(raw) < 200 else _valued(raw[:_LONGEST])


def _valued(raw: bytes) -> Valued:
    value, semicolon, _ = raw.partition(b";")
    plain: dict[str, bytes] = {}
    sections: dict[str, dict[int, tuple[bool, bytes]]] = {}
    if semicolon:
        for match in _PARAMETER.finditer(raw, len(value)):
            name = match[1].decode("ascii", "replace").lower()
            text = match[2].strip()
            if text.startswith(b'"'):
                text = _ESCAPED.sub(rb"\1", text[1:].removesuffix(b'"'))
            stem, star, rest = name.partition("*")
            if not star:
                plain.setdefault(name, text)
                continue
            number = rest.rstrip("*") or "0"
            if number.isdecimal() and len(number) < 4 and len(sections) < _MOST_SECTIONS:
                sections.setdefault(stem, {}).setdefault(int(number), (name.endswith("*"), text))
    parameters = {name: words_of(charset.decode(text)) for name, text in plain.items()}
    parameters |= {name: _joined(parts) for name, parts in sections.items()}
    return Valued(value.decode("ascii", "replace").strip().lower(), parameters)


_remembered = lru_cache(maxsize=1024)(_valued)


def _joined(parts: dict[int, tuple[bool, bytes]]) -> str:
    """The sections of one parameter in one text (RFC 2231 section 4.1)."""
    label, data = "", b""
    for count, number in enumerate(sorted(parts)):
        encoded, text = parts[number]
        if encoded:
            if count == 0 and text.count(b"'") >= 2:
                named, _, text = text.split(b"'", 2)
                label = named.decode("ascii", "replace")
            text = _PERCENT.sub(lambda hit: bytes([int(hit[1], 16)]), text)
        data += text
    return words_of(charset.decode(data, label))


def ids_of(*values: bytes) -> tuple[str, ...]:
    """Message-IDs as `<…>` in their order, each once; a bare one gets its brackets."""
    found: dict[str, None] = {}
    for value in values:
        ids = _ID.findall(value[:_LONGEST])
        if not ids and b"@" in value and b" " not in value and len(value) < 1_000:
            ids = [value.strip(b"<>")]
        for each in ids:
            text = charset.decode(b"".join(each.split()))
            if text and text.isprintable():
                found[f"<{text}>"] = None
    return tuple(found)


def date_of(value: bytes, received: bytes = b"") -> datetime | None:
    """The moment of a Date field in UTC; None where it is missing or absurd.

    Absurd is what lies before 1980, after 2100, or over two days after the topmost Received.
    """
    sent = _moment(value)
    came = _moment(received.rpartition(b";")[2]) if received else None
    return None if sent and came and sent - came > timedelta(days=2) else sent


def _moment(value: bytes) -> datetime | None:
    try:
        parsed = parsedate_tz(value[:200].decode("ascii", "replace"))
        if parsed is None:
            return None
        shift = timedelta(seconds=parsed[9] or 0)
        moment = datetime(*parsed[:6], tzinfo=UTC) - shift
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return moment if _EARLIEST <= moment < _LATEST and abs(shift) < timedelta(days=1) else None
