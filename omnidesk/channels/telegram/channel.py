"""The Telegram channel: updates by offset in, messages out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from telegram.error import Conflict, TelegramError

from omnidesk.channels.telegram.albums import before, growing, joined
from omnidesk.channels.telegram.fetching import Fetcher
from omnidesk.channels.telegram.fields import string, table, whole
from omnidesk.channels.telegram.link import Link
from omnidesk.channels.telegram.names import KINDS
from omnidesk.channels.telegram.sending import send
from omnidesk.channels.telegram.trouble import channel_error
from omnidesk.channels.telegram.updates import read, update_id
from omnidesk.core.channel import (
    Batch,
    Capabilities,
    Outcome,
    Outgoing,
    Surroundings,
)
from omnidesk.core.errors import Unreachable
from omnidesk.core.language import _, ngettext

if TYPE_CHECKING:
    from omnidesk.channels.telegram.settings import TelegramSettings

_LIMIT = 100
_ALBUM_PAUSE = 1.0
_ALBUM_LOOKS = 3
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
        poll = settings.poll.total_seconds()
        self._patience = poll if surroundings.patience is None else surroundings.patience
        self._server = urlsplit(settings.api_url).netloc
        self._inward = Link(name, settings)
        self._outward = Link(name, settings)
        self._entered = self._sending = False
        self._me = 0
        self._limit = _LIMIT
        self._webhook = False
        self._fetcher = Fetcher(self._inward, settings, surroundings.spool)

    async def __aenter__(self) -> Self:
        try:
            me = table(await self._call("getMe"))
            await self._call("deleteWebhook", {"drop_pending_updates": False})
        except BaseException:
            await self._inward.close()
            raise
        self._me = whole(me.get("id")) or 0
        self._entered = True
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._entered = False
        await self._inward.close()
        if not self._sending:  # else the send that goes on closes it
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
        try:
            complete, cut = await self._fetcher.complete(readings)
        except TelegramError as error:
            raise channel_error(self.name, self._server, error) from error
        following = max(numbers) + 1 if cut is None else cut
        return Batch(
            items=[reading.item for reading in complete],
            cursor=str(following),
            gap=_gap(offset, min(numbers)),
        )

    async def send(self, outgoing: Outgoing) -> Outcome:
        self._sending = True
        try:
            return await send(self._outward, self.name, outgoing)
        finally:
            self._sending = False
            if not self._entered:
                await self._outward.close()

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
            return await (link or self._inward).call(method, params, patience=10.0)
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
            raise Unreachable(
                _("{channel}: {server}: its answer is not of the Bot API").format(
                    channel=self.name, server=self._server
                )
            )
        self._limit = _LIMIT if len(updates) < self._limit else self._limit
        return updates

    async def _with_whole_albums(self, updates: list[Any], offset: int | None) -> list[Any]:
        """Look again while an album may still grow.

        The offset stays, so nothing is acknowledged and the same updates come once more.
        """
        for _look in range(_ALBUM_LOOKS):
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


def _gap(offset: int | None, first: int) -> str | None:
    """What Telegram dropped before we asked: it keeps updates for 24 hours."""
    lost = 0 if offset is None else first - offset
    if not 0 < lost < _NEW_NUMBERS:
        return None
    return ngettext(
        "{n} update never came: Telegram keeps them for 24 hours only, or another program took it",
        "{n} updates never came: Telegram keeps them for 24 hours only, "
        "or another program took them",
        lost,
    ).format(n=lost)


def _is_numbered(update: object) -> bool:
    return update_id(update) is not None


def _is_garbled(error: TelegramError) -> bool:
    """Whether the server answered, but nothing that can be read."""
    return type(error) is TelegramError
