"""The lines that ask whom a letter goes to, completed as one types, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.message import Message as Posted
from textual.widgets import Input

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.lines import cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.core.model import Contact
    from omnidesk.core.routing import Refused, Route
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_SHOWN = 3
_LABEL = 10
_PARTS = re.compile(r"[,;]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A contact who may be meant, and the address that would be typed for him."""

    contact: Contact
    address: str

    @property
    def told(self) -> SafeText:
        """His name and his address."""
        return SafeText(f"{safe_line(self.contact.name, 30)}  {safe_line(self.address)}")

    @property
    def typed(self) -> str:
        """The same as one would type it among others."""
        name = re.sub(r'[,;<>"]', " ", safe_line(self.contact.name)).strip()
        return f"{name} <{self.address}>" if name and name != self.address else self.address


class Aimed(Posted):
    """Where it would go as the line stands, and who may be meant."""

    def __init__(self, typed: str, route: Route | Refused, offers: Sequence[Offer]) -> None:
        super().__init__()
        self.typed = typed
        self.route = route
        self.offers = offers


class _Label(Painted):
    ground = "bar"

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = SafeText(words)

    def render_line(self, y: int) -> Strip:
        return self.paint(((cut(SafeText(f" {self._words}"), _LABEL - 1), "muted"),))


class Offers(Painted):
    """Those who may be meant, under the line; the arrows choose."""

    ground = "bar"

    def __init__(self) -> None:
        super().__init__()
        self.found: Sequence[Offer] = ()
        self.at = 0
        self.display = False

    def show(self, found: Sequence[Offer]) -> None:
        """Others were found; none take the lines away."""
        self.found, self.at = found, 0
        self.display = bool(found)
        self.styles.height = min(_SHOWN, len(found))
        self.refresh(layout=True)

    def move(self, by: int) -> None:
        """To another one."""
        self.at = max(0, min(self.at + by, len(self.found) - 1))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at = max(0, self.at - _SHOWN + 1) + y
        if at >= len(self.found):
            return self.paint(())
        mark = ">" if at == self.at else " "
        told = cut(SafeText(f"{' ' * _LABEL}{mark} {self.found[at].told}"), self.inner_width)
        return self.paint(((told, "own" if at == self.at else "muted"),))


class AddressLine(Input):
    """Whom it goes to."""

    place = keymap.ADDRESS


class SubjectLine(Input):
    """What it is about."""

    place = keymap.SUBJECT


class Addressing(Container):
    """The lines above a text whose recipients the agent names."""

    DEFAULT_CSS = """
    Addressing { height: auto; background: $ink-bar; }
    Addressing .field { height: 1; layout: horizontal; }
    Addressing _Label { width: 10; height: 1; }
    Addressing Input { width: 1fr; height: 1; padding: 0; background: $ink-bar; }
    Addressing Input:focus { background: $ink-cursor-back; }
    """

    def __init__(self, composer: Composer, typed: str, subject: str | None) -> None:
        super().__init__()
        self._composer = composer
        hint = _("an address, a number or a name") if subject is not None else _("an address")
        self.line = AddressLine(
            strip_codes(typed)[0], placeholder=hint, compact=True, select_on_focus=False
        )
        self.offers = Offers()
        self.subject = SubjectLine(
            strip_codes(subject or "")[0], compact=True, select_on_focus=False
        )
        self._about = Container(_Label(_("subject")), self.subject, classes="field")
        self._about.display = subject is not None

    def compose(self) -> ComposeResult:
        yield Container(_Label(_("to")), self.line, classes="field")
        yield self.offers
        yield self._about

    def on_mount(self) -> None:
        self.aim()

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        whom = self._composer.whom
        if changed.input is self.line:
            whom.type_address(changed.value)
            self.aim()
        else:
            whom.subject = changed.value
        self._save()

    @property
    def asks_subject(self) -> bool:
        """Whether there is a line of the subject."""
        return bool(self._about.display)

    def ask_subject(self, *, wanted: bool) -> None:
        """Show the line of the subject, where the way carries one."""
        self._about.display = wanted and self._composer.whom.about

    def _save(self) -> None:
        from omnidesk.ui.writing import save_soon

        save_soon(self._composer.over)

    def aim(self) -> None:
        """See anew where it would go."""
        self.run_worker(self._aim(self.line.value), group="aim", exclusive=True)

    async def _aim(self, typed: str) -> None:
        composer, desk = self._composer, self._composer.over.desk
        if desk is None:
            return
        try:
            route = await composer.whom.route(desk, composer.number, composer.via)
            last = _PARTS.split(typed)[-1]
            cards = await desk.card(last) if self._asks(last) else []
        except OmnideskError as error:
            composer.over.say(str(error), alarm=True)
            return
        whose = composer.opened.contact.id if composer.opened else None
        others = [card.contact for card in cards if card.contact.id != whose]
        offers = [
            Offer(contact=contact, address=address)
            for contact in others
            if (address := composer.whom.address_of(desk, contact))
        ]
        self.post_message(Aimed(typed, route, offers))

    def _asks(self, last: str) -> bool:
        return bool(last.strip()) and "@" not in last and not self._composer.whom.chosen

    def on_aimed(self, aimed: Aimed) -> None:
        aimed.stop()
        if aimed.typed == self.line.value:
            self._composer.aim(aimed.route)
            self.offers.show(aimed.offers if self.line.has_focus else ())

    def take(self) -> None:
        """Put the one under the arrow into the line."""
        offer = self.offers.found[self.offers.at]
        self.offers.show(())
        typed = self._composer.whom.choose(self.line.value, offer)
        with self.prevent(Input.Changed):
            self.line.value = typed
        self.line.cursor_position = len(typed)
        self.aim()
        self._save()


def _fields(screen: DeskScreen) -> Addressing | None:
    return screen.composer.fields if screen.composer else None


def go_on(screen: DeskScreen) -> None:
    """Take who is offered; else to the next line, at last to the text."""
    fields, composer = _fields(screen), screen.composer
    if fields is None or composer is None:
        return
    if screen.focused is fields.line and fields.offers.found:
        fields.take()
        if not composer.whom.chosen:
            return
    if screen.focused is fields.line and fields.asks_subject:
        screen.set_focus(fields.subject)
    else:
        screen.set_focus(composer.writing)


def move(screen: DeskScreen, *, by: int) -> None:
    """Another of those who are offered; elsewhere the line above or below."""
    fields, composer = _fields(screen), screen.composer
    if fields is None or composer is None:
        return
    if screen.focused is fields.line and fields.offers.found:
        fields.offers.move(by)
    elif by > 0:
        go_on(screen)
    elif screen.focused is fields.subject:
        screen.set_focus(fields.line)


def to_whom(screen: DeskScreen) -> None:
    """Back from the review to the line with the recipients."""
    fields, composer = _fields(screen), screen.composer
    if fields is None or composer is None:
        screen.say(_("t names copies, V goes by another channel"))
        return
    composer.go_on()
    screen.set_focus(fields.line)
