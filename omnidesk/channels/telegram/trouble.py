"""PTB's errors in the words of the desk."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
from telegram.error import (
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from omnidesk.core.errors import Blocked, ChannelError, Unreachable
from omnidesk.core.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFLICT_WAIT = 30.0
_LONGEST = 200
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_BROKEN = (httpx.NetworkError, httpx.ProxyError, httpx.RemoteProtocolError)
"""What httpx makes of an error of the connection itself; what we raise has no cause."""


def channel_error(name: str, server: str, error: TelegramError) -> ChannelError:
    """What keeps a channel from receiving, and what a person can do about it."""
    match error:
        case InvalidToken() | EndPointNotFound():
            return Blocked(
                _(
                    "{channel}: {server} refused the bot's token; check channels.{channel}.token"
                ).format(channel=name, server=server)
            )
        case Conflict() if "webhook" in error.message:
            return Unreachable(
                _(
                    "{channel}: another program set a webhook for this bot; stop it, or make a "
                    "bot for each"
                ).format(channel=name),
                _CONFLICT_WAIT,
            )
        case Conflict():
            return Unreachable(
                _(
                    "{channel}: another program polls this bot; stop it, or make a bot for each"
                ).format(channel=name),
                _CONFLICT_WAIT,
            )
        case RetryAfter():
            seconds = retry_seconds(error)
            return Unreachable(
                _("{channel}: {server} asks to wait {seconds:g} s").format(
                    channel=name, server=server, seconds=seconds
                ),
                seconds,
            )
        case TimedOut():
            return Unreachable(
                _("{channel}: {server} does not answer").format(channel=name, server=server)
            )
    certificate = next(
        (e for e in _chain(error) if isinstance(e, ssl.SSLCertVerificationError)), None
    )
    if certificate is not None:
        return Blocked(
            _(
                "{channel}: the certificate of {server} is not trusted ({why}); check "
                "channels.{channel}.api_url"
            ).format(channel=name, server=server, why=certificate.verify_message)
        )
    return Unreachable(f"{name}: {server}: {said(error)}")


def said(error: TelegramError) -> str:
    """What the server said, without the customer's words and in one short line.

    Where it said nothing, because the connection failed, what kept us from it.
    """
    if isinstance(error, TimedOut):
        return _("no answer in time")
    if isinstance(error.__cause__, _BROKEN) and error.__cause__.__cause__ is not None:
        return _broken(error.__cause__)
    text = error.message.partition(". Parsing the server response")[0]
    return " ".join(text.split())[:_LONGEST] or type(error).__name__


def _broken(error: httpx.HTTPError) -> str:
    system = [e for e in _chain(error) if isinstance(e, OSError) and e.errno is not None]
    if any(isinstance(e, socket.gaierror) for e in system):
        return _("its name is not known here; is the network up?")
    number = system[-1].errno if system else None
    if number == errno.ECONNREFUSED:
        return _("it takes no connections")
    if number in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return _("no way leads to it; is the network up?")
    if isinstance(error, httpx.ProxyError):
        return _("the proxy does not let it through")
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return _("the connection broke off")
    return os.strerror(number) if number else _("no connection comes about")


def retry_seconds(error: RetryAfter) -> float:
    """How long the server asks to wait, in seconds."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def never_left(error: TelegramError) -> bool:
    """Whether a call failed before its first byte was on the way."""
    return isinstance(error.__cause__, _NOT_SENT)


def was_answered(error: TelegramError) -> bool:
    """Whether the server itself said no; a gateway in front of it cannot know."""
    if isinstance(error, TimedOut) or error.__cause__ is not None:
        return False
    gateway = error.message.startswith(("Bad Gateway", "Gateway Time", "Unknown HTTPError"))
    return isinstance(error, NetworkError | Conflict) and not gateway


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _step in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
