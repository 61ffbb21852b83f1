"""What became of one attempt to send a reply."""

from __future__ import annotations

from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took it. `parts` are further external ids of the same reply."""

    external_id: str
    message_id: str | None = None
    parts: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Not now: nothing (or only `sent_parts`) went out. Seconds to wait, where it was told."""

    reason: str
    retry_after: float | None = None
    sent_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never: the provider refused it and says why."""

    reason: str
    sent_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may have gone out: the answer was lost. A person decides."""

    reason: str
    sent_parts: tuple[str, ...] = ()


Outcome = Sent | Deferred | Rejected | Unknown
