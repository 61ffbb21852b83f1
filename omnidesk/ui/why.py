"""Why a message stands where it does, what became of it, and the keys that put it elsewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText, safe_line, show_address
from omnidesk.ui import keymap
from omnidesk.ui.asking import NumberLine, ask_number
from omnidesk.ui.callcard import label, own_words, speaker
from omnidesk.ui.deciding import Deciding
from omnidesk.ui.happened import what_happened
from omnidesk.ui.lines import Line, clock, cut, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.core.events import Event
    from omnidesk.core.model import Message
    from omnidesk.desk import Desk, Opened
    from omnidesk.desk.history import History
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_MESSAGES_SHOWN = 6
_EVENTS_SHOWN = 8


class WhyPane(Painted, can_focus=True):
    """A few messages of the conversation, and all about the one under the arrow."""

    place = keymap.WHY
    ground = "bar"

    def __init__(self, over: DeskScreen, opened: Opened, at: int) -> None:
        super().__init__()
        self._over = over
        self.opened = opened
        self.history: History | None = None
        self.at = at

    @property
    def chosen(self) -> Message:
        """The message under the arrow."""
        return self.opened.messages[self.at]

    def show(self, opened: Opened, history: History) -> None:
        """What was read of them."""
        self.opened, self.history = opened, history
        self.at = min(self.at, len(opened.messages) - 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            number = self.opened.conversation.number
            words = _("Why it stands in #{number}").format(number=number)
            title = cut(SafeText(f" {words} "), width)
            return self.paint(((title, "title"), (SafeText("─" * width), "rule")))
        lines = [*self._messages(width - 2), (), *self._about(width - 2)]
        if y - 1 >= len(lines):
            return self.paint(())
        return self.paint(((SafeText(" "), "text"), *lines[y - 1]))

    def _messages(self, width: int) -> list[Line]:
        messages = self.opened.messages
        first = max(0, min(self.at - 2, len(messages) - _MESSAGES_SHOWN))
        lines: list[Line] = []
        for at, message in list(enumerate(messages))[first : first + _MESSAGES_SHOWN]:
            mark = ">" if at == self.at else " "
            head = f"{mark} {clock(message.received_at, self._over.clock())} {speaker(message)}: "
            said = cut(SafeText(f"{head}{own_words(message)}"), width)
            lines.append(((said, "own" if at == self.at else "muted"),))
        return lines

    def _about(self, width: int) -> list[Line]:
        history, desk = self.history, self._over.desk
        if history is None or desk is None or history.message.id != self.chosen.id:
            return [((SafeText(_("looking")), "muted"),)]
        message, now = history.message, self._over.clock()
        sender = message.sender
        why = safe_line(message.why) or _("nobody wrote down why")
        told = [(_("why: {reason}").format(reason=why), "name")]
        if message.channel:
            by = SafeText("?")
            if sender:
                by = show_address(sender.name, sender.address)
                by = by if sender.address else safe_line(sender.name)
            said = _("by {channel}, {address}")
            channel = label(desk.channels, message.channel)
            told.append((said.format(channel=channel, address=by), "text"))
        if message.marked:
            told.append((f"! {safe_line(message.marked)}", "alert"))
        if message.copy_of is not None:
            told.append((_("a copy of message {id}").format(id=message.copy_of), "mark"))
        copies = [str(m.id) for m in self.opened.messages if m.copy_of == message.id]
        if copies:
            told.append((_("came again as message {id}").format(id=", ".join(copies)), "mark"))
        for version, text, at in history.versions:
            said = _("version {version}, {when}: {words}")
            words = safe_line(text[:200])
            told.append((said.format(version=version, when=clock(at, now), words=words), "muted"))
        told += [(_event_words(e, message.id, now_words=clock(e.at, now)), "muted")
                 for e in history.events[-_EVENTS_SHOWN:]]  # fmt: skip
        return [((part, ink),) for words, ink in told for part in wrap(SafeText(words), width)[:3]]


def _event_words(event: Event, id: int, *, now_words: SafeText) -> str:
    more = ""
    if id in event.data.get("moved", ()):
        moved = _("from #{number} to #{other}")
        more = " " + moved.format(number=event.conversation, other=event.data.get("to"))
    elif "after" in event.data and isinstance(event.data["after"], str):
        more = f": {safe_line(event.data['after'])}"
    return f"{now_words}  {what_happened(event.kind, event.data)}{more}, {safe_line(event.actor)}"


class Why(Deciding["tuple[Opened, History]"]):
    """The pane over the desk; what is moved goes at once, and z takes it back."""

    resting_place = keymap.WHY
    DEFAULT_CSS = """
    Why { align: center top; layout: vertical; background: $ink-paper 60%; }
    WhyPane { width: 100%; max-width: 110; height: 1fr; margin-top: 1; background: $ink-bar; }
    """

    def __init__(self, over: DeskScreen, opened: Opened, at: int) -> None:
        super().__init__(over)
        self.pane = WhyPane(over, opened, at)

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.bottom

    async def read(self, desk: Desk) -> tuple[Opened, History] | None:
        opened = await desk.open(self.pane.opened.conversation.number)
        if not opened.messages:
            return None
        at = min(self.pane.at, len(opened.messages) - 1)
        return opened, await desk.history(opened.messages[at].id)

    def show(self, found: tuple[Opened, History]) -> None:
        self.pane.show(*found)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        chosen = self.pane.chosen.id
        number = self.pane.opened.conversation.number
        return {
            "why.down": partial(self._pick, 1),
            "why.up": partial(self._pick, -1),
            "why.move": self._ask_where,
            "why.apart": lambda: self.then(lambda desk: desk.move_message(chosen)),
            "why.split": lambda: self.then(lambda desk: desk.split(number, chosen)),
            "why.undo": lambda: self.then(lambda desk: desk.undo()),
            "why.leave": self._leave,
            "number.take": partial(self._number, take=True),
            "number.leave": partial(self._number, take=False),
        }

    def _leave(self) -> None:
        self.dismiss()

    def _pick(self, by: int) -> None:
        pane = self.pane
        pane.at = max(0, min(pane.at + by, len(pane.opened.messages) - 1))
        pane.refresh()
        self.then(None)

    async def _ask_where(self) -> None:
        chosen = self.pane.chosen.id

        def move(to: int) -> None:
            self.then(lambda desk: desk.move_message(chosen, to))

        await ask_number(self, _("into which conversation? its number"), move)

    async def _number(self, *, take: bool) -> None:
        line = self.focused
        if isinstance(line, NumberLine):
            await (line.answer() if take else line.leave())


def _begin(messages: Sequence[Message], current: int | None) -> int:
    """The message to begin with: the one under the hand, else the last that came in."""
    came = [at for at, message in enumerate(messages) if message.direction is Direction.IN]
    places = {message.id: at for at, message in enumerate(messages)}
    found = places.get(current) if current is not None else None
    return found if found is not None else came[-1] if came else len(messages) - 1


async def show(screen: DeskScreen) -> None:
    """Lay the pane over the screen, on the message under the hand."""
    opened = await screen.now_open()
    if opened is None or not opened.messages:
        return
    current = screen.thread.current if screen.focused is screen.thread else None
    at = _begin(opened.messages, current.id if current else None)
    await screen.app.push_screen(Why(screen, opened, at))
