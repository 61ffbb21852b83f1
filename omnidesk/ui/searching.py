"""Search over everything that was ever said: newest first, page by page, back to where one was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message as Posted
from textual.widgets import Input

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.above import Above
from omnidesk.ui.lines import Line, age, cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.core.model import Hit
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_PAGE = 50
_AHEAD = 10
_SETTLE_SECONDS = 0.12
_OLDEST = 1900  # messages before the newest hundred; the thread keeps two thousand
_BEFORE = 10


@dataclass(slots=True)
class Searched:
    """What was searched for, what was found so far, and where the hand is in it."""

    words: str = ""
    hits: list[Hit] = field(default_factory=list)
    at: int = 0
    top: int = 0
    whole: bool = True


def hit_lines(hit: Hit, now: datetime, width: int) -> tuple[Line, Line]:
    """Whose and when; below it the words around the hit, which are underlined."""
    head = SafeText(f"{age(hit.at, now):>4} #{hit.conversation:<6} ")
    name = safe_line(hit.name, 24)
    subject = cut(safe_line(hit.subject), max(0, width - len(head) - 28))
    first: Line = ((head, "muted"), (name, "name"), (SafeText("  "), "text"), (subject, "muted"))
    parts: list[tuple[SafeText, str]] = [(SafeText("     "), "text")]
    room = width - 6
    for at, piece in enumerate(hit.snippet.replace("\x02", "\x03").split("\x03")):
        said = " ".join(strip_codes(piece)[0].split()) if at % 2 else _spaced(piece)
        fits = cut(SafeText(said), room)
        parts.append((fits, "hit" if at % 2 else "text"))
        room -= len(fits)
        if room <= 0:
            break
    return first, tuple(parts)


def _spaced(piece: str) -> str:
    """One line of a snippet's part, with the spaces that part it from the hits."""
    before = " " if piece[:1].isspace() else ""
    after = " " if piece[-1:].isspace() and piece.strip() else ""
    return f"{before}{safe_line(piece)}{after}"


class Words(Input):
    """What is searched for."""

    place = keymap.SEARCH_LINE


class Title(Painted):
    """What this screen is."""

    def render_line(self, y: int) -> Strip:
        rule = SafeText("─" * self.inner_width)
        return self.paint(((SafeText(f" {_('Search in everything')} "), "title"), (rule, "rule")))


