"""How far each folder has been received, as the text that the store keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"(\d{1,18}):(\d{1,18})", re.A)


@dataclass(frozen=True, slots=True)
class Place:
    """The last received UID, and the UIDVALIDITY for which it means anything."""

    uidvalidity: int
    uid: int


def read_cursor(cursor: str | None) -> dict[str, Place]:
    """The places by folder; what cannot be read begins anew, and the store knows its letters."""
    try:
        written = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        return {}
    places = {}
    for folder, text in written.items() if isinstance(written, dict) else ():
        if isinstance(text, str) and (found := _PLACE.fullmatch(text)):
            places[folder] = Place(int(found[1]), int(found[2]))
    return places


def write_cursor(places: Mapping[str, Place]) -> str:
    """The places as one line of JSON: `{"INBOX": "uidvalidity:uid"}`."""
    written = {folder: f"{at.uidvalidity}:{at.uid}" for folder, at in sorted(places.items())}
    return json.dumps(written, ensure_ascii=False)
