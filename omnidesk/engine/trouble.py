"""What an error of a channel means: who must act, and how long to wait before trying again."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass

from omnidesk.core.errors import Blocked, OmnideskError, StoreFull, Unreachable
from omnidesk.core.language import _
from omnidesk.core.model import HealthState

log = logging.getLogger(__name__)

_LEAST = 0.2
_FIRST = 1.0
_LONGEST = 300.0
_BLOCKED = 300.0
_FULL = 5.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a channel does not go on, and how many seconds until it tries again."""

    state: HealthState
    reason: str
    wait: float


class Backoff:
    """Full jitter from one second to five minutes; one success starts it anew."""

    def __init__(self) -> None:
        self._tries = 0
        self._logged: set[str] = set()

    def reset(self) -> None:
        self._tries = 0

    def next(self) -> float:
        """Seconds to wait now."""
        ceiling = min(_LONGEST, _FIRST * 2 ** min(self._tries, 12))
        self._tries += 1
        return max(_LEAST, random.uniform(0, ceiling))  # noqa: S311

    def diagnose(self, channel: str, error: Exception) -> Trouble:
        """What an error means; one that nobody foresaw is a bug and logged once in full.

        Whoever shows it names the channel already, so the reason does not.
        """
        said = str(error).removeprefix(f"{channel}: ")
        match error:
            case Blocked():
                return Trouble(HealthState.BLOCKED, said, _BLOCKED)
            case Unreachable(retry_after=float() | int() as seconds):
                return Trouble(HealthState.DEGRADED, said, max(seconds, self.next()))
            case StoreFull():
                return Trouble(HealthState.DEGRADED, said, _FULL)
            case OmnideskError():
                return Trouble(HealthState.DEGRADED, said, self.next())
            case TimeoutError():
                reason = _("the server does not answer")
                return Trouble(HealthState.DEGRADED, reason, self.next())
            case _:
                self._log(channel, error)
                reason = _("a bug in omnidesk ({kind}); its log has the details").format(
                    kind=type(error).__name__
                )
                return Trouble(HealthState.DEGRADED, reason, self.next())

    def _log(self, channel: str, error: Exception) -> None:
        kind = type(error).__name__
        if kind not in self._logged:
            self._logged.add(kind)
            log.error("channel failed channel=%s error=%s", channel, kind, exc_info=error)
