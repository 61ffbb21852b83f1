"""A message is passed on: its text below the agent's words, to people who are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import N_, _
from omnidesk.core.model import Direction
from omnidesk.core.routing import Refused, Route
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.core.stored import stored_entry
from omnidesk.ui.recipients import read_addresses
from omnidesk.ui.whom import Whom

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.model import Address, Contact, Draft, Message
    from omnidesk.desk import Desk
    from omnidesk.ui.addressing import Offer
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen


@dataclass(slots=True)
class Onward(Whom):
    """To whom a message is passed on, as it stands in the line."""

    titled: ClassVar[str] = N_("FORWARD {whom}")
    untitled: ClassVar[str] = N_("FORWARD: {reason}")
    sends: ClassVar[str] = N_("FORWARD {whom}")
    asks: ClassVar[bool] = True

    message: int = 0
    below: SafeText | None = None
    missing: tuple[str, ...] = ()

    def take_draft(self, draft: Draft) -> None:
        Whom.take_draft(self, draft)
        people = (
            f"{one.name} <{one.address}>" if one.name else one.address for one in draft.people
        )
        self.typed = ", ".join(people)

    @property
    def quoted(self) -> SafeText | None:
        return self.below and SafeText(self.below[self.below.find("\n") + 1 :])

    @property
    def quotes(self) -> int | None:
        return self.message

    def address_of(self, desk: Desk, contact: Contact) -> str | None:
        schemes = {able.handle_scheme for able in desk.channels.values() if able.subject}
        handles = [known.handle for known in contact.handles if known.handle.scheme in schemes]
        return handles[0].value if handles else None

    def choose(self, typed: str, offer: Offer) -> str:
        before = typed.rpartition(",")[0].strip()
        self.typed = f"{before}, {offer.typed}" if before else offer.typed
        return self.typed

    async def route(self, desk: Desk, number: int, via: str | None) -> Route | Refused:
        people = read_addresses(self.typed)
        if isinstance(people, str):
            return Refused(reason=people)
        return await desk.forward_route(
            number, self.message, people, cc=self.cc or (), bcc=self.bcc, via=via
        )

    def doubts(self) -> list[str]:
        if not self.missing:
            return []
        return [_("without {files}, which never came").format(files=", ".join(self.missing))]

    async def save(self, desk: Desk, composer: Composer) -> None:
        await desk.save_draft(
            composer.number,
            composer.text,
            channel=composer.via,
            attachments=composer.files.paths,
            cc=self.cc,
            bcc=self.bcc,
            forward=self.message,
            people=self._readable(),
        )

    def _readable(self) -> tuple[Address, ...]:
        """Of a line that is not finished, those who are named whole."""
        parts = (read_addresses(part) for part in self.typed.split(","))
        return tuple(one for found in parts if not isinstance(found, str) for one in found)

    async def send(
        self, desk: Desk, composer: Composer, route: Route, later: datetime | None
    ) -> Message:
        return await desk.forward(
            composer.number,
            self.message,
            route.to,
            composer.text,
            cc=route.cc,
            bcc=route.bcc,
            via=route.way.channel,
            files=[Path(path) for path in composer.files.paths],
            later=later,
        )

    def said(self, *, waits: bool) -> str:
        leaves = _("the forward from #{number} leaves {when}, z takes it back")
        return leaves if waits else _("forwarded")

    def kept(self, number: int) -> str:
        return _("draft kept on #{number}, f goes on").format(number=number)


async def resumed(desk: Desk, draft: Draft) -> Onward:
    """What an unsent forward was for."""
    assert draft.forward is not None
    whom = await _passing(desk, draft.forward)
    whom.take_draft(draft)
    return whom


async def _passing(desk: Desk, message: int) -> Onward:
    """A message as it would be passed on; NotFound where it is gone."""
    below = strip_codes(await desk.quoted(message))[0]
    found = await desk.store.read(lambda reads: reads.message(message))
    files = found.attachments if found else ()
    missing = tuple(safe_line(one.name) for one in files if one.sha256 is None)
    return Onward(message=message, below=below, missing=missing)


async def begin(screen: DeskScreen) -> None:
    """Pass on the message under the hand; in the list, the newest one."""
    from omnidesk.ui import writing

    opened, desk = await screen.now_open(), screen.desk
    if opened is None or desk is None or not opened.messages:
        return
    if screen.composer is not None:
        await writing.put_away(screen)
        opened = await desk.open(opened.conversation.number)
    draft = opened.draft
    if draft is not None and (draft.text or draft.attachments or draft.forward):
        if draft.forward is None:
            screen.say(_("your unsent text is here; send it or throw it away, then f forwards"))
        await writing.begin(screen, note=draft.note, on=opened)
        return
    thread = screen.thread
    message = thread.current if screen.focused is thread else None
    letters = [one for one in opened.messages if one.direction is not Direction.NOTE]
    message = message or (letters or opened.messages)[-1]
    if message.direction is Direction.NOTE:
        screen.say(_("a note stays in the team; } and { go to another message"), alarm=True)
        return
    try:
        whom = await _passing(desk, message.id)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    entries = [entry for one in message.attachments if (entry := stored_entry(one))]
    await writing.compose(screen, opened, whom, files=entries)
