"""A message is passed on to somebody who is not in the conversation.

It stands where it was forwarded, and changes nothing there: not who waits, nor where a reply
goes. Whom it went to takes no part, and what he answers stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.identity import normalise
from omnidesk.core.language import _
from omnidesk.core.model import Address, Contact, Direction, Handle, Known, KnownHandle, Message
from omnidesk.core.routing import Refused, Route, Way, ways
from omnidesk.core.shaping import bare_subject
from omnidesk.core.store import Configured, Reads, Transaction
from omnidesk.core.summary import one_line
from omnidesk.desk.holding import require_filled
from omnidesk.desk.opening import find, own_addresses
from omnidesk.desk.queueing import own_address, queue, refusal, require_ahead, require_carried
from omnidesk.desk.recipients import copied
from omnidesk.desk.written import Written

_LONGEST = 300


def forward(
    tx: Transaction,
    number: int,
    message: int,
    to: Sequence[Address],
    written: Written,
    now: datetime,
    *,
    own_files: bool,
) -> Message:
    """Queue a letter with the message below the agent's words; CannotReply says why not."""
    passed = _passed(tx, number, message)
    number, conversation, _rest = find(tx, number)
    require_ahead(written.later, now)
    if not written.checked:
        require_filled(written.text)
    found = forward_route(
        tx, number, message, to, now, cc=written.cc or (), bcc=written.bcc, via=written.via
    )
    if isinstance(found, Refused):
        raise CannotReply(refusal(found))
    here = tuple(replace(f, id=0, inline=False) for f in passed.attachments if f.sha256)
    written = replace(written, files=here) if own_files else written
    require_carried(written, found.way)
    words = f"{written.text.rstrip()}\n\n" if written.text.strip() else ""
    text = words + quoted(passed)
    subject = bare_subject(passed.subject or conversation.subject)
    missing = [f.name for f in passed.attachments if not f.sha256] if own_files else []
    letter = Message(
        id=0,
        conversation=number,
        channel=found.way.channel,
        direction=Direction.OUT,
        sender=Address(written.agent.name, own_address(tx, found.way.channel, passed)),
        handle=None,
        author=written.agent.id,
        to=found.to,
        cc=found.cc,
        bcc=found.bcc,
        subject=" ".join(part for part in ("Fwd:", subject, f"[#{number}]") if part),
        text=text,
        folded=((len(words), len(text)),),
        attachments=tuple(written.files),
        received_at=now,
        why=_("forwarded by {agent}").format(agent=written.agent.id),
        home=passed.home,
        marked=_("without {names}, which never came").format(names=", ".join(missing))
        if missing
        else None,
        forwards=passed.id,
    )
    return queue(tx, letter, written, now, {"forwards": passed.id, "before": {}})


def quoted(message: Message) -> str:
    """A message as it stands in a letter that passes it on, under a short header."""
    sender = message.sender
    at = (message.sent_at or message.received_at).astimezone(UTC)
    headers = [
        (_("From"), _shown((sender,)) if sender else str(message.handle or "")),
        (_("Date"), f"{at:%Y-%m-%d %H:%M} UTC"),
        (_("Subject"), message.subject),
        (_("To"), _shown(message.to)),
    ]
    lines = [f"{name}: {one_line(value, _LONGEST)}" for name, value in headers if value.strip()]
    rule = _("---------- Forwarded message ----------")
    return "\n".join((rule, *lines, "", message.text.rstrip()))


def words_of(message: Message) -> str:
    """What the agent wrote above the message that he passed on."""
    start = message.folded[-1][0] if message.folded else len(message.text)
    return message.text[:start].rstrip()


def forward_route(
    reads: Reads,
    number: int,
    message: int,
    to: Sequence[Address],
    now: datetime,
    *,
    cc: Sequence[Address] = (),
    bcc: Sequence[Address] = (),
    via: str | None = None,
) -> Route | Refused:
    """By which mailbox it would go, that of the message first; or why it cannot."""
    passed = _passed(reads, number, message)
    number, _rest, contact = find(reads, number)
    if passed.direction is Direction.NOTE:
        return Refused(reason=_("a note stays in the team; write what others may read"))
    if not to:
        return Refused(reason=_("nobody is named to forward it to; give an address"))
    able = [c for c in reads.channels() if c.configured and _writes_to_anybody(c)]
    named = [c for c in able if via in (None, c.name)]
    if not named:
        if via is None:
            return Refused(reason=_("no channel writes letters"))
        return Refused(reason=_("{via} cannot write to somebody new").format(via=via))
    named.sort(key=lambda c: c.name != passed.channel)
    own = own_addresses(reads)
    first: Refused | None = None
    for channel in named:
        found = _by(channel, to, (*cc, *bcc), contact, own, now)
        if isinstance(found, Route):
            return copied(found, tuple(cc), bcc)
        first = first or found
    assert first is not None
    return first


def _writes_to_anybody(channel: Configured) -> bool:
    can = channel.capabilities
    return can.send and can.initiate and can.subject


def _by(
    channel: Configured,
    to: Sequence[Address],
    copies: Sequence[Address],
    contact: Contact,
    own: frozenset[str],
    now: datetime,
) -> Route | Refused:
    """The way by one mailbox, where nothing hinders any of the recipients."""
    theirs = {known.handle for known in contact.handles}
    found: dict[Handle, Way] = {}
    for person in (*to, *copies):
        handle = normalise(channel.capabilities.handle_scheme, person.address)
        if handle is None:
            return Refused(
                reason=_("{address} is no address").format(address=one_line(person.address, 80))
            )
        if handle in theirs:
            return Refused(
                reason=_("{value} is the customer's own address; reply instead").format(
                    value=handle.value
                )
            )
        if handle.value in own:
            return Refused(reason=_("{value} is our own address").format(value=handle.value))
        known = KnownHandle(handle=handle, known=Known.CLAIMED, name=person.name, first_seen=now)
        (way,) = ways([channel], [known], [], now)
        if not way.can:
            return Refused(reason=way.reason or _("{name} cannot send").format(name=channel.name))
        found[handle] = way
    main = [normalise(channel.capabilities.handle_scheme, person.address) for person in to]
    people = tuple(found[handle].to for handle in dict.fromkeys(main) if handle is not None)
    way = next(iter(found.values()))
    return Route(way=way, to=people)


def _passed(reads: Reads, number: int, message: int) -> Message:
    found = reads.message(message)
    if found is None or found.conversation != reads.kept_by(number):
        raise NotFound(
            _("message {message} does not stand in [#{number}]; omnidesk show {number}").format(
                message=message, number=number
            )
        )
    return found


def _shown(people: Sequence[Address]) -> str:
    return ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in people)
