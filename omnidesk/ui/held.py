"""How long a reply can still be taken back, second by second."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.model import Delivery, DeliveryState
from omnidesk.core.safetext import SafeText

if TYPE_CHECKING:
    from omnidesk.ui.deskscreen import DeskScreen

SECOND = 1.0
_SOON = timedelta(minutes=2)
_LEAVES = re.compile(r"leaves in (\d+)(?:\.\d+)? s")


def left(delivery: Delivery | None, now: datetime) -> int | None:
    """Whole seconds until a held reply leaves; None where none is about to."""
    if delivery is None or delivery.state is not DeliveryState.HELD:
        return None
    rest = delivery.due_at - now
    return None if rest > _SOON else max(0, round(rest.total_seconds()))


def due(delivery: Delivery | None, now: datetime) -> tuple[Delivery | None, int | None]:
    """What a painted delivery depends on."""
    return delivery, left(delivery, now)


def told(delivery: Delivery, now: datetime) -> str:
    """`… held, leaves in 7 s`; for one that was put off, when."""
    seconds = left(delivery, now)
    if seconds is None:
        return f"… held until {delivery.due_at.astimezone():%a %d %b %H:%M}"
    return f"… held, leaves in {seconds} s" if seconds else "… held, leaves now"


class Countdown:
    """Counts beside the message and in the last line, while there is something to count."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._until: datetime | None = None

    def tick(self) -> None:
        """A second has gone by."""
        now = self._screen.clock()
        opened = self._screen.thread.opened
        if opened and any(left(m.delivery, now) is not None for m in opened.messages[-20:]):
            self._screen.thread.be_written_in(self._screen.thread.writing)
        self._last_line(now)

    def _last_line(self, now: datetime) -> None:
        bottom = self._screen.bottom
        said = _LEAVES.search(bottom.notice)
        if said is None:
            self._until = None
            return
        told_then = timedelta(seconds=int(said[1]))
        if self._until is None or now + told_then > self._until + timedelta(seconds=SECOND * 2):
            self._until = now + told_then - timedelta(seconds=SECOND)
        rest = round((self._until - now).total_seconds())
        bottom.notice = SafeText("")
        if rest > 0:
            bottom.notice = SafeText(_LEAVES.sub(f"leaves in {rest} s", said.string))
        bottom.refresh()
