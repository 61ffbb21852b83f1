"""How IMAP writes names, sets and lists, and how they are read back."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator

from omnidesk.channels.email.imap_reader import Literal, Nonsense, Response
from omnidesk.core.language import _

Value = bytes | Literal | None
Token = bytes | Literal | str | None
"""A text or literal, NIL as None, and `(` and `)` as str: a quoted bracket is a text."""
_PLAIN_RUN = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")
_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)-")
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)')


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 section 4.3); ASCII without control bytes only."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def quotable(text: str) -> bool:
    """Whether a text can stand in a quoted string at all."""
    return all(" " <= char <= "~" for char in text)


def folder_name(name: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 section 5.1.3), quoted."""
    runs = (
        run.replace("&", "&-") if " " <= run[0] <= "~" else _shifted(run)
        for run in _PLAIN_RUN.findall(name)
    )
    return quoted("".join(runs))


def read_folder_name(raw: bytes) -> str:
    """A folder's name from modified UTF-7; what is none stays as it is."""

    def plain(found: re.Match[bytes]) -> bytes:
        if not found[1]:
            return b"&"
        code = found[1].replace(b",", b"/")
        return b64decode(code + b"=" * (-len(code) % 4)).decode("utf-16-be").encode()

    try:
        return _SHIFTED.sub(plain, raw).decode()
    except ValueError:
        return raw.decode("utf-8", "replace")


def _shifted(run: str) -> str:
    code = b64encode(run.encode("utf-16-be", "surrogatepass")).decode().rstrip("=")
    return f"&{code.replace('/', ',')}-"


def uid_set(uids: Iterable[int]) -> str:
    """UIDs as a sequence set, neighbours joined: `1:3,7`."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(f"{a}:{b}" if a != b else f"{a}" for a, b in ranges)


def fetched(response: Response) -> dict[bytes, Value]:
    """The items of a FETCH response by upper-case name; a list is kept as None."""
    return _pairs(_tokens(response, skip=3))


def listed(response: Response) -> str | None:
    """The folder that a LIST response names; None where it cannot be read or opened."""
    *flags, name = list(_tokens(response, skip=2)) or [None]
    unreadable = any(isinstance(f, bytes) and f.upper() == b"\\NOSELECT" for f in flags)
    if unreadable or name is None or isinstance(name, str):
        return None
    return read_folder_name(name.text() if isinstance(name, Literal) else name)


def counted(response: Response) -> dict[bytes, int]:
    """The items of a STATUS response by upper-case name."""
    tokens = list(_tokens(response, skip=2))
    items = _pairs(iter(tokens[1:]))
    return {name: number(value) for name, value in items.items() if isinstance(value, bytes)}


def number(value: Value) -> int:
    """A number of at most 18 digits; Nonsense where it is none."""
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 18:
        raise Nonsense(_("no number where one belongs"))
    return int(value)


def _tokens(response: Response, skip: int) -> Iterator[Token]:
    """What stands after the first `skip` words."""
    first, *rest = response
    assert isinstance(first, bytes)
    for part in (first.split(b" ", skip)[skip:] or [b""]) + rest:
        if isinstance(part, Literal):
            yield part
            continue
        for found in _TOKEN.finditer(part):
            text, bracket, atom = found.groups()
            if text is not None:
                yield re.sub(rb"\\(.)", rb"\1", text)
            elif bracket:
                yield bracket.decode()
            else:
                yield None if atom.upper() == b"NIL" else atom


def _pairs(tokens: Iterator[Token]) -> dict[bytes, Value]:
    """Names with their values inside the outermost parentheses; inner lists are skipped."""
    items: dict[bytes, Value] = {}
    depth, name = 0, b""
    for word in tokens:
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
            if depth == 1:
                name = b""
        elif depth == 1 and not name and isinstance(word, bytes):
            name = word.upper()
        elif depth == 1 and not isinstance(word, str):
            items[name] = word
            name = b""
    return items
