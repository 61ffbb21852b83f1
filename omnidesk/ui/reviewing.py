"""The last look: exact recipients, the channel, the files, and every doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _, ngettext
from omnidesk.core.routing import Refused
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.doubts import doubts
from omnidesk.ui.lines import Line, wrap
from omnidesk.ui.painted import Painted
from omnidesk.ui.recipients import people

if TYPE_CHECKING:
    from textual.strip import Strip

    from omnidesk.ui.composer import Composer

_FILES_SHOWN = 4


class ReviewBar(Painted, can_focus=True):
    """Exact recipients, the channel, and every doubt."""

    place = keymap.REVIEW
    ground = "bar"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        """Put these lines into the bar."""
        self.lines = lines
        self.styles.height = len(self.lines)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        return self.paint(self.lines[y] if y < len(self.lines) else ())


def review_lines(composer: Composer, width: int) -> list[Line]:
    """What will happen, whom it will reach, and what to look at once more."""
    rule = SafeText("─" * width)
    head: Line = ((SafeText(f"── {_('BEFORE IT GOES')} "), "title"), (rule, "rule"))
    return [head, *_lines(composer, width)]


def _lines(composer: Composer, width: int) -> list[Line]:
    if composer.note:
        team = SafeText(_("NOTE for the team. Customers never see this."))
        none = SafeText(f"! {_('a note carries no files')}")
        more = [_indented(none, "alert")] if composer.files.picked else []
        return [_indented(team, "note"), *more]
    if isinstance(composer.route, Refused):
        reason = safe_line(composer.route.reason)
        said = [_("cannot be sent: {reason}").format(reason=reason)]
        if composer.route.instead:
            ways = ", ".join(safe_line(way.channel) for way in composer.route.instead)
            said.append(_("V goes through {channels}").format(channels=ways))
        if composer.fields is not None:
            said.append(_("w names whom it goes to"))
        return [_indented(SafeText(line), "alert") for line in said]
    route = composer.route
    lines = composer.whom.reaches(route)
    subject = safe_line(composer.whom.subject)
    unnamed = composer.whom.about and route.way.capabilities.subject and not subject
    if subject and route.way.capabilities.subject:
        lines.append(_("subject: {subject}").format(subject=subject))
    shown = [_indented(part, "name") for line in lines for part in wrap(SafeText(line), width)]
    files = composer.files.lines()
    shown += _with_files(files)
    found = doubts(composer.text, route, composer.opened, composer.seen, files=len(files))
    found = composer.files.lost(route) + found
    if unnamed:
        found.append(SafeText(_("no subject: the first words stand for it")))
    if composer.whom.left_out:
        them = people(composer.whom.left_out)
        found.append(SafeText(_("not to {people}; R answers everyone").format(people=them)))
    if composer.whom.copies and not route.way.capabilities.copies:
        lost = {"label": safe_line(route.way.label), "people": people(composer.whom.copies)}
        found.append(SafeText(_("{label} carries no Cc: not to {people}").format_map(lost)))
    found += [SafeText(words) for words in composer.whom.doubts()]
    if composer.changes:
        again = SafeText(_("s again sends it even so"))
        found = [*map(safe_line, composer.changes), again, *found]
    return shown + [
        _indented(line, "alert") for doubt in found for line in wrap(SafeText(f"! {doubt}"), width)
    ]


def _with_files(files: list[tuple[SafeText, str]]) -> list[Line]:
    """Some of many; those that cannot go come first."""
    listed = sorted(files, key=lambda file: file[1] != "alert")
    shown = listed if len(files) <= _FILES_SHOWN else listed[: _FILES_SHOWN - 1]
    lines = [_indented(SafeText(_("with {file}").format(file=words)), ink) for words, ink in shown]
    if more := len(files) - len(shown):
        words = ngettext("and {n} more file", "and {n} more files", more).format(n=more)
        lines.append(_indented(SafeText(words), "name"))
    return lines


def _indented(text: SafeText, ink: str) -> Line:
    return (SafeText(" "), "text"), (text, ink)
