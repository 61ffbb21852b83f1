"""P1: from exec to the first painted inbox, beside Textual's bare hello."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.scene import Scene
from bench.series import p50
from bench.table import Figure
from bench.terminal import NoFrame, Terminal, python

HELLO = python("-m", "bench.peers.hello")
_SECONDS = 8.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took, in seconds."""

    cpu: float
    wall: float


def started(command: list[str], seen: str, environ: Mapping[str, str]) -> Start:
    """Start a program and wait for a frame that shows these words.

    A program whose first frame comes before the terminal's answer does not mark that frame's end;
    it is started anew.
    """
    for _ in range(_TRIES):
        with suppress(NoFrame):
            return _started(command, seen, environ)
    return _started(command, seen, environ)


def _started(command: list[str], seen: str, environ: Mapping[str, str]) -> Start:
    with Terminal(command, environ) as terminal:
        frame = terminal.shows(seen, _SECONDS)
        return Start(terminal.cpu(), frame.at - terminal.began)


def measure(databases: Mapping[str, Path], runs: int) -> tuple[list[Figure], list[float]]:
    """A line for each store, started in turn with the hello, and its p50 of CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
        lines = [
            _beside_hello(Scene(Path(folder) / f"{index}", database), size, runs)
            for index, (size, database) in enumerate(databases.items())
        ]
    return [figure for figure, _ in lines], [cpu for _, cpu in lines]


def _beside_hello(scene: Scene, size: str, runs: int) -> tuple[Figure, float]:
    name, environ = scene.first_name(), scene.environ
    scene.without_engine()
    ours, hellos = [], []
    for run in range(runs + 2):
        hello = started(HELLO, "Hello, World!", environ)
        our = started(scene.command(), name, environ)
        if run > 1:  # the first two fill caches: byte code, the seat, the system's pages
            hellos.append(hello)
            ours.append(our)
    ratio = p50([o.cpu / h.cpu for o, h in zip(ours, hellos, strict=True)])
    cpu, hello_cpu = p50([o.cpu for o in ours]), p50([h.cpu for h in hellos])
    wall, hello_wall = p50([o.wall for o in ours]), p50([h.wall for h in hellos])
    figure = Figure(
        number="P1",
        felt=f"start, exec to the painted inbox, {size}",
        goal="CPU <= 1.20 of hello",
        reached=f"{ratio:.2f} ({cpu * 1000:.0f} ms CPU, {wall * 1000:.0f} ms wall)",
        beside=f"hello {hello_cpu * 1000:.0f} ms CPU, {hello_wall * 1000:.0f} ms wall, {runs} runs",
        good=ratio <= 1.20,
    )
    return figure, cpu


def instructions(database: Path) -> Figure:
    """The same in instructions, counted by callgrind up to the painted frame."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
        scene = Scene(Path(folder) / "scene", database)
        scene.without_engine()
        seen = scene.first_name()
        started(scene.command(), seen, scene.environ)
        started(HELLO, "Hello, World!", scene.environ)
        out = Path(folder) / "callgrind"
        ours = _counted(scene.command(), seen, scene.environ, out.with_suffix(".ours"))
        hello = _counted(HELLO, "Hello, World!", scene.environ, out.with_suffix(".hello"))
    ratio = ours / hello
    return Figure(
        number="P1",
        felt="the same in instructions (callgrind)",
        goal="<= 1.15 of hello",
        reached=f"{ratio:.2f} ({ours / 1e6:,.0f} million)",
        beside=f"hello {hello / 1e6:,.0f} million",
        good=ratio <= 1.15,
    )


def _counted(command: list[str], seen: str, environ: Mapping[str, str], out: Path) -> int:
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "-q"]
    with Terminal([*valgrind, *command], environ) as terminal:
        terminal.shows(seen, 300.0)
        terminal.end(120.0)  # at its frame: what it did after it does not count
    total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if total is None:
        raise RuntimeError(f"callgrind counted nothing of {' '.join(command[:4])}")
    return int(total[1])
