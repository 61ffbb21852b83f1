"""By which channel and to which address a reply leaves, or why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Protocol

from omnidesk.core.language import _, ngettext, pgettext
from omnidesk.core.model import Address, Handle, Message
from omnidesk.core.signing import keyless_address
from omnidesk.core.silence import no_reply
from omnidesk.core.value import dataclass
from omnidesk.core.ways import Way, handles_here, unread, ways, why_no_way

__all__ = [
    "Refused",
    "Route",
    "Sized",
    "Way",
    "Wish",
    "handles_here",
    "losses",
    "route",
    "ways",
    "why_no_way",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a contact asked to be answered; None: any."""

    channel: str | None = None
    handle: Handle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a reply goes: all of its recipients, and the message that it answers on that way.

    `marked` is what an agent must know before sending; `wished` that the contact asked for it.
    """

    way: Way
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    answers: Message | None = None
    marked: str | None = None
    wished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why no reply can leave, and the ways that could serve instead."""

    reason: str
    instead: tuple[Way, ...] = ()


def route(
    ways: Sequence[Way],
    inbound: Sequence[Message] = (),
    *,
    own: frozenset[str] = frozenset(),
    wish: Wish | None = None,
    via: str | None = None,
    to: Handle | None = None,
    everyone: bool = True,
    alone: bool | None = None,
) -> Route | Refused:
    """The way a reply takes: the agent's (`via`, `to`), the contact's wish, the last message's.

    `inbound` are the conversation's messages from the contact, newest first; `own` are our
    addresses on all channels; `everyone` keeps the other recipients of the letter answered,
    but a handle that was asked for by `to` is written to alone, unless `alone` is False.
    A way that cannot serve is refused, never swapped in silence.
    """
    able = tuple(way for way in ways if way.can)
    marked, wished = None, None
    if via is not None or to is not None:
        chosen = _pick(ways, inbound, via, to)
        if chosen is None:
            asked = " ".join(filter(None, (via, to.value if to else None)))
            return Refused(
                reason=_("{way} does not reach this contact").format(way=asked), instead=able
            )
    else:
        wished = _pick(ways, inbound, wish.channel, wish.handle) if wish else None
        if wish and not (wished and wished.can):
            marked, wished = _unmet(wish, wished), None
        chosen = wished or _last(ways, _answerable(ways, inbound))
    if chosen is None:
        return Refused(reason=_nowhere(ways, inbound), instead=able)
    alone = to is not None if alone is None else alone
    found = _addressed(chosen, inbound, own, everyone=everyone, alone=alone)
    if isinstance(found, str):
        return Refused(reason=found, instead=able)
    told = "; ".join(filter(None, (marked, found.marked))) or None
    return replace(found, marked=told, wished=wished is not None)


