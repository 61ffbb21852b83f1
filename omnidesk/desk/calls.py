"""A call, a visit, a letter on paper is written down: one message, wherever it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from omnidesk.core.calls import span, with_recording
from omnidesk.core.channel import Incoming
from omnidesk.core.errors import CannotLog, CannotUndo, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.identity import dialled, normalise
from omnidesk.core.language import _
from omnidesk.core.model import Address, Agent, Contact, Direction, Handle, Known, Message, State
from omnidesk.core.placing import Placed, PlacingRules, place
from omnidesk.core.store import Configured, Reads, Transaction
from omnidesk.core.summary import snippet, title
from omnidesk.core.value import dataclass
from omnidesk.desk import standing
from omnidesk.desk.opening import find
from omnidesk.desk.settings import DeskSettings

_STANDING = ("state", "waiting_since", "snoozed_until", "closed_at", "assignee", "unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What an agent writes down. `nonce` is letters and digits that no other has."""

    who: Handle | str | int | None
    text: str
    nonce: str
    channel: str | None = None
    direction: Direction = Direction.IN
    outcome: str = ""
    duration: timedelta | None = None
    recording: str | None = None
    call_back: datetime | None = None
    conversation: int | None = None
    call: str | None = None
    name: str = ""


def log(
    tx: Transaction, logged: Logged, agent: Agent, settings: DeskSettings, now: datetime
) -> Message:
    """Store the message, and change the conversation as a message of its direction does."""
    said = _said(logged, now)
    channel, handle = _where(tx, logged, settings.region)
    placed, contact = _whose(tx, logged, channel, handle, settings, now)
    handle = handle or _handle_of(contact, channel)
    if placed.conversation is None:
        number = tx.add_conversation(
            contact=contact.id, subject=title("", said), channel=channel.name, snippet="", at=now
        )
        if placed.linked is not None:
            tx.link(number, placed.linked)
    else:
        number = placed.conversation
    found, row = tx.conversation(number), tx.row(number)
    assert found is not None
    assert row is not None
    before = {name: getattr(found, name) for name in _STANDING}
    id_ = tx.add_message(
        _message(logged, said, agent, channel, contact, handle, placed, number, now)
    )
    assert id_ is not None, "its id is new"
    tx.change_conversation(
        number,
        **_changes(before, logged, agent, now),
        channel=channel.name,
        snippet=snippet(said, ()),
    )
    tx.append(
        Event(
            at=now,
            actor=agent.id,
            kind=What.CALL_LOGGED,
            conversation=number,
            message=id_,
            contact=contact.id,
            channel=channel.name,
            data={
                "before": before,
                "snippet": row.snippet,
                "opened": placed.conversation is None,
                "why": placed.why,
            },
        )
    )
    stored = tx.message(id_)
    assert stored is not None
    return stored


def take_back(tx: Transaction, event: Event) -> str:
    """Undo `log`: the message goes, and a conversation that only it had opened."""
    number = tx.kept_by(event.conversation or 0)
    message = tx.message(event.message) if event.message is not None else None
    found = tx.conversation(number)
    if message is None or found is None:
        raise CannotUndo(_("that call is gone"))
    tx.remove_message(message.id)
    if event.data["opened"] and not tx.placed_in(number):
        tx.change_conversation(number, state="merged")
        return _("the call is gone, and [#{number}] with it").format(number=number)
    if found.last_at == message.received_at:  # nothing was said since
        standing.put_back(tx, event.conversation or number, event.data["before"])
        tx.change_conversation(number, snippet=event.data["snippet"])
    tx.refresh(number)
    return _("the call in [#{number}] is gone").format(number=number)


def _said(logged: Logged, now: datetime) -> str:
    seconds = logged.duration.total_seconds() if logged.duration is not None else None
    about = ", ".join(part for part in (logged.outcome.strip(), span(seconds)) if part)
    words = logged.text.strip()
    if not words and not about:
        raise CannotLog(_("nothing was said about the call; write something first"))
    if logged.call_back is not None and logged.call_back <= now:
        raise CannotLog(_("the time to call back is over already; nothing was written"))
    lines = (words, f"[{about}]" if about else "")
    return with_recording("\n".join(line for line in lines if line), logged.recording)


def _where(reads: Reads, logged: Logged, region: str | None) -> tuple[Configured, Handle | None]:
    """The channel and the handle, each as far as the other tells."""
    scheme, value = _named(logged.who)
    channel = _channel(reads, logged.channel, scheme)
    if value is None:
        return channel, None
    region = channel.capabilities.region or region
    handle = normalise(scheme or channel.capabilities.handle_scheme, value, region=region)
    if handle is None:
        if region:
            raise CannotLog(_("{value} cannot be a handle").format(value=value))
        raise CannotLog(
            _("{value} cannot be a handle; write it with its country, or set desk.region").format(
                value=value
            )
        )
    return channel, handle


