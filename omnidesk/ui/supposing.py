"""What may be one with what is open: told in one line, joined or refused by one key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.callcard import label
from omnidesk.ui.lines import Line, age, cut, wrap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from omnidesk.core.model import Handle
    from omnidesk.desk import Desk, Opened
    from omnidesk.desk.maybes import Maybe, Side
    from omnidesk.ui.deskscreen import DeskScreen


def suppose(screen: DeskScreen, opened: Opened) -> None:
    """Show what the opened conversation and its contact may be one with."""
    if opened.suggestions:
        screen.run_worker(_read(screen, opened), name="maybes", group="maybes", exclusive=True)
    else:
        _show(screen, opened, ())


async def _read(screen: DeskScreen, opened: Opened) -> None:
    assert screen.desk is not None
    try:
        found = await screen.desk.maybes(opened.suggestions)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    screen.call_later(_show, screen, opened, found)


def _show(screen: DeskScreen, opened: Opened, found: Sequence[Maybe]) -> None:
    if screen.thread.number != opened.conversation.number:
        return
    screen.maybes = tuple(found)
    people = _about(screen, "contact")
    if _about(screen, "conversation"):
        screen.thread.warn(partial(banner, screen))
    elif people and not screen.has_class("-huge"):  # there the customer is beside it
        screen.thread.warn(partial(people_banner, screen))
    else:
        screen.thread.warn(None)
    if people or opened.offered:
        screen.customer.add(len(people) + len(opened.offered), partial(person, screen, opened))
    else:
        screen.customer.add(0, None)
    screen.bottom.refresh()


def _about(screen: DeskScreen, what: str) -> list[Maybe]:
    return [maybe for maybe in screen.maybes if maybe.what == what]


def who(screen: DeskScreen, side: Side, now: datetime) -> SafeText:
    """`#12 Кирилл in Telegram, 12m ago`."""
    assert screen.desk is not None
    said = _("{name} in {channel}, {age} ago") if side.channel else _("{name}, {age} ago")
    channel = label(screen.desk.channels, side.channel)
    name = safe_line(side.name, 30)
    return SafeText(said.format(name=name, channel=channel, age=age(side.at, now)))


def banner(screen: DeskScreen, width: int) -> Line:
    """One line over the messages: what this may be the same as, and the keys that decide it."""
    found = _about(screen, "conversation")
    side, keys = found[0].other, screen.keys
    yes, no = keys.key_of("join"), keys.key_of("join.never")
    more = _(" (1 of {n})").format(n=len(found)) if len(found) > 1 else ""
    whose = f"#{side.id} {who(screen, side, screen.clock())}{more}"
    told = " " + _("may be the same fault as {other}").format(other=whose)
    tail = _(": {yes} joins, {no} not the same").format(yes=yes, no=no) + " "
    if cell_len(told + tail) > width:
        told = " " + _("same as {other}").format(other=whose)
        tail = _("? {yes} joins, {no} no").format(yes=yes, no=no) + " "
    return ((cut(SafeText(told), max(8, width - len(tail))), "note"), (SafeText(tail), "note"))


def people_banner(screen: DeskScreen, width: int) -> Line:
    """One line over the messages: whom the customer may be one with, and the key that tells it."""
    found = _about(screen, "contact")
    key = screen.keys.key_of("customer.enter")
    more = _(" (1 of {n})").format(n=len(found)) if len(found) > 1 else ""
    other = f"{who(screen, found[0].other, screen.clock())}{more}"
    told = " " + _("may be the same person as {other}").format(other=other)
    tail = _(": {key} shows").format(key=key) + " "
    return ((cut(SafeText(told), max(8, width - cell_len(tail))), "note"), (SafeText(tail), "note"))


def person(screen: DeskScreen, opened: Opened, at: int | None, width: int) -> list[Line]:
    """Lines for the customer pane; `at` is the one under the hand, where the hand is there."""
    keys, lines = screen.keys, list[Line]()
    people = _about(screen, "contact")
    for place, maybe in enumerate(people):
        mark = "> " if place == at else "  "
        other = who(screen, maybe.other, screen.clock())
        said = _("may be the same person as {other}").format(other=other)
        for line in wrap(SafeText(said), width - 2)[:2]:
            lines.append(((SafeText(mark), "own"), (line, "note")))
            mark = "  "
        detail = safe_line(f"{maybe.reason}; {maybe.other.words}")
        lines += [((SafeText(f"  {part}"), "muted"),) for part in wrap(detail, width - 2)[:2]]
    if people:
        yes, no = keys.key_of("person.join"), keys.key_of("person.never")
        told = _("{yes} joins, {no} not the same").format(yes=yes, no=no)
        lines.append(((SafeText(f"  {told}{_reached(screen)}"), "key"),))
    for place, handle in enumerate(opened.offered, len(people)):
        mark = "> " if place == at else "  "
        value, key = safe_line(handle.value), keys.key_of("person.add")
        ask = SafeText(_("add {address}? {key} adds").format(address=value, key=key))
        lines.append(((SafeText(mark), "own"), (cut(ask, width - 2), "note")))
    return [(), *lines]


def _reached(screen: DeskScreen) -> str:
    """How to get to these keys, where the hand is elsewhere."""
    if screen.focused is screen.customer:
        return ""
    return _("; {key} goes there").format(key=screen.keys.key_of("customer.enter"))


# what is done


def join(screen: DeskScreen, maybe: Maybe) -> None:
    """Make two one; where the shown conversation went into another one, that is shown."""
    shown = screen.thread.number

    async def deed(desk: Desk) -> str:
        said = await joining(desk, maybe)
        if shown is not None and maybe.what == "conversation":
            opened = await desk.open(shown)
            if opened.conversation.number != shown:
                screen.call_later(_follow, screen, shown, opened)
        return said

    _do(screen, deed)


def _follow(screen: DeskScreen, shown: int, kept: Opened) -> None:
    """Show the kept conversation in the place of the one that went into it."""
    if screen.thread.number == shown and screen.composer is None:
        screen.show_thread(kept)


async def joining(desk: Desk, maybe: Maybe) -> str:
    """Make two one; what was done, in words."""
    done = await desk.join(maybe.what, maybe.one.id, maybe.other.id)
    return _("{done}; z parts them again").format(done=done)


def part(screen: DeskScreen, maybe: Maybe) -> None:
    """Never suggest these two again."""
    _do(screen, lambda desk: parting(desk, maybe))


async def parting(desk: Desk, maybe: Maybe) -> str:
    """Never suggest these two again; what was done, in words."""
    done = await desk.never(maybe.what, maybe.one.id, maybe.other.id)
    return _("{done}; z takes it back").format(done=done)


def _do(screen: DeskScreen, deed: Callable[[Desk], Awaitable[str]]) -> None:
    desk = screen.desk
    if desk is not None:
        screen.jobs.put(lambda: deed(desk))


def talk_maybe(screen: DeskScreen) -> Maybe | None:
    """What the banner of the shown conversation names."""
    number = screen.thread.number
    found = _about(screen, "conversation")
    return found[0] if found and found[0].one.id == number else None


async def join_talk(screen: DeskScreen) -> None:
    """Join with what the banner names, else with the conversation whose number is asked for."""
    maybe, number = talk_maybe(screen), screen.thread.number
    if maybe is not None:
        join(screen, maybe)
    elif number is not None:
        from omnidesk.ui.asking import ask_number

        def merge(other: int) -> None:
            _do(screen, lambda desk: desk.merge(number, other))

        title = _("join which conversation into #{number}? its number").format(number=number)
        await ask_number(screen, title, merge)


def never(screen: DeskScreen) -> None:
    """The banner is wrong: these two are not the same."""
    maybe = talk_maybe(screen)
    if maybe is None:
        screen.say(_("nothing is suggested here"))
    else:
        part(screen, maybe)


def person_maybe(screen: DeskScreen) -> Maybe | None:
    """Whom the customer pane names under the hand."""
    people, at = _about(screen, "contact"), screen.customer.at
    return people[at] if at < len(people) else None


def person_join(screen: DeskScreen) -> None:
    """Both are one person."""
    maybe = person_maybe(screen)
    if maybe is None:
        screen.say(_("nobody is suggested here"))
    else:
        join(screen, maybe)


def person_never(screen: DeskScreen) -> None:
    """They are two people."""
    maybe = person_maybe(screen)
    if maybe is None:
        screen.say(_("nobody is suggested here"))
    else:
        part(screen, maybe)


def person_add(screen: DeskScreen) -> None:
    """Add the address or number that the customer named."""
    opened = screen.thread.opened
    offered: tuple[Handle, ...] = opened.offered if opened else ()
    if opened is None or not offered:
        screen.say(_("the customer named no address or number that is new"))
        return
    at = screen.customer.at - len(_about(screen, "contact"))
    handle, contact = offered[max(0, min(at, len(offered) - 1))], opened.contact.id
    _do(screen, lambda desk: desk.bind_handle(contact, handle))


DEEDS: dict[str, Callable[[DeskScreen], Awaitable[None] | None]] = {
    "join": join_talk,
    "join.never": never,
    "person.join": person_join,
    "person.never": person_never,
    "person.add": person_add,
}
"""What each action does."""
