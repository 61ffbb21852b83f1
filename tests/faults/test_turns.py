"""A backlog is taken in by turns: whoever else writes does not wait for all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from omnidesk.core.channel import Batch
from omnidesk.core.errors import LeaseLost
from omnidesk.core.store import Reads, Transaction
from omnidesk.engine.intake import Intake
from omnidesk.store.sqlite import SqliteStore
from tests.desk.house import NOON, letter, rules_of


def batch(letters: int) -> Batch:
    items = [letter("support", f"c{n}@customer.test", "hello", n) for n in range(letters)]
    return Batch(items=items, cursor="behind all")


def intake(
    store: SqliteStore, tick: Callable[[], float], fence: Callable[[Transaction], None]
) -> Intake:
    rules = rules_of("support")
    return Intake(store, "support", rules, now=lambda: NOON, fence=fence, tick=tick)


def cursor(reads: Reads) -> str | None:
    return next((c.cursor for c in reads.channels() if c.name == "support"), None)


def stored(reads: Reads) -> int:
    return sum(len(reads.messages(row.number)) for row in reads.rows("all"))


class Turns:
    """A fence that notes what is stored, and where the cursor stands, as each turn begins."""

    def __init__(self, last: int | None = None) -> None:
        self.seen: list[tuple[int, str | None]] = []
        self._last = last

    def __call__(self, tx: Transaction) -> None:
        if self._last == len(self.seen):
            raise LeaseLost("support: another engine serves it now")
        self.seen.append((stored(tx), cursor(tx)))


def slow() -> Iterator[float]:
    """A clock by which each message takes four milliseconds."""
    return (n * 0.004 for n in count())


async def test_a_slow_transaction_ends_by_time_and_the_cursor_comes_with_the_last(
    tmp_path: Path,
) -> None:
    clock, turns = slow(), Turns()
    async with SqliteStore(tmp_path / "desk.db") as store:
        assert await intake(store, lambda: next(clock), turns).take(batch(10)) == 10
        assert [there for there, _ in turns.seen] == [0, 3, 6, 9]
        assert {where for _, where in turns.seen} == {None}
        assert await store.read(cursor) == "behind all"
        assert await store.read(stored) == 10


async def test_a_message_that_takes_all_the_time_is_stored_by_itself(tmp_path: Path) -> None:
    seconds, turns = count(), Turns()
    async with SqliteStore(tmp_path / "desk.db") as store:
        assert await intake(store, lambda: next(seconds), turns).take(batch(3)) == 3
        assert [there for there, _ in turns.seen] == [0, 1, 2]


async def test_a_fast_transaction_takes_all_that_lie_ready(tmp_path: Path) -> None:
    turns = Turns()
    async with SqliteStore(tmp_path / "desk.db") as store:
        assert await intake(store, lambda: 0.0, turns).take(batch(60)) == 60
        assert [there for there, _ in turns.seen] == [0, 50]


async def test_each_turn_asks_for_the_lease_and_what_came_twice_is_stored_once(
    tmp_path: Path,
) -> None:
    clock, turns = slow(), Turns(last=2)
    async with SqliteStore(tmp_path / "desk.db") as store:
        with pytest.raises(LeaseLost):
            await intake(store, lambda: next(clock), turns).take(batch(10))
        assert await store.read(stored) == 6
        assert await store.read(cursor) is None
        assert await intake(store, lambda: 0.0, Turns()).take(batch(10)) == 4
        assert await store.read(stored) == 10
        assert await store.read(cursor) == "behind all"
