"""A conversation that we begin ourselves: whom with, by which way, and its first message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from omnidesk.core.errors import CannotReply
from omnidesk.core.identity import dialled, normalise
from omnidesk.core.language import _
from omnidesk.core.model import (
    Address,
    Contact,
    Direction,
    Handle,
    Known,
    KnownHandle,
    Message,
    State,
)
from omnidesk.core.routing import Refused, Route, Way, route, ways, why_no_way
from omnidesk.core.shaping import bare_subject
from omnidesk.core.store import Configured, Reads, Transaction
from omnidesk.core.summary import snippet, title
from omnidesk.core.value import dataclass
from omnidesk.desk.opening import own_addresses, ways_to
from omnidesk.desk.queueing import own_address, queue, refusal, require_carried
from omnidesk.desk.recipients import copied
from omnidesk.desk.writing import require
from omnidesk.desk.written import Written

_SHORT = 7
"""A number with fewer digits is a contact's, where there is one."""

_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom it is for: a contact, a handle of his or of somebody new, or both."""

    contact: Contact | None
    handle: Handle | None


def start(
    tx: Transaction,
    to: Handle | str | int,
    subject: str,
    written: Written,
    now: datetime,
    *,
    name: str,
    region: str | None,
) -> Message:
    """Open a conversation with a message of ours; CannotReply says why nothing was written."""
    require(written, now)
    whom, found = _way(tx, to, now, via=written.via, region=region)
    found = copied(found, written.cc or (), written.bcc)
    if isinstance(found, Refused):
        raise CannotReply(refusal(found))
    require_carried(written, found.way)
    way = found.way
    said = snippet(written.text, (), [f.name for f in written.files])
    about = title(bare_subject(subject), said)
    contact = whom.contact.id if whom and whom.contact else _new(tx, name, way, now)
    number = tx.add_conversation(
        contact=contact,
        subject=about,
        channel=way.channel,
        snippet=said,
        at=now,
        state=State.WAITING,
        assignee=written.agent.id,
    )
    message = Message(
        id=0,
        conversation=number,
        channel=way.channel,
        direction=Direction.OUT,
        sender=Address(written.agent.name, own_address(tx, way.channel, None)),
        handle=way.handle,
        author=written.agent.id,
        to=found.to,
        cc=found.cc,
        bcc=found.bcc,
        subject=f"{about} [#{number}]" if way.capabilities.subject else "",
        text=written.text,
        attachments=tuple(written.files),
        reply_path=way.reply_path,
        received_at=now,
        why=_("begun by {agent}").format(agent=written.agent.id),
    )
    before = {
        "state": State.OPEN,
        "waiting_since": None,
        "assignee": written.agent.id,
        "closed_at": None,
        "snoozed_until": None,
    }
    return queue(tx, message, written, now, {"before": before, "opened": True})


def start_route(
    reads: Reads, to: Handle | str | int, now: datetime, *, via: str | None, region: str | None
) -> Route | Refused:
    """Where a first message would go, or why it cannot."""
    return _way(reads, to, now, via=via, region=region)[1]


def _new(tx: Transaction, name: str, way: Way, now: datetime) -> int:
    contact = tx.add_contact(name.strip() or way.handle.value, now)
    tx.add_handle(way.handle, contact, known=Known.CLAIMED, name=name.strip(), at=now)
    return contact


def _way(
    reads: Reads, to: Handle | str | int, now: datetime, *, via: str | None, region: str | None
) -> tuple[Addressee | None, Route | Refused]:
    channels = [channel for channel in reads.channels() if channel.configured]
    named = [channel for channel in channels if channel.name == via]
    if via is not None and not named:
        return None, Refused(reason=_("there is no channel {via}").format(via=via))
    whom = addressee(reads, to, [*named, *channels], region)
    if isinstance(whom, Refused):
        return None, whom
    every = _ways(reads, whom, channels, now)
    fitting = [way for way in every if via in (None, way.channel)]
    if not fitting:
        return whom, Refused(reason=_no_way(whom, named), instead=_able(every))
    wish = whom.contact.wish if whom.contact else None
    chosen = next((way for way in fitting if way.can and way.channel == wish), fitting[0])
    found = route(every, own=own_addresses(reads), via=chosen.channel, to=chosen.handle)
    if isinstance(found, Refused):
        found = replace(found, instead=_able(every))
    return whom, found


def addressee(
    reads: Reads, to: Handle | str | int, channels: list[Configured], region: str | None
) -> Addressee | Refused:
    """Who is meant by a handle, a contact's id, or what was typed; a reason where nobody is."""
    if isinstance(to, int):
        found = reads.contact(to)
        if found is None:
            return Refused(
                reason=_("there is no contact {to}; omnidesk contact list shows them").format(to=to)
            )
        return Addressee(contact=found, handle=None)
    if isinstance(to, Handle):
        handle = normalise(to.scheme, to.value, region=region)
        return (
            _handled(reads, handle)
            if handle
            else Refused(reason=_("{to} cannot be a handle").format(to=to))
        )
    typed = to.strip()
    if typed.isascii() and typed.isdigit() and len(typed) < _SHORT:
        contact = reads.contact(int(typed))
        if contact is not None:
            return Addressee(contact=contact, handle=None)
    read = _read(typed, channels, region)
    return _handled(reads, read) if read else _by_name(reads, typed)


