"""Whom a reply goes to: the sender or everyone, and the copies that the agent chose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import Input

from omnidesk.core.errors import OmnideskError
from omnidesk.core.identity import normalise
from omnidesk.core.language import _
from omnidesk.core.model import Address
from omnidesk.core.routing import Route
from omnidesk.core.safetext import SafeText, safe_line, show_address
from omnidesk.ui import keymap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_HIDDEN = re.compile(r"\bbcc:", re.IGNORECASE)
_NAMED = re.compile(r"(.*)<([^<>]*)>")


def people(found: Iterable[Address]) -> SafeText:
    """Names and addresses in one line."""
    return SafeText(", ".join(show_address(one.name, one.address) for one in found))


def told(route: Route) -> list[SafeText]:
    """Exactly who gets it: To, Cc and Bcc, and whether it was the sender's own wish."""
    to = SafeText(f"{people(route.to)}{reply_to_mark(route)}")
    lines = [_("to {people}").format(people=to)]
    if route.cc:
        lines.append(_("Cc {people}").format(people=people(route.cc)))
    if route.bcc:
        lines.append(_("Bcc {people}").format(people=people(route.bcc)))
    return [SafeText(line) for line in lines]


def reply_to_mark(route: Route) -> str:
    """A word where the letter asked for answers elsewhere than to its sender."""
    letter = route.answers
    if letter is None or not letter.reply_to or letter.sender is None:
        return ""
    plain = letter.sender.address.casefold()
    return "" if any(one.address.casefold() == plain for one in route.to) else " [Reply-To]"


def read_addresses(typed: str) -> tuple[Address, ...] | str:
    """`Ann <ann@e.org>, bob@e.org`; a line that names what is no address."""
    found = []
    for part in re.split(r"[,;\n]", typed):
        if not part.strip():
            continue
        named = _NAMED.fullmatch(part.strip())
        name, bare = (named[1].strip(' "'), named[2]) if named else ("", part.strip())
        handle = normalise("mailto", bare)
        if handle is None or handle.value.count("@") != 1:
            return _("{typed} is no address").format(typed=safe_line(part.strip()))
        found.append(Address(name, handle.value))
    return tuple(found)


class CopyLine(Input):
    """Who gets copies, by commas; after `bcc:` those whom nobody sees."""

    place = keymap.COPIES
    DEFAULT_CSS = "CopyLine { height: 1; background: $ink-cursor-back; }"

    def __init__(self, composer: Composer, route: Route) -> None:
        hidden = f" bcc: {_typed(route.bcc)}" if route.bcc else ""
        super().__init__(
            f"{_typed(route.cc)}{hidden}",
            placeholder=_("Cc: addresses by commas; bcc: hidden ones"),
            compact=True,
            select_on_focus=False,
        )
        self.composer = composer
        self.named = {one.address: one for one in (*route.cc, *route.bcc)}

    def with_names(self, found: Iterable[Address]) -> tuple[Address, ...]:
        """Those who stay keep the names that the letter gave them."""
        return tuple(one if one.name else self.named.get(one.address, one) for one in found)


def _typed(found: Iterable[Address]) -> str:
    return ", ".join(one.address for one in found)


async def edit(screen: DeskScreen) -> None:
    """Open the line with the copies as they are."""
    composer = screen.composer
    if composer is None or composer.note:
        return
    if composer.whom.fixed:
        screen.say(_("this goes to all who wait"))
        return
    route = composer.route
    if not isinstance(route, Route) or not route.way.capabilities.copies:
        said = _("this way carries no Cc or Bcc")
        if isinstance(route, Route):
            said = _("{channel} carries no Cc or Bcc").format(channel=route.way.channel)
        screen.say(said, alarm=True)
        return
    line = CopyLine(composer, route)
    await composer.mount(line, before=composer.review)
    screen.set_focus(line)


async def take(screen: DeskScreen) -> None:
    """Take the line, if all of it is addresses, and look the reply over again."""
    line, desk = screen.focused, screen.desk
    if not isinstance(line, CopyLine) or desk is None:
        return
    seen, *hidden = _HIDDEN.split(line.value, 1)
    cc, bcc = read_addresses(seen), read_addresses("".join(hidden))
    if isinstance(cc, str) or isinstance(bcc, str):
        screen.say(cc if isinstance(cc, str) else str(bcc), alarm=True)
        return
    line.composer.whom.cc, line.composer.whom.bcc = line.with_names(cc), line.with_names(bcc)
    await leave(screen)
    await look_again(screen)
    from omnidesk.ui.writing import save_soon

    save_soon(screen)


async def leave(screen: DeskScreen) -> None:
    """Back to the review."""
    line = screen.focused
    if isinstance(line, CopyLine):
        screen.set_focus(line.composer.review)
        await line.remove()


async def look_again(screen: DeskScreen) -> None:
    """Ask anew where the reply goes, and show it."""
    composer, desk = screen.composer, screen.desk
    if composer is None or desk is None:
        return
    try:
        composer.aim(await composer.whom.route(desk, composer.number, composer.via))
    except OmnideskError as error:
        screen.say(str(error), alarm=True)


async def everyone(screen: DeskScreen) -> None:
    """Reply to all whom the letter names."""
    from omnidesk.ui import writing

    await writing.begin(screen, note=False, everyone=True)
