"""Every way to reach a contact, and why some of them cannot serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from omnidesk.core.channel import Capabilities
from omnidesk.core.language import _
from omnidesk.core.model import Address, Handle, HealthState, Known, KnownHandle, Message
from omnidesk.core.silence import no_reply
from omnidesk.core.store import Configured, Reached
from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to a contact: a channel, an address on it, and the reason where it cannot serve."""

    channel: str
    handle: Handle
    to: Address
    capabilities: Capabilities
    can: bool = True
    reason: str | None = None
    reply_path: str | None = None
    last_in: datetime | None = None

    @property
    def label(self) -> str:
        return self.capabilities.label or self.channel

    @property
    def max_text(self) -> int | None:
        return self.capabilities.max_text

    @property
    def max_file(self) -> int | None:
        return self.capabilities.max_file

    @property
    def subject(self) -> bool:
        return self.capabilities.subject


def ways(
    channels: Iterable[Configured],
    handles: Iterable[KnownHandle],
    reached: Sequence[Reached],
    now: datetime,
) -> tuple[Way, ...]:
    """Every channel with every handle of its scheme: those that can first, the latest used first.

    `handles` are the contact's or, in a conversation, `handles_here`.
    A channel for which the contact has no handle gives no way: `why_no_way` says so.
    """
    back = {(r.channel, r.handle): r for r in reached}
    found = [
        _way(channel, known, back.get((channel.name, known.handle)), now)
        for channel in channels
        if channel.configured
        for known in handles
        if known.handle.scheme == channel.capabilities.handle_scheme
    ]
    return tuple(sorted(found, key=_order))


def handles_here(
    handles: Iterable[KnownHandle], inbound: Iterable[Message]
) -> tuple[KnownHandle, ...]:
    """The contact's handles, and those of whoever else wrote in: a colleague in Cc answers too."""
    found = {known.handle: known for known in handles}
    for m in inbound:
        if m.handle and not m.bounce and m.copy_of is None:
            name = m.sender.name if m.sender else ""
            guest = KnownHandle(
                handle=m.handle, known=Known.SEEN, name=name, first_seen=m.received_at
            )
            found.setdefault(m.handle, guest)
    return tuple(found.values())


def why_no_way(channel: Configured) -> str:
    """Why a channel reaches this contact by no handle at all."""
    return _("{channel}: the contact has no {scheme} handle").format(
        channel=channel.name, scheme=channel.capabilities.handle_scheme
    )


def unread(handle: Handle) -> str:
    """The one hindrance that a Reply-To takes away."""
    return _("nobody reads {address}").format(address=handle.value)


def _way(channel: Configured, known: KnownHandle, back: Reached | None, now: datetime) -> Way:
    reason = _hindrance(channel, known.handle, back, now)
    return Way(
        channel=channel.name,
        handle=known.handle,
        to=Address(known.name or (back.name if back else ""), known.handle.value),
        capabilities=channel.capabilities,
        can=reason is None,
        reason=reason,
        reply_path=back.reply_path if back else None,
        last_in=back.last_in if back else None,
    )


def _hindrance(
    channel: Configured, handle: Handle, back: Reached | None, now: datetime
) -> str | None:
    can, health = channel.capabilities, channel.health
    if not can.send:
        return _("{channel} is receive only").format(channel=channel.name)
    if handle.value in channel.addresses:
        return _("{address} is our own address").format(address=handle.value)
    if back is None and not can.initiate:
        return _("the contact never wrote to {channel}").format(channel=channel.name)
    window = None if can.initiate else can.reply_window
    if back and window is not None and (now - back.last_in).total_seconds() > window:
        return _("the reply window of {span} is over").format(span=_span(window))
    if health.state in (HealthState.BLOCKED, HealthState.STOPPED):
        blocked = health.state is HealthState.BLOCKED
        said = _("{channel} is blocked: {why}") if blocked else _("{channel} is stopped: {why}")
        return said.format(channel=channel.name, why=health.reason or _("see omnidesk doctor"))
    return unread(handle) if no_reply(handle.value) else None


def _order(way: Way) -> tuple[bool, float, str, str]:
    used = -way.last_in.timestamp() if way.last_in else 0.0
    return (not way.can, used, way.channel, way.handle.value)


def _span(seconds: float) -> str:
    hours = round(seconds / 3600)
    if hours:
        return _("{hours} h").format(hours=hours)
    return _("{minutes} min").format(minutes=round(seconds / 60))
