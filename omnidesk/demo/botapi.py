"""A Bot API server on loopback, with the answers, limits and faults of the real one."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any, Self, Unpack

from aiohttp import web

from omnidesk.demo.botapi_answers import Answers, ApiError, Call, Json, Upload
from omnidesk.demo.botapi_customers import Business, Customer, Group
from omnidesk.demo.botapi_faults import Fault, Faults, Wrong
from omnidesk.demo.botapi_updates import DEFAULT_KINDS, UPDATE_KINDS, UpdateQueue

UPLOAD_LIMIT = 50 * 2**20
_LONGEST_POLL = 50.0
_TOKEN = "1000:loopback"  # noqa: S105 - opens nothing but this
_JSON_FIELDS = frozenset(
    {"allowed_updates", "reply_parameters", "media", "entities", "drop_pending_updates"}
)


class BotApi:
    """One bot at a Bot API server of its own; `async with BotApi() as bot` runs it.

    It lives in the caller's event loop, on an ephemeral port, and sets no signal handler.
    """

    def __init__(self, token: str = _TOKEN, username: str = "shopbot", name: str = "Shop") -> None:
        self.token = token
        self.user: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.updates = UpdateQueue()
        self.webhook = ""
        self.calls: list[Call] = []
        self.faults = Faults()
        self.customers: dict[int, Customer] = {}
        self.answers = Answers(self.user)
        self._allowed: frozenset[str] = DEFAULT_KINDS
        self._poller: object | None = None
        self._stirred = asyncio.Event()
        self._closing = asyncio.Event()
        self._sent: defaultdict[int, asyncio.Queue[Json]] = defaultdict(asyncio.Queue)
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=UPLOAD_LIMIT + 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(
            app, handle_signals=False, access_log=None, shutdown_timeout=1.0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._closing.set()
        self._stir()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def stop(self) -> None:
        """Go down and keep all state; `start` comes back on the same port."""
        await self.__aexit__()

    async def start(self) -> None:
        """Come back after `stop`."""
        self._closing.clear()
        await self.__aenter__()

    @property
    def api_url(self) -> str:
        """What stands in the settings of a channel as `api_url`."""
        return f"http://127.0.0.1:{self._port}"

    # What a script plays

    def customer(
        self,
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "en",
    ) -> Customer:
        """A person who can write to the bot; nobody can be written to before he did."""
        optional = {"last_name": last_name, "username": username}
        user: Json = {
            "id": user_id,
            "is_bot": False,
            "first_name": first_name,
            "language_code": language_code,
            **{key: value for key, value in optional.items() if value is not None},
        }
        customer = Customer(self, user)
        self.customers[user_id] = customer
        return customer

    def group(self, chat_id: int, title: str, kind: str = "group", topics: bool = False) -> Group:
        """A group (negative id) in which the bot and any customers are."""
        chat: Json = {"id": chat_id, "type": kind, "title": title}
        if topics:
            chat["is_forum"] = True
        self.answers.chats[chat_id] = chat
        return Group(self, chat)

    def business(self, connection: str, owner: Customer) -> Business:
        """The bot connected to a person's own account, whose customers it may answer."""
        self.answers.connections.add(connection)
        return Business(self, connection, owner)

    def push(self, update: Json) -> int | None:
        """Queue an update; its id, or None where the bot asked not to get this kind."""
        kind = next((key for key in update if key in UPDATE_KINDS), None)
        if kind is not None and kind not in self._allowed:
            return None
        update_id = self.updates.push(update)
        self._stir()
        return update_id

    def repeat(self, update_id: int) -> int | None:
        """Queue what an earlier update said once more, under a new id."""
        return self.push(
            {k: v for k, v in self.updates.ever[update_id].items() if k != "update_id"}
        )

    def fault(self, method: str, *, skip: int = 0, times: int = 1, **fault: Unpack[Wrong]) -> None:
        """Let the next calls of a method go wrong, after `skip` that go right.

        `download` is the fetching of a file. `close="before"` cuts the connection with nothing
        taken, `"after"` once it is taken. `until` lets it go right, but only after an event.
        """
        self.faults.add(method, skip, times, Fault(**fault))

    async def sent(self, chat_id: int, timeout: float = 10.0) -> Json:
        """The next message that the bot sends into a chat; TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            return await self._sent[chat_id].get()

    async def called(self, method: str, times: int = 1, timeout: float = 10.0) -> None:
        """Wait until a method was called so often; TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            while sum(call.method == method for call in self.calls) < times:
                await self._stirred.wait()

    # What a bot meets

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"], *await _read(request))
        self.calls.append(call)
        self._stir()
        fault = self.faults.take(call.method)
        if fault is not None and not fault.is_taken:
            return await self._go_wrong(fault, request)
        if fault is not None and fault.until is not None:
            await fault.until.wait()
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            result = await self._result(call)
        except ApiError as refusal:
            return web.json_response(refusal.body, status=refusal.code)
        if fault is not None and fault.close:
            return await self._go_wrong(fault, request)
        return web.json_response({"ok": True, "result": result})

    async def _go_wrong(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault.hang:
            await self._closing.wait()
        if fault.close or fault.hang:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return fault.response()

    async def _result(self, call: Call) -> Any:
        params = call.params
        match call.method:
            case "getUpdates":
                return await self._get_updates(params)
            case "setWebhook":
                self.webhook = str(params.get("url", ""))
                return True
            case "deleteWebhook":
                self.webhook = ""
                if params.get("drop_pending_updates"):
                    self.updates.clear()
                return True
            case "getWebhookInfo":
                return {
                    "url": self.webhook,
                    "has_custom_certificate": False,
                    "pending_update_count": len(self.updates),
                }
            case _:
                messages = self.answers.answer(call, self.customers)
                if call.method.startswith("send") and messages is not True:
                    for message in messages if isinstance(messages, list) else [messages]:
                        self._sent[message["chat"]["id"]].put_nowait(message)
                return messages

    async def _get_updates(self, params: Json) -> list[Json]:
        if self.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if params.get("allowed_updates") is not None:
            asked = frozenset(params["allowed_updates"]) & UPDATE_KINDS
            self._allowed = asked or DEFAULT_KINDS
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        mine = self._poller = object()
        self._stir()
        loop = asyncio.get_running_loop()
        until = loop.time() + min(float(params.get("timeout", 0)), _LONGEST_POLL)
        while True:
            if self._poller is not mine:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            found = self.updates.after(offset, max(1, min(limit, 100)))
            if found or loop.time() >= until or self._closing.is_set():
                self._poller = None
                return found
            await self._wait(until - loop.time())

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take("download")
        if fault is not None:
            return await self._go_wrong(fault, request)
        if request.match_info["token"] != self.token:
            return web.json_response(ApiError(401, "Unauthorized").body, status=401)
        data = self.answers.files.by_path.get(request.match_info["path"])
        if data is None:
            return web.json_response(ApiError(404, "Not Found").body, status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    def _stir(self) -> None:
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            return


async def _read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """The parameters of a call, however it was made, and the files that came with it."""
    params: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        return params | await request.json(), uploads
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            params[name] = json.loads(str(value)) if name in _JSON_FIELDS else str(value)
    return params, uploads