def _named(who: Handle | str | int | None) -> tuple[str | None, str | None]:
    """The scheme, as far as it shows, and the value of whoever was named by a handle."""
    if isinstance(who, Handle):
        return who.scheme, who.value
    if not isinstance(who, str):
        return None, None
    scheme, colon, value = who.partition(":")
    if colon:
        return scheme.strip().lower(), value
    return ("tel" if dialled(who) else None), who


def _channel(reads: Reads, name: str | None, scheme: str | None) -> Configured:
    """The channel of a name, else the only one that is logged by hand and has such handles."""
    able = [c for c in reads.channels() if c.configured and c.capabilities.logs]
    if name is not None:
        found = next((c for c in able if c.name == name), None)
        if found is None:
            raise CannotLog(_("{name} is no channel that is logged by hand").format(name=name))
        return found
    fitting = [c for c in able if c.capabilities.handle_scheme == scheme] or able
    if not fitting:
        raise CannotLog(
            _('no channel is logged by hand; add [channels.phone] with type = "log" to the config')
        )
    if len(fitting) > 1:
        raise CannotLog(
            _("name the channel: {names}").format(names=", ".join(c.name for c in fitting))
        )
    return fitting[0]


def _whose(
    tx: Transaction,
    logged: Logged,
    channel: Configured,
    handle: Handle | None,
    settings: DeskSettings,
    now: datetime,
) -> tuple[Placed, Contact]:
    """Where it belongs and whose it is; a contact who is new is made."""
    given = find(tx, logged.conversation) if logged.conversation is not None else None
    seen = tx.seen_external(channel.name, logged.call) if logged.call else None
    contact = tx.contact_of(handle) if handle else None
    if isinstance(logged.who, int):
        contact = logged.who
    elif handle is None:
        if given is None:
            raise CannotLog(_("whose call was it? give a handle, a contact or a conversation"))
        contact = given[2].id
    if given is not None:
        placed = Placed(conversation=given[0], why=_("logged here by hand"))
    elif seen is not None:
        placed = Placed(conversation=seen.conversation, why=_("beside the call that it is about"))
    else:
        placed = _placed(tx, channel, handle, contact, settings, now)
    if contact is None:
        assert handle is not None
        contact = tx.add_contact(logged.name or handle.value, now)
    found = tx.contact(contact)
    if found is None:
        raise NotFound(
            _("there is no contact {contact}; omnidesk contact list shows them").format(
                contact=contact
            )
        )
    if handle is not None:
        theirs = logged.direction is Direction.IN
        known = Known.SEEN if theirs else Known.CLAIMED
        tx.add_handle(handle, found.id, known=known, name=logged.name, at=now)
        if theirs:
            tx.touch(channel.name, handle, now, None)
    return placed, tx.contact(found.id) or found


def _placed(
    tx: Transaction,
    channel: Configured,
    handle: Handle | None,
    contact: int | None,
    settings: DeskSettings,
    now: datetime,
) -> Placed:
    rules = PlacingRules(
        channel=channel.name,
        desk_key=b"",  # nothing said by hand carries a signed key
        joins=channel.capabilities.joins,
        join_window=settings.join_window,
        reopen_within=settings.reopen_within,
    )
    return place(Incoming(external_id="", raw=b"", handle=handle), contact, tx, now, rules)


def _handle_of(contact: Contact, channel: Configured) -> Handle | None:
    """The handle of a contact who was chosen by name: the first of the channel's scheme."""
    scheme = channel.capabilities.handle_scheme
    return next((k.handle for k in contact.handles if k.handle.scheme == scheme), None)


def _message(
    logged: Logged,
    said: str,
    agent: Agent,
    channel: Configured,
    contact: Contact,
    handle: Handle | None,
    placed: Placed,
    number: int,
    now: datetime,
) -> Message:
    theirs = Address(contact.name, handle.value if handle else "")
    out = logged.direction is Direction.OUT
    return Message(
        id=0,
        conversation=number,
        channel=channel.name,
        direction=logged.direction,
        sender=Address(agent.name, "") if out else theirs,
        handle=handle,
        author=agent.id,
        to=(theirs,) if out and handle else (),
        text=said,
        external_id=f"log:{logged.nonce}",
        sent_at=now,
        received_at=now,
        why=_("logged by {agent}: {why}").format(agent=agent.id, why=placed.why),
    )


def _changes(
    before: Mapping[str, Any], logged: Logged, agent: Agent, now: datetime
) -> dict[str, Any]:
    out = logged.direction is Direction.OUT
    state = State.WAITING if out else State.OPEN
    return {
        "state": State.SNOOZED if logged.call_back else state,
        "snoozed_until": logged.call_back,
        "waiting_since": None if out else before["waiting_since"] or now,
        "closed_at": None,
        "assignee": before["assignee"] or agent.id,
        "unread": False,
        "last_at": now,
    }