def _read(typed: str, channels: list[Configured], region: str | None) -> Handle | None:
    """The handle that was typed: with its scheme, an address, or a telephone number."""
    scheme, colon, value = typed.partition(":")
    if colon and (handle := normalise(scheme, value, region=region)):
        return handle
    if "@" in typed:
        schemes = dict.fromkeys(c.capabilities.handle_scheme for c in channels)
        read = (normalise(scheme, typed) for scheme in schemes)
        return next((handle for handle in read if handle and "@" in handle.value), None)
    return normalise("tel", typed, region=region) if dialled(typed, region) else None


def _handled(reads: Reads, handle: Handle) -> Addressee:
    owner = reads.contact_of(handle)
    contact = reads.contact(owner) if owner is not None else None
    return Addressee(contact=contact, handle=handle)


def _by_name(reads: Reads, typed: str) -> Addressee | Refused:
    found = reads.search_names(typed, limit=_NAMED) if typed else []
    if not found:
        said = _("to whom? give an address, a number or a name")
        if typed:
            said = _(
                "{typed} is no address, and no contact is called so;"
                " give an address, a number or a name"
            )
        return Refused(reason=said.format(typed=typed))
    if len(found) > 1:
        names = ", ".join(f"{one.id} {one.name}" for one in found)
        return Refused(
            reason=_("several are called so: {names}; give the number of one").format(names=names)
        )
    return Addressee(contact=found[0], handle=None)


def _ways(
    reads: Reads, whom: Addressee, channels: list[Configured], now: datetime
) -> tuple[Way, ...]:
    if whom.contact is not None:
        every = ways_to(reads, whom.contact, (), now)
        return tuple(way for way in every if whom.handle in (None, way.handle))
    assert whom.handle is not None, "somebody new is named by his handle"
    known = KnownHandle(handle=whom.handle, known=Known.CLAIMED, name="", first_seen=now)
    return ways(channels, [known], [], now)


def _able(every: tuple[Way, ...]) -> tuple[Way, ...]:
    return tuple(way for way in every if way.can)


def _no_way(whom: Addressee, named: list[Configured]) -> str:
    if named and whom.handle is None:
        return why_no_way(named[0])
    if named:
        said = _("{channel} cannot write to {handle}")
        return said.format(channel=named[0].name, handle=whom.handle)
    who = whom.handle or (whom.contact.name if whom.contact else "")
    return _("no configured channel writes to {who}").format(who=who)
