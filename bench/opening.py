"""P4: open a conversation, then the next one, through a pty."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from bench.scene import Scene
from bench.series import ms, p50, p99
from bench.table import Figure
from bench.terminal import Frame, Terminal

_NUMBER = re.compile(r"#(\d+) ")


def measure(databases: Mapping[str, Path], count: int) -> tuple[list[Figure], list[float]]:
    """`j` and Enter typed at once: until the frame that shows the new conversation's number."""
    times: dict[str, list[float]] = {size: [] for size in databases}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-open-")))
        terminals = {}
        for index, (size, database) in enumerate(databases.items()):
            scene = Scene(folder / f"{index}", database)
            scene.without_engine()
            terminal = stack.enter_context(Terminal(scene.command(), scene.environ))
            terminal.shows(scene.first_name())
            terminal.quiet(0.3)
            terminals[size] = terminal
        shown = dict.fromkeys(databases, "")
        for _ in range(count):
            for size, terminal in terminals.items():
                took, shown[size] = _open(terminal, shown[size])
                times[size].append(took)
    figures = [
        Figure(
            number="P4",
            felt=f"open the next conversation, {size}",
            goal="p99 <= 33 ms",
            reached=f"p50 {ms(p50(took))}, p99 {ms(p99(took))} ms ({len(took)} opened)",
            good=p99(took) <= 0.033,
        )
        for size, took in times.items()
    ]
    return figures, [p50(took) for took in times.values()]


def _open(terminal: Terminal, before: str) -> tuple[float, str]:
    at = terminal.press(b"j\r")
    number = ""

    def another(frame: Frame) -> bool:
        nonlocal number
        found = _NUMBER.search(frame.text)
        number = found[1] if found else ""
        return bool(number) and number != before

    took = terminal.frame(another).at - at
    terminal.quiet(0.06, 0.3)
    terminal.press(b"q")
    terminal.quiet(0.06, 0.3)
    return took, number
