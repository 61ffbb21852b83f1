"""An SMTP server (aiosmtpd) in the caller's own event loop, with faults on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_LARGEST = 64 * 2**20
Stage = Literal["mail", "rcpt", "data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A letter as it came by SMTP: the envelope, and the bytes between DATA and the dot."""

    sender: str
    recipients: tuple[str, ...]
    letter: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the server says instead of 250, and where; without an answer it hangs up.

    `kept` takes the letter all the same, which the client cannot know.
    """

    stage: Stage
    answer: str | None
    kept: bool = False


class SmtpServer:
    """Hands every letter it accepts to `take`; `port` is set by the first `start`.

    With a password it is a submission server: MAIL wants a login first.
    """

    host = "127.0.0.1"

    def __init__(
        self, take: Callable[[Posted], Awaitable[None]], password: str | None = None
    ) -> None:
        self.port = 0
        self.logins: list[str] = []
        self._take = take
        self._password = password
        self._refusals: deque[Refusal] = deque()
        self._listening: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    def refuse_next(self, answer: str, stage: Stage = "data", times: int = 1) -> None:
        """Answer `"451 4.3.0 try later"` to the next letters; after a 421 the line is cut."""
        self._refusals.extend([Refusal(stage=stage, answer=answer)] * times)

    def hang_up_next(self, *, kept: bool, stage: Stage = "data") -> None:
        """Cut the line instead of the next answer, with the letter taken or not."""
        self._refusals.append(Refusal(stage=stage, answer=None, kept=kept))

    async def start(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._protocol, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._listening is None:
            return
        self._listening.close()
        for protocol in self._open:
            _cut(protocol)
        await self._listening.wait_closed()
        self._listening = None
        await asyncio.sleep(0)  # the cut connections' own tasks end now, not after the loop

    def _protocol(self) -> SMTP:
        self._open = {one for one in self._open if one.transport is not None}
        protocol = SMTP(
            self,
            hostname="mail.sandbox.test",
            ident="sandbox",
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._login,
            auth_exclude_mechanism=() if self._password else ("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self._open.add(protocol)
        return protocol

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword) or self._password is None:
            return AuthResult(success=False, handled=False)
        right = data.password == self._password.encode()
        if right:
            self.logins.append(data.login.decode())
        return AuthResult(success=right, handled=False, auth_data=data.login)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self._password is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if refusal := self._next("mail"):
            return await self._refuse(refusal, server, envelope)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if refusal := self._next("rcpt"):
            return await self._refuse(refusal, server, envelope)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if refusal := self._next("data"):
            return await self._refuse(refusal, server, envelope)
        await self._take(_posted(envelope))
        return "250 2.0.0 Taken"

    def _next(self, stage: Stage) -> Refusal | None:
        if self._refusals and self._refusals[0].stage == stage:
            return self._refusals.popleft()
        return None

    async def _refuse(self, refusal: Refusal, server: SMTP, envelope: Envelope) -> str:
        if refusal.kept:
            await self._take(_posted(envelope))
        if refusal.answer is None:
            _cut(server)
            return "421 4.3.0 never seen"
        if refusal.answer.startswith("421"):
            asyncio.get_running_loop().call_later(0.05, _cut, server)
        return refusal.answer


def _cut(protocol: SMTP) -> None:
    transport = protocol.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _posted(envelope: Envelope) -> Posted:
    content = envelope.content
    assert isinstance(content, bytes)
    return Posted(
        sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), letter=content
    )
