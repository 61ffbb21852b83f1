"""A call that rings, told above the last line; the keyboard stays with whoever types."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.callcard import label, last_words, promised
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from omnidesk.desk.cards import Ring
    from omnidesk.ui.deskscreen import DeskScreen

_RINGS_SECONDS = 61.0  # the desk lets no call ring longer than a minute
_OPEN_SHOWN = 3


class RingBar(Painted):
    """Who rings, what he wrote last and where, what is open."""

    ground = "bar"
    DEFAULT_CSS = "RingBar { height: 3; background: $ink-bar; }"

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self._over = over
        self.rings: Sequence[Ring] = ()
        self._lines: list[Line] = []

    def show(self, rings: Sequence[Ring]) -> None:
        """Others ring now."""
        self.rings = rings
        self._lines = []
        self.refresh()

    def on_resize(self) -> None:
        self._lines = []

    def render_line(self, y: int) -> Strip:
        if not self._lines:
            self._lines = ring_lines(self.rings, self._over, self.size.width)
        return self.paint(self._lines[y] if y < len(self._lines) else ())


def ring_lines(rings: Sequence[Ring], over: DeskScreen, width: int) -> list[Line]:
    """Three lines about the call that rang last."""
    ring, desk = rings[-1], over.desk
    assert desk is not None
    now, card = over.clock(), ring.card
    name = safe_line(card.contact.name if card else ring.name or "", 30)
    number = safe_line(ring.handle.value if ring.handle else _("number withheld"))
    what = _("RINGS: {who} by {channel}")
    if ring.direction is Direction.OUT:
        what = _("CALLING: {who} by {channel}")
    who = " ".join(filter(None, (name, number)))
    told = what.format(who=who, channel=label(desk.channels, ring.channel))
    head = SafeText(f"── {told}{_more(', ', len(rings) - 1)} ")
    keys = [_("{key} logs it").format(key=over.keys.key_of("call"))]
    if card and card.open:
        key, first = over.keys.key_of("ring.open"), card.open[0].number
        keys.insert(0, _("{key} opens #{number}").format(key=key, number=first))
    elif card is None and ring.named:
        key, first = over.keys.key_of("ring.open"), ring.named[0].number
        keys.insert(0, _("{key} opens #{number}").format(key=key, number=first))
    tail = SafeText(f" {', '.join(keys)} ──")
    head = cut(head, max(10, width - cell_len(tail)))
    rule = SafeText("─" * max(0, width - cell_len(head) - cell_len(tail)))
    title: Line = ((head, "unread"), (rule, "rule"), (tail, "key"))
    if card is None:
        words = "; ".join(one.words for one in ring.named)
        ink = "text" if words else "muted"
        said = safe_line(f" {words or _('nobody is known by this number')}")
        return [title, ((cut(said, width), ink),)]
    rows = [f"#{row.number} {safe_line(row.subject or row.snippet)}" for row in card.open]
    open_ = _("nothing is open")
    if rows:
        some = f"{'; '.join(rows[:_OPEN_SHOWN])}{_more('; ', len(rows) - _OPEN_SHOWN)}"
        open_ = _("open: {conversations}").format(conversations=some)
    words = promised(card, now)
    said = cut(SafeText(f" {last_words(card, desk.channels, now)}"), width)
    due = (SafeText(f" {words};"), "alert") if words else (SafeText(""), "text")
    rest = cut(SafeText(f" {open_}"), width - cell_len(due[0]))
    return [title, ((said, "text"),), (due, (rest, "muted"))]


def _more(comma: str, count: int) -> str:
    """`, 2 more`; nothing where there are none."""
    return comma + ngettext("{n} more", "{n} more", count).format(n=count) if count > 0 else ""


class Listening:
    """Looks who rings, at every change and when a minute is over; one look at a time."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._bar: RingBar | None = None
        self._looking = False
        self._once_more = False

    async def look(self) -> None:
        """Show who rings now."""
        if self._looking:
            self._once_more = True
            return
        self._looking = True
        try:
            while True:
                self._once_more = False
                await self._read()
                if not self._once_more:
                    return
        finally:
            self._looking = False

    async def _read(self) -> None:
        screen = self._screen
        assert screen.desk is not None
        try:
            rings = await screen.desk.ringing()
        except OmnideskError as error:
            screen.say(str(error), alarm=True)
            return
        if rings or self._screen.rings:
            shown = asyncio.Event()
            screen.call_later(self._show, rings, shown)
            await shown.wait()

    async def _show(self, rings: Sequence[Ring], shown: asyncio.Event) -> None:
        screen, bar = self._screen, self._bar
        fresh = {ring.seq for ring in rings} - {ring.seq for ring in screen.rings}
        screen.rings = tuple(rings)
        shown.set()
        if fresh:
            screen.set_timer(_RINGS_SECONDS, screen.listen)
        if not rings:
            self._bar = None
            if bar is not None:
                await bar.remove()
        elif bar is None:
            self._bar = bar = RingBar(screen)
            bar.show(rings)
            await screen.mount(bar, before=screen.bottom)
        else:
            bar.show(rings)


async def answer(screen: DeskScreen) -> None:
    """Open the conversation of whoever rings, else the form of the call."""
    if not screen.rings:
        screen.say(_("nobody rings"))
        return
    ring = screen.rings[-1]
    known = ring.card.open if ring.card is not None else ring.named
    if known:
        from omnidesk.ui.going import go_to

        await go_to(screen, known[0].number)
        return
    from omnidesk.ui.callform import ask

    await ask(screen, ring)
