"""A terminal made of a pty: what a program writes, byte by byte, and what is typed into it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
_NOT_PASSED_ON = ("TEXTUAL", "COLORTERM", "LC_", "LANG", "NO_COLOR", "COLUMNS", "LINES")
_PATIENCE = 20.0
_OURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    """Runs `tests.ui.run_screen` on a store, in a window of a given size."""

    def __init__(self, database: Path, *, size: tuple[int, int] = (120, 40), **env: str) -> None:
        self._database = database
        self._size = size
        self._env = env
        self._answered = 0
        self.raw = b""

    def __enter__(self) -> Self:
        self._master, slave = os.openpty()
        self._fit(self._size)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED_ON)
        }
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.run_screen", str(self._database)],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **self._env},
        )
        os.close(slave)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._program.poll() is None:
            self._program.kill()
        self._program.wait(_PATIENCE)
        os.close(self._master)

    def _fit(self, size: tuple[int, int]) -> None:
        columns, lines = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        """The window gets another size."""
        self._fit((columns, lines))
        self._program.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """The line is gone, and the program is told."""
        self._program.send_signal(signal.SIGHUP)

    def type(self, keys: str | bytes) -> None:
        """Press keys: text, or the bytes that a terminal sends for them."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def wait(self, holds: Callable[[], bool]) -> None:
        """Read on until something holds; fail where it never does."""
        end = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < end, f"never came; the last was {self.text[-2000:]!r}"
            self._read(0.05)

    def wait_for(self, words: str) -> None:
        """Read on until these words were painted since the last `forget`."""
        self.wait(lambda: words in self.text)

    def ended(self) -> int:
        """Read to the program's end; its exit code."""
        self.wait(lambda: self._program.poll() is not None)
        while self._read(0.05):
            pass
        return self._program.returncode

    def forget(self) -> None:
        """Look only at what is painted from now on."""
        while self._read(0.1):
            pass
        self.raw = b""
        self._answered = 0

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self.raw += os.read(self._master, 65536)
        except OSError:
            return False
        if b"\x1b[?2026$p" in self.raw[self._answered :]:
            self.type("\x1b[?2026;2$y")
            self._answered = len(self.raw)
        return True

    @property
    def text(self) -> str:
        """What was painted, without the sequences that place and colour it."""
        return _OURS.sub("", self.raw.decode(errors="replace"))
