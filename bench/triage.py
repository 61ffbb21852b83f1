"""A day's triage in a real terminal, every key press counted.

python -m bench.triage
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.triage_plan import TEMPLATES, Kind, left_in_inbox, morning, name_of
from tests.ui.house import House, house
from tests.ui.terminal import Terminal

HOME_ROW = frozenset("asdfghjkl;")
LETTERS = frozenset("qwertyuiopasdfghjkl;zxcvbnm,./")
_BYTES = {"Esc": "\x1b", "Enter": "\r", "^T": "\x14"}
_SHOWS = {"r": "REPLY by", "n": "NOTE on", "^T": "TEMPLATE", "Esc": "BEFORE IT GOES"}
_SHOWS |= {"a": "whose?", "t": "tags of", "b": "tomorrow 9:00"}
_TITLE = re.compile(r"│ #(\d+) ")
_VIEW = "gu"  # Unassigned: what is given to somebody is off the list
_MOST_STEPS = 60
_PASSING = "choosing the view, passing by"


@dataclass(slots=True)
class Tally:
    """Presses of one kind: commands by key, letters of what was typed."""

    conversations: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    letters: int = 0


class Hand:
    """Reads the screen, decides what is under the cursor, and counts what it presses."""

    def __init__(self, terminal: Terminal, plan: Mapping[int, Kind]) -> None:
        self._terminal = terminal
        self._plan = plan
        self._undecided = set(plan)
        self.tallies: dict[str, Tally] = {kind.name: Tally() for kind in plan.values()}

    @property
    def number(self) -> int | None:
        """The conversation that the screen shows."""
        title = _TITLE.search(self._terminal.glass.rows[1])
        return int(title[1]) if title else None

    def begin(self) -> None:
        """Go to the view that is worked off."""
        for key in _VIEW:
            self._press(key, None)
        if _VIEW:
            self._terminal.wait_shown("Unassigned, nobody's yet")

    def work(self) -> None:
        """Decide every conversation."""
        while self._undecided:
            self._pass_by()
            number = self.number
            assert number is not None
            kind = self._plan[number]
            self.tallies[kind.name].conversations += 1
            self._undecided.remove(number)
            for key in kind.keys:
                self._do(key, kind, number)
            if kind.keys[-1] != "next":
                self._terminal.wait(lambda here=number: self.number != here)  # type: ignore[misc]

    def _do(self, key: str, kind: Kind, number: int) -> None:
        if key == "words":
            self._terminal.type(kind.typed)
            self.tallies[kind.name].letters += len(kind.typed)
            self._terminal.wait_shown(kind.typed)
        elif key == "next":
            self._press("J", kind)
            self._terminal.wait(lambda: self.number != number)
        else:
            self._press(key, kind)
            if key in _SHOWS:
                self._terminal.wait_shown(_SHOWS[key])
            elif kind.keys[1:2] == ("^T",) and key not in ("c", "s"):
                self._terminal.wait_shown("Hello")
            else:
                self._gone()

    def _press(self, key: str, kind: Kind | None) -> None:
        name = kind.name if kind is not None else _PASSING
        self.tallies.setdefault(name, Tally()).commands[key] += 1
        self._terminal.type(_BYTES.get(key, key))

    def _gone(self) -> None:
        """Every question is off the screen."""
        asked = (*_SHOWS.values(), "TEMPLATE")
        self._terminal.wait(lambda: not any(words in self._terminal.glass.text for words in asked))

    def _pass_by(self) -> None:
        """Press J until something undecided is under the cursor."""
        for _ in range(_MOST_STEPS):
            here = self.number
            if here in self._undecided:
                return
            self._press("J", None)
            self._terminal.wait(lambda there=here: self.number != there)  # type: ignore[misc]
        raise AssertionError(f"J never came to one of {self._undecided}")


async def fill(acme: House, kinds: Sequence[Kind]) -> dict[int, Kind]:
    """The conversations on a store; which number is of which kind."""
    plan = {}
    for at, kind in enumerate(kinds):
        who = "x" * (at + 1)  # an address and a chat number of his own
        number = await acme.says(
            who, kind.text, subject=kind.subject, name=name_of(at), channel=kind.channel
        )
        plan[number] = kind
    return plan


async def amiss(acme: House, plan: Mapping[int, Kind]) -> list[str]:
    """What is not as planned in the store; nothing where all is."""
    found = []
    for number, kind in plan.items():
        opened = await acme.desk.open(number)
        stands = opened.conversation
        is_now = str(stands.state), stands.assignee, stands.tags
        if is_now != (kind.state, kind.assignee, kind.tags):
            found.append(f"#{number} {kind.name}: {is_now}")
        added = [(str(m.direction), m.text) for m in opened.messages[1:]]
        if not _as_said(added, kind):
            found.append(f"#{number} {kind.name}: {added}")
    left = (await acme.desk.counts())["inbox"]
    if left != left_in_inbox(plan.values()):
        found.append(f"{left} are left, {left_in_inbox(plan.values())} were planned")
    return found


def _as_said(added: list[tuple[str, str]], kind: Kind) -> bool:
    """Whether exactly what was planned was added to a conversation."""
    if kind.said is None or len(added) != 1:
        return kind.said is None and not added
    direction, text = added[0]
    return direction == kind.said[0] and kind.said[1] in text


def table(tallies: Mapping[str, Tally], left: int, seconds: float) -> str:
    """Presses by kind, in total, and key by key."""
    lines = [f"{'kind':<38} {'n':>3} {'commands':>9} {'each':>6} {'typed':>6}"]
    for name, tally in tallies.items():
        each = tally.commands.total() / max(1, tally.conversations)
        lines.append(
            f"{name:<38} {tally.conversations:>3} {tally.commands.total():>9} {each:>6.1f} "
            f"{tally.letters:>6}"
        )
    count = sum(tally.conversations for tally in tallies.values())
    keys = sum((tally.commands for tally in tallies.values()), Counter[str]())
    typed = sum(tally.letters for tally in tallies.values())
    what = f"{keys.total()} key presses and {typed} letters of replies, notes and tags"
    lines += [
        f"{'all':<38} {count:>3} {keys.total():>9} {keys.total() / count:>6.2f} {typed:>6}",
        "",
        f"{count} conversations, {what}; {left} left in the inbox; {seconds:.0f} s",
        f"on the home row:      {_told(keys, HOME_ROW)}",
        f"beside the home row:  {_told(keys, LETTERS - HOME_ROW)}",
        f"farther away:         {_told(keys, None)}",
    ]
    return "\n".join(lines)


def _told(keys: Counter[str], among: frozenset[str] | None) -> str:
    """The keys of a part of the keyboard, most pressed first; None: those of no letter."""
    here = [
        (key, count)
        for key, count in keys.most_common()
        if (key.lower() in among if among is not None else key.lower() not in LETTERS)
    ]
    total = sum(count for _, count in here)
    return f"{total:>4}  ({', '.join(f'{key} {count}' for key, count in here)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A morning that was worked off; `amiss` is what the store has otherwise than planned."""

    table: str
    conversations: int
    commands: int
    amiss: list[str]


