"""What stands in a table of raw JSON, with its type made sure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def table(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Json]:
    """The objects of a list; empty where it is none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def string(value: object) -> str:
    """The value if it is text that UTF-8 can carry; half of a pair becomes U+FFFD."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole(value: object) -> int | None:
    """The value if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """A time in seconds since 1970; None where it is none."""
    seconds = whole(value)
    if seconds is None or not 0 < seconds < 2**33:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def utf16_len(text: str) -> int:
    """The length of a text in UTF-16 code units, as the Bot API counts it."""
    return len(text) + sum(char > "\uffff" for char in text)
