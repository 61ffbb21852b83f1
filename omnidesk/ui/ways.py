"""Every way to the customer, with its limits or what hinders it; V takes the next that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _, ngettext
from omnidesk.core.routing import Route, losses
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.local import size
from omnidesk.ui.painted import Painted
from omnidesk.ui.whom import Whom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from omnidesk.core.routing import Way
    from omnidesk.desk import Opened
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_SECONDS = 10.0
_SHOWN = 7


class WaysStrip(Painted):
    """A line a way above the last line; it goes by itself, or with what is done next."""

    ground = "bar"
    DEFAULT_CSS = "WaysStrip { dock: bottom; margin-bottom: 1; background: $ink-bar; }"

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(id="ways")
        self.lines = lines
        self.styles.height = len(lines)

    def render_line(self, y: int) -> Strip:
        return self.paint(self.lines[y] if y < len(self.lines) else ())


def way_words(way: Way) -> SafeText:
    """`shop-bot (Telegram) Kirill 77, 4096 characters, files to 50 MB`."""
    can = way.capabilities
    limits = [f"{safe_line(way.channel)} ({safe_line(way.label)}) {safe_line(way.handle.value)}"]
    if way.reason and not way.can:
        return SafeText(f"{limits[0]}: {safe_line(way.reason)}")
    if can.max_text is not None:
        said = ngettext("{n} character", "{n} characters", can.max_text)
        limits.append(said.format(n=can.max_text))
    if not can.attachments:
        limits.append(_("no files"))
    elif can.max_file is not None:
        limits.append(_("files to {size}").format(size=size(can.max_file)))
    return SafeText(", ".join(limits))


def way_lines(
    opened: Opened, chosen: Way, lost: Sequence[str], without: Sequence[str], width: int
) -> list[Line]:
    """The chosen way with what it loses, the others, and those that cannot serve, with why."""
    lines: list[Line] = []
    for way in opened.ways:
        mine = (way.channel, way.handle) == (chosen.channel, chosen.handle)
        mark = ">" if mine else " " if way.can else "-"
        ink = "own" if mine else "text" if way.can else "muted"
        lines.append(((cut(SafeText(f" {mark} {way_words(way)}"), width), ink),))
        if mine:
            lines += [((cut(SafeText(f"   ! {safe_line(one)}"), width), "alert"),) for one in lost]
    lines += [((cut(SafeText(f" - {one}"), width), "muted"),) for one in without]
    return lines[:_SHOWN]


def _without(screen: DeskScreen, opened: Opened) -> list[SafeText]:
    """Channels that reach nobody here, with why."""
    assert screen.desk is not None
    have = {way.channel for way in opened.ways}
    said = _("{channel}: no {scheme} address of his is known")
    return [
        SafeText(said.format(channel=safe_line(name), scheme=safe_line(able.handle_scheme)))
        for name, able in screen.desk.channels.items()
        if name not in have and able.send
    ]


async def next_way(screen: DeskScreen) -> None:
    """Reply by the next way that can; text and files stay, what is lost is said."""
    if screen.composer is not None and screen.composer.whom.fixed:
        screen.say(_("this goes to all who wait"))
        return
    if screen.composer is not None and screen.composer.fields is not None:
        await _next_channel(screen, screen.composer)
        return
    opened, desk = await screen.now_open(), screen.desk
    if opened is None or desk is None:
        return
    number = opened.conversation.number
    composer = screen.composer
    if composer is not None and composer.number != number:
        composer = None
    whom = composer.whom if composer else Whom(to=screen.reach.get(number))
    able = [way for way in opened.ways if way.can]
    if not able:
        reasons = "; ".join(way.reason or "" for way in opened.ways) or _("no address is known")
        said = _("no channel reaches this customer: {reasons}").format(reasons=reasons)
        screen.say(said, alarm=True)
        return
    try:
        now = composer.route if composer else await whom.route(desk, number, screen.via.get(number))
        here = (now.way.channel, now.way.handle) if isinstance(now, Route) else None
        places = [(way.channel, way.handle) for way in able]
        way = able[(places.index(here) + 1) % len(able) if here in places else 0]
        screen.via[number], screen.reach[number] = way.channel, way.handle
        whom.keep_copies(now)
        whom.to = way.handle
        route = await whom.route(desk, number, way.channel)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    text, files = (composer.text, composer.files.picked) if composer else ("", ())
    subject = opened.conversation.subject if isinstance(now, Route) and now.way.subject else ""
    lost = losses(text, files, whom.copies, way, subject=subject)
    if composer is not None:
        from omnidesk.ui import writing

        composer.via, composer.opened = way.channel, opened
        composer.aim(route)
        writing.save_soon(screen)
    await _show(screen, way_lines(opened, way, lost, _without(screen, opened), screen.size.width))
    can = ngettext("{n} can", "{n} can", len(able)).format(n=len(able))
    words = {
        "channel": way.channel,
        "address": way.handle.value,
        "others": can if len(able) > 1 else _("no other can"),
    }
    screen.say(_("the reply goes by {channel} to {address}, {others}").format_map(words))


async def _next_channel(screen: DeskScreen, composer: Composer) -> None:
    """The next channel that carries what is being written to those who are named in it."""
    desk, whom = screen.desk, composer.whom
    if desk is None:
        return
    names = [name for name, able in desk.channels.items() if able.send]
    try:
        found = {name: await whom.route(desk, composer.number, name) for name in names}
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    able = [name for name, route in found.items() if isinstance(route, Route)]
    lines: list[Line] = []
    now = composer.route.way.channel if isinstance(composer.route, Route) else None
    chosen = able[(able.index(now) + 1) % len(able) if now in able else 0] if able else None
    for name, route in found.items():
        if isinstance(route, Route):
            mark = ">" if name == chosen else " "
            ink, said = ("own" if name == chosen else "text"), f" {mark} {way_words(route.way)}"
        else:
            ink, said = "muted", f" - {safe_line(name)}: {safe_line(route.reason)}"
        lines.append(((cut(SafeText(said), screen.size.width), ink),))
    await _show(screen, lines[:_SHOWN])
    if chosen is None:
        screen.say(_("no channel carries it there"), alarm=True)
        return
    from omnidesk.ui import writing

    composer.via = chosen
    composer.aim(found[chosen])
    writing.save_soon(screen)
    screen.say(_("it goes by {channel}").format(channel=chosen))


async def _show(screen: DeskScreen, lines: Sequence[Line]) -> None:
    for old in screen.query(WaysStrip):
        await old.remove()
    strip = WaysStrip(lines)
    await screen.mount(strip, before=screen.bottom)
    screen.until_next = strip
    strip.set_timer(_SECONDS, strip.remove)
