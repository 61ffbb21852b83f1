"""Who may come in by the web: the address, the page that asks, the password, the ticket."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections import OrderedDict
from enum import StrEnum
from urllib.parse import urlsplit

from omnidesk.core.value import dataclass

FEWEST_LETTERS = 8
"""A password shorter than that is none."""

_FAILURES = 10
_WINDOW_SECONDS = 60.0
_TICKET_SECONDS = 60.0
_MOST_KEPT = 1000
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")


class Turned(StrEnum):
    """Why somebody is not let in."""

    HOST = "host"
    ORIGIN = "origin"
    PASSWORD = "password"  # noqa: S105
    LIMIT = "limit"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says of itself; `remote` is the address that it came from."""

    host: str
    origin: str | None
    authorization: str | None
    remote: str


def is_loopback(host: str) -> bool:
    """Whether a server there can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_open(host: str, public_url: str | None) -> bool:
    """Whether others than this machine's users may come: by the address, or by a proxy's."""
    return not is_loopback(host) or not is_loopback(_host_of(public_url) or "localhost")


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a browser writes them into `Origin` (RFC 6454 6.1).

    ValueError where it is no address of a web page.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address; one is written like https://desk.example.com")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{name}{port}"


def _host_of(url: str | None) -> str | None:
    return urlsplit(url).hostname if url else None


class Door:
    """Lets in whom it may; times are seconds of a clock that only goes forward."""

    def __init__(self, *, host: str, public_url: str | None, password: str | None) -> None:
        self._names = {"localhost", host.lower()}
        self._origin = origin_of(public_url) if public_url else None
        if public_url:
            self._names.add((_host_of(public_url) or "").lower())
        self._digest = _digest(password.encode()) if password is not None else None
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._tickets: OrderedDict[str, float] = OrderedDict()

    def turned(self, asked: Asked, now: float) -> Turned | None:
        """Why this request is turned away; None where it may come in."""
        if not self._is_ours(asked.host):
            return Turned.HOST
        if asked.origin is not None and not self._is_own_page(asked):
            return Turned.ORIGIN
        return self._password(asked, now)

    def turned_at_socket(self, asked: Asked, ticket: str, now: float) -> Turned | None:
        """The same for the line behind a page: it must come from our page, with its ticket.

        A ticket stands for the password with which its page was had: some browsers send no
        password when they open a socket. One that they do send must be right.
        """
        if not self._is_ours(asked.host):
            return Turned.HOST
        if asked.origin is None or not self._is_own_page(asked):
            return Turned.ORIGIN
        until = self._tickets.pop(ticket, None)
        if until is None or until < now:
            return self._password(asked, now) or Turned.TICKET
        return self._password(asked, now) if asked.authorization is not None else None

    def ticket(self, now: float) -> str:
        """A word by which the page that gets it may open one line, soon."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = now + _TICKET_SECONDS
        while len(self._tickets) > _MOST_KEPT:
            self._tickets.popitem(last=False)
        return ticket

    def _is_ours(self, host: str) -> bool:
        """A bare number cannot be re-bound to another machine; a name must be one of ours."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found["name"].lower()
        return name in self._names or _is_number(name)

    def _is_own_page(self, asked: Asked) -> bool:
        return asked.origin in (self._origin, f"http://{asked.host}")

    def _password(self, asked: Asked, now: float) -> Turned | None:
        if self._digest is None:
            return None
        who = _network(asked.remote)
        recent = [at for at in self._failed.get(who, ()) if now - at < _WINDOW_SECONDS]
        if len(recent) >= _FAILURES:
            return Turned.LIMIT
        if asked.authorization is None:
            return Turned.PASSWORD
        if hmac.compare_digest(_digest(_given(asked.authorization)), self._digest):
            return None
        self._failed[who] = [*recent, now]
        self._failed.move_to_end(who)
        while len(self._failed) > _MOST_KEPT:
            self._failed.popitem(last=False)
        return Turned.PASSWORD


def _digest(password: bytes) -> bytes:
    return hashlib.sha256(password).digest()  # of one length: comparing tells nothing of its own


def _given(authorization: str) -> bytes:
    """The password of a Basic header (RFC 7617); the name before it may be any."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        said = base64.b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return said.partition(b":")[2]


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _network(remote: str) -> str:
    """Whose failures are counted together: an IPv4 address, an IPv6 /64."""
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return remote
    if address.version == 4:
        return remote
    return str(ipaddress.ip_network((address, 64), strict=False))
