"""Numbers of a team's last days, by channel and by agent, in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message as Posted

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.above import Above
from omnidesk.ui.lines import Line, clock, cut, fit
from omnidesk.ui.local import number
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.core.overview import Report, Tally
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_WEEK = 7
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_GAP = 2
_WIDEST, _LEAST, _NARROWEST_NAME, _WIDEST_NAME = 14, 4, 12, 30


def lasting(time: timedelta | None) -> SafeText:
    """How long, in its two greatest units: `3d 4h`, `1h 05m`, `12m`, `40s`; a dash for none."""
    if time is None:
        return SafeText("-")
    seconds = int(time.total_seconds())
    day = pgettext("one letter for days", "d")
    hour, minute = pgettext("one letter for hours", "h"), pgettext("one letter for minutes", "m")
    if seconds < _MINUTE:
        said = f"{seconds}{pgettext('one letter for seconds', 's')}"
    elif seconds < _HOUR:
        said = f"{seconds // _MINUTE}{minute}"
    elif seconds < _DAY:
        said = f"{seconds // _HOUR}{hour} {seconds % _HOUR // _MINUTE:02}{minute}"
    else:
        said = f"{seconds // _DAY}{day} {seconds % _DAY // _HOUR}{hour}"
    return SafeText(said)


def _headings() -> tuple[str, ...]:
    return (
        pgettext("a column of the report", "came in"),
        pgettext("a column of the report", "answered"),
        pgettext("a column of the report", "first answer"),
        pgettext("a column of the report", "open"),
        pgettext("a column of the report", "longest wait"),
    )


def _cells(tally: Tally) -> tuple[SafeText, ...]:
    return (
        number(tally.came),
        number(tally.answered),
        lasting(tally.first_answer),
        number(tally.open),
        lasting(tally.longest),
    )


def _columns(every: Sequence[tuple[SafeText, ...]], width: int) -> tuple[list[SafeText], list[int]]:
    """Headings and how wide their columns are; headings give way before numbers do."""
    widest = _WIDEST
    while True:
        heads = [cut(SafeText(head), widest) for head in _headings()]
        wide = [max(map(cell_len, column)) for column in zip(heads, *every, strict=True)]
        if widest == _LEAST or sum(wide) + _GAP * len(wide) + _NARROWEST_NAME <= width:
            return heads, wide
        widest -= 1


def report_lines(
    report: Report, channels: Mapping[str, str], agents: Mapping[str, str], width: int
) -> list[Line]:
    """The tables; numbers stand under each other, whatever the language of their headings."""
    every = [_cells(tally) for tally in (*report.channels, *report.agents, report.total)]
    heads, wide = _columns(every, width)
    room = width - sum(wide) - _GAP * len(wide)
    room = max(_NARROWEST_NAME, min(_WIDEST_NAME, room))

    def row(name: SafeText, cells: Sequence[SafeText], ink: str, under: str = "text") -> Line:
        right = "".join(
            " " * (_GAP + columns - cell_len(cell)) + cell
            for cell, columns in zip(cells, wide, strict=True)
        )
        return ((fit(name, room), ink), (SafeText(right), under))

    def table(
        title: str, tallies: Sequence[Tally], known: Mapping[str, str], nameless: str
    ) -> list[Line]:
        lines = [row(SafeText(title), heads, "title", "muted")]
        for tally in tallies:
            name = safe_line(known.get(tally.name, tally.name) or nameless)
            lines.append(row(name, _cells(tally), "name" if tally.name else "muted"))
        return [*lines, ()]

    nobody = pgettext("in place of an agent's name", "nobody")
    lines = table(_("Channel"), report.channels, channels, "-")
    lines += table(_("Agent"), report.agents, agents, nobody)
    return [*lines, row(SafeText(_("All together")), _cells(report.total), "unread")]


class Tables(Painted, can_focus=True):
    """The tables, and what their columns mean below them."""

    place = keymap.REPORT

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self._over = over
        self.days = _WEEK
        self.report: Report | None = None
        self._first = 0

    def show(self, report: Report) -> None:
        """Other numbers."""
        self.report = report
        self.move(0)

    def move(self, by: int) -> None:
        """Scroll by so many lines."""
        last = max(0, len(self._lines()) - (self.size.height - 1))
        self._first = max(0, min(self._first + by, last))
        self.refresh()

    def half(self, direction: int) -> None:
        """Scroll by half a screen."""
        self.move(direction * max(1, self.size.height // 2))

    def on_resize(self) -> None:
        self.move(0)

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            title = cut(SafeText(f" {self._title()} "), width)
            return self.paint(((title, "title"), (SafeText("─" * width), "rule")))
        lines, at = self._lines(), self._first + y - 1
        return self.paint(((SafeText("  "), "text"), *(lines[at] if at < len(lines) else ())))

    def _title(self) -> str:
        days = ngettext("Numbers of the last day", "Numbers of the last {n} days", self.days)
        said = days.format(n=self.days)
        if self.report is None:
            return said
        since = clock(self.report.since, self._over.clock())
        return _("{what}, since {when}").format(what=said, when=since)

    def _lines(self) -> list[Line]:
        report, desk, width = self.report, self._over.desk, max(20, self.inner_width - 4)
        if report is None or desk is None:
            return [(), ((SafeText(_("counting")), "muted"),)]
        channels = {
            name: f"{name} ({able.label})" if able.label else name
            for name, able in desk.channels.items()
        }
        agents = {agent.id: agent.name or agent.id for agent in desk.agents}
        told = [
            _("came in, answered: what customers wrote, what we replied"),
            _("first answer: the median time until a new conversation was answered"),
            _("open, longest wait: as it stands now"),
        ]
        if report.cut:
            told.append(_("It was too much: only the newest of it was counted."))
        notes: list[Line] = [((cut(SafeText(one), width), "muted"),) for one in told]
        return [(), *report_lines(report, channels, agents, width), (), *notes]


class ReportScreen(Above):
    """Counts when it is laid over the desk, and for each time that is asked for."""

    resting_place = keymap.REPORT
    DEFAULT_CSS = """
    ReportScreen { background: $ink-paper; layout: vertical; }
    Tables { height: 1fr; }
    """

    class Counted(Posted):
        """The numbers of so many days; or why there are none."""

        def __init__(self, days: int, report: Report | None, said: str = "") -> None:
            super().__init__()
            self.days, self.report, self.said = days, report, said

    def __init__(self, over: DeskScreen) -> None:
        super().__init__(over)
        self._tables = Tables(over)

    def compose(self) -> ComposeResult:
        yield self._tables
        yield self.bottom

    def on_mount(self) -> None:
        self.look_at(_WEEK)

    def look_at(self, days: int) -> None:
        """Count so many days."""
        self._tables.days, self._tables.report = days, None
        self._tables.refresh()
        self.run_worker(self._count(days), name="report", group="report", exclusive=True)

    async def _count(self, days: int) -> None:
        desk = self.over.desk
        if desk is None:
            return
        try:
            self.post_message(self.Counted(days, await desk.report(days)))
        except OmnideskError as error:
            self.post_message(self.Counted(days, None, str(error)))

    def on_report_screen_counted(self, counted: Counted) -> None:
        if counted.days != self._tables.days:
            return
        if counted.report is None:
            self.tell(counted.said, alarm=True)
        else:
            self._tables.show(counted.report)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        tables = self._tables
        return {
            "report.day": lambda: self.look_at(1),
            "report.week": lambda: self.look_at(_WEEK),
            "report.month": lambda: self.look_at(30),
            "lines.down": lambda: tables.move(1),
            "lines.up": lambda: tables.move(-1),
            "lines.half_down": lambda: tables.half(1),
            "lines.half_up": lambda: tables.half(-1),
            "lines.top": lambda: tables.move(-9999),
            "lines.bottom": lambda: tables.move(9999),
            "lines.leave": self._leave,
        }

    def _leave(self) -> None:
        self.dismiss()


async def show(screen: DeskScreen) -> None:
    """Lay the numbers over the screen."""
    await screen.app.push_screen(ReportScreen(screen))
