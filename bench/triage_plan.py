"""Fifty conversations of a morning, and what shall become of each."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TEMPLATES: Final = {
    "delivery": "Hello {{ contact.first_name }},\n\nit left today and comes within two days.\n",
    "fault": "Hello {{ contact.first_name }},\n\nsorry for that! We send a new one today.\n",
    "labels": "Hello {{ contact.first_name }},\n\na label for the way back is in your account.\n",
}


_FIRST: Final = [
    "Anna",
    "Boris",
    "Clara",
    "Dmitri",
    "Emma",
    "Fedor",
    "Greta",
    "Hugo",
    "Irina",
    "Jonas",
]
_LAST: Final = ("Adler", "Belova", "Carter", "Dunn", "Egorova")


def name_of(at: int) -> str:
    """A name for each of fifty customers."""
    return f"{_FIRST[at % len(_FIRST)]} {_LAST[at // len(_FIRST) % len(_LAST)]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of conversation, how many there are, and what an agent does about each.

    `keys` are the commands: `words` stands where `typed` is typed, `next` where the hand goes on.
    """

    name: str
    count: int
    channel: str
    subject: str
    text: str
    keys: tuple[str, ...]
    typed: str = ""
    state: str = "closed"
    tags: tuple[str, ...] = ()
    said: tuple[str, str] | None = None

    @property
    def assignee(self) -> str | None:
        """Whose it is then: whoever replies takes it."""
        if self.keys[0] == "a":
            return "ivan"
        return "anna" if self.said is not None and self.said[0] == "out" else None

    @property
    def stays(self) -> bool:
        """Whether it is still in the inbox when it is decided."""
        return self.state in ("open", "waiting")


_ANSWER: Final = "Yes, until six, also on Saturday."
_ASK: Final = "Which colour is it, please?"
_FACT: Final = "the warehouse has two of these left"

KINDS: Final = (
    Kind(
        name="where is my parcel: template", count=10, channel="support", subject="Where is it",
        text="I have waited for a week. Where is it?", keys=("r", "^T", "d", "Esc", "c"),
        said=("out", "it left today"),
    ),
    Kind(
        name="it is broken: template", count=5, channel="support", subject="Broken",
        text="It came in pieces.", keys=("r", "^T", "f", "Esc", "c"),
        said=("out", "We send a new one today"),
    ),
    Kind(
        name="a question in the chat: typed", count=5, channel="shop-bot", subject="",
        text="Are you open late?", keys=("r", "words", "Esc", "c"), typed=_ANSWER,
        said=("out", _ANSWER),
    ),
    Kind(
        name="we must ask back: typed, left open", count=3, channel="support", subject="Spare part",
        text="Send me the spare part.", keys=("r", "words", "Esc", "s", "next"), typed=_ASK,
        state="waiting", said=("out", _ASK),
    ),
    Kind(
        name="thanks: close", count=6, channel="shop-bot", subject="", text="Thank you, all fine!",
        keys=("e",),
    ),
    Kind(
        name="newsletter: close", count=5, channel="support", subject="Our weekly offers",
        text="Ten per cent off everything.", keys=("e",),
    ),
    Kind(
        name="spam", count=4, channel="support", subject="You have won", text="Click here.",
        keys=("!",), tags=("spam",),
    ),
    Kind(
        name="the bookkeeper's: assign", count=5, channel="support", subject="Invoice",
        text="The VAT number is wrong.", keys=("a", "i", "next"), state="open",
    ),
    Kind(
        name="tomorrow's: snooze", count=3, channel="support", subject="Pick-up",
        text="I come tomorrow.", keys=("b", "d"), state="snoozed",
    ),
    Kind(
        name="wholesale: tag", count=2, channel="support", subject="Wholesale",
        text="We want two hundred.", keys=("t", "words", "Enter", "next"), typed="b2b",
        state="open", tags=("b2b",),
    ),
    Kind(
        name="a fact for the others: note", count=1, channel="support", subject="Stock",
        text="How many are there?", keys=("n", "words", "Esc", "s", "next"), typed=_FACT,
        state="open", said=("note", _FACT),
    ),
    Kind(
        name="not now: next", count=1, channel="support", subject="Long story",
        text="It is a long story.", keys=("next",), state="open",
    ),
)  # fmt: skip


def morning(share: int = 1) -> list[Kind]:
    """All of them in the order in which they came; with a share of 3, a third of each kind."""
    kinds = [kind for kind in KINDS for _ in range(max(1, kind.count // share))]
    random.Random(50).shuffle(kinds)
    return kinds


def left_in_inbox(kinds: Iterable[Kind]) -> int:
    """How many stay in the inbox when all are decided."""
    return sum(kind.stays for kind in kinds)
