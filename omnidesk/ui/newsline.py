"""What concerns the agent, told in the last line as it happens; `g n` opens it."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from textual.widget import Widget

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.desk.news import News, Why
from omnidesk.ui.lines import age

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from omnidesk.ui.deskscreen import DeskScreen

_SHOWN_SECONDS = 8.0
_READ_SECONDS = 3.0  # a line that stood for so long was read
_TICK_SECONDS = 0.25
_KEPT = 20
_EVENTS = 2000
_EVENTS_AT_START = 200
_NAME_CELLS = 24
_SENTENCES = {
    Why.ASSIGNED: N_("{actor} gave you #{number} {name}"),
    Why.MENTIONED: N_("{actor} names you in #{number} {name}"),
    Why.WROTE: N_("{name} wrote in #{number}, which is yours"),
    Why.FAILED: N_("your reply in #{number} to {name} did not arrive"),
}


def news_words(news: News) -> SafeText:
    """`ivan gave you #12 Anna Petrova`."""
    words = {
        "actor": safe_line(news.actor, _NAME_CELLS),
        "number": news.number,
        "name": safe_line(news.name, _NAME_CELLS),
    }
    return SafeText(_(_SENTENCES[news.why]).format_map(words))


class NewsLine(Widget):
    """Tells one thing after the other, never over a line that the agent has just caused."""

    DEFAULT_CSS = "NewsLine { display: none; }"

    def __init__(self, over: DeskScreen, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._over, self._now = over, now
        self._waiting: deque[News] = deque(maxlen=_KEPT)
        self._unopened: deque[News] = deque(maxlen=_KEPT)
        self._shown: News | None = None
        self._said = SafeText("")
        self._other = SafeText("")
        self._since = 0.0

    def on_mount(self) -> None:
        self._ticking = self.set_interval(_TICK_SECONDS, self.look, pause=not self._waiting)

    def hear(self, news: Iterable[News]) -> None:
        """Tell these soon; what the hand is in needs no telling."""
        for one in news:
            if one.why in _SENTENCES and not (one.why is Why.WROTE and self._in(one.number)):
                self._waiting.append(one)
                self._unopened.append(one)
        if self._waiting and self.is_mounted:
            self._ticking.resume()
            self.look()

    def _in(self, number: int) -> bool:
        screen = self._over
        return screen.thread.number == number and screen.focused is not screen.inbox

    def look(self) -> None:
        """Say the next, or take away what was said for long enough."""
        bottom = self._over.bottom
        if bottom.leader:  # a key was begun: what it will open does not change under the hand
            return
        if self._shown is not None and not self._is_over(self._shown):
            return
        if self._waiting and self._over.app.screen is not self._over:
            return
        if not self._waiting:
            self._ticking.pause()
            return
        if bottom.notice != self._other:
            self._other, self._since = bottom.notice, self._now()
        if bottom.notice and (bottom.alarm or self._now() - self._since < _READ_SECONDS):
            return
        self._say(self._waiting.popleft())

    def _is_over(self, news: News) -> bool:
        bottom, stood = self._over.bottom, self._now() - self._since
        covered = self._over.app.screen is not self._over
        if bottom.notice == self._said:
            if stood < _SHOWN_SECONDS and not covered and not self._in(news.number):
                return False
            self._clear()
        if stood < _READ_SECONDS and not self._in(news.number):
            self._waiting.appendleft(news)
        self._shown, self._other = None, SafeText("")
        return True

    def _clear(self) -> None:
        bottom = self._over.bottom
        if bottom.notice == self._said:
            bottom.notice = SafeText("")
            bottom.refresh()

    def _say(self, news: News) -> None:
        bottom = self._over.bottom
        key = self._over.keys.key_of("news")
        said = _("{what}, {key} opens it").format(what=news_words(news), key=key)
        if self._waiting:
            more = ngettext("{n} more", "{n} more", len(self._waiting))
            said = f"{said} ({more.format(n=len(self._waiting))})"
        self._shown, self._since = news, self._now()
        self._said = bottom.notice = safe_line(said)
        bottom.alarm = news.why is Why.FAILED
        bottom.refresh()

    def take(self) -> News | None:
        """What is being told, else the newest that was not opened; all about it is told no more."""
        news = self._shown or (self._unopened[-1] if self._unopened else None)
        if self._shown is not None:
            self._shown, self._other = None, SafeText("")
            self._clear()
        if news is not None:
            for kept in (self._waiting, self._unopened):
                rest = [one for one in kept if one.number != news.number]
                kept.clear()
                kept.extend(rest)
        return news


def tell(screen: DeskScreen, news: Iterable[News]) -> None:
    """Tell on the screen what has just become news."""
    heard = [one for one in news if one.why in _SENTENCES]
    if heard:
        _line(screen).hear(heard)


async def begin(screen: DeskScreen, last: int) -> None:
    """Tell what became news while the screen was being opened, up to event `last`."""
    desk = screen.desk
    if desk is None:
        return
    open_for = timedelta(seconds=time.perf_counter() - screen.app._start_time)
    opened = datetime.now(UTC) - open_for
    try:
        news = await desk.news(max(0, last - _EVENTS_AT_START))
    except OmnideskError as error:
        screen.log.warning(str(error))
        return
    screen.call_later(tell, screen, [n for n in news if n.at >= opened and n.seq <= last])


def _line(screen: DeskScreen) -> NewsLine:
    for line in screen.query(NewsLine):
        return line
    line = NewsLine(screen)
    screen.mount(line)
    return line


async def open_newest(screen: DeskScreen) -> None:
    """Open what is told, else the newest that was told and not opened."""
    news = _line(screen).take()
    if news is None:
        key = screen.keys.key_of("news.list")
        screen.say(_("no news; {key} lists the last").format(key=key))
        return
    await _open(screen, news)


async def _open(screen: DeskScreen, news: News) -> None:
    if news.message is not None and news.why in (Why.MENTIONED, Why.FAILED):
        from omnidesk.ui.searching import open_at

        await open_at(screen, news.number, news.message)
        return
    from omnidesk.ui.going import go_to

    await go_to(screen, news.number)


async def list_last(screen: DeskScreen) -> None:
    """The last things that concerned the agent, also before this screen was opened."""
    desk = screen.desk
    if desk is None:
        return
    try:
        found = await desk.news(max(0, await desk.last_event() - _EVENTS))
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    last = [one for one in found if one.why in _SENTENCES][: -_KEPT - 1 : -1]
    if not last:
        screen.say(_("nothing has concerned you lately"))
        return
    from omnidesk.ui.picker import Picker

    now = screen.clock()
    options = [
        (one.name, SafeText(f"{age(one.at, now):>4} {news_words(one)}"), one) for one in last
    ]
    await screen.app.push_screen(
        Picker(screen, _("What concerned you"), options, lambda news: _open(screen, news))
    )
