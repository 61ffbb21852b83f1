"""An Update of the Bot API, read as items of a batch; whatever it is, it gives at least one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from omnidesk.channels.telegram.contents import Wanted, person, poll_words
from omnidesk.channels.telegram.fields import Json, moment, rows, string, table, whole
from omnidesk.channels.telegram.messages import (
    SCHEME,
    external_id,
    read_message,
    reply_path,
)
from omnidesk.channels.telegram.names import EDITS, MESSAGES, NOTICES
from omnidesk.core.channel import Edited, Incoming, IncomingFile, Item, Receipt, Rekeyed
from omnidesk.core.language import _
from omnidesk.core.model import Address, DeliveryState, Handle

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An item with the files it still lacks, and the updates it was read from."""

    item: Item
    wanted: tuple[Wanted, ...] = ()
    first: int | None
    last: int | None

    def with_files(self, files: Sequence[IncomingFile]) -> Reading:
        """The same with its files, in the order in which they were wanted."""
        item = self.item
        if isinstance(item, Incoming):
            item = replace(item, files=tuple(files))
        elif isinstance(item, Edited) and item.incoming is not None:
            item = replace(item, incoming=replace(item.incoming, files=tuple(files)))
        return replace(self, item=item, wanted=())


def update_id(update: object) -> int | None:
    """The number of an update, where it has one."""
    return whole(table(update).get("update_id"))


