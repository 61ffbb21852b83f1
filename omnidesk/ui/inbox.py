"""The list of conversations: a window of rows of a list of any length."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message as Posted
from textual.strip import Strip

from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.model import Row
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.lines import Line, age, cut
from omnidesk.ui.marks import Marks
from omnidesk.ui.naming import name_of
from omnidesk.ui.painted import Painted
from omnidesk.ui.rowline import row_line, state_letter
from omnidesk.ui.sections import section_of
from omnidesk.ui.window import Key, Side, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from textual.geometry import Region

    from omnidesk.ui.posts import Listed

_STRIPS_KEPT = 400


class InboxList(Painted, can_focus=True):
    """Rows of one view; it says when its cursor moved and which page it wants next."""

    place = keymap.LIST

    class Moved(Posted):
        """Another conversation is under the cursor."""

        def can_replace(self, message: Posted) -> bool:
            return isinstance(message, InboxList.Moved)

    class Wanted(Posted):
        """A page beside the loaded rows is needed."""

        def __init__(self, side: Side, key: Key) -> None:
            super().__init__()
            self.side = side
            self.key = key

    class Opened(Posted):
        """The conversation under the cursor was chosen with the mouse."""

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window()
        self.title = SafeText("")
        self.empty = SafeText("")
        self.codes: dict[str, SafeText] = {}
        self.agent = ""
        self.beside: Mapping[int, SafeText] = {}
        self.marks = Marks()
        self.views = keymap.VIEWS
        self._view: Listed = ("", "", False)
        self._clock = clock
        self._on_lines: list[int] = []
        self._asked: Key | None = None
        self.elsewhere = False  # what is shown is none of the rows: none looks chosen
        self._marked: frozenset[int] = frozenset()
        self._strips: dict[tuple[int, str, bool], tuple[Row, str, int, Strip]] = {}

    @property
    def number(self) -> int | None:
        """The conversation under the cursor."""
        row = self.window.current
        return row.number if row else None

    def name_it(self, view: str, words: str, newest: bool) -> None:
        """Say which list this is, and what its emptiness means."""
        if (view, words) != self._view[:2]:
            self.marks.clear()
        self._view = view, words, newest
        self.title, self.empty = name_of(self._view, self.views)
        self.refresh()

    def show(
        self, rows: list[Row], asked: int, *, last: bool = False, filtered: bool = False
    ) -> None:
        """Another list: its first page, or its last one, the cursor on its outermost row."""
        whole = len(rows) < asked
        self.window = Window(rows=rows, height=self._height, at_top=whole, at_end=whole)
        self._part()
        if last:
            self.window.at_end = True
            self.window.move(len(rows))
        else:
            self.window.at_top = True
            self.window.rooted = filtered
        self._after(None)

    def reread(self, after: Key | None, rows: list[Row], asked: int) -> None:
        """The same list as it is now."""
        number = self.number
        self._part()
        self.window.reread(after, rows, asked)
        self._after(number)

    def extend(self, side: Side, after: Key, rows: list[Row]) -> None:
        """A page that was wanted has come."""
        self._asked = None
        number = self.number
        self.window.extend(side, after, rows)
        self._after(number)

    def _part(self) -> None:
        """Part the rows by headings, where a thread stands beside the list."""
        if not self.size.width:
            return  # hidden: it comes back as it was
        roomy = bool(self.fence)
        view, words, newest = self._view
        parted = roomy and not words
        now = self._clock()
        self.window.section = section_of(view, newest=newest, now=now) if parted else None

    def drop(self, number: int) -> None:
        """Take a row out before the store has said so."""
        at = self.number
        self.window.drop(number)
        self._after(at)

    def _after(self, number: int | None) -> None:
        self._asked = None
        self.show_marks()
        if self.number != number:
            self.post_message(self.Moved())
        self._want()

    def _want(self) -> None:
        wanted = self.window.wants()
        if wanted is not None and self._asked != wanted[1]:
            self._asked = wanted[1]
            self.post_message(self.Wanted(*wanted))

    @property
    def fence(self) -> str:
        return "right" if self.size.width < self.screen.size.width else ""

    @property
    def _height(self) -> int:
        return max(1, self.content_size.height - 1)

    def move(self, by: int) -> None:
        """Move the cursor by so many rows."""
        self.elsewhere = False
        window = self.window
        cursor, top, seat = window.cursor, window.top, window.seat
        window.move(by)
        if window.cursor == cursor and window.top == top:
            self._want()
            return
        if window.top == top and self.marks.anchor is None:
            self.refresh_line(1 + seat)
            self.refresh_line(1 + window.seat)
        else:
            self.refresh()
        if window.cursor != cursor:
            self.post_message(self.Moved())
            if self.marks.anchor is not None:
                self.show_marks()
        self._want()

    def half(self, direction: int) -> None:
        """Move by half a screen."""
        self.move(direction * max(1, self._height // 2))

    def next_needing(self, direction: int) -> bool:
        """Move to the next row that needs us and is no colleague's; False where none is loaded."""
        rows, at = self.window.rows, self.window.cursor + direction
        while 0 <= at < len(rows):
            theirs = rows[at].assignee not in (None, "", self.agent)
            if state_letter(rows[at]) in ("*", "!") and not theirs:
                self.move(at - self.window.cursor)
                return True
            at += direction
        return False

    def go_to(self, number: int) -> bool:
        """Move to a conversation; False where it is not loaded."""
        found = (at for at, row in enumerate(self.window.rows) if row.number == number)
        at = next(found, None)
        if at is not None:
            self.move(at - self.window.cursor)
        return at is not None

    def show_marks(self) -> None:
        """Paint what is selected."""
        self._marked = frozenset(self.marks.numbers(self.window)) if self.marks else frozenset()
        self.refresh()

    def select_nothing(self) -> None:
        """Drop the selection."""
        self.marks.clear()
        self.show_marks()

    def on_resize(self, event: events.Resize) -> None:
        if not event.size.height:
            return
        self.window.height = self._height
        self._part()
        self.window.settle()
        self.refresh()
        self._want()

    def on_focus(self) -> None:
        self.elsewhere = False
        self._refresh_cursor()

    def on_blur(self) -> None:
        self._refresh_cursor()

    def _refresh_cursor(self) -> None:
        if self.window.rows:
            self.refresh_line(1 + self.window.seat)

    def on_mouse_scroll_down(self) -> None:
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        self.move(-3)

    def on_click(self, event: events.Click) -> None:
        lines = self.window.lines()
        at = lines[event.y - 1] if 1 <= event.y <= len(lines) else -1
        if at >= 0:
            again = at == self.window.cursor
            self.move(at - self.window.cursor)
            if again:
                self.post_message(self.Opened())

    def render_lines(self, crop: Region) -> list[Strip]:
        self._on_lines = self.window.lines()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            return self.paint(self._title_line(width))
        if y <= len(self._on_lines):
            at = self._on_lines[y - 1]
            if at < 0:
                return self.paint(self._heading(self.window.rows[~at], width))
            chosen = at == self.window.cursor and not self.elsewhere
            return self._row_strip(self.window.rows[at], chosen, width)
        if not self.window.rows and y == 2:
            return self.paint(((SafeText("  "), "muted"), (self.empty, "muted")))
        return self.paint(())

    def _heading(self, row: Row, width: int) -> Line:
        words = _(self.window.section(row)) if self.window.section else ""
        rule = SafeText("─" * max(0, width - len(words) - 3))
        return (SafeText(f"  {words} "), "muted"), (rule, "rule")

    def _title_line(self, width: int) -> Line:
        count = len(self._marked)
        words = ngettext("{n} selected, Esc drops them", "{n} selected, Esc drops them", count)
        said = SafeText(f" {words.format(n=count)} " if count else "")
        title = cut(SafeText(f" {self.title} "), width - len(said))
        return (title, "title"), (said, "mark"), (SafeText("─" * width), "rule")

    def _row_strip(self, row: Row, chosen: bool, width: int) -> Strip:
        waits = age(row.waiting_since or row.last_at, self._clock())
        over = ("cursor" if self.has_focus else "away") if chosen else ""
        marked = row.number in self._marked
        kept = self._strips.get((row.number, over, marked))
        if kept and kept[0] == row and kept[1:3] == (waits, width):
            return kept[3]
        room = width - 1 if self.fenced else width
        own = row.assignee == self.agent
        who = pgettext("whose it is", "me") if own else row.assignee or "-"
        code = self.codes.get(row.channel) or safe_line(row.channel[:2])
        line = row_line(self._told(row), waits, code, safe_line(who, 4), room, own=own)
        edge = SafeText(f"{'>' if chosen else ' '}{'x' if marked else ' '}")
        strip = self.paint(((edge, "mark"), *line), over)
        if len(self._strips) > _STRIPS_KEPT:
            self._strips.clear()
        self._strips[row.number, over, marked] = (row, waits, width, strip)
        return strip

    def stand_beside(self, beside: Mapping[int, SafeText]) -> None:
        """Say of these conversations who writes in them."""
        if beside != self.beside:
            self.beside = beside
            self._strips.clear()
            self.refresh()

    def _told(self, row: Row) -> Row:
        words = self.beside.get(row.number)
        return replace(row, subject=f"({words}) {row.subject}") if words else row

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()
