"""Whom a reply goes to beside the customer: what the agent chose, and what he saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from omnidesk.core.errors import CannotReply
from omnidesk.core.language import _
from omnidesk.core.model import Address
from omnidesk.core.routing import Refused, Route


def copied(
    found: Route | Refused, cc: Sequence[Address] | None, bcc: Sequence[Address]
) -> Route | Refused:
    """The same with the copies that the agent chose; refused where the channel has none."""
    if isinstance(found, Refused):
        return found
    if (cc or bcc) and not found.way.capabilities.copies:
        return Refused(
            reason=_("{channel} carries no Cc or Bcc; leave them out").format(
                channel=found.way.channel
            )
        )
    left_out = {person.address.lower() for person in found.to}
    seen = found.cc if cc is None else _once(cc, left_out)
    hidden = _once(bcc, left_out | {person.address.lower() for person in seen})
    return replace(found, cc=seen, bcc=hidden)


def _once(people: Sequence[Address], left_out: set[str]) -> tuple[Address, ...]:
    kept = {person.address.lower(): person for person in reversed(people)}
    return tuple(kept[key] for key in reversed(kept) if key not in left_out)


def require_shown(shown: Sequence[Address] | None, found: Route) -> None:
    """CannotReply where a reply would go to others than the agent saw."""
    if shown is None:
        return
    now = {person.address.lower() for person in found.to}
    if now != {person.address.lower() for person in shown}:
        names = ", ".join(person.address for person in found.to)
        raise CannotReply(
            _("answers go to {names} now; look at the recipients again").format(names=names)
        )
