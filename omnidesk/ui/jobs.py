"""Changes in the order of the keys that asked for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Job = Callable[[], Awaitable[str]]
    Say = Callable[[str, bool], object]


class Jobs:
    """A queue with one worker: what a change says goes to `say`, what it refuses too."""

    def __init__(self, say: Say, done: Callable[[], object]) -> None:
        self._say = say
        self._done = done
        self._queue: asyncio.Queue[Job] = asyncio.Queue()

    def put(self, job: Job) -> None:
        """Ask for a change."""
        self._queue.put_nowait(job)

    async def run(self) -> None:
        """Do them, one after the other, for ever."""
        while True:
            job = await self._queue.get()
            try:
                said = await job()
            except OmnideskError as error:
                self._say(str(error), True)
            else:
                if said:
                    self._say(said, False)
            finally:
                self._queue.task_done()
            self._done()

    async def finished(self) -> None:
        """Wait until everything that was asked for is done."""
        await self._queue.join()
