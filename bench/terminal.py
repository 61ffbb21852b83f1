"""A terminal on a pty that answers as a modern one does, and sees where each frame ends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]
_QUERY = re.compile(rb"\x1b\[\?(\d+)\$p")
_SYNC = b"2026"
_END = b"\x1b[?2026l"
_CODES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class NoFrame(Exception):
    """The program did not paint in time what was waited for."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What was painted between two moments of the screen's choosing; `at` is its end."""

    at: float
    painted: bytes

    @property
    def text(self) -> str:
        """Its words without colours and places."""
        return _CODES.sub(b"", self.painted).decode("utf-8", errors="replace")


class Terminal:
    """One program in a terminal of its own.

    `began` is the moment before exec; times are of time.perf_counter, in seconds.
    """

    def __init__(
        self,
        command: Iterable[str],
        environ: Mapping[str, str] | None = None,
        *,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self._command = list(command)
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        self._environ = environment(**(environ or {}))
        self._rest = b""
        self._process: subprocess.Popen[bytes] | None = None
        self._master = -1
        self.began = 0.0

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=ROOT,
            env=self._environ,
        )
        os.close(slave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(20)
        os.close(self._master)

    def end(self, seconds: float) -> None:
        """Ask the program to end (SIGTERM), and wait for it."""
        assert self._process is not None
        self._process.terminate()
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def cpu(self) -> float:
        """Seconds of processor that the program has used, user and system, all its threads."""
        return time.clock_gettime((~self.pid << 3) | 2)  # clock_getcpuclockid(3)

    def press(self, keys: bytes) -> float:
        """Type; when it was typed."""
        at = time.perf_counter()
        os.write(self._master, keys)
        return at

    def shows(self, words: str, seconds: float = 30.0) -> Frame:
        """The next frame that has these words."""
        return self.frame(lambda frame: words in frame.text, seconds)

    def frame(self, wanted: Callable[[Frame], bool], seconds: float = 30.0) -> Frame:
        """The next frame that is wanted; NoFrame where none comes in time."""
        deadline = time.perf_counter() + seconds
        seen = b""
        while True:
            head, end, tail = self._rest.partition(_END)
            if end:
                self._rest = tail
                frame = Frame(self._at, head)
                if wanted(frame):
                    return frame
                seen = head
                continue
            if not self._read(deadline - time.perf_counter()):
                text = Frame(0.0, seen + self._rest).text
                raise NoFrame(f"{' '.join(self._command[:4])}: {text[-600:]!r}")

    def quiet(self, seconds: float = 0.15, most: float = 10.0) -> list[Frame]:
        """Read until nothing came for so long; the frames that ended meanwhile."""
        deadline = time.perf_counter() + most
        frames: list[Frame] = []
        while self._read(min(seconds, deadline - time.perf_counter())):
            while _END in self._rest:
                head, _, self._rest = self._rest.partition(_END)
                frames.append(Frame(self._at, head))
        return frames

    _at = 0.0

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            came = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self._at = time.perf_counter()
        for mode in _QUERY.findall(came):
            known = b"2" if mode == _SYNC else b"0"
            os.write(self._master, b"\x1b[?" + mode + b";" + known + b"$y")
        self._rest += came
        return True


def environment(**more: str) -> dict[str, str]:
    """What every measured program is started with: a plain modern terminal, byte code kept."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "TEXTUAL", "OMNIDESK", "COV_", "TMUX"))
    }
    return (
        kept
        | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        | more
    )


def python(*words: str) -> list[str]:
    """A command of the interpreter that runs the bench, no shim before it."""
    return [sys.executable, *words]


def memory(pid: int) -> tuple[float, float]:
    """Megabytes that a process holds now, and held at most (VmRSS and VmHWM of proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = dict(line.split(":", 1) for line in status.splitlines())
    return tuple(int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def processor_of(pid: int) -> float:
    """Seconds of processor that any process of ours has used."""
    return time.clock_gettime((~pid << 3) | 2)


def children_cpu() -> float:
    """Seconds of processor of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
