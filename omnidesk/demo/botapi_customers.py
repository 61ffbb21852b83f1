"""Customers of a bot, played by a script: what they write, send, change and block."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnidesk.demo.botapi import BotApi
    from omnidesk.demo.botapi_answers import Json


class Group:
    """A group chat in which the bot is."""

    def __init__(self, api: BotApi, chat: Json) -> None:
        self._api = api
        self.chat = chat

    @property
    def id(self) -> int:
        return int(self.chat["id"])

    def topic(self, thread: int) -> int:
        """Open a topic, so that messages can stand in it."""
        self._api.answers.topics.add((self.id, thread))
        return thread

    def migrate(self, new_id: int) -> Group:
        """Become a supergroup: a service message in the old chat and one in the new."""
        answers = self._api.answers
        grown = self._api.group(new_id, self.chat["title"], "supergroup")
        answers.moved[self.id] = new_id
        for chat, news in (
            (self.chat, {"migrate_to_chat_id": new_id}),
            (grown.chat, {"migrate_from_chat_id": self.id}),
        ):
            self._api.push({"message": _message(self._api, self._api.user, chat, news)})
        return grown


class Business:
    """A person's own account to which the bot is connected (business_message)."""

    def __init__(self, api: BotApi, connection: str, owner: Customer) -> None:
        self._api = api
        self._connection = {"business_connection_id": connection}
        self.owner = owner

    def text(self, customer: Customer, text: str, *, by_owner: bool = False) -> Json:
        """A line in the chat of the account and a customer, written by either."""
        author = self.owner if by_owner else customer
        self._api.answers.chats.setdefault(customer.id, customer.chat)
        message = _message(
            self._api, author.user, customer.chat, {"text": text, **self._connection}
        )
        self._api.push({"business_message": message})
        return message

    def delete(self, customer: Customer, messages: Sequence[Json]) -> None:
        """Delete lines of that chat."""
        ids = [message["message_id"] for message in messages]
        self._api.push(
            {
                "deleted_business_messages": {"chat": customer.chat, "message_ids": ids}
                | self._connection
            }
        )


class Customer:
    """A person: every method queues what he did and gives the message as the bot will see it."""

    def __init__(self, api: BotApi, user: Json) -> None:
        self._api = api
        self.user = user
        self.blocked = False

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def chat(self) -> Json:
        """His private chat with the bot."""
        names = ("first_name", "last_name", "username")
        named: Json = {name: self.user[name] for name in names if name in self.user}
        return {"id": self.id, "type": "private", **named}

    def say(
        self,
        content: Json,
        *,
        chat: Group | None = None,
        reply_to: Json | None = None,
        thread: int | None = None,
        album: str | None = None,
    ) -> Json:
        """Write a message of any content, in private or into a group."""
        where = self.chat if chat is None else chat.chat
        self._api.answers.chats.setdefault(where["id"], where)
        extra = dict(content)
        if reply_to is not None:
            extra["reply_to_message"] = {
                k: v for k, v in reply_to.items() if k != "reply_to_message"
            }
        if thread is not None:
            extra |= {"message_thread_id": thread, "is_topic_message": True}
        if album is not None:
            extra["media_group_id"] = album
        message = _message(self._api, self.user, where, extra)
        self._api.push({"message": message})
        return message

    def text(self, text: str, entities: Sequence[Json] = (), **place: Any) -> Json:
        content: Json = {"text": text}
        if entities:
            content["entities"] = list(entities)
        return self.say(content, **place)

    def photo(self, data: bytes, caption: str = "", **place: Any) -> Json:
        """A photo comes in several sizes, the largest last."""
        small = self._put(b"thumbnail", "photos") | {"width": 90, "height": 67}
        large = self._put(data, "photos") | {"width": 1280, "height": 960}
        return self.say({"photo": [small, large], **_caption(caption)}, **place)

    def album(self, pictures: Sequence[bytes], caption: str = "", **place: Any) -> list[Json]:
        """Several photos under one media_group_id; the caption stands at the first."""
        album = f"{self._api.answers.number(self.chat)}{self.id}"
        captions = [caption] + [""] * (len(pictures) - 1)
        return [
            self.photo(data, words, album=album, **place)
            for data, words in zip(pictures, captions, strict=True)
        ]

    def document(
        self,
        name: str,
        data: bytes,
        media_type: str = "application/octet-stream",
        *,
        size: int | None = None,
        caption: str = "",
        **place: Any,
    ) -> Json:
        """A file; `size` lets it claim to be larger than it is."""
        stored = self._put(data, "documents", size)
        document = stored | {"file_name": name, "mime_type": media_type}
        return self.say({"document": document, **_caption(caption)}, **place)

    def voice(self, data: bytes, seconds: int = 3, **place: Any) -> Json:
        stored = self._put(data, "voice") | {"duration": seconds, "mime_type": "audio/ogg"}
        return self.say({"voice": stored}, **place)

    def sticker(self, emoji: str, **place: Any) -> Json:
        stored = self._put(b"RIFF....WEBP", "stickers")
        looks = {"type": "regular", "width": 512, "height": 512, "emoji": emoji}
        return self.say(
            {"sticker": stored | looks | {"is_animated": False, "is_video": False}}, **place
        )

    def location(self, latitude: float, longitude: float, **place: Any) -> Json:
        return self.say({"location": {"latitude": latitude, "longitude": longitude}}, **place)

    def contact(self, phone: str, name: str, user_id: int | None = None, **place: Any) -> Json:
        """A phone number: his own where `user_id` is his, as the button sends it."""
        card: Json = {"phone_number": phone, "first_name": name}
        if user_id is not None:
            card["user_id"] = user_id
        return self.say({"contact": card}, **place)

    def edit(self, message: Json, text: str) -> Json:
        """Change an earlier message of his."""
        key = "text" if "text" in message else "caption"
        edited = message | {key: text, "edit_date": int(time.time())}
        self._api.answers.keep(edited)
        self._api.push({"edited_message": edited})
        return edited

    def press(self, message: Json, data: str) -> None:
        """Press a button under a message of the bot."""
        query = {"id": f"{self.id}1", "from": self.user, "message": message}
        self._api.push({"callback_query": query | {"chat_instance": "1", "data": data}})

    def react(self, message: Json, emoji: str) -> None:
        """Put an emoji under a message; arrives only where the bot asked for reactions."""
        reaction = {"chat": message["chat"], "message_id": message["message_id"]}
        new = [{"type": "emoji", "emoji": emoji}]
        self._api.push(
            {
                "message_reaction": reaction
                | {"user": self.user, "date": int(time.time())}
                | {"old_reaction": [], "new_reaction": new}
            }
        )

    def block(self) -> None:
        """Stop the bot: it is told, and refused whenever it writes."""
        self.blocked = True
        self._membership("member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self.blocked = False
        self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> None:
        sides = {
            side: {"user": self._api.user, "status": status}
            | ({"until_date": 0} if status == "kicked" else {})
            for side, status in (("old_chat_member", old), ("new_chat_member", new))
        }
        change: Json = {"chat": self.chat, "from": self.user, "date": int(time.time())}
        self._api.push({"my_chat_member": change | sides})

    def _put(self, data: bytes, folder: str, size: int | None = None) -> Json:
        return self._api.answers.files.put(data, folder, size)


def _message(api: BotApi, sender: Json, chat: Json, content: Json) -> Json:
    return api.answers.keep(
        {
            "message_id": api.answers.number(chat),
            "from": sender,
            "chat": chat,
            "date": int(time.time()),
            **content,
        }
    )


def _caption(text: str) -> Json:
    return {"caption": text} if text else {}
