"""Where texts of our own speak of a person, and what stands there once he is erased."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from omnidesk.core.events import What
from omnidesk.core.model import DeliveryState, Direction, State
from omnidesk.store.sqlite.personal import Person

GONE = "[erased]"

_OUR_WORDS = frozenset(
    {str(word) for kind in (Direction, State, DeliveryState, What) for word in kind}
    | {"merged", ""}
)
_OUR_KEYS = frozenset(("assignee", "agent", "actor"))
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.+Z-]{5,30}")


class Mentions:
    """Finds a person's addresses and names in texts of ours, and puts [erased] in their place."""

    def __init__(self, person: Person) -> None:
        long = [value for _, _, value in person.handles if "@" in value or len(value) > 6]
        names = [name for name in person.names if " " in name]  # one word is many people's name
        whole = [f"{scheme}:{value}" for _, scheme, value in person.handles]
        words = sorted({*whole, *long, *names}, key=len, reverse=True)
        self._needles = tuple(dict.fromkeys(word.lower() for word in words))
        self._exact = frozenset(person.names) | {value for _, _, value in person.handles}
        some = "|".join(map(re.escape, words)) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w@.+-])(?:{some})(?![\w@])", re.IGNORECASE)

    def without(self, text: str) -> str:
        """The text without him."""
        return GONE if text in self._exact else self._pattern.sub(GONE, text)

    def are_in(self, text: str) -> bool:
        """Whether a text may speak of him: quick, and true too often rather than too seldom."""
        low = text.lower()
        return any(needle in low for needle in self._needles)


def ours(text: str) -> str:
    """A word or a time of ours as it is; of anything else nothing."""
    return text if text in _OUR_WORDS or _TIME.fullmatch(text) else GONE


def walked(value: Any, change: Callable[[str], str], key: str = "") -> Any:
    """JSON with each of its texts changed, save who of us did it."""
    if isinstance(value, dict):
        return {k: walked(v, change, k) for k, v in value.items()}
    if isinstance(value, list):
        return [walked(v, change, key) for v in value]
    if not isinstance(value, str) or key in _OUR_KEYS:
        return value
    changed = change(value)
    return None if key == "handle" and changed != value else changed
