"""What is left of a demo is cleared away here, however the demo itself ended.

Run as a program of its own, it waits until the demo's end of a pipe is closed, which the
system does even for a process that was killed; then it ends the demo's children and removes
its folder. `python lastwill.py FOLDER [keep]`, a child's process id a line on standard input.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_END_SECONDS = 20.0
_BY_ITSELF_SECONDS = 4.0
_LOOK_SECONDS = 0.05


class Will:
    """The demo's end of the pipe."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self, child: int) -> None:
        """Let this child not outlive the demo."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{child}\n".encode())
        self._process.stdin.flush()


@contextlib.contextmanager
def last_will(folder: Path, *, keep: bool) -> Iterator[Will]:
    """Children told to it and the folder (unless kept) are gone when this is left, or killed."""
    command = [sys.executable, "-I", "-S", __file__, str(folder), *(["keep"] if keep else [])]
    with subprocess.Popen(  # noqa: S603 - this very file
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # what a terminal tells its programs is not for this one
    ) as process:
        try:
            yield Will(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(_END_SECONDS)


def execute(folder: Path, children: list[int], *, keep: bool) -> None:
    """End the children, the hard way if they take too long, and remove the folder."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)
        deadline = time.monotonic() + _BY_ITSELF_SECONDS
        while any(map(_lives, children)) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
    if keep:
        return
    deadline = time.monotonic() + _BY_ITSELF_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(_LOOK_SECONDS)


def _lives(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    execute(Path(sys.argv[1]), [int(line) for line in sys.stdin], keep=sys.argv[2:] == ["keep"])
