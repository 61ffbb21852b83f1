"""Tells an agent who does not look what happened, by his terminal and by a command of his own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import events

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.safetext import safe_line
from omnidesk.desk.notices import Notices
from omnidesk.ui import alarms, newsline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import App

    from omnidesk.desk import Desk
    from omnidesk.desk.notices import Notice
    from omnidesk.ui.deskscreen import DeskScreen
    from omnidesk.ui.webdriver import SteadyWebDriver

_COMMAND_SECONDS = 10.0
_MOST_WAITING = 10
_TOUCHES = (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)


class Noticing:
    """Looks at the news at every change of the store, from the moment it was made."""

    def __init__(self, app: App[None], screen: DeskScreen, desk: Desk) -> None:
        self._app, self._screen, self._desk = app, screen, desk
        told = desk.settings.notify
        self._notices = Notices(told, desk.agent.id)
        self._way = alarms.way_of(os.environ, told.terminal, through_tmux=told.tmux)
        web = self._web is not None
        self._attention = alarms.Attention(
            time.monotonic(), reports=web, focused=app.app_focus or not web
        )
        self._command = Command(told.command, self._failed)
        self._after: int | None = None
        self._waiting: int | None = None
        self._lent = False
        app.app_suspend_signal.subscribe(screen, lambda _app: self._lend(True))
        app.app_resume_signal.subscribe(screen, lambda _app: self._lend(False))
        self._write(alarms.keep_title(self._way))
        self.look()

    @property
    def _web(self) -> SteadyWebDriver | None:
        driver = self._app._driver
        if driver is None or not driver.is_web:
            return None
        from omnidesk.ui.webdriver import SteadyWebDriver

        return driver if isinstance(driver, SteadyWebDriver) else None

    def saw(self, event: events.Event) -> None:
        """Somebody is there, or the terminal says whether."""
        if isinstance(event, _TOUCHES):
            self._attention.touched(time.monotonic())
        elif isinstance(event, events.AppFocus | events.AppBlur):
            self._attention.reported(focused=isinstance(event, events.AppFocus))

    def _count(self, counts: Mapping[str, int]) -> None:
        """Let the title say how many wait for us."""
        waiting = counts.get("inbox", 0) - counts.get("waiting", 0)
        if waiting == self._waiting or self._lent:
            return
        self._waiting = waiting
        if self._web is not None:
            self._web.write_meta({"type": "title", "text": alarms.title_text(waiting)})
        else:
            self._write(alarms.title(self._way, waiting))

    def look(self) -> None:
        """Somebody wrote to the store: see soon what of it is news."""
        work: Callable[[], Awaitable[None]] = self._look
        self._screen.run_worker(work, name="notices", group="notices")

    async def _look(self) -> None:
        try:
            self._count(await self._desk.counts())
            last = await self._desk.last_event()
            after, self._after = self._after, max(last, self._after or 0)
            if after is None:
                await newsline.begin(self._screen, last)
            if after is None or after >= last:
                return
            news = await self._desk.news(after)
        except OmnideskError as error:
            self._screen.log.warning(str(error))
            return
        news = [one for one in news if one.seq <= last]
        self._screen.call_later(newsline.tell, self._screen, news)
        away = self._attention.away(time.monotonic()) and not self._lent
        told = self._notices.pick(news, away=away, now=datetime.now(UTC))
        if told:
            self._tell(told)

    def _tell(self, told: Sequence[Notice]) -> None:
        web = self._web
        for one in told:
            if web is None:
                self._write(alarms.alarm(self._way, one))
            else:
                web.write_meta({"type": "notice", "title": one.title, "text": one.text})
            self._command.put(one)
        self._write(alarms.BELL)

    def end(self) -> None:
        """Give the terminal its title back."""
        self._write(alarms.give_title_back(self._way))
        self._command.end()

    def _lend(self, lent: bool) -> None:
        self._lent = lent

    def _write(self, sequence: str) -> None:
        driver = self._app._driver
        if sequence and driver is not None and not self._lent and not self._app.is_headless:
            driver.write(sequence)
            driver.flush()

    def _failed(self, why: str) -> None:
        self._screen.say(
            _("the command of [notify] does not work: {why}").format(why=safe_line(why, 80)),
            alarm=True,
        )


class Command:
    """Runs the agent's own program for each notice, one at a time; its failure is told once.

    What customers wrote stands in its environment alone: no shell reads it.
    """

    def __init__(self, words: Sequence[str], failed: Callable[[str], None]) -> None:
        self._words = words
        self._failed = failed
        self._told = False
        self._queue: asyncio.Queue[Notice] = asyncio.Queue(_MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    def put(self, notice: Notice) -> None:
        """Run it for this notice, soon; one that finds too many before it is left out."""
        if not self._words:
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(notice)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run_all(), name="notify command")

    def end(self) -> None:
        """Run no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run_all(self) -> None:
        while not self._queue.empty():
            why = await self._run(self._queue.get_nowait())
            if why is not None and not self._told:
                self._told = True
                self._failed(why)

    async def _run(self, notice: Notice) -> str | None:
        """Run it once; why it did not work, if it did not."""
        nothing = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                env={**os.environ, **variables(notice)},
                start_new_session=True,  # it has no terminal to write to
            )
        except OSError as error:
            return f"{self._words[0]}: {error.strerror}"
        try:
            async with asyncio.timeout(_COMMAND_SECONDS):
                code = await process.wait()
        except TimeoutError:
            return f"{self._words[0]}: {_('not done in time')}"
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return f"{self._words[0]}: {code}" if code else None


def variables(notice: Notice) -> dict[str, str]:
    """What a command is told, by its environment."""
    number = "" if notice.number is None else str(notice.number)
    return {
        "OMNIDESK_EVENT": notice.event,
        "OMNIDESK_NUMBER": number,
        "OMNIDESK_NAME": notice.name,
        "OMNIDESK_CHANNEL": notice.channel,
        "OMNIDESK_ACTOR": notice.actor,
        "OMNIDESK_TITLE": notice.title,
        "OMNIDESK_TEXT": notice.text,
    }
