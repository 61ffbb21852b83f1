"""How long a reply can still be taken back, second by second."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.model import Delivery, DeliveryState
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.local import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from omnidesk.ui.deskscreen import DeskScreen

SECOND = 1.0
_SOON = timedelta(minutes=2)


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
        return _("… held until {when}").format(when=moment(delivery.due_at))
    if not seconds:
        return _("… held, leaves now")
    return _("… held, leaves {when}").format(when=soon(seconds))


def soon(seconds: int) -> str:
    """`in 7 s`."""
    return _("in {seconds} s").format(seconds=seconds)


def counts(delivery: Delivery | None, now: datetime) -> bool:
    """Whether there is something to count down."""
    return left(delivery, now) is not None


def count_down(
    screen: DeskScreen, delivery: Delivery | None, words: Callable[[str], str], said: str = ""
) -> None:
    """Say in the last line what leaves, every second anew, until it has or another thing is said.

    `words` makes the sentence of `in 7 s`; `said` is what this has put there before.
    """
    bottom, seconds = screen.bottom, left(delivery, screen.clock())
    if said and bottom.notice != said:
        return
    bottom.notice, bottom.alarm = SafeText(""), False
    if seconds:
        bottom.notice = safe_line(words(soon(seconds)))
        again = partial(count_down, screen, delivery, words, bottom.notice)
        screen.set_timer(SECOND, again)
    bottom.refresh()


class Countdown:
    """Counts beside the message, while there is something to count."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen

    def tick(self) -> None:
        """A second has gone by."""
        now = self._screen.clock()
        opened = self._screen.thread.opened
        if opened and any(left(m.delivery, now) is not None for m in opened.messages[-20:]):
            self._screen.thread.be_written_in(self._screen.thread.writing)
