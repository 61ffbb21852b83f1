"""A conversation that we begin: to whom, by which way, about what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from omnidesk.core.language import N_, _
from omnidesk.core.model import Address
from omnidesk.core.routing import Refused, Route
from omnidesk.desk import begun
from omnidesk.ui.recipients import read_addresses
from omnidesk.ui.whom import Whom

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.model import Message
    from omnidesk.desk import Desk
    from omnidesk.ui.addressing import Offer
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

NOWHERE = 0
"""The number of a conversation that is not there yet."""


@dataclass(slots=True)
class Newcomer(Whom):
    """Whom a new conversation is with: somebody who was chosen, or what is typed."""

    titled: ClassVar[str] = N_("NEW {whom}")
    untitled: ClassVar[str] = N_("NEW: {reason}")
    asks: ClassVar[bool] = True
    about: ClassVar[bool] = True

    contact: int | None = None

    @property
    def chosen(self) -> bool:
        return self.contact is not None

    def type_address(self, typed: str) -> None:
        self.typed, self.contact = typed, None

    def choose(self, typed: str, offer: Offer) -> str:
        self.typed, self.contact = offer.contact.name or offer.address, offer.contact.id
        return self.typed

    async def route(self, desk: Desk, number: int, via: str | None) -> Route | Refused:
        if not self.typed.strip():
            return Refused(reason=_("to whom?"))
        found = await desk.start_route(self._meant()[0], via=via)
        if isinstance(found, Refused) or not found.way.capabilities.copies:
            return found
        return replace(found, cc=self.cc or (), bcc=self.bcc)

    def _meant(self) -> tuple[str | int, str]:
        """Who is meant, as the desk takes it, and a name that was typed with an address."""
        if self.contact is not None:
            return self.contact, ""
        one = read_addresses(self.typed) if "<" in self.typed else ()
        if len(one) == 1 and isinstance(one, tuple):
            return one[0].address, one[0].name
        return self.typed, ""

    async def save(self, desk: Desk, composer: Composer) -> None:
        kept = {
            "to": self.typed,
            "contact": self.contact,
            "subject": self.subject,
            "text": composer.text,
            "channel": composer.via,
            "files": composer.files.paths,
            "cc": [(one.name, one.address) for one in self.cc or ()],
            "bcc": [(one.name, one.address) for one in self.bcc],
        }
        await begun.keep(desk.store, desk.agent.id, kept)

    async def drop(self, desk: Desk, composer: Composer) -> None:
        await begun.keep(desk.store, desk.agent.id, None)

    async def send(
        self, desk: Desk, composer: Composer, route: Route, later: datetime | None
    ) -> Message:
        to, name = self._meant()
        return await desk.start(
            route.way.handle if self.contact is None else to,
            self.subject,
            composer.text,
            via=route.way.channel,
            cc=route.cc,
            bcc=route.bcc,
            name=name,
            files=[Path(path) for path in composer.files.paths],
            later=later,
        )

    def said(self, *, waits: bool) -> str:
        leaves = _("#{number} is begun and leaves {when}, z takes it back")
        return leaves if waits else _("#{number} is begun")

    def kept(self, number: int) -> str:
        return _("draft kept, c goes on")

    def thrown(self, number: int) -> str:
        return _("draft thrown away")


async def begin(screen: DeskScreen) -> None:
    """Begin a conversation, or go on with the one that was begun."""
    from omnidesk.ui import writing

    desk = screen.desk
    if desk is None:
        return
    if screen.composer is not None:
        if screen.composer.number == NOWHERE:
            writing.resume(screen)
            return
        await writing.put_away(screen)
    kept = await begun.kept(desk.store, desk.agent.id)
    whom = Newcomer(
        cc=tuple(Address(*one) for one in kept.get("cc", ())) or None,
        bcc=tuple(Address(*one) for one in kept.get("bcc", ())),
        typed=kept.get("to", ""),
        subject=kept.get("subject", ""),
        contact=kept.get("contact"),
    )
    text, files = kept.get("text", ""), kept.get("files", ())
    await writing.compose(screen, None, whom, text=text, via=kept.get("channel"), files=files)
