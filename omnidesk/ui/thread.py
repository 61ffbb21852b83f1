"""The thread of one conversation, whatever channels it went through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Region
from textual.message import Message as Posted
from textual.strip import Strip

from omnidesk.core.model import Message
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.beside import told
from omnidesk.ui.laying import Sheet
from omnidesk.ui.lines import Line
from omnidesk.ui.painted import Painted
from omnidesk.ui.peek import peeked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from omnidesk.core.channel import Capabilities
    from omnidesk.desk import Opened

_PEEK_HEIGHT = 5
_MESSAGES_KEPT = 2000


class ThreadView(Painted, can_focus=True):
    """Messages oldest first, at their end when opened; its first line is the conversation."""

    place = keymap.THREAD

    class Earlier(Posted):
        """Messages before the first one shown are wanted."""

        def __init__(self, number: int, before: int) -> None:
            super().__init__()
            self.number = number
            self.before = before

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.channels: Mapping[str, Capabilities] = {}
        self.agent = ""
        self.writing = False
        self.beside: Mapping[int, SafeText] = {}
        self.opened: Opened | None = None
        self.empty = SafeText("")
        self._messages: list[Message] = []
        self._clock = clock
        self._unfolded: set[int] = set()
        self._headed: set[int] = set()
        self._at: int | None = None
        self._marked_line = -1
        self._sheet = Sheet()
        self._over: list[Line] = []
        self._offset = 0
        self._room_before = 0
        self._banner: Callable[[int], Line] | None = None
        self._asked: int | None = None
        self._read_until: int | None = None
        self._fresh = True

    @property
    def number(self) -> int | None:
        """The conversation that is shown."""
        return self.opened.conversation.number if self.opened else None

    def show(self, opened: Opened | None) -> None:
        """Another conversation, or the same one as it is now; then the reading place stays."""
        same = opened is not None and opened.conversation.number == self.number
        at_end = self._offset >= self._last_offset
        fresh = list(opened.messages) if opened else []
        if same and fresh:
            first = fresh[0].id
            fresh = [m for m in self._messages if m.id < first] + fresh
        self.opened = opened
        self._messages = fresh
        until = opened.read_until if opened else None
        if not same or until is not None or not (self.has_focus or self.writing):
            self._read_until = until
        if not same:
            self._fresh = True
            self._unfolded.clear()
            self._headed.clear()
            self._at = None
            self._asked = None
            self._banner = None
        self._lay(at_end=at_end or not same)

    def warn(self, banner: Callable[[int], Line] | None) -> None:
        """One line over the messages, made for a width; or none any more."""
        at_end = self._offset >= self._last_offset
        self._banner = banner
        self._lay_over()
        self._offset = self._last_offset if at_end else self._offset
        self.refresh()

    @property
    def _above(self) -> int:
        """Lines over the messages: the title, what there is to warn of, what was pinned."""
        return 1 + len(self._over)

    def _lay_over(self) -> None:
        self._over = []
        if self.opened is not None and not self.peeking:
            warning = [self._banner(self.inner_width)] if self._banner is not None else []
            from omnidesk.ui.threadhead import pin_lines

            self._over = [*warning, *pin_lines(self.opened.pins, self.inner_width)]

    def be_written_in(self, writing: bool) -> None:
        """Show the unsent draft, or not while the composer shows it."""
        self.writing = writing
        self._lay(at_end=self._offset >= self._last_offset)

    def prepend(self, number: int, messages: list[Message]) -> None:
        """Earlier messages have come; what is on the screen stays where it is."""
        if number != self.number or not messages or len(self._messages) > _MESSAGES_KEPT:
            return
        self._messages[:0] = messages
        below = len(self._sheet.lines) - self._offset
        self._lay(at_end=False)
        self._offset = max(0, len(self._sheet.lines) - below)
        self._asked = None
        self.refresh()

    def _lay(self, *, at_end: bool) -> None:
        width, opened = self._text_width, self.opened
        self._lay_over()
        if opened is None and not (self._messages or self._sheet.lines):
            return
        from omnidesk.ui.talk import Setting  # the first frame shows no message yet

        self._sheet.lay(
            self._messages,
            Setting(width=width, channels=self.channels, now=self._clock()),
            unfolded=self._unfolded,
            headed=self._headed,
            pinned=opened.pinned if opened else (),
            read_until=self._read_until,
        )
        draft = opened.draft if opened else None
        if draft is not None and draft.text.strip() and not self.writing:
            self._sheet.add_draft(draft, width)
        wanted = self._offset
        if at_end:
            unread = self._sheet.unread if self._fresh else None
            wanted = self._last_offset if unread is None else unread
        self._offset = min(wanted, self._last_offset)
        self.refresh()

    @property
    def _text_width(self) -> int:
        return max(10, self.inner_width - 2)

    @property
    def _room(self) -> int:
        return max(1, self.content_size.height - self._above)

    @property
    def _last_offset(self) -> int:
        return max(0, len(self._sheet.lines) - self._room)

    @property
    def peeking(self) -> bool:
        """Whether there is only room for the newest words."""
        return self.content_size.height < _PEEK_HEIGHT

    @property
    def current(self) -> Message | None:
        """The message under the hand: the one that was gone to, else the last that begins here."""
        shown = {owner for _, owner in self._sheet.lines[self._offset : self._offset + self._room]}
        here = [message for message in self._messages if message.id in shown]
        first = self._offset
        gone_to = [message for message in here if message.id == self._at]
        begun = [message for message in here if self._sheet.starts[message.id] >= first]
        found = gone_to or begun or here
        return found[-1] if found else None

    def go_to(self, message: int) -> None:
        """Put a message under the hand, its head near the top."""
        if message in self._sheet.starts:
            self._fresh = False
            self._at = message
            self._offset = max(0, min(self._sheet.starts[message] - 1, self._last_offset))
            self.refresh()

    def to_message(self, by: int) -> None:
        """To the next message, or the one before."""
        current = self.current
        if current is None:
            return
        at = self._messages.index(current) + by
        if at < 0:
            self._want_earlier()
        at = max(0, min(at, len(self._messages) - 1))
        self._fresh = False
        self._at = self._messages[at].id
        start = self._sheet.starts[self._at]
        if not self._offset <= start < self._offset + self._room - 1:
            self._offset = max(0, min(start - 1, self._last_offset))
        self.refresh()

    def show_headers(self) -> None:
        """Show or hide the headers of the message under the hand."""
        current = self.current
        if current is not None:
            self._headed ^= {current.id}
            self._at = current.id
            self._lay(at_end=False)

    def scroll_by(self, by: int) -> None:
        """Move what is shown by so many lines."""
        wanted = max(0, min(self._offset + by, self._last_offset))
        self._fresh = False
        if wanted != self._offset:
            self._offset = wanted
            self.refresh()
        if wanted == 0 and by < 0:
            self._want_earlier()

    def _want_earlier(self) -> None:
        first = self._messages[0].id if self._messages else None
        if first is not None and self.number is not None and self._asked != first:
            self._asked = first
            self.post_message(self.Earlier(self.number, first))

    def half(self, direction: int) -> None:
        """Move by half a screen."""
        self.scroll_by(direction * max(1, self._room // 2))

    def to_edge(self, direction: int) -> None:
        """To the first or the last line; the message there is under the hand."""
        if self._messages:
            self._at = self._messages[-1 if direction > 0 else 0].id
        self.scroll_by(direction * len(self._sheet.lines))

    def unfold(self) -> None:
        """Unfold what is folded in the messages on the screen; fold it again the next time."""
        seen = {owner for _, owner in self._sheet.lines[self._offset : self._offset + self._room]}
        if not seen - self._unfolded:
            self._unfolded -= seen
        else:
            self._unfolded |= seen
        self._fresh = False
        first = self._sheet.lines[self._offset][1] if self._sheet.lines else None
        self._lay(at_end=False)
        places = (at for at, (_, owner) in enumerate(self._sheet.lines) if owner == first)
        self._offset = min(next(places, 0), self._last_offset)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        room, self._room_before = self._room_before, self._room
        head = self._sheet.starts.get(self._at, -1) if self._at is not None else -1
        seen = self._offset <= head < self._offset + room
        at_end = not room or self._offset >= len(self._sheet.lines) - room
        self._lay(at_end=at_end or self._fresh)
        if seen and self._at is not None:  # what was gone to stays in sight
            head = self._sheet.starts[self._at]
            if not self._offset <= head < self._offset + self._room:
                self.go_to(self._at)

    def on_mouse_scroll_down(self) -> None:
        self.scroll_by(3)

    def on_mouse_scroll_up(self) -> None:
        self.scroll_by(-3)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self.paint(self._title_line())
        if self.opened is None:
            return self.paint(((SafeText(" "), "text"), (self.empty, "muted")) if y == 2 else ())
        if self.peeking:
            lines = peeked(self._messages, self._text_width, self.content_size.height - 1)
            return self.paint(((SafeText(" "), "text"), *lines[y - 1]) if y <= len(lines) else ())
        if y < self._above:
            return self.paint(self._over[y - 1])
        at = self._offset + y - self._above
        if at >= len(self._sheet.lines):
            return self.paint(())
        here = SafeText(">" if at == self._marked_line else " ")
        return self.paint(((here, "mark"), *self._sheet.lines[at][0]))

    def render_lines(self, crop: Region) -> list[Strip]:
        current = self.current if self.has_focus else None
        self._marked_line = self._sheet.starts[current.id] if current is not None else -1
        return super().render_lines(crop)

    def _title_line(self) -> Line:
        width = self.inner_width
        if self.opened is None:
            return ((SafeText("─" * width), "rule"),)
        from omnidesk.ui.threadhead import title_line

        talk = self.opened.conversation
        codes = " ".join(self._code(channel) for channel in talk.channels)
        beside = self.beside.get(talk.number, told(self.opened.present))
        ink = "title" if self.has_focus or not self.screen.has_class("-narrow") else "name"
        name = self.opened.contact.name
        return title_line(talk, name, self.agent, codes, beside, width, ink)

    def _code(self, channel: str) -> SafeText:
        known = self.channels.get(channel)
        return safe_line(known.code if known and known.code else channel[:2])
