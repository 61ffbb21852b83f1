"""A terminal made of a pty: what a program writes, byte by byte, and what is typed into it."""

from __future__ import annotations

import codecs
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

from tests.ui.glass import Glass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
_NOT_PASSED_ON = ("TEXTUAL", "COLORTERM", "LC_", "LANG", "NO_COLOR", "COLUMNS", "LINES")
_PATIENCE = 20.0
_PIECE = 1024
_OURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    """Runs `tests.ui.run_screen` on a store, in a window of a given size.

    `words` go to it behind the store's path; `program` is run in its place.
    """

    def __init__(
        self,
        database: Path,
        *,
        size: tuple[int, int] = (120, 40),
        words: Sequence[str] = (),
        program: Sequence[str] = (),
        **env: str,
    ) -> None:
        run_screen = (sys.executable, "-m", "tests.ui.run_screen", str(database), *words)
        self._command = list(program or run_screen)
        self._size = size
        self.glass = Glass(*size)
        self._env = env
        self._answered = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.raw = b""

    def __enter__(self) -> Self:
        self._master, slave = os.openpty()
        self._fit(self._size)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED_ON)
        }
        self._program = subprocess.Popen(
            self._command,
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
        self.glass.resize(columns, lines)
        self._program.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """The line is gone, and the program is told."""
        self._program.send_signal(signal.SIGHUP)

    @property
    def pid(self) -> int:
        """The program's process, which leads a session of its own."""
        return self._program.pid

    def kill(self) -> None:
        """SIGKILL: the program is gone without a word."""
        self._program.kill()
        self._program.wait(_PATIENCE)

    def type(self, keys: str | bytes) -> None:
        """Press keys: text, or the bytes that a terminal sends for them."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def wait(self, holds: Callable[[], bool]) -> None:
        """Read on until something holds; fail where it never does."""
        end = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < end, f"never came; the last was {self.text[-2000:]!r}"
            self._read(0.05)

    def paste(self, text: str | bytes) -> None:
        """Paste into a terminal with bracketed paste on, as fast as the program reads."""
        raw = text.encode() if isinstance(text, str) else text
        left = b"\x1b[200~" + raw + b"\x1b[201~"
        end = time.monotonic() + _PATIENCE
        while left:
            assert time.monotonic() < end, f"{len(left)} bytes were never taken"
            if select.select([], [self._master], [], 0.01)[1]:
                left = left[os.write(self._master, left[:_PIECE]) :]
            while self._read(0):
                pass

    def rest(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def wait_shown(self, words: str) -> None:
        """Read on until these words stand on the glass."""
        wait_among((self,), lambda: words in self.glass.text)

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
            came = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += came
        self.glass.feed(self._decode(came))
        if b"\x1b[?2026$p" in self.raw[self._answered :]:
            self.type("\x1b[?2026;2$y")
            self._answered = len(self.raw)
        return True

    @property
    def text(self) -> str:
        """What was painted, without the sequences that place and colour it."""
        return _OURS.sub("", self.raw.decode(errors="replace"))


def wait_among(terminals: Sequence[Terminal], holds: Callable[[], bool]) -> None:
    """Read on from all of them until something holds; fail where it never does."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        seen = "\n".join(terminal.glass.text for terminal in terminals)
        assert time.monotonic() < end, f"never came; on the glass:\n{seen}"
        for terminal in terminals:
            terminal._read(0.05 / len(terminals))
