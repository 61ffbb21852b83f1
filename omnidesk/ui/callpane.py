"""The parts of a call's form that only show: names of fields, cards, what will be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.calls import span
from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.callcard import card_lines
from omnidesk.ui.callfields import field_word
from omnidesk.ui.lines import Line, clock, cut, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.strip import Strip

    from omnidesk.desk.cards import Card
    from omnidesk.ui.callform import CallForm
    from omnidesk.ui.callwords import Call
    from omnidesk.ui.deskscreen import DeskScreen

_NAMES_SHOWN = 5
_TEXT_LINES = 3


class FieldNames(Painted):
    """Beside each field its name."""

    ground = "bar"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form
        self.styles.width = max(cell_len(field_word(name)) for name in form.fields) + 2

    def render_line(self, y: int) -> Strip:
        at = 0
        for name, field in self._form.fields.items():
            if not field.display:
                continue
            if at == y:
                ink = "key" if field.has_focus else "muted"
                return self.paint(((SafeText(f" {field_word(name)}"), ink),))
            at += field.size.height
        return self.paint(())


class FormTitle(Painted):
    """What the form is for."""

    ground = "bar"

    def render_line(self, y: int) -> Strip:
        rule = SafeText("─" * self.inner_width)
        return self.paint(((SafeText(f" {_('Log a call')} "), "title"), (rule, "rule")))


class CardPane(Painted):
    """Those who may be meant, and the card of the one under the arrow."""

    ground = "bar"

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self._over = over
        self.cards: Sequence[Card] = ()
        self.asked = False
        self.at = 0

    @property
    def fence(self) -> str:
        return "left"

    @property
    def chosen(self) -> Card | None:
        """The card under the arrow."""
        return self.cards[self.at] if self.cards else None

    def show(self, cards: Sequence[Card], *, asked: bool = True) -> None:
        """Others were found; not `asked`: nobody was looked for."""
        self.cards, self.at, self.asked = cards, 0, asked
        self.refresh()

    def pick(self, by: int) -> None:
        """The next one."""
        if self.cards:
            self.at = max(0, min(self.at + by, len(self.cards) - 1))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.inner_width - 2)
        if y >= len(lines):
            return self.paint(())
        return self.paint(((SafeText(" "), "text"), *lines[y]))

    def _lines(self, width: int) -> list[Line]:
        chosen = self.chosen
        if chosen is None:
            said = _("nobody is known by that") if self.asked else _("a number or a name finds him")
            return [((line, "muted"),) for line in wrap(SafeText(said), width)]
        desk = self._over.desk
        assert desk is not None
        lines: list[Line] = []
        if len(self.cards) > 1:
            first = max(0, min(self.at - 2, len(self.cards) - _NAMES_SHOWN))
            for at, card in list(enumerate(self.cards))[first : first + _NAMES_SHOWN]:
                mark = ">" if at == self.at else " "
                said = cut(SafeText(f"{mark} {_short(card)}"), width)
                lines.append(((said, "own" if at == self.at else "muted"),))
            keys = " ".join(self._over.keys.key_of(key) for key in ("call.up", "call.down"))
            said = cut(SafeText(_("{keys} who is meant").format(keys=keys)), width)
            lines.append(((said, "key"), (SafeText(f" {'─' * width}"), "rule")))
        return lines + card_lines(chosen, desk.channels, self._over.clock(), width)


def _short(card: Card) -> SafeText:
    handles = card.contact.handles
    which = f" {safe_line(handles[0].handle.value)}" if handles else ""
    return SafeText(f"{safe_line(card.contact.name, 24)}{which}")


class LookOver(Painted, can_focus=True):
    """What will be written, before it is."""

    place = keymap.CALL_REVIEW
    ground = "bar"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def show(self, form: CallForm, call: Call, now: datetime) -> None:
        """Say it in words."""
        width = max(20, form.size.width - 4)
        rule = SafeText("─" * width)
        title = SafeText(f"── {_('BEFORE IT IS WRITTEN DOWN')} ")
        self._lines = [((title, "title"), (rule, "rule"))]
        for text, ink in _told(form, call, now):
            for line in wrap(text, width)[:_TEXT_LINES]:
                self._lines.append(((SafeText(" "), "text"), (line, ink)))
        self.styles.height = len(self._lines)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        return self.paint(self._lines[y] if y < len(self._lines) else ())


def _told(form: CallForm, call: Call, now: datetime) -> list[tuple[SafeText, str]]:
    card = form.card.chosen
    whom = safe_line(card.contact.name if card else form.typed("name") or _("somebody new"))
    typed = safe_line(str(form.who or "")) if not isinstance(form.who, int) else SafeText("")
    way = _("LOG a call to {person}")
    if form.typed("direction") == "in":
        way = _("LOG a call from {person}")
    seconds = call.duration.total_seconds() if call.duration is not None else None
    about: list[str] = [safe_line(form.typed("outcome")), span(seconds)]
    about.insert(0, way.format(person=f"{whom} {typed}".strip()))
    head = ", ".join(filter(None, about))
    lines = [(SafeText(head), "name")]
    if form.into is not None:
        lines.append((SafeText(_("into #{number}").format(number=form.into)), "name"))
    if call.call_back is not None:
        back = _("call back {when}").format(when=clock(call.call_back, now))
        lines.append((SafeText(back), "name"))
    if recording := safe_line(form.typed("recording")):
        lines.append((SafeText(_("recording: {link}").format(link=recording)), "muted"))
    if form.typed("text").strip():
        lines.append((safe_line(form.typed("text")), "text"))
    else:
        lines.append((SafeText(_("! nothing is written about what was said")), "alert"))
    return lines
