"""How a channel is doing: written where it changed, and now and then that it is well."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from omnidesk.core.errors import StoreError
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.model import Health, HealthState
from omnidesk.core.store import Reads, Store, Transaction
from omnidesk.engine.trouble import Trouble

log = logging.getLogger(__name__)

_LAST_GOOD_SECONDS = 20.0


class Pulse:
    """The health of one channel, out of what its sides (receive, send) tell."""

    def __init__(self, store: Store, channel: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._channel = channel
        self._now = now
        self._troubles: dict[str, Trouble] = {}
        self._told: Health | None = None

    async def fine(self, side: str) -> None:
        """This side works."""
        self._troubles.pop(side, None)
        await self._say()

    async def trouble(self, side: str, trouble: Trouble) -> None:
        """This side does not work, and why."""
        self._troubles[side] = trouble
        await self._say()

    async def _say(self) -> None:
        now = self._now()
        health = self._health(now)
        try:
            told = self._told
            if told is None:
                told = await self._store.read(self._stored)
            changed = (told.state, told.reason) != (health.state, health.reason)
            if not changed and not _stale(told, health, now):
                self._told = told
                return
            same = told.state is health.state and told.changed_at is not None
            kept = replace(health, changed_at=None) if same else health  # since when it is so
            await self._store.write(
                lambda tx: _write(tx, kept, changed, now),
                reserved=changed and health.state is not HealthState.UP,
            )
        except StoreError as error:
            log.warning("health not written channel=%s reason=%s", self._channel, error)
        else:
            self._told = health

    def _stored(self, reads: Reads) -> Health:
        found = [c.health for c in reads.channels() if c.name == self._channel]
        return found[0] if found else Health(channel=self._channel, state=HealthState.STARTING)

    def _health(self, now: datetime) -> Health:
        if not self._troubles:
            return Health(
                channel=self._channel, state=HealthState.UP, last_good=now, changed_at=now
            )
        worst = max(self._troubles.values(), key=lambda t: t.state is HealthState.BLOCKED)
        return Health(
            channel=self._channel,
            state=worst.state,
            reason=worst.reason,
            until=now + timedelta(seconds=worst.wait),
            changed_at=now,
        )


def _stale(told: Health, health: Health, now: datetime) -> bool:
    if health.state is not HealthState.UP:
        return told.until != health.until
    last = told.last_good
    return last is None or abs((now - last).total_seconds()) > _LAST_GOOD_SECONDS


def _write(tx: Transaction, health: Health, changed: bool, now: datetime) -> None:
    tx.set_health(health)
    if changed:
        tx.append(
            Event(
                at=now,
                actor=SYSTEM,
                kind=What.CHANNEL_CHANGED,
                channel=health.channel,
                data={"state": health.state.value, "reason": health.reason},
            )
        )
