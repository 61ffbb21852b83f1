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
from omnidesk.ui.attaching import Files, Picked
from omnidesk.ui.doubts import doubts
from omnidesk.ui.lines import Line, cut, wrap
from omnidesk.ui.painted import Painted
from omnidesk.ui.recipients import people, told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from textual.app import ComposeResult

    from omnidesk.desk import Opened
    from omnidesk.ui.recipients import Whom

_ROWS_OF_REVIEW = 9


class Writing(TextArea):
    """The text itself; Enter is a newline, and what is pasted loses its controls."""

    place = keymap.COMPOSER

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = strip_codes(event.text)[0]
        await super()._on_paste(event)


class ComposerTitle(Painted):
    """Whom it goes to and by which channel, before the first letter is typed."""

    ground = "bar"

    def render_line(self, y: int) -> Strip:
        composer = self.parent
        if not isinstance(composer, Composer):  # it is being taken away
            return self.paint(())
        return self.paint(composer.title_line(self.content_size.width))


class ReviewBar(Painted, can_focus=True):
    """Exact recipients, the channel, and every doubt."""

    place = keymap.REVIEW
    ground = "bar"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        """Put these lines into the bar."""
        self.lines = lines[:_ROWS_OF_REVIEW]
        self.styles.height = len(self.lines)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        return self.paint(self.lines[y] if y < len(self.lines) else ())


class Composer(Container):
    """One reply or note to one conversation. `seen` is the newest message when it began."""

    DEFAULT_CSS = """
    Composer { height: 40%; min-height: 9; layout: vertical; }
    Composer TextArea {
        height: 1fr; border: none; padding: 0 1; background: $ink-bar; color: $ink-text;
    }
    Composer TextArea:focus { border: none; }
    Composer ReviewBar { display: none; height: auto; background: $ink-bar; }
    Composer.-note TextArea { background: $ink-note-back; color: $ink-note; }
    Composer.-review ReviewBar { display: block; }
    ComposerTitle { height: 1; }
    """

    def __init__(
        self,
        opened: Opened,
        route: Route | Refused,
        *,
        note: bool,
        text: str,
        via: str | None,
        whom: Whom,
        files: Iterable[Picked] = (),
    ) -> None:
        super().__init__(id="composer", classes="-note" if note else "")
        self.opened = opened
        self.number = opened.conversation.number
        self.route = route
        self.note = note
        self.via = via
        self.whom = whom
        self.seen = max((message.id for message in opened.messages), default=0)
        self.done = False
        self.saving = False
        self.refused = False
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

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.files
        yield self.writing
        yield self.review

    def on_mount(self) -> None:
        self.writing.move_cursor(self.writing.document.end)

    @property
    def text(self) -> str:
        """What is written."""
        return self.writing.text

    @property
    def empty(self) -> bool:
        """Whether nothing is written or attached."""
        return not self.text.strip() and not self.files.picked

    def become(self, *, note: bool) -> None:
        """Turn into a note or into a reply."""
        self.note = note
        self.set_class(note, "-note")
        self.title.refresh()

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
            said = _("NO WAY TO REPLY: {reason}").format(reason=reason)
            words, ink, rule = said, "alert", "─"
        else:
            said = _("REPLY {whom}").format(whom=self._whom(self.route))
            words, ink, rule = said, "title", "─"
        state = f" {rule * 2} {self.state} {rule * 2}" if self.state else ""
        left = cut(SafeText(f"{rule * 2} {words} "), width - len(state))
        filled = SafeText(rule * width)
        return (left, ink), (SafeText(state.lstrip()), "muted" if not self.note else "note"), (
            filled, "note" if self.note else "rule"
        )  # fmt: skip

    def _whom(self, route: Route) -> SafeText:
        way = route.way
        limit = f", {way.max_text}" if way.max_text is not None else ""
        words = {
            "channel": safe_line(way.channel),
            "label": f"{safe_line(way.label)}{limit}",
            "whom": "; ".join(told(route)),
        }
        return SafeText(_("by {channel} ({label}) {whom}").format_map(words))

    @property
    def reviewing(self) -> bool:
        """Whether the writing is over and the looking has begun."""
        return self.has_class("-review")

    def look_over(self, opened: Opened) -> None:
        """Show what will happen, and let the hand decide."""
        self.opened = opened
        width = max(20, self.size.width - 2)
        rule = SafeText("─" * width)
        head: Line = (
            (SafeText(f"── {_('BEFORE IT GOES')} "), "title"),
            (rule, "rule"),
        )
        self.review.show([head, *self._review_lines(width)])
        self.add_class("-review")

    def go_on(self) -> None:
        """Back to writing."""
        self.remove_class("-review")

    def _review_lines(self, width: int) -> list[Line]:
        if self.note:
            team = SafeText(_("NOTE for the team. Customers never see this."))
            none = SafeText(f"! {_('a note carries no files')}")
            more = [self._indented(none, "alert")] if self.files.picked else []
            return [self._indented(team, "note"), *more]
        if isinstance(self.route, Refused):
            reason = safe_line(self.route.reason)
            said = [_("cannot be sent: {reason}").format(reason=reason)]
            if self.route.instead:
                ways = ", ".join(safe_line(way.channel) for way in self.route.instead)
                said.append(_("V goes through {channels}").format(channels=ways))
            return [self._indented(SafeText(line), "alert") for line in said]
        route = self.route
        first, *copies = told(route)
        lines = [_("SEND {whom}").format(whom=first), *copies]
        way = {"channel": safe_line(route.way.channel), "label": safe_line(route.way.label)}
        lines.append(_("by {channel} ({label})").format_map(way))
        shown = [
            self._indented(part, "name") for line in lines for part in wrap(SafeText(line), width)
        ]
        files = self.files.lines()
        shown += [
            self._indented(SafeText(_("with {file}").format(file=words)), ink)
            for words, ink in files
        ]
        found = doubts(self.text, route, self.opened, self.seen, files=len(files))
        found = self.files.lost(route) + found
        if self.whom.left_out:
            them = people(self.whom.left_out)
            found.append(SafeText(_("not to {people}; R answers everyone").format(people=them)))
        if self.whom.copies and not route.way.capabilities.copies:
            lost = {"label": safe_line(route.way.label), "people": people(self.whom.copies)}
            found.append(SafeText(_("{label} carries no Cc: not to {people}").format_map(lost)))
        if self.changes:
            found = [*map(safe_line, self.changes), SafeText(_("s again sends it even so"))]
        return shown + [
            self._indented(line, "alert")
            for doubt in found
            for line in wrap(SafeText(f"! {doubt}"), width)
        ]

    def _indented(self, text: SafeText, ink: str) -> Line:
        return (SafeText(" "), "text"), (text, ink)
