"""One reply on its way to Telegram: its pieces, in order, each tried once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from omnidesk.channels.telegram.fields import Json, string, table, utf16_len, whole
from omnidesk.channels.telegram.messages import external_id, message_id_in
from omnidesk.channels.telegram.trouble import never_left, retry_seconds, said, was_answered
from omnidesk.core.channel import Deferred, Outcome, OutgoingFile, Rejected, Sent, Unknown
from omnidesk.core.errors import Blocked
from omnidesk.core.language import _
from omnidesk.core.shaping import split_text

if TYPE_CHECKING:
    from omnidesk.channels.telegram.link import Link
    from omnidesk.core.channel import Outgoing

TEXT_UNITS = 4096
UPLOAD_BYTES = 50 * 2**20
_PHOTO_BYTES = 10 * 2**20
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_UPLOAD_PATIENCE = 60.0
_UPLOAD_IN_ALL = 110.0
_BEGIN_SECONDS = 60.0  # no piece is begun later, so that a reply is not cut off within one
_REFUSED_TOKEN_WAIT = 60.0

Piece = str | OutgoingFile


@dataclass(slots=True, kw_only=True)
class Target:
    """The chat that a reply goes to, and where in it; the id changes when a group grows."""

    chat_id: int
    place: Json
    answers: int | None

    @property
    def connection(self) -> str:
        return string(self.place.get("business_connection_id"))

    def params(self, first: bool) -> Json:
        """What every call of this reply says of its place; the first piece answers."""
        params: Json = {"chat_id": self.chat_id, **self.place}
        if first and self.answers is not None:
            params["reply_parameters"] = {
                "message_id": self.answers,
                "allow_sending_without_reply": True,
            }
        return params


async def send(link: Link, name: str, outgoing: Outgoing) -> Outcome:
    """Send what of a reply is not out yet, until the first piece that does not go."""
    target = target_of(outgoing)
    if target is None:
        return Rejected(reason=_("no chat to answer into"), sent_parts=outgoing.sent_parts)
    pieces = pieces_of(outgoing)
    flaw = flaw_in(pieces)
    if flaw:
        return Rejected(reason=flaw, sent_parts=outgoing.sent_parts)
    out = list(outgoing.sent_parts)
    loop = asyncio.get_running_loop()
    until = loop.time() + _BEGIN_SECONDS
    for place in range(len(out), len(pieces)):
        if len(out) > len(outgoing.sent_parts) and loop.time() > until:
            return Deferred(reason=_("the rest goes next"), retry_after=0, sent_parts=tuple(out))
        try:
            message = await _send_piece(link, target, pieces[place], first=place == 0)
        except TelegramError as error:
            return failure(name, error, tuple(out))
        except Blocked as error:
            wait = _REFUSED_TOKEN_WAIT
            return Deferred(reason=str(error), retry_after=wait, sent_parts=tuple(out))
        number = whole(table(message).get("message_id"))
        if number is None:
            reason = _("Telegram took it and answered nothing that can be read")
            return Unknown(reason=reason, sent_parts=tuple(out))
        out.append(external_id(target.chat_id, number, target.connection))
    return Sent(external_id=out[0], parts=tuple(out[1:]))


def target_of(outgoing: Outgoing) -> Target | None:
    """The chat that the agent was shown, and the place in it that the customer wrote from.

    Where the two name different chats (one became the other), the place is no longer one.
    """
    path = _path(outgoing.reply_path)
    shown = outgoing.to[0].address if outgoing.to else ""
    chat_id = int(shown) if _is_id(shown) else whole(path.get("chat_id"))
    if chat_id is None:
        return None
    if path.get("chat_id") != chat_id:
        path = {}
    place: Json = {
        key: path[key]
        for key in ("message_thread_id", "direct_messages_topic_id", "business_connection_id")
        if key in path
    }
    target = Target(chat_id=chat_id, place=place, answers=None)
    target.answers = message_id_in(outgoing.answers or "", chat_id, target.connection)
    return target


def pieces_of(outgoing: Outgoing) -> list[Piece]:
    """The same pieces at every attempt: the text, cut where Telegram must, then the files."""
    text = outgoing.text.strip()
    cut = split_text(text, TEXT_UNITS, width=utf16_len) if text else []
    return [*cut, *outgoing.files]


def flaw_in(pieces: list[Piece]) -> str | None:
    """Why this cannot go at all, known before any of it has gone."""
    if not pieces:
        return _("there is nothing to send")
    for file in pieces:
        if isinstance(file, str):
            continue
        if file.size > UPLOAD_BYTES:
            return _("{file} is larger than the {n} MB a bot may send").format(
                file=file.name, n=UPLOAD_BYTES >> 20
            )
        if file.size == 0:
            return _("{file} is empty; Telegram takes no empty file").format(file=file.name)
        if not file.path.is_file():
            return _("{file} cannot be read any more; attach it again").format(file=file.name)
    return None


async def _send_piece(link: Link, target: Target, piece: Piece, *, first: bool) -> Any:
    """One message out; into the new chat where the old one moved, for nothing went out there."""
    try:
        return await _say(link, target, piece, first=first)
    except ChatMigrated as moved:
        target.chat_id, target.answers = moved.new_chat_id, None
        return await _say(link, target, piece, first=first)


async def _say(link: Link, target: Target, piece: Piece, *, first: bool) -> Any:
    params = target.params(first)
    if isinstance(piece, str):
        return await link.call("sendMessage", params | {"text": piece})
    if piece.media_type in _PHOTO_TYPES and piece.size <= _PHOTO_BYTES:
        try:
            return await _upload(link, "photo", params, piece)
        except BadRequest as error:
            # Too long, too narrow, not quite a picture: as a document it goes.
            if not any(word in error.message.lower() for word in ("photo", "image_process")):
                raise
    return await _upload(link, "document", params, piece)


async def _upload(link: Link, kind: str, params: Json, file: OutgoingFile) -> Any:
    with file.path.open("rb") as content:
        upload = InputFile(content, filename=file.name, read_file_handle=False)
        return await link.call(
            f"send{kind.title()}",
            params | {kind: upload},
            patience=_UPLOAD_PATIENCE,
            in_all=_UPLOAD_IN_ALL,
        )


def failure(name: str, error: TelegramError, out: tuple[str, ...]) -> Outcome:
    """What became of a piece that did not go."""
    match error:
        case RetryAfter():
            seconds = retry_seconds(error)
            reason = _("Telegram asks to wait {seconds:g} s").format(seconds=seconds)
            return Deferred(reason=reason, retry_after=seconds, sent_parts=out)
        case Forbidden():
            return Rejected(reason=_forbidden(error.message), sent_parts=out)
        case InvalidToken() | EndPointNotFound():
            reason = _("Telegram refused the bot's token; check channels.{channel}.token").format(
                channel=name
            )
            return Deferred(reason=reason, retry_after=_REFUSED_TOKEN_WAIT, sent_parts=out)
        case BadRequest():
            return Rejected(reason=_refused(error), sent_parts=out)
        case ChatMigrated():
            return Deferred(reason=_("the group has just moved"), sent_parts=out)
    if error.message.startswith("Request Entity Too Large"):
        return Rejected(reason=_("Telegram refused it: too large"), sent_parts=out)
    if never_left(error):
        return Deferred(
            reason=_("Telegram cannot be reached: {why}").format(why=said(error)), sent_parts=out
        )
    if was_answered(error):
        return Deferred(
            reason=_("Telegram could not take it: {why}").format(why=said(error)), sent_parts=out
        )
    reason = _("Telegram's answer was lost: {why}; it may have gone out").format(why=said(error))
    return Unknown(reason=reason, sent_parts=out)


def _forbidden(message: str) -> str:
    said_of = {
        "blocked by the user": _("the customer blocked the bot"),
        "deactivated": _("the customer deleted his account"),
        "kicked": _("the bot was removed from the group"),
        "not a member": _("the bot is not in that chat"),
        "can't initiate": _("he never wrote to this bot"),
    }
    known = (words for part, words in said_of.items() if part in message)
    return next(known, _("Telegram refused it: {why}").format(why=message))


def _refused(error: BadRequest) -> str:
    if "chat not found" in error.message.lower():
        return _("he never wrote to this bot")
    return _("Telegram refused it: {why}").format(why=said(error))


def _path(reply_path: str | None) -> Json:
    try:
        return table(json.loads(reply_path or "{}"))
    except ValueError:
        return {}


def _is_id(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()
