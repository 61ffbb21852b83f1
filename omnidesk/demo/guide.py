"""Notes to whoever sits at the demo's screen: what goes on, and which keys he may try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from omnidesk.core.language import N_, _
from omnidesk.core.model import DeliveryState, Handle
from omnidesk.demo import anna, igor

if TYPE_CHECKING:
    from omnidesk.core.store import Reads
    from omnidesk.desk import Desk

_RINGS = timedelta(minutes=1)
_READ = 100
_LETTER = Handle("mailto", anna.ADDRESS)
_PHONE = Handle("tel", anna.NUMBER)
_CHAT = Handle("telegram", str(anna.CHAT))
_ECHO = Handle("telegram", str(igor.CHAT))
_ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


class Step(Enum):
    """Where the tour stands, each with what is told then."""

    START = N_(
        "These customers are played: answer them (r), and they answer back. A note like this one "
        "says what else to try; the next stands under the letter of {name}, who writes, phones "
        "and chats about one matter. ? shows every key, ^Q ends it all."
    )
    LETTER = N_(
        "This letter was acknowledged at once, with its number. Her telephone stands under "
        "it: P goes to the customer, a adds the number. She phones about it in a minute."
    )
    KNOWN_RING = N_(
        "She phones, and the card shows what she wrote. g r opens her conversation, C writes "
        "the call down. She asks to be answered in Telegram."
    )
    UNKNOWN_RING = N_(
        "She phones, and her number is not added yet: P goes to the customer, a adds it. Then C "
        "writes the call down, and it stands here. She asks to be answered in Telegram."
    )
    CHAT = N_(
        "The same customer, now in Telegram. She shared her number: P goes to the customer, "
        "m makes the two one person. g s lists all that may be one, z takes anything back."
    )
    PERSON = N_(
        "One person now. q goes back to the messages, and m there joins the two conversations."
    )
    WHOLE = N_(
        "What she said on every channel is one conversation. r answers by Telegram, where "
        "she wrote last; V takes another way."
    )
    ANSWERED = N_("She has your answer in Telegram. w says why a message stands here.")
    ECHO = N_(
        "The same fault came by letter and in Telegram: the line over the messages says so. "
        "m joins the two, x says that they are not the same."
    )


class Guide:
    """Writes the next note of the tour when its moment has come, each of them once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told: set[Step] = set()

    async def follow(self) -> None:
        """Guide until cancelled."""
        async for _seq in self._desk.changes():
            found = await self._desk.store.read(lambda reads: moments(reads, datetime.now(UTC)))
            for step, number in found:
                await self.tell(step, number)

    async def tell(self, step: Step, number: int) -> None:
        """Write the note of a moment, and before the first of all one where the eye falls."""
        if not self._told:
            for row in await self._desk.rows("inbox", limit=1):
                await self._note(Step.START, row.number)
        if step not in self._told:
            await self._note(step, number)

    async def _note(self, step: Step, number: int) -> None:
        self._told.add(step)
        await self._desk.note(number, _(step.value).format(name=anna.NAME))


def moments(reads: Reads, now: datetime) -> list[tuple[Step, int]]:
    """Where the tour stands, each with the conversation that it is about."""
    return [found for found in (_of_anna(reads, now), _of_igor(reads)) if found is not None]


def _of_anna(reads: Reads, now: datetime) -> tuple[Step, int] | None:
    letter, chat = reads.owner_of(_LETTER), reads.owner_of(_CHAT)
    hers = _latest(reads, letter)
    if letter is None or hers is None:
        return None
    if chat is not None and (theirs := _latest(reads, chat)) is not None:
        return _joining(reads, same=letter[1] == chat[1], hers=hers, theirs=theirs)
    for event in reads.ringing_since(now - _RINGS):
        if event.data["handle"] == str(_PHONE):
            return (Step.KNOWN_RING if event.contact else Step.UNKNOWN_RING), hers
    return Step.LETTER, hers


def _joining(reads: Reads, *, same: bool, hers: int, theirs: int) -> tuple[Step, int]:
    if not same:
        return Step.CHAT, theirs
    if not _is_whole(reads, hers):
        return Step.PERSON, hers
    said = reads.messages(hers, limit=_READ)
    chats = {m.channel for m in said if m.handle == _CHAT}
    answered = any(
        m.author and m.channel in chats and m.delivery and m.delivery.state in _ARRIVED
        for m in said
    )
    return (Step.ANSWERED if answered else Step.WHOLE), hers


def _of_igor(reads: Reads) -> tuple[Step, int] | None:
    number = _latest(reads, reads.owner_of(_ECHO))
    if number is None or not reads.suggestions("conversation", number):
        return None
    return Step.ECHO, number


def _is_whole(reads: Reads, number: int) -> bool:
    """Whether her letter and her chat stand in one conversation."""
    handles = {m.handle for m in reads.messages(number, limit=_READ)}
    return {_LETTER, _CHAT} <= handles


def _latest(reads: Reads, owner: tuple[int, int] | None) -> int | None:
    rows = reads.conversations_of(owner[1]) if owner else []
    return max(rows, key=lambda row: row.last_at).number if rows else None
