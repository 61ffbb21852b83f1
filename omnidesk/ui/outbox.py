"""The outbox: everything that is to leave, with what holds it up, and the keys that settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.model import Delivery, DeliveryState
from omnidesk.core.safetext import SafeText, safe_line, show_address
from omnidesk.ui import keymap
from omnidesk.ui.held import told
from omnidesk.ui.lines import Line, clock, cut, fit
from omnidesk.ui.overview import Overview
from omnidesk.ui.paging import Lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
    from datetime import datetime

    from omnidesk.core.overview import Leaving
    from omnidesk.desk import Desk
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_STATES = {
    DeliveryState.QUEUED: N_("… queued"),
    DeliveryState.SENDING: N_("… sending"),
    DeliveryState.FAILED: N_("! NOT SENT"),
    DeliveryState.UNKNOWN: N_("? MAY HAVE GONE OUT"),
}
_IN_DOUBT = frozenset({DeliveryState.UNKNOWN})
_IN_TROUBLE = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})
_HELD = frozenset({DeliveryState.HELD})
_CODE = 3
_WIDEST = 44


def state_words(one: Leaving, now: datetime) -> str:
    """`… held, leaves in 7 s`, `… queued, tried again at 10:42`, `! NOT SENT`."""
    if one.state is DeliveryState.HELD:
        return told(_delivery(one), now)
    if one.state is not DeliveryState.QUEUED or not one.reason:
        return _(_STATES[one.state])
    if one.due_at <= now:
        return _("… queued, tried again now")
    here = one.due_at.astimezone()
    today = here.date() == now.astimezone().date()
    time = f"{here:%H:%M}" if today else clock(one.due_at, now)
    return _("… queued, tried again at {time}").format(time=time)


def _delivery(one: Leaving) -> Delivery:
    return Delivery(
        message=one.message,
        channel=one.channel,
        state=one.state,
        key="",
        attempt=one.attempt,
        due_at=one.due_at,
    )


def whom(one: Leaving) -> SafeText:
    """To whom it goes: the first address with how many more, else the contact."""
    if not one.to:
        return safe_line(one.name)
    first = show_address(one.to[0].name or one.name, one.to[0].address)
    more = len(one.to) - 1
    said = ngettext("{who} and {n} more", "{who} and {n} more", more)
    return SafeText(said.format(who=first, n=more)) if more else first


class Leavings(Lines["Leaving"]):
    """Two lines each: where it goes to, and how it stands."""

    place = keymap.OUTBOX
    tall = 2

    def key(self, one: Leaving) -> Hashable:
        return one.message

    def title(self) -> SafeText:
        return SafeText(_("Outbox, what is in trouble first"))

    def told_below(self, one: Leaving) -> str:
        return _about(one)

    def empty(self) -> str:
        keys = self.over.keys
        said = _(
            "Nothing is on its way, and nothing is in trouble.\n\n"
            "A reply stands here while it is held ({back} takes it back), while it waits for its "
            "time or its channel, and when it did not arrive ({again} sends it again)."
        )
        return said.format(back=keys.key_of("outbox.recall"), again=keys.key_of("outbox.again"))

    def lines(self, one: Leaving, width: int) -> Sequence[Line]:
        return self._goes(one, width), self._stands(one, width)

    def _goes(self, one: Leaving, width: int) -> Line:
        desk = self.over.desk
        able = desk.channels.get(one.channel) if desk is not None else None
        code = safe_line(able.code if able and able.code else one.channel[:2])
        who = fit(whom(one), min(_WIDEST, width * 2 // 5))
        number = SafeText(f" #{one.conversation} ")
        rest = width - _CODE - cell_len(who) - cell_len(number)
        subject = cut(safe_line(one.subject or one.snippet), rest)
        return (
            (fit(code, _CODE), "muted"),
            (who, "name"),
            (number, "muted"),
            (subject, "text"),
        )

    def _stands(self, one: Leaving, width: int) -> Line:
        ink = "alert" if one.state in _IN_TROUBLE else "mark" if one.state in _HELD else "muted"
        head = [f"{' ' * _CODE}{state_words(one, self.over.clock())}"]
        if one.automatic:
            head.append(_("an automatic answer"))
        elif one.author:
            head.append(_("by {agent}").format(agent=safe_line(one.author, 16)))
        if one.forwards is not None:
            head.append(_("a forward"))
        state = cut(SafeText(", ".join(head)), width)
        rest = cut(SafeText(f": {_about(one)}"), width - cell_len(state))
        return (state, ink), (rest, "muted")


def _about(one: Leaving) -> str:
    """Why it has not left, and how often that was tried; else how it begins."""
    if not one.reason:
        return safe_line(one.snippet)
    if one.attempt < 2:
        return safe_line(one.reason)
    tried = ngettext("{reason}, tried {n} time", "{reason}, tried {n} times", one.attempt)
    return tried.format(reason=safe_line(one.reason), n=one.attempt)


class OutboxScreen(Overview["Leaving"]):
    """The list of what is to leave."""

    resting_place = keymap.OUTBOX

    async def page(self, desk: Desk, behind: Leaving | None, limit: int) -> Sequence[Leaving]:
        return await desk.outbox(limit=limit, after=behind.key if behind is not None else None)

    def number_of(self, one: Leaving) -> int | None:
        return one.conversation

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            **super().deeds,
            "outbox.recall": lambda: self._settle(
                _HELD, _("only what is held can be taken back"), _take_back
            ),
            "outbox.again": lambda: self._settle(
                _IN_TROUBLE, _("this one is in no trouble"), _send_again
            ),
            "outbox.arrived": lambda: self._settle(
                _IN_DOUBT, _("this one is not in doubt"), _let_be
            ),
        }

    def _settle(
        self,
        states: frozenset[DeliveryState],
        otherwise: str,
        deed: Callable[[Desk, Leaving], Awaitable[str]],
    ) -> None:
        one = self.lines.chosen
        if one is None:
            return
        if one.state not in states:
            self.tell(otherwise)
            return
        self.then(lambda desk: deed(desk, one))

    async def again(self, begin: Hashable) -> None:
        await show(self.over, begin)

    async def open(self, number: int) -> None:
        one = self.lines.chosen
        from omnidesk.ui.searching import open_at

        if one is not None:
            await open_at(self.over, number, one.message)


async def _take_back(desk: Desk, one: Leaving) -> str:
    return await desk.recall(one.message)


async def _send_again(desk: Desk, one: Leaving) -> str:
    await desk.send_again(one.message)
    return _("on its way again")


async def _let_be(desk: Desk, one: Leaving) -> str:
    await desk.let_be(one.message)
    return _("taken for sent")


async def show(screen: DeskScreen, begin: Hashable = None) -> None:
    """Lay the outbox over the screen."""
    outbox = OutboxScreen(screen, Leavings(screen))
    outbox.begin = begin
    await screen.app.push_screen(outbox)
