"""Which news are told to an agent who does not look, when, and in what words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from omnidesk.core.hours import read_hours
from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.core.value import dataclass
from omnidesk.desk.news import News, Why
from omnidesk.desk.settings import NotifySettings

_APART = timedelta(minutes=1)
_MOST_AT_ONCE = 3
_NAME_CELLS = 40
_TEXT_CELLS = 120
_SENTENCES = {
    Why.ASSIGNED: N_("[#{number}] is yours now"),
    Why.MENTIONED: N_("{actor} names you in [#{number}]"),
    Why.WROTE: N_("wrote in [#{number}]"),
    Why.UNASSIGNED: N_("wrote in [#{number}], which nobody has"),
    Why.FAILED: N_("your reply in [#{number}] did not arrive"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that is told, fit for a terminal; `number` is None where it is about several."""

    event: str
    number: int | None
    name: SafeText
    channel: SafeText
    actor: SafeText
    title: SafeText
    text: SafeText


class Notices:
    """Picks what is told: what was asked for, once a conversation a minute, not in quiet hours."""

    def __init__(self, settings: NotifySettings, agent: str) -> None:
        self._about = settings.agents.get(agent, settings.about)
        self._text = settings.text
        zone = ZoneInfo(settings.timezone) if settings.timezone else None
        self._quiet = read_hours(settings.quiet, zone) if settings.quiet else None
        self._told: dict[int, datetime] = {}

    def pick(self, news: Sequence[News], *, away: bool, now: datetime) -> list[Notice]:
        """What is told of these; more than a few at once are told together."""
        if not away or (self._quiet is not None and self._quiet.include(now)):
            return []
        self._told = {n: at for n, at in self._told.items() if timedelta(0) <= now - at < _APART}
        picked = []
        for one in news:
            if one.why in self._about and one.number not in self._told:
                self._told[one.number] = now
                picked.append(one)
        told = [_notice(one, with_text=self._text) for one in picked[:_MOST_AT_ONCE]]
        rest = len(picked) - len(told)
        return [*told, _together(rest)] if rest else told


def _notice(news: News, *, with_text: bool) -> Notice:
    name, channel = safe_line(news.name, _NAME_CELLS), safe_line(news.channel, _NAME_CELLS)
    actor = safe_line(news.actor, _NAME_CELLS)
    said = _(_SENTENCES[news.why]).format(number=news.number, actor=actor)
    words = safe_line(news.text, _TEXT_CELLS) if with_text else ""
    return Notice(
        event=news.why.value,
        number=news.number,
        name=name,
        channel=channel,
        actor=actor,
        title=SafeText(f"{name or channel} ({channel})"),
        text=SafeText(f"{said}: {words}" if words else said),
    )


def _together(count: int) -> Notice:
    nothing = SafeText("")
    said = ngettext("and {n} more conversation", "and {n} more conversations", count)
    return Notice(
        event="more",
        number=None,
        name=nothing,
        channel=nothing,
        actor=nothing,
        title=SafeText("omnidesk"),
        text=SafeText(said.format(n=count)),
    )
