"""A Message of the Bot API, read as an Incoming."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from omnidesk.channels.telegram.contents import files, is_service, person, words
from omnidesk.channels.telegram.fields import Json, moment, string, table, whole
from omnidesk.core.channel import Incoming, IncomingFile
from omnidesk.core.identity import normalise
from omnidesk.core.language import _
from omnidesk.core.model import Address, Direction, Handle

if TYPE_CHECKING:
    from omnidesk.channels.telegram.contents import Wanted

SCHEME = "telegram"


def external_id(chat_id: int, message_id: int, connection: str = "") -> str:
    """The id of a message: a business account numbers apart, so its connection stands in front."""
    bare = f"{chat_id}:{message_id}"
    return f"{connection}:{bare}" if connection else bare


def message_id_in(external: str, chat_id: int, connection: str = "") -> int | None:
    """The message id of an external id, if it is one of this very chat."""
    number = external.rpartition(":")[2]
    own = number.isdecimal() and external == external_id(chat_id, int(number), connection)
    return int(number) if own else None


def read_message(message: Json, raw: bytes, me: int) -> tuple[Incoming, tuple[Wanted, ...]]:
    """The message with its files still to be fetched; ValueError where it has no id or chat."""
    chat = table(message.get("chat"))
    chat_id, message_id = whole(chat.get("id")), whole(message.get("message_id"))
    if chat_id is None or message_id is None:
        raise ValueError(_("a message without chat.id or message_id"))
    connection = string(message.get("business_connection_id"))
    direction = _direction(message, chat, me)
    wanted = files(message)
    incoming = Incoming(
        external_id=external_id(chat_id, message_id, connection),
        raw=raw,
        handle=Handle(SCHEME, str(chat_id)),
        sender=_sender(message, chat),
        direction=direction,
        from_us=direction is Direction.OUT,
        to=(Address(person(chat), str(chat_id)),) if direction is Direction.OUT else (),
        subject="" if chat.get("type") == "private" else string(chat.get("title")),
        text=words(message) or ("" if wanted else _("[empty message]")),
        files=tuple(awaited(file) for file in wanted),
        answers=_answers(message, chat_id, connection),
        reply_path=reply_path(message, chat_id),
        sent_at=moment(message.get("date")),
        automatic=_automatic(message, direction),
        vouched=_vouched(message),
        album=string(message.get("media_group_id")) or None,
    )
    return incoming, wanted


def awaited(file: Wanted) -> IncomingFile:
    """A file as it stands before it is fetched."""
    return IncomingFile(
        name=file.name,
        media_type=file.media_type,
        size=file.size or 0,
        content=None,
        missing=_("not fetched"),
    )


def reply_path(message: Json, chat_id: int) -> str:
    """Where an answer has to go: the chat, and its topic or business connection if any.

    `message_thread_id` counts in topics only: outside of them it numbers a chain of replies,
    and sending with it is refused.
    """
    path: Json = {"chat_id": chat_id}
    thread = whole(message.get("message_thread_id"))
    if thread is not None and message.get("is_topic_message") is True:
        path["message_thread_id"] = thread
    topic = whole(table(message.get("direct_messages_topic")).get("topic_id"))
    if topic is not None:
        path["direct_messages_topic_id"] = topic
    if connection := string(message.get("business_connection_id")):
        path["business_connection_id"] = connection
    return json.dumps(path)


def _sender(message: Json, chat: Json) -> Address | None:
    """Who speaks: an anonymous admin and a channel speak as a chat."""
    who = table(message.get("sender_chat")) or table(message.get("from")) or chat
    number = whole(who.get("id"))
    return None if number is None else Address(person(who), str(number))


def _direction(message: Json, chat: Json, me: int) -> Direction:
    """OUT is what this bot said, and what the owner of a business account said himself.

    News of a chat are said by nobody, whoever caused them.
    """
    if is_service(message):
        return Direction.IN
    author = whole(table(message.get("from")).get("id"))
    if author == me or "sender_business_bot" in message:
        return Direction.OUT
    by_owner = "business_connection_id" in message and author != whole(chat.get("id"))
    return Direction.OUT if by_owner and chat.get("type") == "private" else Direction.IN


def _automatic(message: Json, direction: Direction) -> str | None:
    if is_service(message):
        return _("service message")
    if message.get("is_automatic_forward") is True:
        return _("forwarded from the linked channel")
    from_bot = table(message.get("from")).get("is_bot") is True and "sender_chat" not in message
    return _("sent by a bot") if from_bot and direction is Direction.IN else None


def _answers(message: Json, chat_id: int, connection: str) -> str | None:
    """The message that this one answers; a topic's own first line is none."""
    answered = table(message.get("reply_to_message"))
    number = whole(answered.get("message_id"))
    if number is None or "forum_topic_created" in answered:
        return None
    chat = whole(table(answered.get("chat")).get("id"))
    return external_id(chat_id if chat is None else chat, number, connection)


def _vouched(message: Json) -> tuple[Handle, ...]:
    """The sender's own phone number: Telegram knows it as his only if the ids agree."""
    card, author = table(message.get("contact")), whole(table(message.get("from")).get("id"))
    if author is None or whole(card.get("user_id")) != author:
        return ()
    number = string(card.get("phone_number"))
    handle = normalise("tel", number if number.startswith("+") else f"+{number}")
    return (handle,) if handle else ()
