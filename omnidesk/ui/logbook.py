"""The log: what was done, by whom and when, of everything or of one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.lines import Line, clock, cut, fit
from omnidesk.ui.local import brief_day
from omnidesk.ui.overview import Overview
from omnidesk.ui.paging import Lines

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    from omnidesk.desk import Desk
    from omnidesk.desk.journal import Entry
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_WHEN, _WHO, _NUMBER = 16, 10, 7
_NO_AGENT = "omnidesk"


def _when(at: datetime, now: datetime) -> SafeText:
    """A time of this year with its day; of another year the day alone."""
    here = at.astimezone()
    return clock(at, now) if here.year == now.astimezone().year else brief_day(here, year=True)


class Entries(Lines["Entry"]):
    """One line each; `alone` is the conversation that the list is narrowed to."""

    place = keymap.LOG

    def __init__(self, over: DeskScreen, alone: int | None) -> None:
        super().__init__(over)
        self.alone = alone

    def key(self, one: Entry) -> Hashable:
        return one.seq

    def title(self) -> SafeText:
        if self.alone is not None:
            said = _("Log of #{number}, newest first; {key} shows all")
            key = self.over.keys.key_of("log.alone")
            return SafeText(said.format(number=self.alone, key=key))
        return SafeText(_("Log, newest first"))

    def told_below(self, one: Entry) -> str:
        return safe_line(one.words)

    def empty(self) -> str:
        return _("Nothing was done yet. Whatever anybody does will stand here, with his name.")

    def lines(self, one: Entry, width: int) -> Sequence[Line]:
        when = fit(_when(one.at, self.over.clock()), _WHEN)
        who = fit(safe_line(one.actor, _WHO - 1), _WHO)
        number = fit(SafeText(f"#{one.conversation}" if one.conversation else ""), _NUMBER)
        words = cut(safe_line(one.words), width - _WHEN - _WHO - cell_len(number))
        mine = self.over.desk is not None and one.actor == self.over.desk.agent.id
        ink = "own" if mine else "muted" if one.actor == _NO_AGENT else "name"
        return (((when, "muted"), (who, ink), (number, "muted"), (words, "text")),)


class LogScreen(Overview["Entry"]):
    """The list of what was done."""

    resting_place = keymap.LOG

    def __init__(self, over: DeskScreen, alone: int | None) -> None:
        self._entries = Entries(over, alone)
        super().__init__(over, self._entries)

    @property
    def wish(self) -> object:
        return self._entries.alone

    async def page(self, desk: Desk, behind: Entry | None, limit: int) -> Sequence[Entry]:
        before = behind.seq if behind is not None else None
        return await desk.journal(limit=limit, before=before, conversation=self._entries.alone)

    def number_of(self, one: Entry) -> int | None:
        return one.conversation

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {**super().deeds, "log.alone": self._narrow}

    async def again(self, begin: Hashable) -> None:
        log = LogScreen(self.over, self._entries.alone)
        log.begin = begin
        await self.over.app.push_screen(log)

    def _narrow(self) -> None:
        entries, one = self._entries, self._entries.chosen
        if entries.alone is not None:
            entries.alone = None
        elif one is not None and one.conversation is not None:
            entries.alone = one.conversation
        else:
            self.tell(_("this line is about no conversation"))
            return
        entries.found = None
        entries.refresh()
        self.read_again()


async def show(screen: DeskScreen) -> None:
    """Lay the log over the screen; out of a conversation, that of the conversation."""
    alone = screen.number if screen.focused is not screen.inbox else None
    await screen.app.push_screen(LogScreen(screen, alone))
