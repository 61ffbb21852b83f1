"""What a bot gets for its calls: messages sent, files, chats, refusals."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.demo.botapi_customers import Customer

Json = dict[str, Any]
TEXT_UNITS = 4096
CAPTION_UNITS = 1024
PHOTO_BYTES = 10 * 2**20
DOWNLOAD_BYTES = 20 * 2**20
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a bot: its method, its parameters, its files."""

    method: str
    params: Json
    uploads: dict[str, Upload] = field(default_factory=dict)


class ApiError(Exception):
    """The server says no: an HTTP code, a description, and perhaps parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.body: Json = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class Files:
    """The files of a server by their id; `size` may claim more than there is."""

    def __init__(self) -> None:
        self.by_path: dict[str, bytes] = {}
        self._described: dict[str, Json] = {}

    def put(self, data: bytes, folder: str, size: int | None = None) -> Json:
        """Keep a file; the fields that every object with a file has."""
        number = len(self._described) + 1
        described: Json = {
            "file_id": f"F{number}",
            "file_unique_id": f"U{number}",
            "file_size": len(data) if size is None else size,
        }
        path = f"{folder}/file_{number}"
        self.by_path[path] = data
        self._described[described["file_id"]] = described | {"file_path": path}
        return described

    def get(self, file_id: str) -> Json:
        """The answer of getFile."""
        described = self._described.get(file_id)
        if described is None:
            raise ApiError(400, "Bad Request: invalid file_id")
        if described["file_size"] > DOWNLOAD_BYTES:
            raise ApiError(400, "Bad Request: file is too big")
        return described


class Answers:
    """The methods of a bot that say something into a chat or look something up."""

    def __init__(self, user: Json) -> None:
        self.user = user
        self.chats: dict[int, Json] = {}
        self.moved: dict[int, int] = {}
        self.connections: set[str] = set()
        self.topics: set[tuple[int, int]] = set()
        self.messages: dict[tuple[int, int], Json] = {}
        self.files = Files()
        self._numbers: dict[int, int] = {}

    def number(self, chat: Json) -> int:
        """The next message id: supergroups and channels count alone, the rest together."""
        alone = chat["type"] in ("supergroup", "channel")
        series = chat["id"] if alone else 0
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return self._numbers[series]

    def keep(self, message: Json) -> Json:
        """Remember a message, so that another can answer it."""
        self.messages[message["chat"]["id"], message["message_id"]] = message
        return message

    def answer(self, call: Call, customers: Mapping[int, Customer]) -> Any:
        """The result of a call; ApiError says why there is none."""
        match call.method:
            case "getMe":
                return self.user | {
                    "can_join_groups": True,
                    "can_read_all_group_messages": False,
                    "supports_inline_queries": False,
                }
            case "getFile":
                return self.files.get(str(call.params.get("file_id")))
            case "getChat":
                return self._full(self._chat(call.params, customers))
            case "sendChatAction":
                self._chat(call.params, customers)
                return True
            case "sendMessage":
                return self._say(call, customers, {"text": _text(call.params, TEXT_UNITS)})
            case "sendPhoto" | "sendDocument" | "sendVoice":
                kind = call.method.removeprefix("send").lower()
                media = self._media(kind, _upload(call, kind))
                return self._say(call, customers, media | self._caption(call.params))
            case "sendMediaGroup":
                return self._say_album(call, customers)
            case _:
                raise ApiError(404, "Not Found")

    def _chat(self, params: Json, customers: Mapping[int, Customer]) -> Json:
        try:
            chat_id = int(params["chat_id"])
        except (KeyError, ValueError):
            raise ApiError(400, "Bad Request: chat_id is empty") from None
        if chat_id in self.moved:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[chat_id],
            )
        if chat_id not in self.chats:
            raise ApiError(400, "Bad Request: chat not found")
        if chat_id in customers and customers[chat_id].blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return self.chats[chat_id]

    def _say(self, call: Call, customers: Mapping[int, Customer], content: Json) -> Json:
        params = call.params
        chat = self._chat(params, customers)
        message: Json = {
            "message_id": 0,
            "from": self.user,
            "chat": chat,
            "date": int(time.time()),
            **self._place(params, chat),
            **self._answered(params, chat),
            **content,
        }
        message["message_id"] = self.number(chat)
        return self.keep(message)

    def _say_album(self, call: Call, customers: Mapping[int, Customer]) -> list[Json]:
        album, said = f"{len(self.messages) + 1}0", []
        for item in call.params.get("media") or ():
            upload = call.uploads.get(str(item["media"]).removeprefix("attach://"))
            if upload is None:
                raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
            content = self._media(item["type"], upload) | self._caption(item)
            said.append(self._say(call, customers, {"media_group_id": album} | content))
        if not 2 <= len(said) <= 10:
            raise ApiError(400, "Bad Request: group send must contain 2-10 items")
        return said

    def _place(self, params: Json, chat: Json) -> Json:
        place: Json = {}
        if (connection := params.get("business_connection_id")) is not None:
            if connection not in self.connections:
                raise ApiError(400, "Bad Request: business connection not found")
            place["business_connection_id"] = connection
        if (thread := params.get("message_thread_id")) is not None:
            if (chat["id"], int(thread)) not in self.topics:
                raise ApiError(400, "Bad Request: message thread not found")
            place |= {"message_thread_id": int(thread), "is_topic_message": True}
        return place

    def _answered(self, params: Json, chat: Json) -> Json:
        wanted = params.get("reply_parameters")
        if not wanted:
            return {}
        answered = self.messages.get((chat["id"], int(wanted["message_id"])))
        if answered is not None:
            bare = {k: v for k, v in answered.items() if k != "reply_to_message"}
            return {"reply_to_message": bare}
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")

    def _media(self, kind: str, upload: Upload) -> Json:
        stored = self.files.put(upload.data, f"{kind}s")
        if kind == "photo":
            if len(upload.data) > PHOTO_BYTES:
                raise ApiError(400, "Bad Request: file is too big for a photo")
            if not upload.data.startswith(_PICTURES):
                raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
            return {"photo": [stored | {"width": 90, "height": 90}]}
        if kind == "voice":
            return {"voice": stored | {"duration": 1, "mime_type": "audio/ogg"}}
        return {
            "document": stored | {"file_name": upload.name, "mime_type": upload.media_type},
        }

    def _caption(self, params: Json) -> Json:
        caption = str(params.get("caption") or "")
        if utf16_units(caption) > CAPTION_UNITS:
            raise ApiError(400, "Bad Request: message caption is too long")
        return {"caption": caption} if caption else {}

    def _full(self, chat: Json) -> Json:
        gifts = ("unlimited", "limited", "unique", "premium")
        return chat | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {f"{kind}_gifts": True for kind in gifts}
            | {"premium_subscription": True, "gifts_from_channels": True},
        }


def utf16_units(text: str) -> int:
    """The length of a text as the Bot API counts it."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _text(params: Json, units: int) -> str:
    text = str(params.get("text") or "")
    if not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    if utf16_units(text) > units:
        raise ApiError(400, "Bad Request: message is too long")
    return text


def _upload(call: Call, kind: str) -> Upload:
    named = str(call.params.get(kind, "")).removeprefix("attach://")
    upload = call.uploads.get(kind) or call.uploads.get(named)
    if upload is None:
        raise ApiError(400, f"Bad Request: there is no {kind} in the request")
    return upload