def raw_json(update: object) -> bytes:
    """An update as JSON again; escaped where it holds what UTF-8 cannot."""
    try:
        return json.dumps(update, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(update).encode()


def read(update: object, me: int) -> list[Reading]:
    """The items of one update, `me` being the bot's own id. Never raises, never gives none."""
    number, raw = update_id(update), b""
    try:
        raw = raw_json(update)
        found = _read(table(update), raw, me, number)
    except Exception as error:
        # One update that cannot be read must not hold up those behind it.
        raw = raw or _outline(update)
        found = [(_unreadable(update, raw, number, f"{type(error).__name__}: {error}"), ())]
    return [Reading(item=item, wanted=wanted, first=number, last=number) for item, wanted in found]


_Found = list[tuple[Item, tuple[Wanted, ...]]]


def _read(update: Json, raw: bytes, me: int, number: int | None) -> _Found:
    kind = next((key for key in update if key != "update_id"), "")
    body = update.get(kind)
    if kind in MESSAGES:
        return _new(_object(body), raw, me)
    if kind in EDITS:
        return _changed(_object(body), raw, me)
    if kind == "my_chat_member":
        return _membership(_object(body), raw, number)
    text, answers = _said(kind, table(body))
    return [(_rare(kind, table(body), raw, number, text, answers), ())]


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError(_("an object was expected, not {kind}").format(kind=type(value).__name__))
    return value


def _new(message: Json, raw: bytes, me: int) -> _Found:
    incoming, wanted = read_message(message, raw, me)
    rekeyed = _rekeyed(message, incoming)
    if rekeyed is None:
        return [(incoming, wanted)]
    return [(rekeyed, ()), (replace(incoming, handle=rekeyed.new), wanted)]


def _rekeyed(message: Json, incoming: Incoming) -> Rekeyed | None:
    """A group that became a supergroup says so twice: in its old chat and in the new."""
    to, old = (whole(message.get(f"migrate_{way}_chat_id")) for way in ("to", "from"))
    here = whole(table(message.get("chat")).get("id"))
    old, to = (here, to) if to is not None else (old, here)
    if old is None or to is None or old == to:
        return None
    at = incoming.sent_at or _EPOCH
    return Rekeyed(old=Handle(SCHEME, str(old)), new=Handle(SCHEME, str(to)), at=at)


def _changed(message: Json, raw: bytes, me: int) -> _Found:
    incoming, wanted = read_message(message, raw, me)
    at = moment(message.get("edit_date")) or incoming.sent_at or _EPOCH
    edited = Edited(
        external_id=incoming.external_id,
        raw=raw,
        text=incoming.text,
        at=at,
        incoming=incoming,
    )
    return [(edited, wanted)]


def _membership(change: Json, raw: bytes, number: int | None) -> _Found:
    """The customer stopped the bot, or took it back; in a group it came or went."""
    status = string(table(change.get("new_chat_member")).get("status"))
    chat = _object(change.get("chat"))
    gone = status in ("kicked", "left")
    if chat.get("type") == "private":
        text = (
            _("the customer blocked the bot") if gone else _("the customer let the bot write again")
        )
    else:
        text = (
            _("the bot was removed from the chat")
            if gone
            else _("the bot is now {status}").format(status=status or "?")
        )
    note = _rare("my_chat_member", change, raw, number, f"[{text}]", None)
    if not gone or note.handle is None:
        return [(note, ())]
    at = moment(change.get("date")) or _EPOCH
    failed = Receipt(state=DeliveryState.FAILED, at=at, handle=note.handle, reason=text)
    return [(failed, ())]


def _said(kind: str, body: Json) -> tuple[str, str | None]:
    """An update that is no message, in words, and the message it is about."""
    about = table(body.get("message")) if kind == "callback_query" else body
    chat, number = whole(table(about.get("chat")).get("id")), whole(about.get("message_id"))
    answers = None if chat is None or number is None else external_id(chat, number)
    match kind:
        case "callback_query":
            pressed = string(body.get("data")) or string(body.get("game_short_name"))
            return _("[pressed: {pressed}]").format(pressed=pressed), answers
        case "message_reaction":
            new = [string(r.get("emoji")) or "?" for r in rows(body.get("new_reaction"))]
            if not new:
                return _("[took a reaction back]"), answers
            return _("[reacted {emoji}]").format(emoji=" ".join(new)), answers
        case "deleted_business_messages":
            listed = body.get("message_ids")
            ids = ", ".join(str(i) for i in listed) if isinstance(listed, list) else "?"
            return _("[deleted messages: {ids}]").format(ids=ids), None
        case "poll":
            return poll_words(body), None
        case "inline_query" | "chosen_inline_result":
            return f"[{kind.replace('_', ' ')}: {string(body.get('query'))}]", None
    if kind in NOTICES:
        return f"[{kind.replace('_', ' ')}]", None
    return _("[unknown: {kind}]").format(kind=string(kind)), None


def _rare(
    kind: str, body: Json, raw: bytes, number: int | None, text: str, answers: str | None
) -> Incoming:
    """What is no message, kept as one. Only a pressed button and the unknown ask for an answer."""
    user = next(
        (table(body.get(key)) for key in ("from", "user", "actor_chat") if body.get(key)), {}
    )
    about = table(body.get("message"))
    chat = table(body.get("chat")) or table(about.get("chat")) or user
    chat_id, user_id = whole(chat.get("id")), whole(user.get("id"))
    return Incoming(
        external_id=_numbered(raw, number),
        raw=raw,
        handle=None if chat_id is None else Handle(SCHEME, str(chat_id)),
        sender=None if user_id is None else Address(person(user), str(user_id)),
        text=text,
        answers=answers,
        reply_path=None if chat_id is None else reply_path(about or body, chat_id),
        sent_at=moment(body.get("date")),
        automatic=kind.replace("_", " ") if kind in NOTICES else None,
    )


def _unreadable(update: object, raw: bytes, number: int | None, reason: str) -> Incoming:
    """The update with the reason why it says nothing, in its chat if that much can be read."""
    bodies = [body for body in table(update).values() if isinstance(body, dict)]
    chats = (whole(table(body.get("chat")).get("id")) for body in bodies)
    chat_id = next((chat for chat in chats if chat is not None), None)
    return Incoming(
        external_id=_numbered(raw, number),
        raw=raw,
        handle=None if chat_id is None else Handle(SCHEME, str(chat_id)),
        text=_("[an update that cannot be read]"),
        unreadable=string(reason),
    )


def _outline(update: object) -> bytes:
    """What can be kept of an update nested too deeply to be written out: its first level."""
    return json.dumps(
        {string(key): string(str(type(v))) for key, v in table(update).items()}
    ).encode()


def _numbered(raw: bytes, number: int | None) -> str:
    if number is not None:
        return f"update:{number}"
    return f"update:{hashlib.sha256(raw).hexdigest()[:16]}"
