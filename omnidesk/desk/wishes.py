"""A contact asks to be answered by one channel, or takes that back."""

from __future__ import annotations

from datetime import datetime

from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.language import _
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk.people import called, known_person


def set_wish(tx: Transaction, contact: int, channel: str | None, actor: str, now: datetime) -> str:
    """Answer a contact by this channel unless an agent chooses another; None: as he writes.

    The contact need not have written there yet: until he has, each reply says so.
    """
    id_ = known_person(tx, contact)
    if channel is not None:
        _require_sending(tx, channel)
    wish = channel or ""
    before = tx.own_wish(id_)
    tx.change_contact(id_, wish=wish)
    data = {"before": {"wish": before}, "after": {"wish": wish}}
    tx.append(Event(at=now, actor=actor, kind=What.CONTACT_CHANGED, contact=id_, data=data))
    return _told(tx, id_, channel)


def restore(tx: Transaction, event: Event) -> str:
    """Undo a change of the wish."""
    assert event.contact is not None
    tx.change_contact(event.contact, wish=event.data["before"]["wish"])
    found = tx.contact(event.contact)
    return _told(tx, event.contact, found.wish if found else None)


def _require_sending(reads: Reads, channel: str) -> None:
    configured = {c.name: c for c in reads.channels() if c.configured}
    if channel not in configured:
        raise NotFound(
            _("there is no channel {channel}; known are {names}").format(
                channel=channel, names=", ".join(configured)
            )
        )
    if not configured[channel].capabilities.send:
        raise CannotReply(
            _("{channel} carries no replies; choose another channel").format(channel=channel)
        )


def _told(reads: Reads, contact: int, channel: str | None) -> str:
    if not channel:
        said = _("{name} is answered by the channel that he writes by")
        return said.format(name=called(reads, contact))
    said = _("{name} is answered by {channel}")
    return said.format(name=called(reads, contact), channel=channel)
