"""Everything of one kind out of the store, printed as it is read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from omnidesk.config import Config
    from omnidesk.core.store import Reads

_T = TypeVar("_T")


async def pour(
    config: Config, read: Callable[[Reads], Iterable[_T]], show: Callable[[_T], None]
) -> int:
    """Show each of what `read` gives, all on one picture of the store; how many they were.

    `show` runs on the database's thread: nothing is kept, however much there is.
    """
    from omnidesk.wiring import open_store

    interrupted = threading.Event()

    def whole(reads: Reads) -> int:
        count = 0
        for one in read(reads):
            if interrupted.is_set():
                break
            show(one)
            count += 1
        return count

    async with open_store(config) as store:
        try:
            return await store.read(whole)
        finally:
            interrupted.set()
