"""Whom what is being written is for, and how it is kept and handed over: here, a reply."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from omnidesk.core.errors import CannotReply
from omnidesk.core.language import N_, _
from omnidesk.core.routing import Refused, Route
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.recipients import told

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.model import Address, Contact, Draft, Handle, Message
    from omnidesk.desk import Desk
    from omnidesk.ui.addressing import Offer
    from omnidesk.ui.composer import Composer


def _as_asked(way: str, route: Route) -> SafeText:
    """The way, and that the customer asked for it, where he did."""
    return SafeText(_("{way}, as he asked").format(way=way) if route.wished else way)


@dataclass(slots=True)
class Whom:
    """What the agent chose; `left_out` were in the letter and do not get the answer.

    Copies are kept on ways that carry none: the next way may.
    """

    titled: ClassVar[str] = N_("REPLY {whom}")
    untitled: ClassVar[str] = N_("NO WAY TO REPLY: {reason}")
    sends: ClassVar[str] = N_("SEND {whom}")
    fixed: ClassVar[bool] = False
    """Whether the ways and the people are not the agent's to choose."""
    asks: ClassVar[bool] = False
    """Whether the agent names the recipients, in a line of their own."""
    about: ClassVar[bool] = False
    """Whether he names what it is about, too."""

    everyone: bool = False
    to: Handle | None = None
    cc: tuple[Address, ...] | None = None
    bcc: tuple[Address, ...] = ()
    left_out: tuple[Address, ...] = ()
    typed: str = ""
    subject: str = ""

    def take_draft(self, draft: Draft) -> None:
        """Go on with what an unsent text was for."""
        self.everyone = self.everyone or draft.everyone
        self.to = self.to or draft.to
        self.cc, self.bcc = draft.cc, draft.bcc

    @property
    def quoted(self) -> SafeText | None:
        """What stands below the text, and is not written."""
        return None

    @property
    def quotes(self) -> int | None:
        """The message that is quoted there."""
        return None

    @property
    def named(self) -> bool:
        """Whether the agent has named anybody: worth keeping, even without a text."""
        return bool(self.typed.strip() or self.subject.strip())

    @property
    def chosen(self) -> bool:
        """Whether the line names a contact who was picked, and nobody else is wanted."""
        return False

    def type_address(self, typed: str) -> None:
        """The line of the recipients stands so now."""
        self.typed = typed

    def address_of(self, desk: Desk, contact: Contact) -> str | None:
        """By what a contact would be named here; None where he cannot be meant."""
        return next((known.handle.value for known in contact.handles), None)

    def choose(self, typed: str, offer: Offer) -> str:
        """The line with somebody put in the place of what was typed last."""
        self.typed = offer.typed
        return self.typed

    @property
    def copies(self) -> tuple[Address, ...]:
        """Those who were chosen by hand, in sight or not."""
        return (*(self.cc or ()), *self.bcc)

    def keep_copies(self, route: Route | Refused) -> None:
        """Hold on to the copies of a way that is about to be left."""
        if isinstance(route, Route) and route.way.capabilities.copies and route.cc:
            self.cc = route.cc

    async def route(self, desk: Desk, number: int, via: str | None) -> Route | Refused:
        """Where it goes; copies are left out where a channel has none."""
        self.left_out = ()
        plain = await desk.route(number, via, to=self.to, everyone=self.everyone)
        if isinstance(plain, Refused) or not plain.way.capabilities.copies:
            return plain
        route = plain
        if self.cc is not None or self.bcc:
            chosen = await desk.route(
                number, via, to=self.to, everyone=self.everyone, cc=self.cc, bcc=self.bcc
            )
            if isinstance(chosen, Refused):
                return chosen
            route = chosen
        letter = route.answers
        if not self.everyone and letter and len((*letter.to, *letter.cc)) > 1:
            whole = await desk.route(number, via, to=self.to)
            if isinstance(whole, Route):
                here = {p.address.lower() for p in (*route.to, *route.cc, *route.bcc)}
                self.left_out = tuple(p for p in whole.cc if p.address.lower() not in here)
        return route

    def title(self, route: Route, room: int) -> SafeText:
        """The way and the people in one line; where there is no room, less of the way."""
        limit = f", {route.way.max_text}" if route.way.max_text is not None else ""
        words = {
            "channel": safe_line(route.way.channel),
            "label": f"{safe_line(route.way.label)}{limit}",
            "whom": "; ".join(told(route)),
        }
        whole = SafeText(_("by {channel} ({label}) {whom}").format_map(words))
        brief = SafeText(_("by {channel} {whom}").format_map(words))
        asked = _as_asked(whole, route)
        return next((words for words in (asked, whole) if cell_len(words) <= room), brief)

    def reaches(self, route: Route) -> list[str]:
        """Exactly whom it will reach, and how."""
        first, *copies = told(route)
        way = {"channel": safe_line(route.way.channel), "label": safe_line(route.way.label)}
        by = _("by {channel} ({label})").format_map(way)
        return [_(self.sends).format(whom=first), *copies, _as_asked(by, route)]

    def doubts(self) -> list[str]:
        """What else is to be looked at once more."""
        return []

    async def save(self, desk: Desk, composer: Composer) -> None:
        """Keep it as it is now."""
        await desk.save_draft(
            composer.number,
            composer.text,
            composer.note,
            composer.via,
            composer.files.paths,
            everyone=self.everyone,
            to=self.to,
            cc=self.cc,
            bcc=self.bcc,
        )

    async def drop(self, desk: Desk, composer: Composer) -> None:
        """Forget it."""
        await desk.drop_draft(composer.number)

    async def send(
        self, desk: Desk, composer: Composer, route: Route, later: datetime | None
    ) -> Message:
        """Hand it to the desk, for exactly those whom the agent saw."""
        return await desk.reply(
            composer.number,
            composer.text,
            via=route.way.channel,
            to=route.way.handle,
            everyone=self.everyone,
            cc=route.cc if route.way.capabilities.copies else None,
            bcc=route.bcc,
            shown=route.to,  # there, and nowhere else
            files=[Path(path) for path in composer.files.paths],
            later=later,
            seen=composer.known,
        )

    def said(self, *, waits: bool) -> str:
        """What is told once it is handed over: `{number}`, and `{when}` where it `waits`."""
        return _("reply to #{number} leaves {when}, z takes it back") if waits else _("sent")

    def kept(self, number: int) -> str:
        """What is told once it is put away."""
        return _("draft kept on #{number}, r goes on").format(number=number)

    def thrown(self, number: int) -> str:
        """What is told once it is thrown away."""
        return _("draft on #{number} thrown away").format(number=number)


def required(route: Route | Refused) -> Route:
    """The route that the agent saw; CannotReply where there is none."""
    if isinstance(route, Refused):
        raise CannotReply(_("{reason}; V chooses another way").format(reason=route.reason))
    return route
