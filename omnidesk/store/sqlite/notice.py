"""How another process learns of a commit: a datagram at once, a cheap look each quarter second."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from pathlib import Path

_LONGEST = 100
"""A unix socket's path may have 108 bytes; beyond it only the regular look is left."""


class Bell:
    """Rings at every listener in a folder of sockets; a dead listener's socket is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def ring(self) -> None:
        """Tell everybody who listens; never waits, never fails."""
        try:
            names = os.listdir(self._folder)  # noqa: PTH208
        except OSError:
            return
        for name in names:
            path = f"{self._folder}/{name}"
            try:
                self._socket.sendto(b"!", path)
            except (ConnectionRefusedError, FileNotFoundError):
                with contextlib.suppress(OSError):
                    os.unlink(path)  # noqa: PTH108
            except OSError:
                continue  # its buffer is full: it will look soon anyway

    def close(self) -> None:
        self._socket.close()


class Listener:
    """Hears the bells of other processes, where the system has unix sockets."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(3)}"
        self._socket: socket.socket | None = None
        self._heard = asyncio.Event()

    def open(self) -> None:
        if len(os.fsencode(self._path)) > _LONGEST:
            return
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind(str(self._path))
        except OSError:
            self._socket.close()
            self._socket = None
            return
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._drain)

    def _drain(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(BlockingIOError, InterruptedError):
            while self._socket.recv(16):
                pass
        self._heard.set()

    async def wait(self, seconds: float) -> bool:
        """Until a bell rings, or `seconds` are over; whether one rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._heard.wait()
        except TimeoutError:
            return False
        self._heard.clear()
        return True

    def close(self) -> None:
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = None
        self._path.unlink(missing_ok=True)
