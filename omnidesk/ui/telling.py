"""Whoever wrote by several ways and was answered by one is told so on the others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from omnidesk.core.errors import CannotReply, OmnideskError
from omnidesk.core.language import N_, _
from omnidesk.core.model import Address, Direction
from omnidesk.core.routing import Refused, Route
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.recipients import people
from omnidesk.ui.whom import Whom

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from omnidesk.core.model import Draft, Handle, Message
    from omnidesk.desk import Desk, Opened
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

    Where = list[tuple[str, Handle]]

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LETTER = re.compile(r"[a-zа-яё]", re.IGNORECASE)
_NOBODY = Address("", "-")
"""Stands in a draft for those who waited, where nobody does any more."""

_SENTENCE = {
    "en": "We answered you by {label}.",
    "ru": "Мы ответили вам в другом канале ({label}).",
}
"""What customers are told, in their language; `label` is the channel's own."""


@dataclass(slots=True, kw_only=True)
class Elsewhere(Whom):
    """All the ways on which the customer still waits, and their routes as they were looked over."""

    titled: ClassVar[str] = N_("TELL {whom}")
    untitled: ClassVar[str] = N_("NOBODY TO TELL: {reason}")
    fixed: ClassVar[bool] = True

    clock: Callable[[], datetime]
    where: Where = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)

    async def route(self, desk: Desk, number: int, via: str | None) -> Route | Refused:
        self.where = await waiting(desk, number, self.clock())
        found = [await desk.route(number, channel, to=to) for channel, to in self.where]
        refused = [one for one in found if isinstance(one, Refused)]
        self.routes = [one for one in found if isinstance(one, Route)]
        if refused:
            return refused[0]
        if not self.routes:
            return Refused(reason=_("every way here is answered"))
        return self.routes[0]

    def title(self, route: Route, room: int) -> SafeText:
        ways = (f"{people(one.to)} ({safe_line(one.way.channel)})" for one in self.routes)
        return SafeText(", ".join(ways))

    def reaches(self, route: Route) -> list[str]:
        pattern = _("SEND to {people} by {channel} ({label})")
        return [
            pattern.format(
                people=people(one.to),
                channel=safe_line(one.way.channel),
                label=safe_line(one.way.label),
            )
            for one in self.routes
        ]

    async def save(self, desk: Desk, composer: Composer) -> None:
        """As a note to people: it must never turn into a reply by itself."""
        await desk.save_draft(
            composer.number,
            composer.text,
            note=True,
            attachments=composer.files.paths,
            people=[Address("", to.value) for _channel, to in self.where] or [_NOBODY],
        )

    async def send(
        self, desk: Desk, composer: Composer, route: Route, later: datetime | None
    ) -> Message:
        if composer.files.picked:
            raise CannotReply(_("this goes without files; x takes them off"))
        if later is not None:
            raise CannotReply(_("this goes now, or not at all"))
        if await waiting(desk, composer.number, self.clock()) != self.where:
            raise CannotReply(_("who waits has changed; e and Esc show it anew"))
        sent = await desk.tell_elsewhere(composer.number, composer.text)
        if not sent:
            raise CannotReply(_("every way here is answered"))
        return sent[-1]

    def said(self, *, waits: bool) -> str:
        leaves = _("#{number} told elsewhere, leaves {when}, z takes each back")
        return leaves if waits else _("#{number} told elsewhere")

    def kept(self, number: int) -> str:
        return _("draft kept on #{number}, g e goes on").format(number=number)


async def waiting(desk: Desk, number: int, now: datetime) -> Where:
    """The ways by which something was said and nothing answered since."""
    from omnidesk.desk import telling

    return await desk.store.read(lambda reads: telling.unanswered(reads, number, now))


def is_telling(draft: Draft) -> bool:
    """Whether an unsent text was for the other ways."""
    return draft.forward is None and bool(draft.people)


async def go_on(screen: DeskScreen, opened: Opened, draft: Draft) -> None:
    """Go on with what was to be told to those who still wait."""
    from omnidesk.ui import writing

    whom = Elsewhere(clock=screen.clock)
    await writing.compose(screen, opened, whom, text=draft.text, files=draft.attachments)


async def begin(screen: DeskScreen) -> None:
    """Open the composer with a sentence for every way that still waits."""
    from omnidesk.ui import writing

    opened, desk = await screen.now_open(), screen.desk
    if opened is None or desk is None:
        return
    number = opened.conversation.number
    if screen.composer is not None:
        await writing.put_away(screen)
    opened = await desk.open(number)
    if opened.draft is not None and (opened.draft.text or opened.draft.attachments):
        if not is_telling(opened.draft):
            screen.say(_("your unsent text is here; send it or throw it away first"))
        await writing.begin(screen, note=opened.draft.note, on=opened)
        return
    answered = [m for m in opened.messages if m.direction is Direction.OUT and not m.automatic]
    try:
        left = await waiting(desk, number, screen.clock())
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    if not left or not answered:
        screen.say(_("nobody waits elsewhere in #{number}").format(number=number))
        return
    channel, to = left[0]
    whom = Elsewhere(to=to, clock=screen.clock)
    able = desk.channels.get(answered[-1].channel)
    text = sentence(opened, able.label if able else answered[-1].channel)
    await writing.compose(screen, opened, whom, text=text, via=channel)


def sentence(opened: Opened, label: str) -> str:
    """What a customer is told of an answer elsewhere, in the language in which he writes."""
    language = _language([m for m in opened.messages if m.direction is Direction.IN])
    return _SENTENCE[language].format(label=label)


def _language(said: Sequence[Message]) -> str:
    """Russian where the newest words of the customer's are mostly Cyrillic."""
    newest = next((m.text for m in reversed(said) if _LETTER.search(m.text)), "")
    return "ru" if len(_CYRILLIC.findall(newest)) * 2 > len(_LETTER.findall(newest)) else "en"
