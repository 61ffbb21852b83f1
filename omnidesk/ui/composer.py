"""Where a reply or a note is written, and looked over before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.containers import Container
from textual.strip import Strip
from textual.widgets import TextArea

from omnidesk.core.language import _
from omnidesk.core.routing import Refused, Route
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.addressing import Addressing
from omnidesk.ui.attaching import Files, Picked
from omnidesk.ui.lines import Line, cut, wrap
from omnidesk.ui.painted import Painted
from omnidesk.ui.reviewing import ReviewBar, review_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from textual.app import ComposeResult

    from omnidesk.desk import Opened
    from omnidesk.ui.deskscreen import DeskScreen
    from omnidesk.ui.whom import Whom

_ROWS_BELOW = 8
_LEAST = 9
_ABOVE_REVIEW = 3
_FIELDS = 3
_BRIEF = 6
_GRACE_SECONDS = 0.5
_RULES = 20
"""The rules and the first word of a title, in cells."""


class Writing(TextArea):
    """The text itself; Enter is a newline, and what is pasted loses its controls."""

    place = keymap.COMPOSER

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = strip_codes(event.text)[0]  # TextArea's own handler comes behind this one


class ComposerTitle(Painted):
    """Whom it goes to and by which channel, before the first letter is typed."""

    ground = "bar"

    def render_line(self, y: int) -> Strip:
        composer = self.parent
        if not isinstance(composer, Composer):  # it is being taken away
            return self.paint(())
        return self.paint(composer.title_line(self.content_size.width))


class Below(Painted):
    """What stands below the text and is not written: as much of it as there is room for."""

    ground = "bar"
    DEFAULT_CSS = "Below { max-height: 25%; }"

    def __init__(self, text: SafeText) -> None:
        super().__init__()
        self._text = SafeText("\n".join(line for line in text.split("\n") if line.strip()))
        self.styles.height = min(_ROWS_BELOW, self._text.count("\n") + 1)

    def render_line(self, y: int) -> Strip:
        lines = wrap(self._text, self.inner_width - 3)
        line = lines[y] if y < len(lines) else SafeText("")
        if y == self.size.height - 1 and len(lines) > self.size.height:
            line = SafeText(f"{cut(line, self.inner_width - 5)} …")
        return self.paint(((SafeText(" │ "), "rule"), (line, "muted")))


class Composer(Container):
    """One reply, note or other letter. `seen` is the newest message when it began.

    Without `opened` it is the first of a conversation; what `whom` asks for has its own lines.
    """

    DEFAULT_CSS = """
    Composer { height: 40%; min-height: 9; layout: vertical; }
    Composer TextArea {
        height: 1fr; border: none; padding: 0 1; background: $ink-bar; color: $ink-text;
    }
    Composer TextArea:focus { border: none; }
    Composer ReviewBar { display: none; height: auto; background: $ink-bar; }
    Composer.-asks { height: 55%; min-height: 12; }
    Composer.-note TextArea { background: $ink-note-back; color: $ink-note; }
    Composer.-review ReviewBar { display: block; }
    ComposerTitle { height: 1; }
    """

    def __init__(
        self,
        over: DeskScreen,
        opened: Opened | None,
        route: Route | Refused,
        *,
        note: bool,
        text: str,
        via: str | None,
        whom: Whom,
        files: Iterable[Picked] = (),
    ) -> None:
        super().__init__(id="composer", classes="-note" if note else "")
        self.over = over
        self.opened = opened
        self.number = opened.conversation.number if opened else 0
        self.route = route
        self.note = note
        self.via = via
        self.whom = whom
        self.seen = max((m.id for m in opened.messages), default=0) if opened else 0
        self.from_list = False
        self.done = False
        self.saving = False
        self.refused = False
        self.hesitates = False
        self.later: datetime | None = None
        self.known = self.seen
        self.changes: tuple[str, ...] = ()
        self.state = SafeText(_("draft") if text else "")
        self.title = ComposerTitle()
        self.files = Files(files)
        self.writing = Writing(
            strip_codes(text)[0], soft_wrap=True, show_line_numbers=False, tab_behavior="indent"
        )
        self.review = ReviewBar()
        self.fields = None
        if whom.asks:
            self.fields = Addressing(self, whom.typed, whom.subject if whom.about else None)
            self.add_class("-asks")
        self.below = Below(whom.quoted) if whom.quoted else None
        begun = whom.asks and not text and not whom.named
        self._begun_with = self.files.paths if begun else ()

    def compose(self) -> ComposeResult:
        yield self.title
        if self.fields is not None:
            yield self.fields
        yield self.files
        yield self.writing
        if self.below is not None:
            yield self.below
        yield self.review

    def on_mount(self) -> None:
        self.writing.move_cursor(self.writing.document.end)

    @property
    def text(self) -> str:
        """What is written."""
        return self.writing.text

    @property
    def empty(self) -> bool:
        """Whether nothing is written, attached or named that was not there before."""
        attached = self.files.paths != self._begun_with
        return not (self.text.strip() or attached or self.whom.named)

    @property
    def snapshot(self) -> tuple[object, ...]:
        """Everything that a draft keeps, to see whether it has changed since."""
        return self.text, self.files.paths, self.whom.typed, self.whom.subject

    def aim(self, route: Route | Refused) -> None:
        """It goes there now, or nowhere."""
        self.route = route
        if self.fields is not None:
            self.fields.ask_subject(
                wanted=isinstance(route, Refused) or route.way.capabilities.subject
            )
        self.title.refresh()
        self.over.bottom.refresh()
        if self.reviewing:
            self.look_over(self.opened)

    def become(self, *, note: bool) -> None:
        """Turn into a note or into a reply."""
        self.note = note
        self.set_class(note, "-note")
        self.title.refresh()
        self.over.bottom.refresh()  # other keys mean something now

    def tell(self, state: str) -> None:
        """Say in the title how the draft is."""
        if state != self.state:
            self.state = SafeText(state)
            self.title.refresh()

    def title_line(self, width: int) -> Line:
        """What this is, whom it goes to, how the draft is."""
        if self.note:
            said = _("NOTE on #{number}, customers never see this").format(number=self.number)
            words, ink, rule = said, "note", "="
        elif isinstance(self.route, Refused):
            reason = safe_line(self.route.reason)
            said = _(self.whom.untitled).format(reason=reason)
            aiming = self.fields is not None and self.fields.line.has_focus
            words, ink, rule = said, "title" if aiming else "alert", "─"
        else:
            room = width - len(self.state) - _RULES
            said = _(self.whom.titled).format(whom=self.whom.title(self.route, room))
            words, ink, rule = said, "title", "─"
        state = f" {rule * 2} {self.state} {rule * 2}" if self.state else ""
        left = cut(SafeText(f"{rule * 2} {words} "), width - len(state))
        filled = SafeText(rule * width)
        return (left, ink), (SafeText(state.lstrip()), "muted" if not self.note else "note"), (
            filled, "note" if self.note else "rule"
        )  # fmt: skip

    @property
    def reviewing(self) -> bool:
        """Whether the writing is over and the looking has begun."""
        return self.has_class("-review")

    def look_over(self, opened: Opened | None) -> None:
        """Show what will happen, and let the hand decide."""
        self.opened = opened
        lines = review_lines(self, max(20, self.size.width - 2))
        self.review.show(lines)
        self._give_room(len(lines))
        self.add_class("-review")

    def hesitate(self, opened: Opened) -> None:
        """Show what was said meanwhile; a press that was meant for before is not taken for yes."""
        self.hesitates = True
        self.look_over(opened)
        self.call_after_refresh(self.set_timer, _GRACE_SECONDS, self._decide)

    def _decide(self) -> None:
        self.hesitates = False

    def _give_room(self, lines: int) -> None:
        """No line of the review is hidden; what it repeats goes before it."""
        self.files.display = bool(self.files.picked) and not lines
        if self.below is not None:
            self.below.display = lines <= _BRIEF
        more = _FIELDS if self.fields is not None else 0
        self.styles.min_height = max(_LEAST, lines + _ABOVE_REVIEW) + more

    def go_on(self) -> None:
        """Back to writing; that was on purpose."""
        self.hesitates = False
        self._give_room(0)
        self.remove_class("-review")
