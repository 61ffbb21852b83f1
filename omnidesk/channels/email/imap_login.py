"""The way in to an IMAP server: connection, TLS, log-in."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from base64 import b64encode

from omnidesk.channels.email.imap_names import quotable, quoted
from omnidesk.channels.email.imap_order import Answer, LinkLost, NotTrusted
from omnidesk.channels.email.imap_protocol import Octets, Wire
from omnidesk.channels.email.settings import Imap
from omnidesk.channels.email.tls import tls_context
from omnidesk.core.errors import Blocked
from omnidesk.core.language import _
from omnidesk.core.reaching import unreached
from omnidesk.settings import SecretError

_PASSING = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA)\b|too many", re.I)


async def connect(wire: Wire, channel: str, settings: Imap) -> None:
    """Connect and secure `wire`. LinkLost, NotTrusted, or Blocked for the `ca_file`."""
    context = None
    if settings.security != "none":
        where = f"channels.{channel}.imap.ca_file"
        context = await asyncio.to_thread(tls_context, settings.ca_file, channel, where)
    await _reach(wire, settings, context if settings.security == "tls" else None)
    greeting = await wire.greeting()
    if settings.security == "starttls" and context is not None:
        await capabilities(wire)
        if greeting != "OK" or "STARTTLS" not in wire.capabilities:
            raise NotTrusted(_("it does not offer STARTTLS, so no password was sent"))
        await wire.upgrade(context, settings.host)
    if greeting == "PREAUTH":
        raise NotTrusted(_("it lets anybody in unasked; a mailbox needs a log-in"))


async def log_in(wire: Wire, channel: str, settings: Imap) -> None:
    """Log in by token or password. Blocked where it is refused, LinkLost where it is for now."""
    await capabilities(wire)
    secret = settings.token or settings.password
    assert secret is not None
    try:
        word = await asyncio.to_thread(secret.reveal)
    except SecretError as error:
        raise Blocked(f"{channel}: {error}") from error
    key = f"channels.{channel}.imap.{'token' if settings.token is not None else 'password'}"
    try:
        answer = await _present(wire, settings, word)
    except _NotOffered as error:
        raise Blocked(
            _("{channel}: {host} {what}; check {key}").format(
                channel=channel, host=settings.host, what=error, key=key
            )
        ) from error
    if answer.status != "OK":
        if _PASSING.search(answer.text):
            raise LinkLost(_("log-in is not possible now: {said}").format(said=answer.text))
        raise Blocked(
            _(
                "{channel}: login refused by {host}; check channels.{channel}.imap.username and "
                "{key} ({said})"
            ).format(channel=channel, host=settings.host, key=key, said=answer.text)
        )
    await capabilities(wire)


async def capabilities(wire: Wire) -> None:
    """Ask what the server can do; what it says by the way is not to be relied on."""
    answer = await wire.run("CAPABILITY")
    if answer.status != "OK":
        raise LinkLost(_("CAPABILITY is refused: {said}").format(said=answer.text))


class _NotOffered(Exception):
    """The server knows no way to log in that we could go."""


async def _reach(wire: Wire, settings: Imap, context: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            transport, _protocol = await loop.create_connection(
                lambda: wire, settings.host, settings.where, ssl=context
            )
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(
            _("its certificate is refused: {why}").format(why=error.verify_message)
        ) from error
    except ssl.SSLError as error:
        raise LinkLost(
            _("TLS failed: {why}; check its security and port").format(why=error.reason)
        ) from error
    except TimeoutError as error:
        raise LinkLost(_("cannot be reached: no answer")) from error
    except OSError as error:
        raise LinkLost(unreached(settings.where, error)) from error
    _keep_alive(transport.get_extra_info("socket"))


def _keep_alive(sock: socket.socket) -> None:
    """Let the kernel find a dead peer within a minute, while IDLE is silent for many."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def _present(wire: Wire, settings: Imap, word: str) -> Answer:
    name = settings.username
    if settings.token is not None:
        return await _authenticate(wire, "XOAUTH2", f"user={name}\1auth=Bearer {word}\1\1")
    if "LOGINDISABLED" in wire.capabilities:
        return await _authenticate(wire, "PLAIN", f"\0{name}\0{word}")
    if "\0" in name + word:
        raise _NotOffered(_("takes no NUL byte in a name or password"))
    args: list[str] = []
    replies: list[Octets] = []
    for text in (name, word):
        if quotable(text):
            args.append(quoted(text))
        else:
            replies.append(text.encode())
            args.append(f"{{{len(text.encode())}}}")
    return await wire.run("LOGIN", *args, replies=replies)


async def _authenticate(wire: Wire, mechanism: str, text: str) -> Answer:
    """SASL; a refused XOAUTH2 sends a challenge that wants an empty answer."""
    if f"AUTH={mechanism}" not in wire.capabilities:
        raise _NotOffered(_("does not offer {way}").format(way=mechanism))
    code = b64encode(text.encode())
    return await wire.run("AUTHENTICATE", mechanism, replies=[code, b""])
