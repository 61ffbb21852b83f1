"""What somebody said on several channels, and whether it is one conversation with one history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnidesk.core.model import DeliveryState, Direction

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.core.store import Reads, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A customer's matter: its conversation, the labels of its channels, where it was answered.

    `wrong` is all that keeps it from being one conversation that was answered as he asked.
    """

    number: int | None
    labels: tuple[str, ...]
    answered: str
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        if self.wrong:
            return f"NOT ONE CONVERSATION: {'; '.join(self.wrong)}"
        ways = ", ".join(self.labels)
        return f"one conversation #{self.number}: {ways}; answered in {self.answered} as asked"


def settle(reads: Reads, said: Mapping[str, Sequence[str]], arrived: Counter[str]) -> Matter | None:
    """Hold what he said (external ids by channel) and what arrived against the store.

    None where he said nothing on any channel.
    """
    if not any(said.values()):
        return None
    seen = {(way, id_): reads.seen_external(way, id_) for way, ids in said.items() for id_ in ids}
    places = {reads.kept_by(found.conversation) for found in seen.values() if found}
    number = min(places, default=None)
    messages = reads.messages(number, limit=500) if number is not None else []
    answers = [m for m in messages if m.direction is Direction.OUT and not m.automatic]
    able = {c.name: c.capabilities for c in reads.channels()}
    labels = {name: one.label or name for name, one in able.items()}
    ways = dict.fromkeys(m.channel for m in messages if m.direction is not Direction.NOTE)
    return Matter(
        number=number,
        labels=tuple(labels.get(way, way) for way in ways),
        answered=labels.get(answers[-1].channel, "") if answers else "",
        wrong=(
            *_place(reads, seen, places),
            *_history(messages, seen),
            *_acknowledgement(messages),
            *_wish(reads, number, answers, arrived),
        ),
    )


def _place(
    reads: Reads, seen: Mapping[tuple[str, str], Seen | None], places: set[int]
) -> list[str]:
    """One conversation of one contact, who has no other."""
    wrong = []
    for way in dict.fromkeys(way for way, _ in seen):
        lost = sum(found is None for (by, _), found in seen.items() if by == way)
        wrong += [f"{lost} lost by {way}"] if lost else []
    if len(places) > 1:
        wrong.append(f"it stands in {', '.join(f'#{number}' for number in sorted(places))}")
    handles = {found.handle for found in seen.values() if found and found.handle}
    owners = {owner[1] for handle in handles if (owner := reads.owner_of(handle))}
    if len(owners) > 1:
        wrong.append(f"it is {len(owners)} contacts'")
    theirs = {row.number for owner in owners for row in reads.conversations_of(owner)}
    if theirs - places:
        wrong.append(
            f"there is {', '.join(f'#{number}' for number in sorted(theirs - places))} too"
        )
    return wrong


def _history(messages: Sequence[Message], seen: Mapping[tuple[str, str], Seen | None]) -> list[str]:
    """All that he said once, and nothing of anybody else; what agents logged is theirs."""
    stand = Counter(m.id for m in messages if m.direction is Direction.IN and m.author is None)
    his = Counter(found.id for found in seen.values() if found)
    wrong = []
    if stand - his:
        wrong.append(f"{(stand - his).total()} of its messages are doubled or another's")
    if his - stand:
        wrong.append(f"{(his - stand).total()} of his messages stand elsewhere")
    return wrong


def _acknowledgement(messages: Sequence[Message]) -> list[str]:
    """His first message was acknowledged by the channel that it came by."""
    first = messages[0].channel if messages else None
    if any(m.direction is Direction.OUT and m.automatic and m.channel == first for m in messages):
        return []
    return ["his first message was not acknowledged"]


def _wish(
    reads: Reads, number: int | None, answers: Sequence[Message], arrived: Counter[str]
) -> list[str]:
    """Every answer left by the channel that he asked for, and arrived once."""
    found = reads.conversation(number) if number is not None else None
    contact = reads.contact(found.contact) if found else None
    wish = contact.wish if contact else None
    if wish is None:
        return ["his wish is not noted"]
    if not answers:
        return ["he was not answered"]
    wrong = [f"answered by {m.channel}, asked for {wish}" for m in answers if m.channel != wish]
    for answer in answers:
        times = arrived[answer.message_id or answer.external_id or ""]
        sent = answer.delivery is not None and answer.delivery.state is DeliveryState.SENT
        if not sent or times != 1:
            wrong.append(f"an answer arrived {times} times")
    return wrong
