"""Postfix's smtp-sink: takes everything, or refuses as it is told, and writes down each letter."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.servers.program import Program, free_ports, needed, plain_user

if TYPE_CHECKING:
    from pathlib import Path


class SmtpSink:
    """One smtp-sink; `options` are its own: `-f DATA` refuses, `-q RCPT` hangs up, `-w 3` waits."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *options: str) -> None:
        self._binary = needed("smtp-sink")
        self._letters = folder / "letters"
        self._letters.mkdir()
        if os.getuid() == 0:
            os.chown(self._letters, plain_user().pw_uid, plain_user().pw_gid)
        self._options = options
        self.program = Program(folder / "smtp-sink.out")
        (self.port,) = free_ports(1)

    def start(self, *options: str) -> None:
        """Start on the same port as before, with other options if any are given."""
        command = [self._binary, *(options or self._options), "-d", f"{self._letters}/%s."]
        if os.getuid() == 0:
            command += ["-u", plain_user().pw_name]
        self.program.start([*command, f"{self.host}:{self.port}", "100"], [self.port])

    def stop(self) -> None:
        """Close the port and every connection."""
        self.program.stop()

    def letters(self) -> list[bytes]:
        """The letters it took, oldest first, without the lines that it puts before each.

        Its own lines are X-Client-Addr to X-Rcpt-Args and one Received.
        """
        return [_without_trace(dump) for dump in self.traces()]

    def traces(self) -> list[bytes]:
        """The whole files, envelope lines (X-Mail-Args, X-Rcpt-Args) included.

        The sink opens a file at MAIL and removes it where no letter follows.
        """
        found = []
        for path in self._letters.iterdir():
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, path.read_bytes()))
        return [dump for _, dump in sorted(found) if dump]


def _without_trace(dump: bytes) -> bytes:
    lines = dump.split(b"\n")
    while lines[0].startswith(_OWN):
        del lines[0]
    del lines[0]
    while lines[0].startswith(b"\t"):
        del lines[0]
    return b"\n".join(lines)


_OWN = (b"X-Client-", b"X-Helo-", b"X-Mail-", b"X-Rcpt-")
