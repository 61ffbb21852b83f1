"""A store whose every step is told of beforehand, so that a test can cut the walk there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

from omnidesk.core.channel import Content
from omnidesk.core.store import BlobStore, Reads, Store, Transaction
from tests.faults.simulated import Step

T = TypeVar("T")


class FaultyBlobs:
    """Blobs with a step before and after each put."""

    def __init__(self, blobs: BlobStore, step: Step) -> None:
        self._blobs = blobs
        self._step = step

    def put(self, contents: Iterable[Content]) -> list[tuple[str, int]]:
        self._step("before put")
        stored = self._blobs.put(contents)
        self._step("after put")
        return stored

    def path(self, sha256: str) -> Path:
        return self._blobs.path(sha256)


class FaultyStore:
    """A store with a step before each read and write, inside a write, and after its commit."""

    def __init__(self, store: Store, step: Step) -> None:
        self._store = store
        self._step = step
        self._blobs = FaultyBlobs(store.blobs, step)

    @property
    def blobs(self) -> BlobStore:
        return self._blobs

    async def read(self, fn: Callable[[Reads], T]) -> T:
        self._step("before read")
        return await self._store.read(fn)

    async def write(self, fn: Callable[[Transaction], T], *, reserved: bool = False) -> T:
        self._step("before write")

        def watched(tx: Transaction) -> T:
            result = fn(tx)
            self._step("before commit")
            return result

        result = await self._store.write(watched, reserved=reserved)
        self._step("after commit")
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def faulty(store: Store, step: Step) -> Store:
    """The store with faults in its reads, writes and blobs; all else is as it was."""
    return cast(Store, FaultyStore(store, step))
