"""Who a letter is from and to: address lists as they are really written (RFC 5322 section 3.4)."""

from __future__ import annotations

import re

from omnidesk.channels.email import charset
from omnidesk.channels.email.headers import words_of
from omnidesk.core.identity import normalise
from omnidesk.core.model import Address, Handle

_LONGEST = 200_000
_MOST = 1_000
_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=)|"(?P<quoted>(?:[^"\\]|\\.)*)(?:"|\Z)"""
    r"""|<(?P<angle>[^<>]*)(?:>|\Z)|\((?P<comment>[^()]*)\)|(?P<mark>[,;:])"""
    r"""|(?P<space>\s+)|(?P<atom>[^\s"<>(),;:]+|.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def addresses_of(value: bytes, hint: str = "") -> tuple[Address, ...]:
    """Every mailbox of a list, groups opened, each with its normalised address.

    What has no address (`undisclosed-recipients:;`, `<>`) is nobody and gives nothing.
    """
    if not value:
        return ()
    raw = value[:_LONGEST]
    text = raw.decode("ascii") if raw.isascii() else charset.decode(raw, "", hint)
    found = _read(text)
    if not found and "=?" in text:
        found = _read(words_of(text))
    return tuple(found)


def handle_of(address: Address) -> Handle:
    """The handle by which this mailbox is known."""
    return Handle("mailto", address.address)


def _read(text: str) -> list[Address]:
    found: list[Address] = []
    box = _Box()
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind != "mark":
            box.take(kind, token)
        elif token[0] == ":" and not box.angle:
            box = _Box()
        elif token[0] != ":" and (box.is_whole or token[0] == ";"):
            found += box.address()
            box = _Box()
            if len(found) >= _MOST:
                return found
        elif box.name:
            box.name.append(token[0])
    return found + box.address()


class _Box:
    """One mailbox while its tokens come in."""

    __slots__ = ("angle", "bare", "comment", "name")

    def __init__(self) -> None:
        self.name: list[str] = []
        self.angle = ""
        self.bare = False
        self.comment = ""

    @property
    def is_whole(self) -> bool:
        """Whether a comma ends it; else the comma is in a name: `Petrova, Anna <…>`."""
        return bool(self.angle) or self.bare

    def take(self, kind: str | None, token: re.Match[str]) -> None:
        if kind == "angle":
            self.angle = self.angle or token["angle"].strip() or " "
        elif kind == "comment":
            self.comment = self.comment or token["comment"]
        elif kind == "quoted":
            self.name.append(_ESCAPED.sub(r"\1", token["quoted"]))
        elif kind == "space":
            self.name.append(" ")
        else:
            self.bare = self.bare or "@" in token[0]
            self.name.append(token[0])

    def address(self) -> list[Address]:
        name = "".join(self.name).strip()
        if self.angle:
            return _address(words_of(name), self.angle)
        bare = name.replace(" ", "") if self.bare else ""
        return _address(words_of(self.comment), bare)


def _address(name: str, text: str) -> list[Address]:
    route, colon, last = text.rpartition(":")
    handle = normalise("mailto", last if colon and route.startswith("@") else text.strip())
    if handle is None:
        return []
    return [Address("" if name.lower() == handle.value else name, handle.value)]
