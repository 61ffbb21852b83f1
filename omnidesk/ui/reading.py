"""What the screen reads of the desk, one look at a time, handed over as messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.safetext import safe_line
from omnidesk.ui.posts import Counted, Earlier, Listed, Loaded, Page, Rows, Said
from omnidesk.ui.window import PAGE, Key, Side

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.message import Message as Posted

    from omnidesk.desk import Desk

_BREATH_SECONDS = 0.1  # between two readings while others write
_END: Key = (2**62, 2**62)


class Reader:
    """Reads for a screen. `post` takes what was read; `again` says what is on the screen now."""

    def __init__(
        self,
        desk: Desk,
        post: Callable[[Posted], object],
        shown: Callable[[], tuple[Listed, Key | None, int, int | None]],
    ) -> None:
        self._desk = desk
        self._post = post
        self._shown = shown
        self._reading = False
        self._once_more = False

    async def again(self) -> None:
        """Read what is on the screen; calls that come meanwhile make one more reading, no more."""
        if self._reading:
            self._once_more = True
            return
        self._reading = True
        try:
            while True:
                self._once_more = False
                await self._or_say(self._all())
                await asyncio.sleep(_BREATH_SECONDS)
                if not self._once_more:
                    return
        finally:
            self._reading = False

    async def _all(self) -> None:
        of, after, asked, number = self._shown()
        rows = await self._desk.rows(of[0], after=after, limit=asked, query=of[1], newest=of[2])
        self._post(Rows(of, "reread", after, rows, asked))
        if number is not None:
            self._post(Loaded(await self._desk.open(number)))
        told = await self._desk.store.read(
            lambda r: (r.health(), r.setting("config_problem") or "")
        )
        self._post(Counted(await self._desk.counts(), *told))

    async def first(self, of: Listed) -> None:
        """The first page of a list."""

        async def read() -> None:
            rows = await self._desk.rows(of[0], limit=PAGE, query=of[1], newest=of[2])
            self._post(Rows(of, "first", None, rows, PAGE))

        await self._or_say(read())

    async def last(self, of: Listed) -> None:
        """The last page of a view."""

        async def read() -> None:
            rows = await self._desk.rows(of[0], before=_END, limit=PAGE, newest=of[2])
            self._post(Rows(of, "last", None, rows, PAGE))

        await self._or_say(read())

    async def page(self, of: Listed, side: Side, key: Key) -> None:
        """The page beside the loaded rows."""
        after, before = (key, None) if side == "down" else (None, key)

        async def read() -> None:
            rows = await self._desk.rows(
                of[0], after=after, before=before, limit=PAGE, query=of[1], newest=of[2]
            )
            self._post(Page(of, side, key, rows))

        await self._or_say(read())

    async def one(self, number: int) -> None:
        """One conversation."""

        async def read() -> None:
            self._post(Loaded(await self._desk.open(number)))

        await self._or_say(read())

    async def earlier(self, number: int, before: int) -> None:
        """Messages before the first one shown."""

        async def read() -> None:
            self._post(Earlier(number, await self._desk.earlier(number, before)))

        await self._or_say(read())

    async def _or_say(self, reading: Awaitable[None]) -> None:
        try:
            await reading
        except OmnideskError as error:
            self._post(Said(safe_line(str(error)), alarm=True))
