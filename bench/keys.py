"""P2 to P4: from a key to the frame that shows what it did, through a pty."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.scene import Scene
from bench.series import ms, p50, p99
from bench.table import Figure
from bench.terminal import Frame, Terminal, python

_MARK = re.compile(rb"\x1b\[\d+;1H(?:\x1b\[[\d;]*m)*> ")
_REST_SECONDS = 0.03
_HEIGHT = 36
_BLOCK = 30


@dataclass(slots=True)
class Times:
    """Seconds from key to frame: with the cursor moving, and with the whole list moving."""

    moves: list[float] = field(default_factory=list)
    scrolls: list[float] = field(default_factory=list)


def marked(frame: Frame) -> bool:
    """Whether the cursor's row of our list was painted anew."""
    return _MARK.search(frame.painted) is not None


def any_frame(frame: Frame) -> bool:
    """Whether anything was painted; enough for a program that paints only when asked to."""
    return bool(frame.painted)


class Hand:
    """A hand at one open list; it rests between two keys as a repeating key does."""

    def __init__(self, terminal: Terminal, *, ours: bool) -> None:
        self.terminal = terminal
        self.times = Times()
        self._down, self._up = (b"j", b"k") if ours else (b"\x1b[B", b"\x1b[A")
        self._painted = marked if ours else any_frame

    def press(self, key: bytes) -> float:
        """Seconds from the key to its frame."""
        at = self.terminal.press(key)
        took = self.terminal.frame(self._painted).at - at
        self.terminal.quiet(_REST_SECONDS, _REST_SECONDS)
        return took

    def move(self, count: int) -> None:
        """Down and up again within the screen."""
        for index in range(count):
            key = self._down if index % 20 < 10 else self._up
            self.times.moves.append(self.press(key))

    def scroll(self, count: int) -> None:
        """Down below the screen's edge."""
        self.times.scrolls += [self.press(self._down) for _ in range(count)]

    def to_edge(self) -> None:
        """Go down until the next key scrolls."""
        for _ in range(_HEIGHT + 4):
            self.press(self._down)


def measure(databases: Mapping[str, Path], peers: Sequence[int], keys: int) -> list[Figure]:
    """Our list at every size, a few keys here and a few there in turn; then the peers."""
    hands: dict[str, Hand] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-keys-")))
        for index, (size, database) in enumerate(databases.items()):
            scene = Scene(folder / f"{index}", database)
            scene.without_engine()
            terminal = stack.enter_context(Terminal(scene.command(), scene.environ))
            terminal.shows(scene.first_name())
            terminal.quiet()
            hands[size] = Hand(terminal, ours=True)
        for rows in peers:
            for kind in ("DataTable", "OptionList"):
                command = python("-m", "bench.peers.lists", kind, str(rows))
                terminal = stack.enter_context(Terminal(command))
                terminal.frame(lambda frame: "Customer 1 " in frame.text, 180.0)
                terminal.quiet(1.0)
                hands[f"{kind} {rows:,}"] = Hand(terminal, ours=False)
        _in_turn(list(hands.values()), keys)
        settled = _all_at_once(hands[list(databases)[-1]].terminal)
    sizes = list(databases)
    small, large = hands[sizes[0]].times, hands[sizes[-1]].times
    beside = [name for name in hands if name not in databases]
    lines = [
        _line(size, what, hands, beside if size == sizes[-1] else [])
        for size in sizes
        for what in ("move", "scroll")
    ]
    growth = p50(large.moves) / p50(small.moves), p50(large.scrolls) / p50(small.scrolls)
    lines.append(
        Figure(
            number="P2",
            felt=f"the same, {sizes[-1]} against {sizes[0]}",
            goal="p50 <= 1.1",
            reached=f"move {growth[0]:.2f}, scroll {growth[1]:.2f}",
            beside=f"300 keys at once settle in {settled * 1000:.0f} ms",
            good=max(growth) <= 1.1,
        )
    )
    return lines


def _in_turn(hands: Sequence[Hand], keys: int) -> None:
    for _ in range(max(1, keys // _BLOCK)):
        for hand in hands:
            hand.move(_BLOCK)
    for hand in hands:
        hand.to_edge()
    for _ in range(max(1, keys // _BLOCK)):
        for hand in hands:
            hand.scroll(_BLOCK)


def _all_at_once(terminal: Terminal) -> float:
    at = terminal.press(b"j" * 300)
    return max(frame.at for frame in terminal.quiet(0.5) if marked(frame)) - at


def _line(size: str, what: str, hands: Mapping[str, Hand], beside: Sequence[str]) -> Figure:
    own = _times(hands[size], what)
    middle, tail = p50(own) * 1000, p99(own) * 1000
    limits = (4, 10) if what == "move" else (12, 12)
    peers = (
        f"{name} {ms(p50(times))} / {ms(p99(times))}"
        for name in beside
        for times in [_times(hands[name], what)]
    )
    return Figure(
        number="P2",
        felt=f"key to painted frame: {what}, {size}",
        goal="p50 <= 4, p99 <= 10 ms" if what == "move" else "p99 <= 12 ms",
        reached=f"p50 {middle:.1f}, p99 {tail:.1f} ms ({len(own)} keys)",
        beside=", ".join(peers),
        good=middle <= limits[0] and tail <= limits[1],
    )


def _times(hand: Hand, what: str) -> list[float]:
    return hand.times.moves if what == "move" else hand.times.scrolls
