"""The files of a batch: what came is handed on, what did not delays only what is behind it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from telegram.error import InvalidToken, RetryAfter, TelegramError

from omnidesk.channels.telegram.files import fetch, missing
from omnidesk.channels.telegram.trouble import said
from omnidesk.core.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from omnidesk.channels.telegram.contents import Wanted
    from omnidesk.channels.telegram.link import Link
    from omnidesk.channels.telegram.settings import TelegramSettings
    from omnidesk.channels.telegram.updates import Reading
    from omnidesk.core.channel import IncomingFile

_TRIES = 3
_SECONDS = 20.0

Place = tuple[int | None, int]
"""Where a file is wanted: the first update of its message, and its place in that message."""


class Fetcher:
    """Fetches the files of one channel, and keeps those whose message is still incomplete."""

    def __init__(self, link: Link, settings: TelegramSettings, spool: Path) -> None:
        self._link = link
        self._settings = settings
        self._spool = spool
        self._tries: dict[str, int] = {}
        self._kept: dict[Place, tuple[str, IncomingFile]] = {}

    async def complete(self, readings: Sequence[Reading]) -> tuple[list[Reading], int | None]:
        """The readings with their files, and from which update to go on where not all came.

        Raises TelegramError where the very first lacks a file that another try may bring.
        """
        self._forget(place for place in self._kept if place[0] not in {r.first for r in readings})
        done: list[Reading] = []
        until = asyncio.get_running_loop().time() + _SECONDS
        for reading in readings:
            try:
                files = await self._all(reading, until)
            except TelegramError:
                whole, cut = _cut(done, reading)
                if not whole:
                    raise
                return self._handed_on(whole), cut
            if files is None:
                whole, cut = _cut(done, reading)
                return self._handed_on(whole), cut
            done.append(reading.with_files(files) if reading.wanted else reading)
        return self._handed_on(done), None

    async def _all(self, reading: Reading, until: float) -> list[IncomingFile] | None:
        """All files of a message; None where time is up and some of them are for next time."""
        files: list[IncomingFile] = []
        for position, wanted in enumerate(reading.wanted):
            place = (reading.first, position)
            kept = self._kept.get(place)
            if kept is None or kept[0] != wanted.file_id or not _is_there(kept[1]):
                if self._kept and asyncio.get_running_loop().time() > until:
                    return None
                kept = self._kept[place] = (wanted.file_id, await self._one(wanted))
            files.append(kept[1])
        return files

    async def _one(self, wanted: Wanted) -> IncomingFile:
        """The file; after several tries in a row without it, its name and the reason."""
        try:
            file = await fetch(self._link, wanted, self._settings, self._spool)
        except (RetryAfter, InvalidToken):
            raise  # that is no fault of the file
        except TelegramError as error:
            tries = self._tries[wanted.file_id] = self._tries.get(wanted.file_id, 0) + 1
            if tries < _TRIES:
                raise
            file = missing(
                wanted, _("not fetched in {n} tries: {why}").format(n=tries, why=said(error))
            )
        self._tries.pop(wanted.file_id, None)
        return file

    def _handed_on(self, readings: list[Reading]) -> list[Reading]:
        """Forget the files of what is handed on: who takes them may move them away."""
        firsts = {reading.first for reading in readings}
        self._kept = {place: kept for place, kept in self._kept.items() if place[0] not in firsts}
        return readings

    def _forget(self, places: Iterable[Place]) -> None:
        """Take back from the spool what nobody asks for any more."""
        for place in list(places):
            content = self._kept.pop(place)[1].content
            if isinstance(content, Path):
                content.unlink(missing_ok=True)


def _is_there(file: IncomingFile) -> bool:
    return not isinstance(file.content, Path) or file.content.is_file()


def _cut(done: list[Reading], reading: Reading) -> tuple[list[Reading], int | None]:
    """What can be handed on before a reading; an album round it has to wait with it."""
    cut = reading.first
    while cut is not None:
        firsts = [r.first for r in done if r.first is not None and r.first < cut <= (r.last or 0)]
        if not firsts:
            return [r for r in done if r.last is not None and r.last < cut], cut
        cut = min(firsts)
    return [], None
