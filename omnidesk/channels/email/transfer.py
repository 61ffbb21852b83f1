"""Content-Transfer-Encoding undone, also where it was broken on its way (RFC 2045 section 6)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_ALPHABET = bytes(byte for byte in range(256) if byte not in _ALPHABET)
_SPACES = b" \t\r\n\x00"
_SAMPLE = 4_096
_FOREIGN_LINE = re.compile(rb"^(?=[^\n]*(?:[^\sA-Za-z0-9+/=]|\S[ \t]+\S))[^\n]+$", re.MULTILINE)
_WORDS = re.compile(rb"\S[ \t]+\S")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")


def decode(data: bytes, encoding: str) -> bytes:
    """The content of a whole small part; plain text after base64 (a list's footer) stays."""
    if encoding == "base64":
        code, rest = _split(data)
        return b"".join(_base64([code])) + rest
    return b"".join(decode_chunks([data], encoding))


def decode_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The content of a part that comes in pieces; never raises, whatever the pieces hold."""
    if encoding == "base64":
        return _base64(chunks)
    if encoding in {"quoted-printable", "quoted_printable", "quotedprintable"}:
        return _quoted(chunks)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uu(chunks)
    return iter(chunks)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Base64, and what follows it that is none; all of it, where it never was any."""
    foreign = _FOREIGN_LINE.search(data)
    if foreign is None:
        return data, b""
    rest = data[foreign.start() :]
    sample = rest[:_SAMPLE]
    strange = len(sample.translate(None, _ALPHABET + b"\r\n"))
    if strange * (25 if _WORDS.search(sample) else 5) < len(sample):
        return data, b""
    return data[: foreign.start()], rest


def _base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    carry = b""
    for chunk in chunks:
        *ended, last = chunk.translate(None, _NOT_ALPHABET).split(b"=", 10_000)
        for piece in ended:
            yield _quanta(carry + piece)
            carry = b""
        carry += last.replace(b"=", b"")
        whole = len(carry) & ~3
        yield _quanta(carry[:whole])
        carry = carry[whole:]
    yield _quanta(carry)


def _quanta(code: bytes) -> bytes:
    if len(code) % 4 == 1:
        code = code[:-1]
    return binascii.a2b_base64(code + b"=" * (-len(code) % 4))


def _quoted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    carry = b""
    for chunk in chunks:
        data = carry + chunk
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > 65_536:
            cut = len(data) - 2
            cut -= data[cut - 1 : cut] == b"="
        yield _unquoted(data[:cut])
        carry = data[cut:]
    yield _unquoted(carry)


def _unquoted(data: bytes) -> bytes:
    if b"= " in data or b"=\t" in data:
        data = _SOFT_BREAK.sub(b"=", data)
    return binascii.a2b_qp(data)


def _uu(chunks: Iterable[bytes]) -> Iterator[bytes]:
    carry = b""
    for chunk in chunks:
        *lines, carry = (carry + chunk).split(b"\n")
        for line in lines:
            yield _uu_line(line.rstrip(b"\r"))
    yield _uu_line(carry)


def _uu_line(line: bytes) -> bytes:
    if not line or line == b"end" or line.startswith(b"begin "):
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        size = ((line[0] - 32) & 63) * 4 // 3 + 3
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""
