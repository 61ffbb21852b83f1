"""Albums: several updates under one media_group_id that are one message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from omnidesk.channels.telegram.fields import string, table, whole
from omnidesk.channels.telegram.updates import Reading, update_id
from omnidesk.core.channel import Content, Incoming

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMPLETE_AFTER = 5  # seconds; the pieces of an album carry nearly the same date


def growing(updates: Sequence[Any]) -> int | None:
    """Where the first album stands that may not be complete yet; None where all are."""
    dates = [whole(message.get("date")) or 0 for message in map(_message, updates)]
    newest = max(dates, default=0)
    last = {_album(update): date for update, date in zip(updates, dates, strict=True)}
    for place, update in enumerate(updates):
        album = _album(update)
        if album and newest - last[album] <= _COMPLETE_AFTER:
            return place
    return None


def before(updates: list[Any], place: int) -> list[Any]:
    """The updates before an album, so that it comes whole next time; all, where it is first."""
    return updates[:place] or updates


def joined(readings: Sequence[Reading]) -> list[Reading]:
    """The same readings, the pieces of each album as one at the place of its first."""
    whole_list: list[Reading] = []
    places: dict[tuple[object, str], int] = {}
    for reading in readings:
        item = reading.item
        if not isinstance(item, Incoming) or item.album is None:
            whole_list.append(reading)
            continue
        place = places.setdefault((item.handle, item.album), len(whole_list))
        if place == len(whole_list):
            whole_list.append(reading)
        else:
            whole_list[place] = _with_piece(whole_list[place], item, reading)
    return whole_list


def _with_piece(album: Reading, piece: Incoming, reading: Reading) -> Reading:
    """The album with one piece more; a repeated piece adds nothing."""
    item = album.item
    assert isinstance(item, Incoming)
    if piece.external_id in (item.external_id, *item.parts):
        return replace(album, last=reading.last)
    grown = replace(
        item,
        raw=_array(item.raw, bool(item.parts), piece.raw),
        text="\n".join(filter(None, (item.text, piece.text))),
        files=item.files + piece.files,
        parts=(*item.parts, piece.external_id),
    )
    return replace(album, item=grown, wanted=album.wanted + reading.wanted, last=reading.last)


def _array(raw: Content, is_array: bool, piece: Content) -> bytes:
    assert isinstance(raw, bytes)
    assert isinstance(piece, bytes)
    inner = raw[1:-1] if is_array else raw
    return b"[" + inner + b",\n" + piece + b"]"


def _message(update: Any) -> dict[str, Any]:
    body = table(update)
    return next((table(v) for k, v in body.items() if k != "update_id"), {})


def _album(update: Any) -> str:
    return string(_message(update).get("media_group_id"))


__all__ = ["before", "growing", "joined", "update_id"]
