"""The channels as the store knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.channel import Capabilities
    from omnidesk.core.model import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A channel as the store knows it: what it can do, and our own addresses on it."""

    name: str
    kind: str
    capabilities: Capabilities
    addresses: tuple[str, ...]
    configured: bool
    cursor: str | None
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the store holds of a channel."""

    channel: str
    stored: int
    unreadable: int
    last_received: datetime | None
