"""What runs on this machine, as /proc tells it."""

from __future__ import annotations

import time
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and all that it and its children started."""
    parents = {child: parent for child, parent, _ in _all()}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def arguments(pid: int) -> list[str]:
    """The command line of a process; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")[:-1]
    except OSError:
        return []


def mentioning(text: str) -> list[list[str]]:
    """The command lines of living processes in which a text stands."""
    found = [arguments(pid) for pid, _, _ in _all()]
    return [words for words in found if any(text in word for word in words)]


def left_of(pids: list[int], seconds: float) -> list[list[str]]:
    """The command lines of those that still live when so many seconds are over."""
    deadline = time.monotonic() + seconds
    while True:
        living = {pid for pid, _, state in _all() if state != "Z"}
        left = [arguments(pid) for pid in pids if pid in living]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def _all() -> list[tuple[int, int, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            after_name = (entry / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
        except OSError:
            continue
        found.append((int(entry.name), int(after_name[1]), after_name[0]))
    return found
