"""A mailbox as a channel of the desk."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from omnidesk.channels.email import smtp
from omnidesk.channels.email.compose import Composed, compose
from omnidesk.channels.email.envelope import CannotCompose, ascii_address
from omnidesk.channels.email.imap import Mailbox
from omnidesk.channels.email.inlet import Inlet
from omnidesk.channels.email.reading import Reader
from omnidesk.channels.email.settings import EmailSettings, Imap
from omnidesk.core.channel import (
    Batch,
    Capabilities,
    Outcome,
    Outgoing,
    Rejected,
    Sent,
    Surroundings,
)
from omnidesk.core.errors import Blocked, ChannelError
from omnidesk.core.language import _

log = logging.getLogger(__name__)
_COPIES_SECONDS = 10.0


class EmailChannel:
    """Receives by IMAP, sends by SMTP; either may be missing.

    `send` raises Blocked where log-in or certificate is refused: then nothing went out.
    """

    def __init__(
        self,
        name: str,
        settings: EmailSettings,
        surroundings: Surroundings,
        capabilities: Capabilities,
        own: frozenset[str],
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        self._settings = settings
        self._surroundings = surroundings
        self._own = own
        self._copies: set[asyncio.Task[None]] = set()
        self._inlet = None
        if settings.imap is not None:
            ours = surroundings.own_addresses | own
            reader = Reader(surroundings.spool, ours, settings.authserv_id)
            self._inlet = Inlet(name, settings.imap, surroundings.spool, reader)

    async def __aenter__(self) -> Self:
        if self._inlet is not None:
            await self._inlet.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._copies:
            await asyncio.wait(self._copies, timeout=_COPIES_SECONDS)
        for copy in self._copies:
            copy.cancel()
        if self._inlet is not None:
            await self._inlet.close()

    async def receive(self, cursor: str | None) -> Batch:
        """Up to 100 letters after the cursor, from the first letter of each folder on."""
        if self._inlet is None:
            raise Blocked(
                _("{name}: nothing to receive from; add channels.{name}.imap").format(
                    name=self.name
                )
            )
        patience = self._surroundings.patience
        return await self._inlet.batch(
            cursor, self.capabilities.quiet if patience is None else patience
        )

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One attempt; Blocked says that nothing went out and what to do."""
        if self._settings.smtp is None:
            return Rejected(
                reason=_("{name} cannot send; add channels.{name}.smtp").format(name=self.name)
            )
        try:
            letter = compose(
                outgoing,
                address=self._settings.address,
                own=frozenset({self._settings.address, *self._settings.aliases}),
                desk=self._settings.name or self._surroundings.desk,
            )
        except CannotCompose as error:
            return Rejected(reason=f"{self.name}: {error}")
        outcome = await smtp.send(self.name, self._settings.smtp, letter)
        if isinstance(outcome, Sent) and self._settings.imap is not None:
            self._file(letter, self._settings.imap)
        return outcome

    async def check(self) -> str:
        """Log in to both servers; one line of what was found."""
        found = []
        if self._settings.imap is not None:
            found.append(await self._check_imap(self._settings.imap))
        if self._settings.smtp is not None:
            address = ascii_address(self._settings.address)
            await smtp.check(self.name, self._settings.smtp, address)
            found.append(f"SMTP {self._settings.smtp.host} ok")
        return "; ".join(found)

    async def count(self) -> int | None:
        """How many letters lie in all folders that are received."""
        if self._settings.imap is None:
            return None
        mailbox = await self._open(self._settings.imap)
        try:
            seen = [await mailbox.look(folder) for folder in self._settings.imap.folders]
        finally:
            await mailbox.close()
        return sum(folder.letters for folder in seen if folder is not None)

    async def _open(self, settings: Imap) -> Mailbox:
        return await Mailbox.open(self.name, settings, self._surroundings.spool)

    async def _check_imap(self, settings: Imap) -> str:
        mailbox = await self._open(settings)
        try:
            counts = []
            for folder in settings.folders:
                counts.append(f"{folder} {await self._letters(mailbox, folder, 'folders')} letters")
            if settings.sent is not None:
                await self._letters(mailbox, settings.sent, "sent")
        finally:
            await mailbox.close()
        poll = f"polled every {settings.poll.total_seconds():g} s"
        news = "IDLE" if mailbox.idles else poll
        return f"IMAP {settings.host} ok: {', '.join(counts)}, {news}"

    async def _letters(self, mailbox: Mailbox, folder: str, key: str) -> int:
        seen = await mailbox.look(folder)
        if seen is None:
            there = ", ".join((await mailbox.folders())[:20])
            raise Blocked(
                _(
                    "{channel}: no folder {folder} there; check channels.{channel}.imap.{key} "
                    "(there are {there})"
                ).format(channel=self.name, folder=folder, key=key, there=there)
            )
        return seen.letters

    def _file(self, letter: Composed, settings: Imap) -> None:
        """Put a copy into the Sent folder, without making the outcome wait for it."""
        if settings.sent is None:
            return
        task = asyncio.create_task(
            self._append(letter, settings, settings.sent), name=f"{self.name}: copy of a reply"
        )
        self._copies.add(task)
        task.add_done_callback(self._copies.discard)

    async def _append(self, letter: Composed, settings: Imap, folder: str) -> None:
        try:
            mailbox = await self._open(settings)
            try:
                await mailbox.append(folder, letter, letter.size)
            finally:
                await mailbox.close()
        except (ChannelError, OSError) as error:
            log.warning("no copy in the sent folder channel=%s reason=%s", self.name, error)