class Sized(Protocol):
    """A file, as far as a way's limits look at it."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...


def losses(
    text: str, files: Sequence[Sized], cc: Sequence[Address], way: Way, *, subject: str = ""
) -> tuple[str, ...]:
    """What a reply would lose on this way, a sentence each."""
    can = way.capabilities
    lost = []
    if cc and not can.copies:
        lost.append(_("Cc is lost: {addresses}").format(addresses=_listed(cc)))
    if subject.strip() and not can.subject:
        lost.append(_("the subject is lost"))
    if can.max_text is not None and len(text) > can.max_text:
        lost.append(
            ngettext(
                "{n} character goes in pieces of {most}",
                "{n} characters go in pieces of {most}",
                len(text),
            ).format(n=len(text), most=can.max_text)
        )
    for file in files:
        if not can.attachments:
            lost.append(
                _("{file} is lost: {channel} carries no files").format(
                    file=file.name, channel=way.channel
                )
            )
        elif can.max_file is not None and file.size > can.max_file:
            lost.append(
                _("{file} is too large: {size} of {most}").format(
                    file=file.name, size=_size(file.size), most=_size(can.max_file)
                )
            )
    return tuple(lost)


def _pick(
    ways: Sequence[Way], inbound: Sequence[Message], via: str | None, to: Handle | None
) -> Way | None:
    """The way that was asked for; of several the one used last here, then the first that can."""
    fitting = [way for way in ways if via in (None, way.channel) and to in (None, way.handle)]
    here = [m for m in inbound if any(_came_by(way, m) for way in fitting)]
    return _last(fitting, here) or next(iter(fitting), None)


def _came_by(way: Way, message: Message) -> bool:
    return (message.channel, message.handle) == (way.channel, way.handle)


def _last(ways: Sequence[Way], inbound: Sequence[Message]) -> Way | None:
    newest = _newest(inbound)
    return next((way for way in ways if newest and _came_by(way, newest)), None)


def _answerable(ways: Sequence[Way], inbound: Sequence[Message]) -> list[Message]:
    """What came by a channel that carries answers; all, where nothing did."""
    mute = {way.channel for way in ways if not way.capabilities.send}
    return [m for m in inbound if m.channel not in mute] or list(inbound)


def _newest(inbound: Iterable[Message]) -> Message | None:
    """The newest message of a person, else of a machine; never a bounce or a copy."""
    said = [m for m in inbound if m.handle and not m.bounce and m.copy_of is None]
    return next((m for m in said if not _machine(m)), said[0] if said else None)


def _machine(message: Message) -> bool:
    silent = message.handle is not None and no_reply(message.handle.value)
    return bool(message.automatic) or (silent and not message.reply_to)


def _unmet(wish: Wish, way: Way | None) -> str:
    by = way.channel if way else wish.channel or (wish.handle.value if wish.handle else "")
    why = way.reason if way else _("{channel} does not reach this contact").format(channel=by)
    return _("asked to be answered by {by}, but {why}").format(by=by, why=why)


def _nowhere(ways: Sequence[Way], inbound: Sequence[Message]) -> str:
    if not ways:
        return _("no configured channel reaches this contact")
    newest = _newest(_answerable(ways, inbound))
    if newest is None or newest.handle is None:
        return _("the contact has not written here: choose a channel")
    return _("{channel} does not reach {address} any more: choose a channel").format(
        channel=newest.channel, address=newest.handle.value
    )


def _addressed(
    way: Way, inbound: Sequence[Message], own: frozenset[str], *, everyone: bool, alone: bool
) -> Route | str:
    """The recipients on a way: those of the letter that it answers, or its handle `alone`."""
    answered = _newest(m for m in inbound if _came_by(way, m))
    letter = answered if way.capabilities.copies and not alone else None
    wanted = letter.reply_to if letter else ()
    elsewhere = _without(wanted, own)
    if not way.can and not (elsewhere and way.reason == unread(way.handle)):
        return way.reason or _("{channel} cannot send").format(channel=way.channel)
    to = elsewhere or _without((way.to,), own)
    if not to:
        return _("{address} is our own address").format(address=way.to.address)
    if all(no_reply(person.address) for person in to):
        return _("nobody reads {address}").format(address=to[0].address)
    others = (*letter.to, *letter.cc) if letter and everyone else ()
    marked = None
    if {_plain(person) for person in to} != {way.handle.value}:
        marked = _("answers go to {listed} (Reply-To), not to {address}").format(
            listed=_listed(to), address=way.handle.value
        )
    cc = _without(others, own | {_plain(person) for person in to})
    return Route(way=way, to=to, cc=cc, answers=answered, marked=marked)


def _without(people: Iterable[Address], left_out: AbstractSet[str]) -> tuple[Address, ...]:
    once: dict[str, Address] = {}
    for person in people:
        plain = _plain(person)
        if plain and plain not in left_out:
            once.setdefault(plain, person)
    return tuple(once.values())


def _plain(person: Address) -> str:
    return keyless_address(person.address.strip().lower())


def _listed(people: Iterable[Address]) -> str:
    return ", ".join(person.address for person in people)


def _size(count: int) -> str:
    if count >= 100_000:
        return _("{n} MB").format(n=_decimal(count / 1_000_000))
    return _("{n} kB").format(n=_decimal(count / 1000))


def _decimal(amount: float) -> str:
    return f"{amount:.1f}".replace(".", pgettext("decimal mark", "."))