async def triage(folder: Path, share: int = 1) -> Worked:
    """Work a morning off, or a share of it, in a terminal of its own."""
    templates = folder / "templates"
    templates.mkdir()
    for name, text in TEMPLATES.items():
        (templates / f"{name}.txt").write_text(text, encoding="utf-8")
    async with house(folder) as acme:
        plan = await fill(acme, morning(share))
        words = "--undo", "0", "--with", "ivan", "--templates", str(templates)
        began = time.monotonic()
        with Terminal(acme.store.path, words=words) as terminal:
            hand = Hand(terminal, plan)
            await asyncio.to_thread(_work, terminal, hand)
        seconds = time.monotonic() - began
        left = (await acme.desk.counts())["inbox"]
        return Worked(
            table=table(hand.tallies, left, seconds),
            conversations=len(plan),
            commands=sum(tally.commands.total() for tally in hand.tallies.values()),
            amiss=await amiss(acme, plan),
        )


def _work(terminal: Terminal, hand: Hand) -> None:
    terminal.wait(lambda: hand.number is not None)
    hand.begin()
    hand.work()
    terminal.type("\x11")
    assert terminal.ended() == 0


def main() -> int:
    """The program; 1 where the store is not as planned."""
    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        worked = asyncio.run(triage(Path(folder)))
    print(worked.table)
    for line in worked.amiss:
        print(f"NOT AS PLANNED: {line}")
    return 1 if worked.amiss else 0


if __name__ == "__main__":
    sys.exit(main())
