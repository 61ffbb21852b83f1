"""A foreign server program in the foreground: found, started, awaited and stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_PLACES = "/usr/sbin:/usr/lib/postfix/sbin:/usr/lib/dovecot"
_START_SECONDS = 20.0
_STOP_SECONDS = 1.5
_KILL_SECONDS = 10.0


def needed(program: str, *, root: bool = False) -> str:
    """The program's path; without it the test is skipped, or fails where servers are required."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_PLACES}")
    if path is None:
        missing(f"{program} is not installed")
    elif root and os.getuid() != 0:
        missing(f"{program} wants root")
    assert path is not None
    return path


def missing(why: str) -> None:
    """Skip for this reason, or fail where OMNIDESK_REQUIRE_SERVERS=1."""
    if os.environ.get("OMNIDESK_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{why}, and OMNIDESK_REQUIRE_SERVERS=1")
    pytest.skip(why)


def plain_user() -> pwd.struct_passwd:
    """Whom servers run as: ourselves, or nobody where we are root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


@contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """A temporary folder that `plain_user` owns and can reach (pytest's own are root's alone)."""
    user = plain_user()
    with tempfile.TemporaryDirectory(prefix=f"od-{name}-", ignore_cleanup_errors=True) as text:
        folder = Path(text)
        folder.chmod(0o755)
        if os.getuid() == 0:
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder


def free_ports(count: int) -> list[int]:
    """Ports on loopback that are free now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Program:
    """A server process in a group of its own; its output goes to `log`."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(
        self, command: Sequence[str], ports: Sequence[int], *, as_plain_user: bool = False
    ) -> None:
        """Start it and wait until each port takes a connection; RuntimeError with its log."""
        user = plain_user()
        drop = as_plain_user and os.getuid() == 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                user=user.pw_uid if drop else None,
                group=user.pw_gid if drop else None,
                extra_groups=[] if drop else None,
            )
        deadline = time.monotonic() + _START_SECONDS
        for port in ports:
            while not _answers(port):
                if not self.running or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"{command[0]} did not start:\n{self.tail()}")
                time.sleep(0.01)

    def stop(self) -> None:
        """Ask it to end and wait; what is left of its group is killed."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once, as a crash would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(_KILL_SECONDS)
            self._process = None

    def pause(self) -> None:
        """Stop answering without closing anything (SIGSTOP)."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Go on after `pause`."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def tail(self) -> str:
        """The last lines of its log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False
