"""Letters after a cursor, from every folder in turn."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from omnidesk.channels.email.cursor import Place, read_cursor, write_cursor
from omnidesk.channels.email.imap import Mailbox
from omnidesk.channels.email.imap_values import Found, Letter, drop_contents
from omnidesk.channels.email.reading import Reader
from omnidesk.channels.email.settings import Imap
from omnidesk.core.channel import Batch, Incoming, Item
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Direction

BATCH = 100
_BATCH_BYTES = 16 << 20
_PLANNED = 1000
_TRIES = 5


class Inlet:
    """The receiving half of a channel: one connection, opened anew whenever it is gone."""

    def __init__(self, channel: str, settings: Imap, spool: Path, reader: Reader) -> None:
        self._channel = channel
        self._settings = settings
        self._spool = spool
        self._reader = reader
        self._ahead: tuple[str | None, asyncio.Task[Batch]] | None = None
        self._mailbox: Mailbox | None = None
        self._entered: tuple[str, int] | None = None
        self._plan: deque[Found] = deque()
        self._planned_after = -1
        self._drained: dict[str, tuple[int, int]] = {}
        self._missing: set[str] = set()
        self._told: set[str] = set()
        self._turn = 0
        self._withheld: Counter[tuple[str, int, int]] = Counter()

    async def open(self) -> Mailbox:
        """The connection, logged in; a new one where the last is gone."""
        if self._mailbox is None or not self._mailbox.alive:
            self._forget()
            self._mailbox = await Mailbox.open(self._channel, self._settings, self._spool)
        return self._mailbox

    async def close(self) -> None:
        """Log out."""
        await self._drop_ahead()
        self._reader.rest()
        mailbox, self._mailbox = self._mailbox, None
        self._forget()
        if mailbox is not None:
            await mailbox.close()

    async def batch(self, cursor: str | None, quiet: float) -> Batch:
        """What came after the cursor; waits at most `quiet` seconds for something to come.

        Of a backlog the next letters are fetched and read while the desk stores these: an IMAP
        cursor is no promise to the server, so nothing is acknowledged by that.
        """
        batch = await self._take_ahead(cursor) or await self._look(cursor, quiet)
        if batch.items and self._plan:
            task = asyncio.create_task(
                self._look(batch.cursor, 0.0), name=f"{self._channel}: reading ahead"
            )
            self._ahead = (batch.cursor, task)
        else:
            self._reader.rest()
        return batch

    async def _take_ahead(self, cursor: str | None) -> Batch | None:
        """What was read ahead, where it was for this cursor."""
        if self._ahead is None or self._ahead[0] != cursor:
            await self._drop_ahead()
            return None
        (_cursor, task), self._ahead = self._ahead, None
        return await task

    async def _drop_ahead(self) -> None:
        if self._ahead is None:
            return
        (_cursor, task), self._ahead = self._ahead, None
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and task.exception() is None:
            discard(task.result().items)
        self._forget()

    async def _look(self, cursor: str | None, quiet: float) -> Batch:
        places = read_cursor(cursor)
        clock = asyncio.get_running_loop().time
        end = clock() + quiet
        if not self._plan:
            self._entered = None  # a SEARCH alone may not see what came since the last one
        while True:
            mailbox = await self.open()
            for folder in self._in_turn():
                if await self._find(mailbox, folder, places):
                    return await self._serve(mailbox, places)
            left = end - clock()
            gap = self._gap()
            if left <= 0 or gap is not None:
                return Batch(items=(), cursor=write_cursor(places), gap=gap)
            await self._wait(mailbox, left)

    # How it is done.

    def _forget(self) -> None:
        self._entered = None
        self._plan.clear()

    def _in_turn(self) -> list[str]:
        """All folders, beginning after the one that gave last; the first, which is idled on,
        comes once more at the end.
        """
        folders = self._settings.received
        turned = folders[self._turn :] + folders[: self._turn]
        return turned if turned[-1] == folders[0] else [*turned, folders[0]]

    async def _find(self, mailbox: Mailbox, folder: str, places: dict[str, Place]) -> bool:
        """Whether the folder has letters after its place; then they are planned."""
        entered = self._entered is not None and self._entered[0] == folder
        if not entered and not await self._enter(mailbox, folder):
            return False
        after = self._after(places)
        if self._plan and self._planned_after == after:
            return True
        self._plan = deque(await mailbox.after(after, _PLANNED))
        self._planned_after = after
        if self._plan:
            self._drained.pop(folder, None)
        return bool(self._plan)

    async def _enter(self, mailbox: Mailbox, folder: str) -> bool:
        """Open the folder, where there is one and it may have something new."""
        if folder in self._drained and folder != self._settings.received[0]:
            seen = await mailbox.look(folder)
            if seen is not None and (seen.uidvalidity, seen.uidnext) == self._drained[folder]:
                return False
        self._forget()
        entered = await mailbox.enter(folder)
        if entered is None:
            self._miss(folder)
            return False
        self._missing.discard(folder)
        self._told.discard(folder)
        self._entered = (folder, entered.uidvalidity)
        if entered.uidnext:
            self._drained[folder] = (entered.uidvalidity, entered.uidnext)
        return True

    def _miss(self, folder: str) -> None:
        self._drained.pop(folder, None)
        if folder not in self._settings.folders:
            return  # no Sent folder yet: the server makes it with the first letter
        self._missing.add(folder)
        if self._missing >= set(self._settings.folders):
            raise Blocked(
                _(
                    "{channel}: {host} has no folder {folder}; check "
                    "channels.{channel}.imap.folders"
                ).format(channel=self._channel, host=self._settings.host, folder=folder)
            )

    def _gap(self) -> str | None:
        """What to tell about missing folders, once each time they go missing."""
        names = ", ".join(sorted(self._missing - self._told))
        self._told |= self._missing
        if not names:
            return None
        return _("{host} has no folder {folder}; check channels.{channel}.imap.folders").format(
            host=self._settings.host, folder=names, channel=self._channel
        )

    def _after(self, places: dict[str, Place]) -> int:
        """The UID to go on after; another UIDVALIDITY begins the folder anew."""
        assert self._entered is not None
        folder, validity = self._entered
        place = places.get(folder)
        return place.uid if place is not None and place.uidvalidity == validity else 0

    async def _wait(self, mailbox: Mailbox, left: float) -> None:
        alone = len(self._settings.received) == 1 and mailbox.idles
        seconds = left if alone else min(left, self._settings.poll.total_seconds())
        if self._entered is None:
            await asyncio.sleep(seconds)
        elif not await mailbox.wait(seconds):
            self._entered = None

    async def _serve(self, mailbox: Mailbox, places: dict[str, Place]) -> Batch:
        """The next letters of the plan, read, and the cursor behind them."""
        assert self._entered is not None
        folder, validity = self._entered
        wanted = self._next()
        self._planned_after = -1
        letters = await mailbox.letters(wanted)
        kept = self._given(letters)
        last = wanted[-1].uid if len(kept) == len(letters) else kept[-1].uid
        try:
            backlog = len(self._plan) >= BATCH
            items = await self._read_all(kept, folder, validity, backlog=backlog)
        except OSError as error:
            drop_contents(kept)
            reason = _("the spool takes no more: {why}").format(why=error.strerror or error)
            raise Unreachable(f"{self._channel}: {reason}") from error
        self._planned_after = last
        self._turn = (self._settings.received.index(folder) + 1) % len(self._settings.received)
        cursor = write_cursor(places | {folder: Place(validity, last)})
        return Batch(items=items, cursor=cursor, gap=self._gap())

    def _next(self) -> list[Found]:
        """As many letters of the plan as a batch may hold, at least one."""
        wanted = [self._plan.popleft()]
        size = wanted[0].size
        while self._plan and len(wanted) < BATCH and size + self._plan[0].size <= _BATCH_BYTES:
            wanted.append(self._plan.popleft())
            size += wanted[-1].size
        return wanted

    def _given(self, letters: Sequence[Letter]) -> list[Letter]:
        """The letters before the first that the server withholds, which is asked for again.

        After several refusals it is taken as it is: one letter may not block all others.
        """
        assert self._entered is not None
        for index, letter in enumerate(letters):
            key = (*self._entered, letter.uid)
            if letter.content is not None or self._withheld[key] >= _TRIES:
                continue
            self._withheld[key] += 1
            self._plan.clear()
            drop_contents(letters[index:])
            if index == 0:
                raise Unreachable(
                    _(
                        "{channel}: {host} does not give letter {letter} of {folder}; it is "
                        "asked for again"
                    ).format(
                        channel=self._channel,
                        host=self._settings.host,
                        letter=letter.uid,
                        folder=self._entered[0],
                    )
                )
            return list(letters[:index])
        return list(letters)

    async def _read_all(
        self, letters: Sequence[Letter], folder: str, validity: int, *, backlog: bool
    ) -> list[Incoming]:
        withheld = f"X-Omnidesk-Withheld: {self._settings.host} {folder} {validity}:"
        contents = [
            f"{withheld}{letter.uid}\r\n\r\n".encode() if letter.content is None else letter.content
            for letter in letters
        ]
        read = await self._reader.read(contents, backlog=backlog)
        ours = self._settings.is_ours(folder)
        return [
            replace(
                message,
                unreadable=self._trouble(letter, f"{folder} {validity}:{letter.uid}")
                or message.unreadable,
                from_us=ours and message.direction is Direction.OUT,
                unproven=None if ours else message.unproven,
            )
            for letter, message in zip(letters, read, strict=True)
        ]

    def _trouble(self, letter: Letter, place: str) -> str | None:
        """Why a letter is not here whole."""
        if letter.content is None:
            return _("{host} does not give it; it lies there as {place}").format(
                host=self._settings.host, place=place
            )
        if letter.cut:
            return ngettext(
                "too large: {n:,} byte; only its beginning is here, it lies as {place}",
                "too large: {n:,} bytes; only its beginning is here, it lies as {place}",
                letter.size,
            ).format(n=letter.size, place=place)
        return None


def discard(items: Sequence[Item]) -> None:
    """Remove what letters that are not stored after all left in the spool."""
    for item in items:
        if isinstance(item, Incoming):
            for content in (item.raw, *(file.content for file in item.files)):
                if isinstance(content, Path):
                    content.unlink(missing_ok=True)
