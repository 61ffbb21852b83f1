"""The radar reads what happened and suggests who is one person and what is one fault.

It stays behind the intake and never inside its transactions. Where it stands is a setting, so
that what came while no engine ran is looked at as well; looking twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.radar import WITHIN
from omnidesk.core.store import Reads, Store, Suggested, Transaction
from omnidesk.core.value import dataclass
from omnidesk.engine import faults, kinship
from omnidesk.engine.hearing import Heard, hear, understand

_PLACE = "radar"
_AT_ONCE = 40
"""Events looked at together: few, because letters can be large."""

_AT_FIRST = 10_000
"""So many events of a store that no radar has seen yet are looked at; older ones are history."""

_KEPT_AFTER = 400
"""So many events that tell the radar nothing pass before it notes that it has passed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """The events after a place, and the messages among them that may say something."""

    begin: int
    end: int
    heard: tuple[Heard, ...]
    own: frozenset[str]


class Radar:
    """Follows the events of a store, a piece at a time."""

    def __init__(
        self, store: Store, *, now: Callable[[], datetime], region: str | None = None
    ) -> None:
        self._store = store
        self._now = now
        self._region = region
        self._place: int | None = None
        self._piece_end: int | None = None
        self._noted = 0

    async def look(self) -> bool:
        """Look at the next events; False where there are none."""
        now = self._now()
        self._piece_end = None
        piece = await self._store.read(lambda r: self._read(r, now))
        self._piece_end = piece.end
        if piece.end == piece.begin:
            return False
        if piece.heard:
            await self._weigh(piece, now)
        elif piece.end - self._noted >= _KEPT_AFTER:
            await self._store.write(lambda tx: tx.set_setting(_PLACE, str(piece.end)))
            self._noted = piece.end
        self._place = piece.end
        return True

    def skip(self) -> bool:
        """Go on after the piece that could not be looked at; False where that cannot be done."""
        if self._piece_end is None or self._piece_end == self._place:
            return False
        self._place = self._piece_end
        return True

    def _read(self, reads: Reads, now: datetime) -> _Piece:
        if self._place is None:
            noted = reads.setting(_PLACE)
            self._place = int(noted) if noted else max(0, reads.last_seq() - _AT_FIRST)
            self._noted = self._place
        events = reads.events(self._place, _AT_ONCE)
        heard = [one for event in events for one in hear(reads, event, now)]
        return _Piece(
            begin=self._place,
            end=events[-1].seq if events else self._place,
            heard=tuple(heard),
            own=frozenset(a for c in reads.channels() for a in c.addresses),
        )

    async def _weigh(self, piece: _Piece, now: datetime) -> None:
        understood = await asyncio.to_thread(
            lambda: [understand(one, piece.own, self._region) for one in piece.heard]
        )

        def mark(tx: Transaction) -> None:
            tx.drop_marks(now - WITHIN)
            for one in understood:
                tx.leave_marks(one.message, one.marks, one.at)

        await self._store.write(mark)
        kin = await self._store.read(lambda r: [kinship.find(r, one) for one in understood])
        alike = await self._store.read(lambda r: [faults.find(r, one, now) for one in understood])

        def note(tx: Transaction) -> None:
            for offers, suggested in kin:
                for offer in offers:
                    tx.offer(offer.contact, offer.handle, offer.message)
                _suggest(tx, suggested, now)
            for found in alike:
                _suggest(tx, found, now)
            tx.set_setting(_PLACE, str(piece.end))

        await self._store.write(note)
        self._noted = piece.end


def _suggest(tx: Transaction, found: list[Suggested], now: datetime) -> None:
    for one in found:
        if tx.decided_never(one.what, one.one, one.other):
            continue
        if not tx.suggest(one.what, one.one, one.other, reason=one.reason, score=one.score, at=now):
            continue
        about = {one.what: one.one}
        tx.append(
            Event(
                at=now,
                actor=SYSTEM,
                kind=What.SUGGESTED,
                conversation=about.get("conversation"),
                contact=about.get("contact"),
                data={"what": one.what, "one": one.one, "other": one.other},
            )
        )
