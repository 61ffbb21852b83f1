"""Addresses and texts that can do no harm in a header or an SMTP command."""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnidesk.core.language import _

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_LONGEST_ADDRESS = 320


class CannotCompose(ValueError):
    """No letter can be made of this reply; its text says why, for the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From and to whom a letter goes by SMTP, in ASCII where it can be."""

    sender: str
    recipients: tuple[str, ...]

    @property
    def international(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can carry it."""
        return not all(address.isascii() for address in (self.sender, *self.recipients))


def ascii_address(address: str) -> str:
    """An address with its domain in ASCII (RFC 5891); CannotCompose where it is none."""
    local, at, domain = address.rpartition("@")
    plain = not _UNSAFE.search(address) and not _SURROGATES.search(address)
    if not (local and at and domain and plain) or len(address) > _LONGEST_ADDRESS:
        raise CannotCompose(_("{address} is no address").format(address=shown(address)))
    if any(c in domain for c in ' <>(),;"\\') or (local[0] != '"' and _odd(local)):
        raise CannotCompose(_("{address} is no address").format(address=shown(address)))
    if local[0] == '"' and not re.fullmatch(r'"(?:[^"\\]|\\.)*"', local):
        raise CannotCompose(_("{address} is no address").format(address=shown(address)))
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise CannotCompose(
            _("{address} has no valid domain").format(address=shown(address))
        ) from error


def shown(text: str) -> str:
    """A customer's text inside a message to a person: one line, nothing invisible."""
    return one_line(text)[:120]


def _odd(local: str) -> bool:
    return any(c.isspace() or c in '<>(),;:"\\[]@' for c in local)


def one_line(text: str) -> str:
    """One line without a control byte: nothing in it can end or forge a header."""
    return _SURROGATES.sub("\ufffd", _UNSAFE.sub(" ", text)).strip()
