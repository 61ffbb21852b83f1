"""What a message says: its words in plain text, and the files that it names."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.channels.telegram.fields import Json, rows, string, table, whole
from omnidesk.channels.telegram.names import ENVELOPE, RARE_CONTENT, SERVICE
from omnidesk.core.language import _
from omnidesk.core.safetext import safe_file_name

_FILES = {
    "photo": ("photo.jpg", "image/jpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video_note.mp4", "video/mp4"),
    "animation": ("animation.mp4", "video/mp4"),
    "live_photo": ("live_photo.mp4", "video/mp4"),
    "document": ("document", "application/octet-stream"),
}
_SPOKEN = frozenset({*_FILES, "sticker", "location", "venue", "contact", "poll", "dice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that a message names and that is still to be fetched (getFile)."""

    file_id: str
    name: str
    media_type: str
    size: int | None


def is_service(message: Json) -> bool:
    """Whether nobody said this: it tells what happened in the chat."""
    return bool(SERVICE & message.keys()) and not (string(message.get("text")))


def words(message: Json) -> str:
    """All that a message says, as text that can be read without Telegram."""
    said = [_forwarded(message), _quoted(message), _body(message)]
    said += [*_spoken(message), *_rest(message)]
    return "\n".join(part for part in said if part)


def person(who: Json) -> str:
    """What somebody calls himself, or his id: a user or a chat."""
    full = f"{string(who.get('first_name'))} {string(who.get('last_name'))}".strip()
    username = string(who.get("username"))
    named = full or string(who.get("title")).strip() or (f"@{username}" if username else "")
    return named or str(whole(who.get("id")) or "")


def files(message: Json) -> tuple[Wanted, ...]:
    """The files of a message; of the sizes of a photo the largest."""
    found = []
    for kind, value in message.items():
        if kind == "sticker" or (kind == "document" and "animation" in message):
            continue
        file = max(rows(value), key=_area, default={}) if kind == "photo" else table(value)
        if string(file.get("file_id")):
            found.append(_wanted(kind, file))
    return tuple(found)


def _area(size: Json) -> int:
    return (whole(size.get("width")) or 0) * (whole(size.get("height")) or 0)


def _wanted(kind: str, file: Json) -> Wanted:
    name, media_type = _FILES.get(kind, (kind, "application/octet-stream"))
    told, size = string(file.get("mime_type")), whole(file.get("file_size"))
    return Wanted(
        file_id=string(file["file_id"]),
        name=str(safe_file_name(string(file.get("file_name")) or name)),
        media_type=told if _is_media_type(told) else media_type,
        size=size if size is not None and size >= 0 else None,
    )


def _is_media_type(text: str) -> bool:
    top, slash, sub = text.partition("/")
    plain = top.isascii() and sub.isascii() and len(text) < 128
    return bool(slash) and plain and all(c.isalnum() or c in "+-._" for c in top + sub)


def _forwarded(message: Json) -> str:
    origin = table(message.get("forward_origin"))
    sources = (
        table(origin.get("sender_user")),
        table(origin.get("sender_chat")),
        table(origin.get("chat")),
        {"title": origin.get("sender_user_name")},
        table(message.get("forward_from")),
        table(message.get("forward_from_chat")),
        {"title": message.get("forward_sender_name")},
    )
    named = next((name for name in map(person, sources) if name), "")
    if named:
        return _("[forwarded from {named}]").format(named=named)
    return _("[forwarded]") if origin or "forward_date" in message else ""


def _quoted(message: Json) -> str:
    quote = string(table(message.get("quote")).get("text"))
    return "\n".join(f"> {line}" for line in quote.splitlines())


def _body(message: Json) -> str:
    key, marks = ("text", "entities") if "text" in message else ("caption", "caption_entities")
    return with_links(string(message.get(key)), rows(message.get(marks)))


def with_links(text: str, entities: list[Json]) -> str:
    """The text with the target of each hidden link behind its words.

    Entities count UTF-16 units (MessageEntity); those that lie outside the text are clamped.
    """
    units = text.encode("utf-16-le")
    targets = []
    for entity in entities:
        url = string(entity.get("url"))
        start, end = (max(0, min(at * 2, len(units))) for at in (_start(entity), _end(entity)))
        named = units[start:end].decode("utf-16-le", "ignore").strip() == url
        if entity.get("type") == "text_link" and url and not named:
            targets.append((_whole_pair(units, end), f" ({url})".encode("utf-16-le")))
    for end, target in sorted(targets, reverse=True):
        units = units[:end] + target + units[end:]
    return units.decode("utf-16-le", "replace")


def _whole_pair(units: bytes, at: int) -> int:
    """The next place that does not tear a surrogate pair."""
    torn = at + 2 <= len(units) and 0xDC <= units[at + 1] <= 0xDF
    return at + 2 if torn else at


def _start(entity: Json) -> int:
    return min(whole(entity.get("offset")) or 0, 2**31)


def _end(entity: Json) -> int:
    return _start(entity) + min(whole(entity.get("length")) or 0, 2**31)


def _spoken(message: Json) -> list[str]:
    """What has no text of its own, in words."""
    said = []
    if "sticker" in message:
        said.append(string(table(message["sticker"]).get("emoji")) or _("[sticker]"))
    if "venue" in message:
        venue = table(message["venue"])
        place = ", ".join(filter(None, (string(venue.get(k)) for k in ("title", "address"))))
        said.append(
            _("[place: {place}; {where}]").format(
                place=place, where=_where(table(venue.get("location")))
            )
        )
    elif "location" in message:
        said.append(_("[location: {where}]").format(where=_where(table(message["location"]))))
    if "contact" in message:
        card = table(message["contact"])
        said.append(
            _("[contact: {person} {phone}]").format(
                person=person(card), phone=string(card.get("phone_number"))
            )
        )
    if "dice" in message:
        dice = table(message["dice"])
        said.append(f"{string(dice.get('emoji'))} {whole(dice.get('value')) or ''}".strip())
    if "poll" in message:
        said.append(poll_words(table(message["poll"])))
    return said


def _where(location: Json) -> str:
    degrees = (location.get("latitude"), location.get("longitude"))
    return ", ".join(str(d) if isinstance(d, int | float) else "?" for d in degrees)


def poll_words(poll: Json) -> str:
    """A poll's question and what can be chosen."""
    options = "".join(f"\n- {string(o.get('text'))}" for o in rows(poll.get("options")))
    return _("[poll: {question}]").format(question=string(poll.get("question"))) + options


def _rest(message: Json) -> list[str]:
    """News of the chat, rare content by its name, and what is not known at all."""
    said = []
    for kind, value in message.items():
        if kind in ENVELOPE or kind in _SPOKEN or value in (None, False):
            continue
        if kind == "new_chat_members":
            people = ", ".join(map(person, rows(value))) or _("somebody")
            said.append(_("[{people} joined]").format(people=people))
        elif kind == "left_chat_member":
            said.append(_("[{person} left]").format(person=person(table(value)) or _("somebody")))
        elif kind == "new_chat_title":
            said.append(_("[the chat is now called {title}]").format(title=string(value)))
        elif kind in ("migrate_to_chat_id", "migrate_from_chat_id"):
            said.append(_("[the group became a supergroup]"))
        elif kind in SERVICE or kind in RARE_CONTENT:
            said.append(f"[{kind.replace('_', ' ')}]")
        else:
            said.append(_("[unknown: {kind}]").format(kind=string(kind)))
    return said