class Hits(Painted, can_focus=True):
    """Two lines for each; it asks for the next page before the hand is there."""

    place = keymap.SEARCH

    class Wanted(Posted):
        """The page behind the last hit is needed."""

        def can_replace(self, message: Posted) -> bool:
            return isinstance(message, Hits.Wanted)

    def __init__(self, found: Searched, now: datetime) -> None:
        super().__init__()
        self.found = found
        self.said = SafeText("")
        self._now = now

    @property
    def _room(self) -> int:
        return max(1, (self.content_size.height - 1) // 2)

    def move(self, by: int) -> None:
        """Move the cursor by so many hits."""
        found = self.found
        found.at = max(0, min(found.at + by, len(found.hits) - 1))
        found.top = min(max(found.top, found.at - self._room + 1), found.at)
        self.refresh()
        if not found.whole and found.at + self._room + _AHEAD >= len(found.hits):
            self.post_message(self.Wanted())

    def half(self, direction: int) -> None:
        """Move by half a screen."""
        self.move(direction * max(1, self._room // 2))

    def _title(self) -> str:
        if not self.found.words:
            return _("Everything, newest first")
        said = _("Everything, newest first, {n}")
        if not self.found.whole:
            said = _("Everything, newest first, {n} so far")
        return said.format(n=len(self.found.hits))

    def render_line(self, y: int) -> Strip:
        if y == 0:
            rule = SafeText("─" * self.inner_width)
            return self.paint(((SafeText(f" {self._title()} "), "title"), (rule, "rule")))
        at, below = divmod(y - 1, 2)
        at += self.found.top
        if at >= len(self.found.hits):
            return self.paint(((SafeText(" "), "text"), (self.said, "muted")) if y == 2 else ())
        chosen = at == self.found.at
        over = ("cursor" if self.has_focus else "away") if chosen else ""
        line = hit_lines(self.found.hits[at], self._now, self.inner_width - 2)[below]
        edge = SafeText("> " if chosen and not below else "  ")
        return self.paint(((edge, "mark"), *line), over)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self.move(0)


class SearchScreen(Above):
    """The words, and what was found under them."""

    resting_place = keymap.SEARCH_LINE
    DEFAULT_CSS = """
    SearchScreen { background: $ink-paper; layout: vertical; }
    SearchScreen Input { height: 1; padding: 0 1; background: $ink-bar; color: $ink-text; }
    SearchScreen Title { height: 1; }
    Hits { height: 1fr; }
    """

    class Found(Posted):
        """A page of hits has come; `before` is the message that it stands behind."""

        def __init__(self, words: str, before: int | None, hits: list[Hit], said: str) -> None:
            super().__init__()
            self.words, self.before, self.hits, self.said = words, before, hits, said

    def __init__(self, over: DeskScreen, found: Searched) -> None:
        super().__init__(over)
        self._found = found
        self._landing = bool(found.words)
        self._words = Words(
            found.words, placeholder=_("search everything: words from:anna tag:vip"),
            compact=True, select_on_focus=False,
        )  # fmt: skip
        self._hits = Hits(found, over.clock())

    def compose(self) -> ComposeResult:
        yield Title()
        yield self._words
        yield self._hits
        yield self.bottom

    def on_mount(self) -> None:
        self.set_focus(self._hits if self._found.hits else self._words)
        if self._found.words and not self._found.hits:
            self._ask(self._found.words)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "search.hits": self._to_hits,
            "search.words": lambda: self._focus(self._words),
            "search.down": lambda: self._hits.move(1),
            "search.up": lambda: self._hits.move(-1),
            "search.half_down": lambda: self._hits.half(1),
            "search.half_up": lambda: self._hits.half(-1),
            "search.top": lambda: self._hits.move(-len(self._found.hits)),
            "search.bottom": lambda: self._hits.move(len(self._found.hits)),
            "search.open": self._open,
            "search.leave": self._leave,
            "search.back": self._leave,
        }

    def _focus(self, widget: Words | Hits) -> None:
        self.set_focus(widget)

    def _to_hits(self) -> None:
        if self._found.hits:
            self.set_focus(self._hits)

    def _leave(self) -> None:
        self.over.search = None
        self.dismiss()

    async def _open(self) -> None:
        if not self._found.hits:
            return
        hit = self._found.hits[self._found.at]
        self.over.search = self._found
        self.dismiss()
        await open_at(self.over, hit.conversation, hit.message)

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        typed = changed.value
        if typed.strip() != self._found.words.strip():
            self.set_timer(_SETTLE_SECONDS, lambda: self._rested(typed))

    def _rested(self, typed: str) -> None:
        if typed == self._words.value:
            self._ask(typed)

    def _ask(self, words: str, before: int | None = None) -> None:
        self.run_worker(self._search(words, before), name="search", group="search", exclusive=True)

    async def _search(self, words: str, before: int | None) -> None:
        desk, hits, said = self.over.desk, list["Hit"](), ""
        if desk is not None and words.strip():
            try:
                hits = await desk.search(words, before=before, limit=_PAGE, typing=True)
            except OmnideskError as error:
                said = str(error)
        self.post_message(self.Found(words, before, hits, said))

    def on_search_screen_found(self, found: Found) -> None:
        mine = self._found
        if found.words != self._words.value:
            return
        if found.before is None:
            mine.hits, mine.at, mine.top = found.hits, 0, 0
            mine.words = found.words
        elif mine.hits and mine.hits[-1].message == found.before:
            mine.hits.extend(found.hits)
        else:
            return
        mine.whole = len(found.hits) < _PAGE
        nothing = "" if mine.hits or not found.words.strip() else _("nothing was found")
        self._hits.said = safe_line(found.said or nothing)
        self._hits.refresh()
        if self._landing and mine.hits:
            self.set_focus(self._hits)
        self._landing = False

    def on_hits_wanted(self) -> None:
        if self._found.hits and not self._found.whole:
            self._ask(self._found.words, self._found.hits[-1].message)


async def open_at(screen: DeskScreen, number: int, message: int) -> None:
    """Open a conversation at one of its messages, however old."""
    from omnidesk.ui.going import go_to

    await go_to(screen, number)
    opened = screen.thread.opened
    if opened is None or screen.desk is None:
        return
    kept = opened.conversation.number
    if opened.messages and message < opened.messages[0].id:
        first = opened.messages[0].id
        try:
            older = await screen.desk.store.read(
                lambda r: r.messages(kept, before=first, limit=_OLDEST)
            )
        except OmnideskError as error:
            screen.say(str(error), alarm=True)
            return
        at = next((at for at, one in enumerate(older) if one.id >= message), 0)
        screen.thread.prepend(kept, older[max(0, at - _BEFORE) :])
    screen.thread.go_to(message)


def show(screen: DeskScreen, words: str = "", found: Searched | None = None) -> None:
    """Lay the search over the screen, new or as it was left."""
    screen.app.push_screen(SearchScreen(screen, found or Searched(words=words)))
