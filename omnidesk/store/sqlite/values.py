"""How values of the model lie in columns: times as milliseconds, tuples as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, overload

from omnidesk.core.model import Address


@overload
def ms(at: datetime) -> int: ...
@overload
def ms(at: None) -> None: ...
def ms(at: datetime | None) -> int | None:
    """Milliseconds since 1970 in UTC."""
    return None if at is None else round(at.timestamp() * 1000)


@overload
def when(value: int) -> datetime: ...
@overload
def when(value: None) -> None: ...
def when(value: int | None) -> datetime | None:
    """The time that a column holds."""
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def dump(value: Any) -> str:
    """JSON as a column holds it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def addresses(values: Iterable[Address]) -> list[list[str]]:
    return [[a.name, a.address] for a in values]


def read_addresses(values: Iterable[list[str]]) -> tuple[Address, ...]:
    return tuple(Address(name, address) for name, address in values)


def column(value: Any) -> Any:
    """Any value of the model as SQLite takes it."""
    if value is None or (
        isinstance(value, str | int | float | bytes) and not isinstance(value, Enum)
    ):
        return value
    if isinstance(value, datetime):
        return ms(value)
    if isinstance(value, Enum):
        return value.value
    return dump(list(value) if isinstance(value, tuple | frozenset) else value)


def assignments(changes: dict[str, Any], allowed: frozenset[str]) -> tuple[str, list[Any]]:
    """`a = ?, b = ?` and its arguments; KeyError on a column that may not be changed."""
    unknown = set(changes) - allowed
    if unknown:
        raise KeyError(f"not a column to change: {', '.join(sorted(unknown))}")
    return ", ".join(f"{name} = ?" for name in changes), [column(v) for v in changes.values()]
