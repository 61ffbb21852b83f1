"""A session with an SMTP server: connected, secured, logged in, and closed whatever happens."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib

from omnidesk.channels.email.envelope import shown
from omnidesk.channels.email.settings import Smtp
from omnidesk.channels.email.tls import tls_context
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.language import _
from omnidesk.core.reaching import unreached, why
from omnidesk.settings import SecretError

_WAIT = re.compile(r"\b(\d{1,5})\s*(s|m|h)(?:ec|econd|in|inute|our)?s?\b", re.I)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@asynccontextmanager
async def session(channel: str, settings: Smtp, address: str) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is logged in, and closed whatever happens."""
    patience = settings.timeout.total_seconds()
    context = None
    if settings.security != "none":
        context = await asyncio.to_thread(
            tls_context, settings.ca_file, channel, f"channels.{channel}.smtp.ca_file"
        )
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.where,
        local_hostname=address.rpartition("@")[2],
        timeout=patience,
        use_tls=settings.security == "tls",
        start_tls=False,
        tls_context=context,
    )
    try:
        try:
            async with asyncio.timeout(patience * 3):
                await _open(client, channel, settings)
        except TimeoutError as error:
            raise Unreachable(
                _("{channel}: {host}: the server does not answer").format(
                    channel=channel, host=settings.host
                )
            ) from error
        yield client
        hang_up(client)
    finally:
        drop(client)


async def _open(client: aiosmtplib.SMTP, channel: str, settings: Smtp) -> None:
    """Connect, secure and log in; the one place where errors of these steps become our own."""
    where = f"channels.{channel}.smtp"
    try:
        await client.connect()
        await client.ehlo()
        if settings.security == "starttls":
            if not client.supports_extension("starttls"):
                raise Blocked(
                    _(
                        "{channel}: {host} does not offer STARTTLS, so no password was sent; "
                        "check {where}.security"
                    ).format(channel=channel, host=settings.host, where=where)
                )
            await client.starttls(server_hostname=settings.host)
            await client.ehlo()
        await _log_in(client, channel, settings)
    except aiosmtplib.SMTPAuthenticationError as error:
        said = f"({error.code} {shown(error.message)})"
        if error.code < 500:
            raise Unreachable(
                _("{channel}: {host}: no log-in now {said}").format(
                    channel=channel, host=settings.host, said=said
                )
            ) from error
        key = "token" if settings.token is not None else "password"
        raise Blocked(
            _(
                "{channel}: login refused by {host}; check {where}.username and {where}.{key} "
                "{said}"
            ).format(channel=channel, host=settings.host, where=where, key=key, said=said)
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        wrong = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(wrong, ssl.SSLCertVerificationError):
            raise Blocked(
                _(
                    "{channel}: {host}: its certificate is refused: {why}; check {where}.host "
                    "and ca_file"
                ).format(channel=channel, host=settings.host, why=wrong.verify_message, where=where)
            ) from error
        if isinstance(wrong, OSError) and isinstance(error, aiosmtplib.SMTPConnectError):
            said = unreached(settings.where, wrong)
            raise Unreachable(f"{channel}: {settings.host}: {said}") from error
        wait = told(error.message) if isinstance(error, aiosmtplib.SMTPException) else None
        raise Unreachable(f"{channel}: {settings.host}: {reason_of(error)}", wait) from error


async def _log_in(client: aiosmtplib.SMTP, channel: str, settings: Smtp) -> None:
    """One way only: each further one would be another wrong password in the server's count."""
    secret = settings.token or settings.password
    if secret is None or settings.username is None:
        return
    ways = {
        "xoauth2": client.auth_xoauth2,
        "plain": client.auth_plain,
        "login": client.auth_login,
        "cram-md5": client.auth_crammd5,
    }
    wanted = ["xoauth2"] if settings.token is not None else ["plain", "login", "cram-md5"]
    way = next((one for one in wanted if one in client.server_auth_methods), None)
    if way is None:
        raise Blocked(
            _(
                "{channel}: {host} offers none of {ways} to log in; check "
                "channels.{channel}.smtp.security and port"
            ).format(channel=channel, host=settings.host, ways=", ".join(wanted))
        )
    try:
        word = await asyncio.to_thread(secret.reveal)
    except SecretError as error:
        raise Blocked(f"{channel}: {error}") from error
    await ways[way](settings.username, word)


def hang_up(client: aiosmtplib.SMTP) -> None:
    """Say QUIT where that is still possible, and close without waiting for an answer."""
    transport = client.transport
    if isinstance(transport, asyncio.Transport) and not transport.is_closing():
        transport.write(b"QUIT\r\n")
    client.close()


def drop(client: aiosmtplib.SMTP) -> None:
    """Close at once: nothing that is still unsent may linger."""
    transport = client.transport
    if isinstance(transport, asyncio.Transport) and not transport.is_closing():
        transport.abort()
    client.close()


def told(text: str) -> float | None:
    """How many seconds the server asks us to wait, where it says so."""
    found = _WAIT.search(text)
    return int(found[1]) * _SECONDS[found[2].lower()] if found else None


def reason_of(error: aiosmtplib.SMTPException | OSError) -> str:
    """What went wrong, for a person."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {shown(error.message)}"
    if isinstance(error, TimeoutError):
        return _("the server does not answer")
    if isinstance(error, aiosmtplib.SMTPException):
        return shown(error.message)
    return why(error)
