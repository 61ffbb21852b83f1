"""The TOML of an e-mail channel."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from omnidesk.channels.email.envelope import CannotCompose, ascii_address
from omnidesk.settings import Duration, Port, Secret, Security, Strict

_IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
_SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_SENT_NAMES = frozenset(
    ("sent", "sent items", "sent messages", "sent mail", "отправленные", "исходящие")
)
"""What the common mail programs call the folder of what was sent (RFC 6154 has \\Sent)."""

_SERVER_ID = re.compile(r"[A-Za-z0-9!#$%&*+./:?@^_{|}~-]{1,253}")


class Server(Strict):
    """How to reach a mail server and who we are there."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    """The server's name, as its certificate has it."""
    port: Port | None = None
    """Where it listens; the usual port of `security` unless told."""
    security: Security = "tls"
    """`tls`, `starttls`, or `none` for a server on this very machine."""
    username: str | None = None
    """The account's name at the server."""
    password: Secret | None = None
    """The account's password."""
    token: Secret | None = None
    """An OAuth2 access token in place of a password, read anew at each log-in."""
    ca_file: str | None = None
    """The certificate authorities to trust, a file beside the TOML; the system's unless told."""
    timeout: Duration = timedelta(seconds=30)
    """How long the server may say nothing while it owes an answer."""

    @field_validator("host")
    @classmethod
    def _a_host(cls, value: str) -> str:
        if not value.isprintable() or any(c in value for c in " /@"):
            raise ValueError(f"is the name of a server, like mail.example.com, not {value!r}")
        return value

    @field_validator("ca_file")
    @classmethod
    def _beside(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        folder = (info.context or {}).get("folder", Path())
        return str(folder / Path(value).expanduser())

    @field_validator("timeout")
    @classmethod
    def _bearable(cls, value: timedelta) -> timedelta:
        if not timedelta(milliseconds=100) <= value <= timedelta(minutes=5):
            raise ValueError("is between 100ms and 5m")
        return value

    @model_validator(mode="after")
    def _secured(self) -> Self:
        if self.security == "none" and not _is_loopback(self.host):
            raise ValueError(
                f'security = "none" is only for a server on this machine, not {self.host}; '
                'use "tls" or "starttls"'
            )
        if self.password is not None and self.token is not None:
            raise ValueError("password and token exclude each other; keep one")
        if (self.password or self.token) is not None and not self.username:
            raise ValueError("a password or token needs a username beside it")
        if self.username and self.password is None and self.token is None:
            raise ValueError("a username needs a password or token beside it")
        return self


class Imap(Server):
    """Where letters come from."""

    username: str
    """The account's name at the server."""
    folders: list[str] = Field(default=["INBOX"], min_length=1)
    """The folders whose letters are received, all of them from the first on."""
    sent: str | None = None
    """The folder of what we sent: each reply is copied there, and what others of us wrote from a
    phone or a mail program is taken from there as our own. None unless told."""
    poll: Duration = timedelta(seconds=30)
    """How often folders are looked at that the server does not report on by itself."""

    @field_validator("folders")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        for folder in value:
            _a_folder(folder)
        if len(set(value)) < len(value):
            raise ValueError("names a folder twice")
        return value

    @property
    def received(self) -> list[str]:
        """Every folder that is looked at."""
        sent = [self.sent] if self.sent and self.sent not in self.folders else []
        return [*self.folders, *sent]

    def is_ours(self, folder: str) -> bool:
        """Whether only our own people can put letters there."""
        return folder == self.sent or folder.rpartition("/")[2].lower() in _SENT_NAMES

    @field_validator("sent")
    @classmethod
    def _a_folder(cls, value: str | None) -> str | None:
        return value if value is None else _a_folder(value)

    @field_validator("poll")
    @classmethod
    def _not_a_hammer(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(minutes=9):
            raise ValueError("is between 1s and 9m")
        return value

    @property
    def where(self) -> int:
        """The port."""
        return self.port or _IMAP_PORTS[self.security]


class Smtp(Server):
    """Where replies go out."""

    @property
    def where(self) -> int:
        """The port."""
        return self.port or _SMTP_PORTS[self.security]


class EmailSettings(Strict):
    """One mailbox: what comes by IMAP, what goes by SMTP."""

    address: str
    """Our address, which replies come from."""
    aliases: list[str] = Field(default=[])
    """Further addresses whose letters land in this mailbox."""
    name: str | None = None
    """What stands beside our address; the desk's name unless told."""
    authserv_id: str | None = None
    """Our receiving server as it names itself in Authentication-Results (RFC 8601), like
    mx.example.com: where it says that nothing proves a sender, the letter stands apart and marked.
    It must remove such fields that others wrote in its name. Not looked at unless told."""
    imap: Imap | None = None
    """Where letters come from; without it nothing is received."""
    smtp: Smtp | None = None
    """Where replies go out; without it nothing is sent."""

    @field_validator("address")
    @classmethod
    def _one(cls, value: str) -> str:
        return _an_address(value)

    @field_validator("aliases")
    @classmethod
    def _each(cls, value: list[str]) -> list[str]:
        return [_an_address(address) for address in value]

    @field_validator("authserv_id")
    @classmethod
    def _a_word(cls, value: str | None) -> str | None:
        if value is not None and not _SERVER_ID.fullmatch(value):
            raise ValueError(f"is one word before the first semicolon, not {value!r}")
        return value

    @model_validator(mode="after")
    def _one_way_at_least(self) -> Self:
        if self.imap is None and self.smtp is None:
            raise ValueError("needs imap to receive, smtp to send, or both")
        return self


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _a_folder(name: str) -> str:
    if not name or any(c < " " or c == "\x7f" for c in name):
        raise ValueError(f"{name!r} cannot be a folder's name")
    return name


def _an_address(value: str) -> str:
    try:
        ascii_address(value)
    except CannotCompose as error:
        raise ValueError(f"is a bare address, like support@example.com; {error}") from error
    return value
