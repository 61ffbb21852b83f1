"""The form of a call: written down while the receiver is still in the hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.message import Message as Posted
from textual.widgets import Input

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.ui import keymap
from omnidesk.ui.above import Above
from omnidesk.ui.callfields import ASKS, CallText, begins_with, by_rules, call_fields, field_word
from omnidesk.ui.callpane import CardPane, FieldNames, FormTitle, LookOver
from omnidesk.ui.callwords import Call, Unread, is_number, number_of, read_call
from omnidesk.ui.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from omnidesk.core.model import Contact, Handle
    from omnidesk.desk.cards import Card, Ring
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen


class CallForm(Above):
    """Who called, what was said, and what became of it; nothing is lost without a question."""

    resting_place = keymap.CALL
    DEFAULT_CSS = """
    CallForm { align: center top; background: $ink-paper 60%; }
    FormTitle { width: 100%; max-width: 130; height: 1; margin-top: 1; background: $ink-bar; }
    #call { width: 100%; max-width: 130; height: auto; layout: horizontal;
            background: $ink-bar; }
    #call FieldNames { height: 100%; }
    #fields { width: 1fr; height: auto; layout: vertical; }
    #fields Input, #fields Choice { height: 1; background: $ink-bar; color: $ink-text; }
    #fields Input:focus { background: $ink-cursor-back; }
    #fields TextArea { height: 3; border: none; padding: 0 1; background: $ink-bar; }
    #fields TextArea:focus { border: none; background: $ink-cursor-back; }
    CardPane { width: 46%; height: 100%; min-height: 13; }
    LookOver { display: none; width: 100%; max-width: 130; height: auto; background: $ink-bar; }
    """

    class Found(Posted):
        """Whom the typed number or name may mean."""

        def __init__(self, typed: str, cards: Sequence[Card]) -> None:
            super().__init__()
            self.typed = typed
            self.cards = cards

    def __init__(
        self,
        over: DeskScreen,
        *,
        ring: Ring | None = None,
        whose: Contact | None = None,
        about: int | None = None,
    ) -> None:
        super().__init__(over)
        assert over.desk is not None
        self._desk = over.desk
        self._ring = ring
        self._whose = whose
        self._about = about
        self._given = begins_with(ring, whose)
        self._saving = False
        self._found_for = ""
        channels = [name for name, able in over.desk.channels.items() if able.logs]
        self.fields = call_fields(ring, self._given, channels)
        self._names = FieldNames(self)
        self.card = CardPane(over)
        self.look = LookOver()

    def choice(self, name: str) -> Choice:
        """A field that is one of a few words."""
        field = self.fields[name]
        assert isinstance(field, Choice)
        return field

    def typed(self, name: str) -> str:
        """What stands in a field."""
        field = self.fields[name]
        if isinstance(field, Choice | Input):
            return field.value
        assert isinstance(field, CallText)
        return field.text

    def compose(self) -> ComposeResult:
        yield FormTitle()
        with Container(id="call"):
            yield self._names
            with Container(id="fields"):
                yield from self.fields.values()
            yield self.card
        yield self.look
        yield self.bottom

    def on_mount(self) -> None:
        if self._ring is not None and self._ring.card is not None:
            self.card.show([self._ring.card])
        elif self._given:
            self._look_up(self._given)
        self._offer()
        self.set_focus(self.fields["text" if self._given else "who"])

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        self._names.refresh()

    def on_choice_changed(self, changed: Choice.Changed) -> None:
        field = changed.choice
        said = _("{field}: {word}").format(field=field_word(field.id or ""), word=field.said)
        self.tell(said)

    def on_choice_misread(self) -> None:
        self.tell(_("← → choose here; ↑ goes back to the field above"), alarm=True)

    # who it is

    def on_input_changed(self, changed: Input.Changed) -> None:
        if changed.input.id == "who" and changed.value != self._given:
            self._given, self._whose = "", None
            self._about = None
            self._look_up(changed.value)

    def _look_up(self, typed: str) -> None:
        self.run_worker(self._find(typed), group="who", exclusive=True)

    async def _find(self, typed: str) -> None:
        try:
            if self._whose is not None:
                card = await self._desk.card_of(self._whose.id)
                cards = [card] if card else []
            else:
                cards = await self._desk.card(typed) if typed.strip() else []
        except OmnideskError as error:
            self.tell(str(error), alarm=True)
            return
        self.post_message(self.Found(typed, cards))

    def on_call_form_found(self, found: Found) -> None:
        if found.typed == self.typed("who"):
            self._found_for = found.typed
            self.card.show(found.cards, asked=bool(found.typed.strip()))
            unknown = not found.cards and is_number(found.typed, self._desk.region)
            self.fields["name"].display = unknown
            self._names.refresh()
            self._offer()

    def _offer(self) -> None:
        """Conversations that the call may be put into by hand."""
        card = self.card.chosen
        rows = card.open if card else ()
        into = self.choice("into")
        into.offer([by_rules(), *(f"#{row.number} {row.subject or row.snippet}" for row in rows)])
        numbers = [row.number for row in rows]
        if self._about in numbers:
            into.at = 1 + numbers.index(self._about)
        into.display = bool(rows)
        self._names.refresh()

    def _pick(self, by: int) -> None:
        """Another of those who were found; elsewhere the field above or below."""
        if self.focused is self.fields["who"]:
            self.card.pick(by)
            self._offer()
        else:
            self._go(by)

    def _go(self, by: int) -> None:
        shown = [field for field in self.fields.values() if field.display]
        at = shown.index(self.focused) if self.focused in shown else 0
        if at + by >= len(shown):
            self._look_over()
        elif at + by >= 0:
            self.set_focus(shown[at + by])

    # what becomes of it

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "call.next": partial(self._go, 1),
            "call.down": partial(self._pick, 1),
            "call.up": partial(self._pick, -1),
            "call.review": self._leave,
            "call.save": self._save,
            "call.save.typing": self._save,
            "call.edit": self._edit,
            "call.discard": self._discard,
        }

    @property
    def _touched(self) -> bool:
        whose = self._given or (self._ring is not None and self.typed("who") == "")
        names = ("text", "outcome", "duration", "call_back", "recording")
        return any(self.typed(name).strip() for name in names) or bool(
            self.typed("who").strip() and not whose
        )

    def _leave(self) -> None:
        if self._touched:
            self._look_over()
        else:
            self.dismiss()

    def _understood(self) -> Call | None:
        found = read_call({name: self.typed(name) for name in ASKS}, self.over.clock())
        if isinstance(found, Unread):
            self.tell(found.words, alarm=True)
            self._edit()
            self.set_focus(self.fields[found.field])
            return None
        return found

    def _look_over(self) -> None:
        found = self._understood()
        if found is None:
            return
        self.tell("")
        self.look.show(self, found, self.over.clock())
        self.look.display = True
        self.set_focus(self.look)

    def _edit(self) -> None:
        self.look.display = False
        self.set_focus(self.fields["text"])

    def _discard(self) -> None:
        self.dismiss()
        self.over.say(_("nothing was logged"))

    @property
    def who(self) -> Handle | str | int | None:
        """Whose call it was, as far as it is known."""
        typed = self.typed("who").strip()
        card = self.card.chosen if self._found_for == self.typed("who") else None
        if self._given and self._ring is not None:
            return self._ring.handle or typed or None
        if self._given and self._whose is not None:
            return self._whose.id
        if card is None:
            return typed or None
        return number_of(card, typed, self._desk.region) or card.contact.id

    @property
    def into(self) -> int | None:
        """The conversation that was chosen by hand."""
        card, at = self.card.chosen, self.choice("into").at
        return card.open[at - 1].number if card and at else None

    def _save(self) -> None:
        found = self._understood()
        if found is None or self._saving:
            return
        self._saving = True
        self.over.jobs.put(partial(self._log, found))

    async def _log(self, found: Call) -> str:
        typed = self.typed("who")
        if not self._given and self._found_for != typed and not is_number(typed, self._desk.region):
            self._saving = False
            self.tell(_("see who was found, then once more"), alarm=True)
            return ""
        ring = self._ring if self._given else None
        channel = self.typed("channel") if self.fields["channel"].display else None
        try:
            logged = await self._desk.log_call(
                self.who,
                self.typed("text"),
                channel=ring.channel if ring else channel,
                direction=self.typed("direction"),
                outcome=self.typed("outcome"),
                duration=found.duration,
                recording=self.typed("recording").strip() or None,
                call_back=found.call_back,
                conversation=self.into,
                call=ring.call if ring else None,
                name=self.typed("name").strip(),
            )
        except OmnideskError as error:
            self.tell(str(error), alarm=True)
            return ""
        finally:
            self._saving = False
        self.dismiss()
        said = _("the call stands in #{number}, z takes it back")
        return said.format(number=logged.conversation)


async def ask(screen: DeskScreen, ring: Ring | None = None) -> None:
    """Open the form: for the call that rings, for the open conversation, or empty."""
    desk = screen.desk
    if desk is None:
        return
    if not any(able.logs for able in desk.channels.values()):
        said = _(
            'no channel is logged by hand; add [channels.phone] with type = "log" to the config'
        )
        screen.say(said, alarm=True)
        return
    opened = screen.thread.opened if screen.place != keymap.LIST and ring is None else None
    whose = opened.contact if opened else None
    about = opened.conversation.number if opened else None
    await screen.app.push_screen(CallForm(screen, ring=ring, whose=whose, about=about))
