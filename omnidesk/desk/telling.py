"""The same words to everywhere else that a customer wrote from in one conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from omnidesk.core.model import Direction, Handle, Message
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk import writing
from omnidesk.desk.opening import find, inbound_of, ways_to
from omnidesk.desk.written import Written

_LOOKED_AT = 100


def tell_elsewhere(
    tx: Transaction,
    number: int,
    written: Written,
    now: datetime,
    nonce: Callable[[], str],
) -> list[Message]:
    """Write a reply on each way of a conversation whose last word is not a reply of ours.

    Each is a delivery of its own, and is recalled by itself.
    """
    number = find(tx, number)[0]
    told = []
    for channel, handle in unanswered(tx, number, now):
        there = replace(written, via=channel, to=handle, everyone=False, nonce=nonce())
        told.append(writing.reply(tx, number, there, now))
    return told


def unanswered(reads: Reads, number: int, now: datetime) -> list[tuple[str, Handle]]:
    """The ways by which something was said and nothing answered since, that can carry a reply."""
    number, _, contact = find(reads, number)
    ways = ways_to(reads, contact, inbound_of(reads, number), now)
    can = {(way.channel, way.handle) for way in ways if way.can}
    waits: dict[tuple[str, Handle], bool] = {}
    for message in reads.messages(number, limit=_LOOKED_AT):
        if message.handle is None or message.automatic or message.copy_of:
            continue
        waits[message.channel, message.handle] = message.direction is Direction.IN
    return [way for way, waiting in waits.items() if waiting and way in can]
