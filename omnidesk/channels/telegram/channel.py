"""The Telegram channel: updates by offset in, messages out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from omnidesk.channels.telegram.albums import before, growing, joined
from omnidesk.channels.telegram.fields import string, table, whole
from omnidesk.channels.telegram.files import discard, fetch, missing
from omnidesk.channels.telegram.link import Link
from omnidesk.channels.telegram.names import KINDS
from omnidesk.channels.telegram.sending import send
from omnidesk.channels.telegram.trouble import channel_error, said
from omnidesk.channels.telegram.updates import Reading, read, update_id
from omnidesk.core.channel import (
    Batch,
    Capabilities,
    Incoming,
    IncomingFile,
    Outcome,
    Outgoing,
    Surroundings,
)
from omnidesk.core.errors import Unreachable

if TYPE_CHECKING:
    from omnidesk.channels.telegram.contents import Wanted
    from omnidesk.channels.telegram.settings import TelegramSettings

_LIMIT = 100
_ALBUM_PAUSE = 1.0
_ALBUM_LOOKS = 3
_FILE_TRIES = 3
_FETCH_SECONDS = 20.0
_NEW_NUMBERS = 10_000  # a larger step is a numbering begun anew, as after a quiet week


class TelegramChannel:
    """One bot. The cursor is the next offset, so handing it back acknowledges what is before."""

    def __init__(
        self,
        name: str,
        settings: TelegramSettings,
        surroundings: Surroundings,
        capabilities: Capabilities,
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        self._settings = settings
        self._spool = surroundings.spool
        poll = settings.poll.total_seconds()
        self._patience = poll if surroundings.patience is None else surroundings.patience
        self._server = urlsplit(settings.api_url).netloc
        self._inward = Link(name, settings)
        self._outward = Link(name, settings)
        self._me = 0
        self._limit = _LIMIT
        self._webhook = False
        self._tries: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        try:
            me = table(await self._call("getMe"))
            await self._call("deleteWebhook", {"drop_pending_updates": False})
        except BaseException:
            await self._inward.close()
            raise
        self._me = whole(me.get("id")) or 0
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._inward.close()
        await self._outward.close()

    async def receive(self, cursor: str | None) -> Batch:
        offset = int(cursor) if cursor and cursor.isdecimal() else None
        if self._webhook:
            await self._call("deleteWebhook", {"drop_pending_updates": False})
            self._webhook = False
        updates = await self._updates(offset, self._patience)
        updates = await self._with_whole_albums(updates, offset)
        numbers = [number for number in map(update_id, updates) if number is not None]
        if not numbers:
            return Batch(items=(), cursor=cursor)
        readings = joined([reading for update in updates for reading in read(update, self._me)])
        items, cut = await self._with_files(readings)
        following = max(numbers) + 1 if cut is None else cut
        return Batch(
            items=[reading.item for reading in items],
            cursor=str(following),
            gap=_gap(offset, min(numbers)),
        )

    async def send(self, outgoing: Outgoing) -> Outcome:
        return await send(self._outward, self.name, outgoing)

    async def check(self) -> str:
        """Log in and say who we are: `Telegram @shopbot ok`."""
        async with Link(self.name, self._settings) as link:
            me = table(await self._call("getMe", link=link))
            return f"Telegram @{string(me.get('username')) or me.get('id')} ok"

    async def count(self) -> int | None:
        """How many updates wait at the server (getWebhookInfo)."""
        async with Link(self.name, self._settings) as link:
            info = table(await self._call("getWebhookInfo", link=link))
            return whole(info.get("pending_update_count"))

    async def _call(
        self, method: str, params: dict[str, Any] | None = None, link: Link | None = None
    ) -> Any:
        try:
            return await (link or self._inward).call(method, params)
        except TelegramError as error:
            raise channel_error(self.name, self._server, error) from error

    async def _updates(self, offset: int | None, seconds: float) -> list[Any]:
        """Raw updates; fewer at a time after an answer that could not be read."""
        params: dict[str, Any] = {
            "timeout": int(seconds),
            "limit": self._limit,
            "allowed_updates": list(KINDS),
        }
        if offset is not None:
            params["offset"] = offset
        try:
            updates = await self._inward.call("getUpdates", params, patience=seconds + 10)
        except TelegramError as error:
            self._webhook = isinstance(error, Conflict) and "webhook" in error.message
            self._limit = max(1, self._limit // 10) if _is_garbled(error) else self._limit
            raise channel_error(self.name, self._server, error) from error
        if not isinstance(updates, list) or (updates and not any(map(_is_numbered, updates))):
            raise Unreachable(f"{self.name}: {self._server}: its answer is not of the Bot API")
        self._limit = _LIMIT if len(updates) < self._limit else self._limit
        return updates

    async def _with_whole_albums(self, updates: list[Any], offset: int | None) -> list[Any]:
        """Look again while an album may still grow.

        The offset stays, so nothing is acknowledged and the same updates come once more.
        """
        for _ in range(_ALBUM_LOOKS):
            place = growing(updates)
            if place is None:
                return updates
            if len(updates) >= self._limit:
                return before(updates, place)
            await asyncio.sleep(_ALBUM_PAUSE)
            again = await self._updates(offset, 0)
            if len(again) <= len(updates):
                return again or updates
            updates = again
        return updates

    async def _with_files(self, readings: list[Reading]) -> tuple[list[Reading], int | None]:
        """The readings with their files, as far as they came, and where to go on if not all did.

        What came is handed on at once, so that a sick file or a slow one delays only what is
        behind it, and that for a few tries.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _FETCH_SECONDS
        done: list[Reading] = []
        for reading in readings:
            if not reading.wanted:
                done.append(reading)
                continue
            try:
                kept, cut = _cut(done, reading)
                if kept and loop.time() > until:
                    return _handed_on(done, kept), cut
                done.append(reading.with_files(await self._fetch_all(reading.wanted)))
            except TelegramError as error:
                kept, cut = _cut(done, reading)
                handed_on = _handed_on(done, kept)
                if handed_on:
                    return handed_on, cut
                raise channel_error(self.name, self._server, error) from error
        return done, None

    async def _fetch_all(self, wanted: tuple[Wanted, ...]) -> list[IncomingFile]:
        files: list[IncomingFile] = []
        try:
            for file in wanted:
                files.append(await self._fetch(file))
        except BaseException:
            discard(files)
            raise
        return files

    async def _fetch(self, wanted: Wanted) -> IncomingFile:
        """The file; after several tries in a row without it, its name and the reason."""
        try:
            file = await fetch(self._inward, wanted, self._settings, self._spool)
        except (RetryAfter, InvalidToken):
            raise
        except TelegramError as error:
            tries = self._tries[wanted.file_id] = self._tries.get(wanted.file_id, 0) + 1
            if tries < _FILE_TRIES:
                raise
            file = missing(wanted, f"not fetched in {tries} tries: {said(error)}")
        self._tries.pop(wanted.file_id, None)
        return file


def _cut(done: list[Reading], reading: Reading) -> tuple[list[Reading], int | None]:
    """What can be handed on before a reading; an album round it has to wait with it."""
    cut = reading.first
    while cut is not None:
        firsts = [r.first for r in done if r.first is not None and r.first < cut <= (r.last or 0)]
        if not firsts:
            return [r for r in done if r.last is not None and r.last < cut], cut
        cut = min(firsts)
    return [], None


def _handed_on(done: list[Reading], kept: list[Reading]) -> list[Reading]:
    """The kept, and nothing in the spool of the others: they come again."""
    for reading in done:
        if reading not in kept and isinstance(reading.item, Incoming):
            discard(reading.item.files)
    return kept


def _gap(offset: int | None, first: int) -> str | None:
    """What Telegram dropped before we asked: it keeps updates for 24 hours."""
    lost = 0 if offset is None else first - offset
    if not 0 < lost < _NEW_NUMBERS:
        return None
    return (
        f"{lost} updates never came: Telegram keeps them for 24 hours only, "
        "or another program took them"
    )


def _is_numbered(update: object) -> bool:
    return update_id(update) is not None


def _is_garbled(error: TelegramError) -> bool:
    """Whether the server answered, but nothing that can be read."""
    return type(error) is TelegramError
