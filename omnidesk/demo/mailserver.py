"""The mail of a sandbox: the desk's mailboxes, its way out, and the world on the other side."""

from __future__ import annotations

import asyncio
import smtplib
from collections import defaultdict
from typing import Self

from omnidesk.demo.imapserver import ImapServer
from omnidesk.demo.smtpserver import Posted, SmtpServer

_SECONDS = 10.0
_TRIES = 3


class MailServer:
    """`imap` and `smtp` are the desk's own server; `world` is where customers post.

    What customers post to one of `addresses` lands in its mailbox; what the desk posts is
    caught for whomever it is addressed to, or lands in a mailbox too if it is ours.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        addresses: tuple[str, ...] = ("support@desk.test",),
        password: str = "sandbox",  # noqa: S107 - opens nothing but this
    ) -> None:
        self.addresses = addresses
        self.password = password
        self.imap = ImapServer(addresses, password)
        self.smtp = SmtpServer(self._submit, password)
        self.world = SmtpServer(self._deliver)
        self.sent: list[Posted] = []
        self._appended: list[tuple[str, bytes]] = []
        self._waiting: list[tuple[str, bytes]] = []
        self._caught: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)

    async def __aenter__(self) -> Self:
        for server in (self.imap, self.smtp, self.world):
            await server.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for server in (self.world, self.smtp, self.imap):
            await server.stop()

    @property
    def address(self) -> str:
        """The desk's first address."""
        return self.addresses[0]

    async def post(self, letter: bytes, sender: str, *recipients: str) -> None:
        """Post a customer's raw letter by SMTP; to the desk's first address unless told."""
        await asyncio.to_thread(
            _post, self.host, self.world.port, letter, sender, recipients or (self.address,)
        )

    async def reply_to(self, address: str, timeout: float = _SECONDS) -> bytes:
        """The next letter that the desk sent to this customer; TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            return await self._caught[address.lower()].get()

    async def start_imap(self) -> None:
        """Bring IMAP back after `imap.stop`, and deliver what came meanwhile."""
        await self.imap.start()
        waiting, self._waiting = self._waiting, []
        for address, letter in waiting:
            await self._store(address, letter)

    async def renumber_imap(self) -> None:
        """Bring IMAP back as after a move: the same letters under a new UIDVALIDITY."""
        await self.imap.stop()
        await self.imap.forget()
        moved, self._appended = self._appended, []
        self._waiting = moved + self._waiting
        await self.start_imap()

    async def _submit(self, posted: Posted) -> None:
        self.sent.append(posted)
        await self._deliver(posted)

    async def _deliver(self, posted: Posted) -> None:
        for recipient in posted.recipients:
            if recipient.lower() not in self.addresses:
                self._caught[recipient.lower()].put_nowait(posted.letter)
            else:
                await self._store(recipient.lower(), posted.letter)

    async def _store(self, address: str, letter: bytes) -> None:
        """Into the mailbox, or into the queue while IMAP is down; cut short, it is tried again."""
        for _ in range(_TRIES):
            if not self.imap.running:
                break
            try:
                await self.imap.append(address, letter)
            except (ConnectionError, TimeoutError):
                continue
            self._appended.append((address, letter))
            return
        self._waiting.append((address, letter))


def _post(host: str, port: int, letter: bytes, sender: str, recipients: tuple[str, ...]) -> None:
    with smtplib.SMTP(host, port, local_hostname="localhost", timeout=_SECONDS) as client:
        client.sendmail(sender, recipients, letter)
