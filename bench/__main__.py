"""Measure, and print the table: `python -m bench [--quick] [--only P1,P6] [--markdown]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import backlog, busy, counts, finding, keys, live, machine, opening, page, start
from bench.fill import Size, folder, store_of
from bench.table import Figure, as_text
from bench.terminal import NoFrame

_ALL = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9", "P10", "P12")
_WITH = {"P8": "P7", "P11": "P4"}
"""What is measured together with another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    small: Size
    large: Size
    long_lists: tuple[Size, Size]
    starts: int
    keys: int
    peer_rows: tuple[int, ...]
    opened: int
    searches: int
    letters: int
    rounds: int
    busy_letters: int
    pushes: int
    idle_seconds: float


QUICK = Scale(
    small=Size(2_000, 10_000),
    large=Size(10_000, 50_000),
    long_lists=(Size(1_000, 1_000, True), Size(50_000, 50_000, True)),
    starts=5,
    keys=120,
    peer_rows=(1_000,),
    opened=40,
    searches=5,
    letters=1_000,
    rounds=1,
    busy_letters=3_000,
    pushes=15,
    idle_seconds=8.0,
)
FULL = Scale(
    small=Size(2_000, 10_000),
    large=Size(200_000, 1_000_000),
    long_lists=(Size(1_000, 1_000, True), Size(1_000_000, 1_000_000, True)),
    starts=11,
    keys=180,
    peer_rows=(1_000, 20_000),
    opened=120,
    searches=20,
    letters=5_000,
    rounds=3,
    busy_letters=8_000,
    pushes=60,
    idle_seconds=30.0,
)


class Run:
    """One run: each part gives its lines, and a part that fails says why in its line."""

    def __init__(self, scale: Scale, *, instructions: bool) -> None:
        self._scale = scale
        self._instructions = instructions
        self._places = {_said(size): size for size in (scale.small, scale.large)}

    def part(self, number: str) -> list[Figure]:
        """The lines of one number."""
        parts: dict[str, Callable[[], list[Figure]]] = {
            "P1": self._start,
            "P2": self._keys,
            "P3": self._busy,
            "P4": self._opening,
            "P5": self._search,
            "P6": self._backlog,
            "P7": lambda: asyncio.run(live.measure(self._scale.pushes)),
            "P9": self._memory,
            "P10": lambda: [asyncio.run(live.idle(self._scale.idle_seconds))],
            "P12": self._counts,
        }
        began = time.monotonic()
        try:
            return parts[number]()
        except (NoFrame, OSError, RuntimeError, TimeoutError) as error:
            why = f"{type(error).__name__}: {error}"[:200]
            return [Figure(number=number, felt="not measured", goal="", reached=why, good=False)]
        finally:
            sys.stderr.write(f"bench: {number} took {time.monotonic() - began:.0f} s\n")

    def _databases(self) -> dict[str, Path]:
        return {said: store_of(size) for said, size in self._places.items()}

    def _start(self) -> list[Figure]:
        figures, growth = start.measure(self._databases(), self._scale.starts)
        figures.append(_growth("start", *growth))
        if self._instructions:
            figures.append(start.instructions(store_of(self._scale.large)))
        return figures

    def _keys(self) -> list[Figure]:
        lists = {f"{_short(s.conversations)} rows": store_of(s) for s in self._scale.long_lists}
        return keys.measure(lists, self._scale.peer_rows, self._scale.keys)

    def _busy(self) -> list[Figure]:
        name = f"{_short(self._scale.large.messages)} messages"
        return busy.measure(self._scale.large, name, self._scale.busy_letters)

    def _opening(self) -> list[Figure]:
        figures, growth = opening.measure(self._databases(), self._scale.opened)
        return [*figures, _growth("open a conversation", *growth)]

    def _search(self) -> list[Figure]:
        figures, growth = asyncio.run(finding.measure(self._databases(), self._scale.searches))
        return [*figures, _growth("search", *growth)]

    def _backlog(self) -> list[Figure]:
        scale = self._scale
        with tempfile.TemporaryDirectory(prefix="backlog-", dir=folder()) as place:
            figures, taken = backlog.measure(Path(place), scale.letters, scale.rounds)
            return figures + asyncio.run(finding.beside_notmuch(taken, scale.letters, 5))

    def _memory(self) -> list[Figure]:
        return [live.screen_memory(place, size) for size, place in self._databases().items()]

    def _counts(self) -> list[Figure]:
        return [counts.statements(), *asyncio.run(counts.frames(store_of(self._scale.large)))]


def _growth(what: str, small: float, large: float) -> Figure:
    return Figure(
        number="P11",
        felt=f"growth: {what}, the larger store against the smaller",
        goal="<= 1.3",
        reached=f"{large / small:.2f} at p50",
        good=large / small <= 1.3,
    )


def _short(count: int) -> str:
    return f"{count // 1_000_000}M" if count >= 1_000_000 else f"{count // 1000}k"


def _said(size: Size) -> str:
    return f"{_short(size.conversations)} conversations, {_short(size.messages)} messages"


def main() -> int:
    """The program; 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10k conversations, about 2 minutes")
    parser.add_argument("--only", default="", help="some numbers, as P1,P6")
    parser.add_argument("--markdown", action="store_true", help="write docs/performance.md")
    parser.add_argument("--instructions", action="store_true", help="P1 under callgrind, too")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    wanted = {_WITH.get(n, n) for n in given.only.upper().split(",") if n} or set(_ALL)
    if unknown := wanted - set(_ALL):
        parser.error(f"not a number of the table: {', '.join(sorted(unknown))}")
    run = Run(QUICK if given.quick else FULL, instructions=given.instructions)
    facts = machine.facts()
    figures = [figure for number in _ALL if number in wanted for figure in run.part(number)]
    facts += f"; load {os.getloadavg()[0]:.1f} at the end"
    print(f"{facts}\n")
    print(as_text(figures))
    if given.markdown:
        size = "quick" if given.quick else "full"
        page.write(f"{datetime.now(UTC):%d %B %Y}, {size} run: {facts}.", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
