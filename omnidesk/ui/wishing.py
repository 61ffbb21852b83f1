"""By which channel a customer wants to be answered: told, and chosen from what reaches him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.callcard import label
from omnidesk.ui.lines import Line, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.core.channel import Capabilities
    from omnidesk.core.model import Contact
    from omnidesk.ui.deskscreen import DeskScreen


def _named(channels: Mapping[str, Capabilities], channel: str) -> SafeText:
    said = label(channels, channel)
    name = safe_line(channel)
    return SafeText(f"{said} ({name})") if said != name else name


def wish_lines(contact: Contact, channels: Mapping[str, Capabilities], width: int) -> list[Line]:
    """What the customer pane says of his wish; nothing where he has none."""
    if not contact.wish:
        return []
    said = _("wants answers by {channel}").format(channel=_named(channels, contact.wish))
    return [((line, "mark"),) for line in wrap(SafeText(said), width)]


async def ask(screen: DeskScreen) -> None:
    """Let one of the channels that reach the customer be chosen, or none of them."""
    opened = await screen.now_open()
    if opened is None or screen.desk is None:
        return
    contact = opened.contact
    able = list(dict.fromkeys(way.channel for way in opened.ways if way.can))
    if not able and not contact.wish:
        screen.say(_("no channel reaches this customer"), alarm=True)
        return
    channels = screen.desk.channels
    chosen = _(" (as it is now)")
    options: list[tuple[str, SafeText, str | None]] = []
    for channel in dict.fromkeys((*able, *filter(None, (contact.wish,)))):
        said = f"{_named(channels, channel)}{chosen if channel == contact.wish else ''}"
        options.append((channel, SafeText(said), channel))
    none = _("no wish: by the channel that he writes by")
    options.append((none, SafeText(f"{none}{'' if contact.wish else chosen}"), None))
    from omnidesk.ui.picker import Picker

    def take(channel: str | None) -> None:
        _wish(screen, contact, channel)

    title = _("How does {name} want to be answered?").format(name=safe_line(contact.name, 30))
    await screen.app.push_screen(Picker(screen, title, options, take))


def _wish(screen: DeskScreen, contact: Contact, channel: str | None) -> None:
    desk, undo = screen.desk, screen.keys.key_of("undo")
    if desk is None or channel == (contact.wish or None):
        return
    name = safe_line(contact.name, 24)
    said = _("{name} is answered by the channel that he writes by, {key} takes it back")
    if channel is not None:
        said = _("{name} is answered by {channel}, {key} takes it back")
    by = _named(desk.channels, channel or "")
    words = said.format(name=name, channel=by, key=undo)

    async def job() -> str:
        await desk.set_wish(contact.id, channel)
        return words

    screen.jobs.put(job)
