"""The desk's verbs that say something: reply, note, drafts.

What they need is imported on first use: the screen's first frame comes without it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.core.errors import NotFound
from omnidesk.core.language import _
from omnidesk.core.model import Address, Agent, Draft, Handle, Message
from omnidesk.core.store import Store
from omnidesk.desk.settings import DeskSettings

if TYPE_CHECKING:
    from omnidesk.core.routing import Refused, Route


class Saying:
    """What an agent writes to the customer, or beside him."""

    store: Store
    agent: Agent
    agents: tuple[Agent, ...]
    settings: DeskSettings
    region: str | None
    _now: Callable[[], datetime]

    async def reply(
        self,
        number: int,
        text: str,
        *,
        via: str | None = None,
        to: Handle | None = None,
        everyone: bool = True,
        cc: Sequence[Address] | None = None,
        bcc: Sequence[Address] = (),
        shown: Sequence[Address] | None = None,
        files: Sequence[Path] = (),
        later: datetime | None = None,
        seen: int | None = None,
        force: bool = False,
    ) -> Message:
        """Queue a reply; CannotReply says why nothing was written.

        `cc` and `bcc` take the place of whom the letter copied; `shown` are the recipients that
        the agent saw: nothing goes to others. `later`: it is held until then. `seen` is the newest
        message that the agent has read: Overtaken tells what was said after it. `force` sends
        even so, and with variables of a template that are not filled in. `files` are paths, or
        entries of a draft that name files of the store.
        """
        from omnidesk.desk import writing
        from omnidesk.desk.files import attach
        from omnidesk.desk.written import Written

        attached = await asyncio.to_thread(attach, self.store, files)
        written = Written(
            text=text,
            agent=self.agent,
            nonce=secrets.token_hex(8),
            undo_send=self.settings.undo_send,
            via=via,
            to=to,
            everyone=everyone,
            cc=cc,
            bcc=bcc,
            shown=shown,
            files=attached,
            later=later,
            seen=None if force else seen,
            checked=force,
        )
        return await self.store.write(lambda tx: writing.reply(tx, number, written, self._now()))

    async def start(
        self,
        to: Handle | str | int,
        subject: str,
        text: str,
        *,
        via: str | None = None,
        cc: Sequence[Address] = (),
        bcc: Sequence[Address] = (),
        files: Sequence[Path] = (),
        name: str = "",
        later: datetime | None = None,
        force: bool = False,
    ) -> Message:
        """Begin a conversation with a message of ours; CannotReply says why nothing was written.

        `to` is a handle, a contact's id, or what was typed: an address, a telephone number,
        `scheme:value`, a name that one contact has. `name` is for somebody new.
        """
        from omnidesk.desk import starting
        from omnidesk.desk.files import attach
        from omnidesk.desk.written import Written

        written = Written(
            text=text,
            agent=self.agent,
            nonce=secrets.token_hex(8),
            undo_send=self.settings.undo_send,
            via=via,
            cc=cc,
            bcc=bcc,
            files=await asyncio.to_thread(attach, self.store, files),
            later=later,
            checked=force,
        )
        region = self.region
        return await self.store.write(
            lambda tx: starting.start(
                tx, to, subject, written, self._now(), name=name, region=region
            )
        )

    async def start_route(
        self, to: Handle | str | int, *, via: str | None = None
    ) -> Route | Refused:
        """Where `start` would send it now, or why it cannot."""
        from omnidesk.desk import starting

        region = self.region
        return await self.store.read(
            lambda r: starting.start_route(r, to, self._now(), via=via, region=region)
        )

    async def tell_elsewhere(self, number: int, text: str) -> list[Message]:
        """Write the same on every other way that waits for an answer in a conversation."""
        from omnidesk.desk import telling
        from omnidesk.desk.written import Written

        written = Written(text=text, agent=self.agent, nonce="", undo_send=self.settings.undo_send)
        return await self.store.write(
            lambda tx: telling.tell_elsewhere(
                tx, number, written, self._now(), lambda: secrets.token_hex(8)
            )
        )

    async def forward(
        self,
        number: int,
        message: int,
        to: Sequence[Address],
        text: str,
        *,
        cc: Sequence[Address] = (),
        bcc: Sequence[Address] = (),
        via: str | None = None,
        files: Sequence[Path] | None = None,
        later: datetime | None = None,
        force: bool = False,
    ) -> Message:
        """Pass a message on to others as a letter; CannotReply or NotFound say why not.

        `files` None: those of the message; else exactly these, as in `reply`. It changes
        neither who waits nor where a reply goes; who answers it does so beside.
        """
        from omnidesk.desk import forwarding
        from omnidesk.desk.files import attach
        from omnidesk.desk.written import Written

        written = Written(
            text=text,
            agent=self.agent,
            nonce=secrets.token_hex(8),
            undo_send=self.settings.undo_send,
            via=via,
            cc=cc,
            bcc=bcc,
            files=await asyncio.to_thread(attach, self.store, files or ()),
            later=later,
            checked=force,
        )
        own = files is None
        return await self.store.write(
            lambda tx: forwarding.forward(
                tx, number, message, to, written, self._now(), own_files=own
            )
        )

    async def forward_route(
        self,
        number: int,
        message: int,
        to: Sequence[Address],
        *,
        cc: Sequence[Address] = (),
        bcc: Sequence[Address] = (),
        via: str | None = None,
    ) -> Route | Refused:
        """Where `forward` would send it now, or why it cannot."""
        from omnidesk.desk import forwarding

        return await self.store.read(
            lambda r: forwarding.forward_route(
                r, number, message, to, self._now(), cc=cc, bcc=bcc, via=via
            )
        )

    async def quoted(self, message: int) -> str:
        """A message as it stands below the words of a letter that passes it on."""
        from omnidesk.desk import forwarding

        found = await self.store.read(lambda r: r.message(message))
        if found is None:
            raise NotFound(
                _("there is no message {message}; omnidesk show prints their ids").format(
                    message=message
                )
            )
        return forwarding.quoted(found)

    async def note(self, number: int, text: str) -> Message:
        """Add a note that only the team sees; `@id` in it is news for that agent."""
        from omnidesk.desk import writing
        from omnidesk.desk.news import mentions

        named = mentions(text, [agent.id for agent in self.agents])
        return await self.store.write(
            lambda tx: writing.note(tx, number, text, self.agent, self._now(), named)
        )

    async def recall(self, message: int) -> str:
        """Take back a reply that is held still, also one for later; its text is a draft again."""
        from omnidesk.desk.undoing import recall

        return await self.store.write(lambda tx: recall(tx, message, self.agent.id, self._now()))

    async def send_again(self, message: int) -> None:
        """Send a failed reply, or one that may have gone out, once more."""
        from omnidesk.desk import writing

        await self.store.write(lambda tx: writing.send_again(tx, message, self.agent, self._now()))

    async def let_be(self, message: int) -> None:
        """Take a reply that may have gone out for sent."""
        from omnidesk.desk import writing

        await self.store.write(lambda tx: writing.let_be(tx, message, self.agent, self._now()))

    async def save_draft(
        self,
        number: int,
        text: str,
        note: bool = False,
        channel: str | None = None,
        attachments: Sequence[str] = (),
        *,
        everyone: bool = False,
        to: Handle | None = None,
        cc: Sequence[Address] | None = None,
        bcc: Sequence[Address] = (),
        forward: int | None = None,
        people: Sequence[Address] = (),
    ) -> None:
        """Keep what is being typed, the files that are to go with it, and whom it is for.

        The copies stay whatever channel it is on now. What is to be forwarded is kept as a
        note: it must never turn into a reply by itself.
        """
        draft = Draft(
            conversation=number,
            agent=self.agent.id,
            note=note or forward is not None,
            text=text,
            channel=channel,
            changed_at=self._now(),
            attachments=tuple(attachments),
            everyone=everyone,
            to=to,
            cc=None if cc is None else tuple(cc),
            bcc=tuple(bcc),
            forward=forward,
            people=tuple(people),
        )
        await self.store.write(lambda tx: tx.save_draft(draft))

    async def stored_size(self, entry: str) -> int | None:
        """The bytes of a draft's file of the store; None where it is a path, or is gone."""
        from omnidesk.core.stored import read_stored
        from omnidesk.desk.files import size_of

        file = read_stored(entry)
        return await asyncio.to_thread(size_of, self.store, file) if file else None

    async def drop_draft(self, number: int) -> None:
        """Forget what was being typed, and a conversation in which nothing was said."""
        from omnidesk.desk import writing

        await self.store.write(lambda tx: writing.drop_draft(tx, number, self.agent.id))
