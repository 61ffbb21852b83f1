"""One IMAP connection: one command at a time, and thrown away whenever it is in doubt.

aioimaplib's protocol with another reader and another way to wait. Its own reader recurses once a
line, deletes `* ` inside lines and counts brackets; its commands survive neither a lost
connection nor a time-out.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aioimaplib import aioimaplib

from omnidesk.channels.email.imap_order import Answer, LinkLost, NotTrusted, Order, printable
from omnidesk.channels.email.imap_reader import Nonsense, Reader, Response, drop_files
from omnidesk.core.language import _

Octets = bytes | Iterable[bytes]
_KIND = re.compile(rb"\* (?:(\d{1,18}) )?([A-Za-z]+)")
_MOST_SECONDS = 900.0


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # aioimaplib is untyped
    """The protocol of one connection. Whatever goes wrong is a LinkLost, and is for good.

    `patience` is how many seconds the server may say nothing while it owes an answer.
    """

    def __init__(self, spool: Path, patience: float) -> None:
        super().__init__(asyncio.get_running_loop())
        self.transport: asyncio.Transport | None = None
        self.lost: LinkLost | None = None
        self.gone = asyncio.Event()
        self.news = asyncio.Event()
        self.capabilities: frozenset[str] = frozenset()
        self._patience = patience
        self._reader = Reader(spool)
        self._order: Order | None = None
        self._greeting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._clock: asyncio.Timeout | None = None
        self._hard = 0.0
        self._writable = asyncio.Event()
        self._writable.set()
        self._sealed = False

    # What the transport calls.

    def data_received(self, d: bytes) -> None:
        if self.gone.is_set():
            return
        if self._clock is not None and not self._clock.expired():
            now = asyncio.get_running_loop().time()
            self._clock.reschedule(min(now + self._patience, self._hard))
        try:
            for response in self._reader.feed(d):
                self._take(response)
                if self.gone.is_set():
                    drop_files(response)
                    return
            if self._sealed and not self._reader.empty:
                raise Nonsense(_("plain text behind STARTTLS"))
        except Nonsense as nonsense:
            self.fail(LinkLost(_("the server talks nonsense: {error}").format(error=nonsense)))
        except OSError as error:
            self.fail(LinkLost(_("the spool takes no more: {why}").format(why=error.strerror)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(
            LinkLost(
                _("the connection was lost") if exc is None else _("lost: {why}").format(why=exc)
            )
        )

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the mailbox calls.

    async def greeting(self) -> str:
        """`OK`, `PREAUTH`; LinkLost where the server does not want us."""
        async with self._bounded(self._patience):
            return await self._greeting

    async def run(
        self,
        name: str,
        *args: str,
        wants: Iterable[bytes] = (),
        replies: Sequence[Octets] = (),
        literals: int = 0,
        seconds: float | None = None,
    ) -> Answer:
        """Give one command and wait for its end.

        `replies` are sent one at each `+`; `wants` are the untagged responses to be kept;
        `literals` is how many of them the answer may bring; `seconds` bounds it all.
        """
        order = self._give(name, *args, wants=wants, replies=len(replies), literals=literals)
        async with self._bounded(seconds or self._patience * 2):
            self._write(f"{order.tag} {name}{''.join(' ' + a for a in args)}\r\n".encode())
            for reply in replies:
                if not await self._turn(order):
                    break
                await self._pour(reply)
            return await self._end(order)

    async def idle(self, seconds: float) -> bool:
        """IDLE (RFC 2177) until `news` is set or time is over; False where it is refused."""
        order = self._give("IDLE", wants=(), replies=1, literals=0)
        async with self._bounded(self._patience):
            self._write(f"{order.tag} IDLE\r\n".encode())
            idling = await self._turn(order)
        if idling:
            await self.until_news(seconds)
        async with self._bounded(self._patience):
            if idling:
                self._write(b"DONE\r\n")
            await self._end(order)
        return idling

    async def until_news(self, seconds: float) -> None:
        """Wait until the server reports something by itself, is lost, or time is over."""
        waited = False
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
            waited = True
        except TimeoutError:
            waited = True
        finally:
            if not waited:
                self.fail(LinkLost(_("given up while waiting")))

    async def upgrade(self, context: ssl.SSLContext, host: str) -> None:
        """Turn the connection into TLS, after the server agreed to STARTTLS."""
        self._sealed = True
        async with self._bounded(self._patience):
            answer = await self.run_in_bounds("STARTTLS")
            if answer.status != "OK":
                raise NotTrusted(_("the server refuses STARTTLS"))
            assert self.transport is not None
            try:
                self.transport = await asyncio.get_running_loop().start_tls(
                    self.transport, self, context, server_hostname=host
                )
            except ssl.SSLCertVerificationError as error:
                raise NotTrusted(
                    _("its certificate is refused: {why}").format(why=error.verify_message)
                ) from error
            except OSError as error:
                raise LinkLost(_("TLS failed: {why}").format(why=error)) from error
        self._sealed = False
        self.capabilities = frozenset()

    async def run_in_bounds(self, name: str) -> Answer:
        """A command without arguments, inside time bounds that its caller has set."""
        order = self._give(name, wants=(), replies=0, literals=0)
        self._write(f"{order.tag} {name}\r\n".encode())
        return await self._end(order)

    def fail(self, error: LinkLost) -> None:
        """Throw the connection away; what waits for it ends now."""
        if self.lost is not None:
            return
        self.lost = error
        self._reader.drop()
        if self.transport is not None:
            self.transport.abort()
        if not self._greeting.done():
            self._greeting.set_exception(error)
            self._greeting.exception()
        if self._order is not None:
            self._order.fail(error)
        self.gone.set()
        self.news.set()
        self._writable.set()

    # How it is done.

    def _give(
        self, name: str, *args: str, wants: Iterable[bytes], replies: int, literals: int
    ) -> Order:
        if self.lost is not None:
            raise self.lost
        if self._order is not None:
            raise RuntimeError(f"{name} was given while {self._order.name} is under way")
        self._order = Order(name, self.new_tag(), *args, wants=frozenset(wants), replies=replies)
        self._reader.allow(literals)
        return self._order

    async def _end(self, order: Order) -> Answer:
        status, text = await order.over
        self._order = None
        return Answer(status=status, text=text, responses=order.responses)

    async def _turn(self, order: Order) -> bool:
        """Wait for a `+`; False where the command ended without one."""
        while not order.turns and not order.over.done():
            order.turned.clear()
            await order.turned.wait()
        if not order.turns:
            return False
        order.turns -= 1
        return True

    async def _pour(self, octets: Octets) -> None:
        for chunk in [octets] if isinstance(octets, bytes) else octets:
            self._write(chunk)
            await self._writable.wait()
        self._write(b"\r\n")

    def _write(self, data: bytes) -> None:
        if self.lost is not None:
            raise self.lost
        assert self.transport is not None
        self.transport.write(data)

    @asynccontextmanager
    async def _bounded(self, seconds: float) -> AsyncIterator[None]:
        """Silence and length bounded; whoever leaves without an end leaves no connection."""
        finished = False
        self._hard = asyncio.get_running_loop().time() + min(seconds, _MOST_SECONDS)
        try:
            if self.lost is not None:
                raise self.lost
            async with asyncio.timeout(min(seconds, self._patience)) as self._clock:
                yield
            finished = True
        except TimeoutError as error:
            raise LinkLost(_("the server does not answer")) from error
        finally:
            self._clock = None
            if not finished:
                self.fail(LinkLost(_("given up while an answer was due")))
                for response in self._order.responses if self._order else ():
                    drop_files(response)

    def _take(self, response: Response) -> None:
        head = response[0]
        assert isinstance(head, bytes)
        if self._sealed and (self._order is None or self._order.over.done()):
            raise Nonsense(_("plain text behind STARTTLS"))
        if not self._greeting.done():
            self._greet(head)
        elif head.startswith(b"* "):
            self._untagged(head, response)
        elif head.startswith(b"+"):
            self._plus()
        else:
            self._tagged(head)

    def _greet(self, head: bytes) -> None:
        word, _space, text = head[2:].partition(b" ")
        if (word := word.upper()) in (b"OK", b"PREAUTH"):
            self._greeting.set_result(word.decode())
        else:
            self.fail(LinkLost(_("the server turns us away: {said}").format(said=printable(text))))

    def _untagged(self, head: bytes, response: Response) -> None:
        found = _KIND.match(head)
        kind = found[2].upper() if found else b""
        if kind == b"BYE" and (self._order is None or self._order.name != "LOGOUT"):
            self.fail(LinkLost(_("the server hangs up: {said}").format(said=printable(head[6:]))))
        elif kind == b"EXISTS":
            self.news.set()
        elif kind == b"CAPABILITY":
            self.capabilities = frozenset(printable(head[13:], 8000).upper().split())
        if self._order is None or kind not in self._order.wants:
            drop_files(response)
            return
        self._order.keep(response)

    def _plus(self) -> None:
        if self._order is not None and self._order.name == "IDLE" and self._order.turns:
            return
        if self._order is None or not self._order.replies_left:
            raise Nonsense(_("it asks for what nobody has"))
        self._order.replies_left -= 1
        self._order.turns += 1
        self._order.turned.set()

    def _tagged(self, head: bytes) -> None:
        tag, _space, rest = head.partition(b" ")
        status, _space, text = rest.partition(b" ")
        order = self._order
        if order is None or tag != order.tag.encode() or order.over.done():
            raise Nonsense(_("an answer to no question"))
        if status.upper() not in (b"OK", b"NO", b"BAD"):
            raise Nonsense(_("an answer that is neither OK nor NO nor BAD"))
        order.finish(status.decode().upper(), printable(text))
