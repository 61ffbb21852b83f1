"""The one door to a Bot API server: calls give raw JSON, errors are those of PTB."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

import httpx
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from omnidesk.channels.telegram.settings import TelegramSettings, is_loopback
from omnidesk.core.errors import Blocked
from omnidesk.core.language import _
from omnidesk.settings import SecretError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ANSWER_BYTES = 32 * 2**20
_CONNECT = 10.0
_SLACK = 10.0
_FAILURES = 3
_TOKEN = re.compile(r"[A-Za-z0-9:_-]{1,256}")

# PTB's own way out of a warning that it gives at every 429: waits are timedeltas.
os.environ["PTB_TIMEDELTA"] = "1"

for _logger in ("httpx", "httpcore", "telegram"):
    # Below WARNING they log addresses, and the address of every call holds the token.
    logging.getLogger(_logger).setLevel(logging.WARNING)


_CLEAR_ANSWERS = (BadRequest, ChatMigrated, Conflict, Forbidden, RetryAfter)


class Link:
    """A bot at its server, connected anew after several errors in a row."""

    def __init__(self, name: str, settings: TelegramSettings) -> None:
        self.name = name
        self._settings = settings
        self._url = settings.api_url
        self._bot: Bot | None = None
        self._requests: tuple[_Request, ...] = ()
        self._failures = 0
        self.rebuilt = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let all connections go; the next call opens new ones."""
        requests, self._requests, self._bot = self._requests, (), None
        for request in requests:
            await request.shutdown()

    async def call(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        *,
        patience: float = 20.0,
        in_all: float | None = None,
    ) -> Any:
        """The raw `result` of a Bot API method.

        `patience` is how long the server may say nothing and `in_all` how long the call may
        take, in seconds. Raises TelegramError or Blocked.
        """
        bot = await self._opened()
        # PTB warns whenever it has a method of its own under the name as it is written.
        spelled = re.sub(r"([A-Z])", r"_\1", method)
        try:
            async with asyncio.timeout(in_all or patience + _SLACK):
                result = await bot.do_api_request(spelled, api_kwargs=params, read_timeout=patience)
        except TimeoutError as error:
            await self._count(error)
            raise TimedOut from error
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            await self._count(error)
            raise TelegramError(_("its answer is not of the Bot API")) from error
        except TelegramError as error:
            await self._count(error)
            raise
        self._failures = 0
        return result

    async def fetch(self, path: str, *, in_all: float = 80.0) -> bytes | None:
        """The content of a file by the `file_path` of getFile; None where it is gone."""
        bot = await self._opened()
        token = bot.token
        url = f"{self._url}/file/bot{token}/{quote(path)}"
        try:
            async with asyncio.timeout(in_all):
                return bytes(await bot.request.retrieve(url, read_timeout=20.0))
        except TimeoutError as error:
            await self._count(error)
            raise TimedOut from error
        except InvalidToken:
            return None  # so PTB calls a 404; the token was good a moment ago
        except TelegramError as error:
            await self._count(error)
            raise

    async def _opened(self) -> Bot:
        if self._bot is None:
            token = await self._token()
            self._requests = (self._request(), self._request())
            polling, other = self._requests
            self._bot = Bot(
                token,
                base_url=f"{self._url}/bot",
                base_file_url=f"{self._url}/file/bot",
                request=other,
                get_updates_request=polling,
            )
        return self._bot

    async def _token(self) -> str:
        try:
            token = (await asyncio.to_thread(self._settings.token.reveal)).strip()
        except SecretError as error:
            raise Blocked(
                _("{channel}: {why}; see channels.{channel}.token").format(
                    channel=self.name, why=error
                )
            ) from None
        if not _TOKEN.fullmatch(token):
            raise Blocked(
                _(
                    "{channel}: what channels.{channel}.token gives is no bot token; take it "
                    "from @BotFather"
                ).format(channel=self.name)
            )
        return token

    def _request(self) -> _Request:
        options: dict[str, Any] = {
            "event_hooks": {"response": [_cap]},
            "headers": {"Accept-Encoding": "identity"},
        }
        if is_loopback(urlsplit(self._url).hostname or ""):
            options["trust_env"] = False  # a proxy cannot reach this machine's own server
        return _Request(
            connection_pool_size=4,
            connect_timeout=_CONNECT,
            read_timeout=20.0,
            write_timeout=20.0,
            media_write_timeout=60.0,
            pool_timeout=5.0,
            httpx_kwargs=options,
        )

    async def _count(self, error: Exception) -> None:
        """Connect anew after several errors in a row, and read the token anew when refused."""
        if isinstance(error, _CLEAR_ANSWERS):
            return
        self._failures += 1
        if self._failures >= _FAILURES or isinstance(error, InvalidToken):
            self._failures = 0
            self.rebuilt += 1
            await self.close()


class _Request(HTTPXRequest):
    """PTB's own, but it never logs what it cannot read: that may be a customer's words."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError(_("its answer is no JSON")) from error
        if not isinstance(answer, dict):
            raise TelegramError(_("its answer is not of the Bot API"))
        return answer


class _Capped(httpx.AsyncByteStream):
    """The body of an answer, cut off where it grows beyond all reason."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = _ANSWER_BYTES
        async for chunk in self._stream:
            room -= len(chunk)
            if room < 0:
                raise httpx.ReadError(
                    _("the answer is longer than {n} MB").format(n=_ANSWER_BYTES >> 20)
                )
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _cap(response: httpx.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError(_("the answer is compressed"), request=response.request)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Capped(response.stream)
