"""Who the customer is: every way to reach him, and what else he has with us."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual.strip import Strip

from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.model import Direction, Known
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.lines import Line, age, clock, cut, pad, wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from omnidesk.core.channel import Capabilities
    from omnidesk.core.model import Handle
    from omnidesk.desk import Opened

_OTHERS_SHOWN = 30
_HOW = {Known.SEEN: N_("seen"), Known.CLAIMED: N_("claimed"), Known.VERIFIED: N_("verified")}
_NOTES_SHOWN = 3


class CustomerPane(Painted, can_focus=True):
    """Name, handles and how we know them, other conversations, tags, last notes."""

    place = keymap.CUSTOMER

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(id="customer")
        self.channels: Mapping[str, Capabilities] = {}
        self.agent = ""
        self._clock = clock
        self._opened: Opened | None = None
        self._shown: int | None = None
        self._more: Callable[[int | None, int], list[Line]] | None = None
        self._count = 0
        self.at = 0
        self._lines: list[Line] = []
        self._laid_for = 0

    @property
    def fence(self) -> str:
        if self.size.width == self.screen.size.width:
            return ""
        return "left" if self.screen.has_class("-huge") else "right"

    def show(self, opened: Opened | None) -> None:
        """The customer of another conversation."""
        self._opened = opened
        if opened is None or self._shown != opened.contact.id:
            self._shown = opened.contact.id if opened else None
            self.add(0, None)
        self._laid_for = 0
        self.refresh()

    @property
    def asks(self) -> bool:
        """Whether there is something to decide about this customer."""
        return self._count > 0

    def add(self, count: int, more: Callable[[int | None, int], list[Line]] | None) -> None:
        """So many things to decide about this customer, and the lines that tell them."""
        self._count, self._more = count, more
        self.pick(0)

    def pick(self, by: int) -> None:
        """Put the hand on another of them."""
        self.at = max(0, min(self.at + by, self._count - 1))
        self._laid_for = 0
        self.refresh()

    def on_focus(self) -> None:
        self.pick(0)

    def on_blur(self) -> None:
        self.pick(0)

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            return self.paint(
                ((SafeText(f" {_('Customer')} "), "title"), (SafeText("─" * width), "rule"))
            )
        if self._laid_for != width:
            self._laid_for = width
            self._lines = self._lay(width - 2) if self._opened else []
        if y - 1 >= len(self._lines):
            return self.paint(())
        return self.paint(((SafeText(" "), "text"), *self._lines[y - 1]))

    def _lay(self, width: int) -> list[Line]:
        from omnidesk.ui.callcard import noted  # the first frame shows nobody yet
        from omnidesk.ui.wishing import wish_lines

        opened, now = self._opened, self._clock()
        assert opened is not None
        contact = opened.contact
        lines: list[Line] = [((cut(safe_line(contact.name), width), "unread"),)]
        seen = _("first seen {when}").format(when=clock(contact.created_at, now))
        lines.append(((SafeText(seen), "muted"),))
        lines.append(())
        for known in contact.handles:
            words = self._way(known.handle)
            how = SafeText(f" {_(_HOW[known.known])}")
            lines.append(((cut(words, width - len(how)), "text"), (how, "muted")))
        lines += wish_lines(contact, self.channels, width)
        if self._more is not None:
            lines += self._more(self.at if self.has_focus else None, width)
        lines += [(), *self._others(opened, width, now)]
        if opened.joined:
            lines += [((line, "muted"),) for line in wrap(_joined(opened.joined), width)]
        if opened.conversation.tags:
            tags = SafeText(" ".join(f"[{safe_line(tag)}]" for tag in opened.conversation.tags))
            lines += [(), *(((line, "mark"),) for line in wrap(tags, width))]
        notes = [message for message in opened.messages if message.direction is Direction.NOTE]
        for note in notes[-_NOTES_SHOWN:]:
            said = safe_line(noted(note))
            lines += [(), *(((pad(line, width), "note"),) for line in wrap(said, width)[:3])]
        return lines

    def _way(self, handle: Handle) -> SafeText:
        """`Telegram 4412`: a handle by the channel that people call it by."""
        labels = [one.label for one in self.channels.values() if one.handle_scheme == handle.scheme]
        if not labels or not labels[0]:
            return safe_line(str(handle))
        return safe_line(f"{labels[0]} {handle.value}")

    def _others(self, opened: Opened, width: int, now: datetime) -> list[Line]:
        from omnidesk.ui.rowline import state_letter
        from omnidesk.ui.standing import so_many

        if not opened.others:
            return [((SafeText(_("no other conversations")), "muted"),)]
        states = Counter(row.state for row in opened.others)
        told = ", ".join(so_many(count, state) for state, count in sorted(states.items()))
        also = _("also {conversations}").format(conversations=told)
        lines: list[Line] = [((SafeText(also), "muted"),)]
        for row in opened.others[:_OTHERS_SHOWN]:
            known = self.channels.get(row.channel)
            code = safe_line(known.code if known and known.code else row.channel[:2])
            head = SafeText(f"{state_letter(row)} {code} {age(row.last_at, now):>4} #{row.number} ")
            subject = safe_line(row.subject or row.snippet)
            lines.append(((head, "muted"), (cut(subject, width - len(head)), "text")))
        return lines


def _joined(numbers: Sequence[int]) -> SafeText:
    """Which conversations an agent made one with this one."""
    told = ", ".join(f"#{number}" for number in numbers[:_OTHERS_SHOWN])
    said = ngettext("{numbers} was joined into it", "{numbers} were joined into it", len(numbers))
    return SafeText(said.format(numbers=told))
