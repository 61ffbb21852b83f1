"""One attempt to hand a letter to an SMTP server: open, send, close.

Until the final dot leaves, nothing can have gone out; from then until the answer it may have
(RFC 1047). The letter is written piece by piece, so a large file is never whole in memory.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from hashlib import sha256

import aiosmtplib

from omnidesk.channels.email.compose import Composed
from omnidesk.channels.email.envelope import shown
from omnidesk.channels.email.settings import Smtp
from omnidesk.channels.email.smtp_session import drop, hang_up, reason_of, session, told
from omnidesk.core.channel import Deferred, Outcome, Rejected, Sent, Unknown
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.language import _, ngettext

_LINE_END = re.compile(rb"\r\n|\r|\n")
_SLOWEST = 16 << 10
_PATIENT = 4
_WANTS_LOGIN = frozenset({530, 534, 535, 538})


class _LeftUnread(Exception):
    """A file of the letter cannot be read; its text says which and why."""


async def send(channel: str, settings: Smtp, letter: Composed) -> Outcome:
    """Try once. Raises Blocked where nothing went out and only a person can help."""
    try:
        async with session(channel, settings, letter.envelope.sender) as client:
            return await _transact(client, channel, settings, letter)
    except Unreachable as error:
        return Deferred(reason=str(error), retry_after=error.retry_after)


async def check(channel: str, settings: Smtp, address: str) -> None:
    """Log in and leave. Raises Blocked or Unreachable."""
    async with session(channel, settings, address):
        return


async def _transact(
    client: aiosmtplib.SMTP, channel: str, settings: Smtp, letter: Composed
) -> Outcome:
    """MAIL, RCPT, DATA (RFC 5321 section 3.3)."""
    if (obstacle := _obstacle(client, letter)) is not None:
        return Rejected(reason=f"{settings.host}: {obstacle}")
    envelope = letter.envelope
    options = [f"SIZE={letter.size}"] if client.supports_extension("size") else []
    options += ["SMTPUTF8"] if envelope.international else []
    refused: dict[str, aiosmtplib.SMTPResponse] = {}
    try:
        sender = f"FROM:<{envelope.sender}>"
        answer = await _said(client, "MAIL", sender, *options)
        if answer.code in _WANTS_LOGIN:
            raise Blocked(
                _("{channel}: {host} wants a login; check channels.{channel}.smtp.username").format(
                    channel=channel, host=settings.host
                )
            )
        if answer.code // 100 != 2:
            return _verdict(settings.host, answer, whom=envelope.sender)
        for recipient in envelope.recipients:
            answer = await _said(client, "RCPT", f"TO:<{recipient}>")
            if answer.code // 100 != 2:
                refused[recipient] = answer
        if len(refused) == len(envelope.recipients):
            return _all_refused(settings.host, refused)
        answer = await _said(client, "DATA")
        if answer.code != 354:
            return _verdict(settings.host, answer)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Deferred(reason=f"{channel}: {settings.host}: {reason_of(error)}")
    return await _data(client, settings, letter, tuple(refused))


async def _said(client: aiosmtplib.SMTP, *words: str) -> aiosmtplib.SMTPResponse:
    return await client.execute_command(*(word.encode() for word in words))


def _obstacle(client: aiosmtplib.SMTP, letter: Composed) -> str | None:
    """Why this server can never take this letter, as far as it says so beforehand."""
    if letter.envelope.international and not client.supports_extension("smtputf8"):
        odd = next(a for a in letter.envelope.recipients if not a.isascii())
        return _("cannot carry the address {address} (no SMTPUTF8)").format(address=odd)
    limit = client.esmtp_extensions.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit[:18]) < letter.size:
        most = int(limit[:18])
        return ngettext(
            "takes letters of up to {n:,} byte, this one has {size:,}",
            "takes letters of up to {n:,} bytes, this one has {size:,}",
            most,
        ).format(n=most, size=letter.size)
    return None


def _all_refused(host: str, refused: dict[str, aiosmtplib.SMTPResponse]) -> Outcome:
    """Deferred if only one of them may be taken later: that one is worth another attempt."""
    first, answer = min(refused.items(), key=lambda item: item[1].code)
    return _verdict(host, answer, whom=first)


def _verdict(host: str, answer: aiosmtplib.SMTPResponse, *, whom: str | None = None) -> Outcome:
    reason = (
        _("{host} refuses {address}: {said}") if whom else _("{host} refuses the letter: {said}")
    )
    said = f"{answer.code} {shown(answer.message)}"
    reason = reason.format(host=host, address=whom, said=said)
    if answer.code // 100 == 5:
        return Rejected(reason=reason)
    return Deferred(reason=reason, retry_after=told(answer.message))


async def _data(
    client: aiosmtplib.SMTP, settings: Smtp, letter: Composed, refused: tuple[str, ...]
) -> Outcome:
    """The letter itself, up to the answer that counts."""
    protocol, transport = client.protocol, client.transport
    host, patience = settings.host, settings.timeout.total_seconds()
    if protocol is None or not isinstance(transport, asyncio.Transport):
        return Deferred(reason=_("{host}: the connection was lost").format(host=host))
    digest = sha256()
    writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
    reply = asyncio.create_task(protocol.read_response(), name="smtp answer to a letter")
    reply.add_done_callback(_seen)
    dotted = answered = False
    try:
        async with asyncio.timeout(patience * 2 + letter.size / _SLOWEST):
            async for piece in _pieces(letter, digest.update):
                async with asyncio.timeout(patience):
                    writer.write(piece)
                    await writer.drain()
                if reply.done():
                    break
            else:
                dotted = True
                writer.write(b".\r\n")
                await writer.drain()
        async with asyncio.timeout(patience * _PATIENT if dotted else patience):
            answer = await reply
        answered = dotted
    except _LeftUnread as error:
        return Rejected(reason=str(error))
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = f"{host}: {reason_of(error)}"
        if dotted:
            return Unknown(
                reason=_("{reason}, after the whole letter was handed over").format(reason=reason)
            )
        return Deferred(
            reason=_("{reason}, before the whole letter was handed over").format(reason=reason)
        )
    finally:
        reply.cancel()
        if answered:
            hang_up(client)
        else:
            drop(client)
    if answer.code // 100 in (4, 5):
        return _verdict(host, answer)
    if answer.code // 100 != 2 or not dotted:
        return Unknown(
            reason=_("{host} answers the letter with {code}").format(host=host, code=answer.code)
        )
    return Sent(external_id=digest.hexdigest(), message_id=letter.message_id, refused=refused)


async def _pieces(letter: Composed, seen: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    """The letter as DATA carries it; `seen` gets its own bytes. Files are read in a thread."""

    def watched() -> Iterator[bytes]:
        for chunk in letter:
            seen(chunk)
            yield chunk

    pieces = stuffed(watched())
    while True:
        try:
            piece = (
                await asyncio.to_thread(next, pieces, None) if letter.files else next(pieces, None)
            )
        except OSError as error:
            raise _LeftUnread(
                _("the file {file} cannot be read: {why}").format(
                    file=shown(str(error.filename)), why=error.strerror
                )
            ) from error
        if piece is None:
            return
        yield piece


def stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A letter as DATA carries it: CRLF alone ends lines, and no line is a lone dot.

    A bare CR or LF never leaves, so no server can see an end where there is none.
    """
    carried, fresh = b"", True
    for chunk in chunks:
        data = carried + chunk
        carried = b"\r" if data.endswith(b"\r") else b""
        data = _LINE_END.sub(b"\r\n", data.removesuffix(b"\r") if carried else data)
        if not data:
            continue
        dotted = data.replace(b"\n.", b"\n..")
        yield b"." + dotted if fresh and dotted.startswith(b".") else dotted
        fresh = data.endswith(b"\n")
    if carried or not fresh:
        yield b"\r\n"


def _seen(task: asyncio.Task[aiosmtplib.SMTPResponse]) -> None:
    """Keep asyncio from reporting an error that the outcome already tells."""
    if not task.cancelled():
        task.exception()
