"""Which colleagues have a conversation open, and who writes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.safetext import SafeText, safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnidesk.core.company import Present
    from omnidesk.ui.deskscreen import DeskScreen

_LOOK_SECONDS = 5.0
_TOLD_EVERY = 2  # looks; who was not told of for half a minute is taken for gone
_ROWS = 100


def told(there: Sequence[Present]) -> SafeText:
    """`ivan is writing`, `ivan and olga look at it`; empty where nobody is."""
    writing = [safe_line(one.agent, 12) for one in there if one.writing]
    names = f" {pgettext('between two names', 'and')} ".join(
        writing or [safe_line(one.agent, 12) for one in there]
    )
    said = ""
    if writing:
        said = ngettext("{names} is writing", "{names} are writing", len(writing))
    elif names:
        said = _("{names} here too")
    return SafeText(said.format(names=names))


class Beside:
    """Tells the others where this agent is, and shows where they are."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._there: int | None = None
        self._text = ""
        self._looks = 0
        if screen.desk is not None and len(screen.desk.agents) > 1:
            screen.set_interval(_LOOK_SECONDS, self._look_soon)

    def _look_soon(self) -> None:
        self._screen.run_worker(self.look(), name="beside", group="beside", exclusive=True)

    async def look(self) -> None:
        """One look; a store that does not answer is told of elsewhere."""
        try:
            await self._tell()
            await self._see()
        except OmnideskError as error:
            self._screen.log.warning(str(error))

    async def _tell(self) -> None:
        screen, desk = self._screen, self._screen.desk
        if desk is None:
            return
        number = screen.thread.number
        if self._there is not None and self._there != number:
            await desk.leave(self._there)
            self._looks = 0
        self._there = number
        if number is None:
            return
        composer = screen.composer
        text = composer.text if composer is not None and composer.number == number else ""
        typed, self._text = text != self._text, text
        if typed and text:
            await desk.writing(number)
        elif self._looks % _TOLD_EVERY == 0:
            await desk.look(number)
        self._looks += 1

    async def _see(self) -> None:
        screen, desk = self._screen, self._screen.desk
        if desk is None:
            return
        number = screen.thread.number
        seen = screen.inbox.window.top
        rows = screen.inbox.window.rows[seen : seen + _ROWS]
        numbers = {row.number for row in rows} | ({number} if number is not None else set())
        present = await desk.present(sorted(numbers))
        words = {one: told(there) for one, there in present.items()}
        writing = {
            one: words[one] for one, there in present.items() if any(p.writing for p in there)
        }
        screen.inbox.stand_beside(writing)
        if number is not None:
            words.setdefault(number, SafeText(""))
        if words != screen.thread.beside:
            screen.thread.beside = words
            screen.thread.refresh()
