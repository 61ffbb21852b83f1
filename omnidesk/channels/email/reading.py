"""Letters are read beside the loop: a few in a thread, a backlog in processes of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from omnidesk.channels.email.body import drop_files
from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Content, Incoming
from omnidesk.core.language import speak, spoken

_AT_ONCE = 25
_PROCESSES = max(1, min(2, (os.cpu_count() or 2) - 1))


class Reader:
    """Turns the bytes of letters into messages.

    Parsing holds the interpreter's lock, so that a thread would only take turns with the one
    that writes to the database; a backlog is read by processes, which end with it.
    """

    def __init__(
        self, spool: Path, own_addresses: frozenset[str], authserv_id: str | None = None
    ) -> None:
        self._read = partial(read_all, spool=spool, own=own_addresses, authserv_id=authserv_id)
        self._pool: ProcessPoolExecutor | None = None

    async def read(self, contents: Sequence[Content], *, backlog: bool) -> list[Incoming]:
        """Each letter read; OSError where the spool takes no more."""
        if not backlog:
            return await asyncio.to_thread(self._read, contents)
        try:
            return await self._read_apart(contents)
        except (BrokenProcessPool, RuntimeError):
            # Killed from outside, as for want of memory; or whoever runs us forbids processes.
            self.rest()
            return await asyncio.to_thread(self._read, contents)

    async def _read_apart(self, contents: Sequence[Content]) -> list[Incoming]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                _PROCESSES,
                multiprocessing.get_context("spawn"),
                initializer=_settle_in,
                initargs=(spoken(),),
            )
        loop = asyncio.get_running_loop()
        pieces = [contents[i : i + _AT_ONCE] for i in range(0, len(contents), _AT_ONCE)]
        read = await asyncio.gather(
            *(loop.run_in_executor(self._pool, self._read, piece) for piece in pieces)
        )
        return [letter for piece in read for letter in piece]

    def rest(self) -> None:
        """End the processes, where there are any."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def read_all(
    contents: Sequence[Content], spool: Path, own: frozenset[str], authserv_id: str | None = None
) -> list[Incoming]:
    """Letters read one after the other; where one cannot be, the files of all are removed."""
    read: list[Incoming] = []
    try:
        for content in contents:
            letter = read_letter(content, spool=spool, own_addresses=own, authserv_id=authserv_id)
            read.append(letter)
    except OSError:
        for letter in read:
            drop_files(letter.files)
        raise
    return read


def _settle_in(language: str) -> None:
    """Speak as the engine does; its are the signals, too: the process ends when its pool does."""
    speak(language)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
