"""The store's contract: deliveries and leases have one taker, and clocks may jump."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from omnidesk.core.errors import LeaseLost
from omnidesk.core.model import (
    DeliveryState,
)
from omnidesk.core.store import Store, Transaction
from omnidesk.testing.store_parts import NOON, begin, owed


class OutboxContract:
    """What every store does with replies and leases."""

    async def test_replies_in_one_conversation_leave_in_their_order(self, store: Store) -> None:
        def fill(tx: Transaction) -> tuple[int, int]:
            number = begin(tx)
            later = NOON + timedelta(seconds=60)
            return owed(tx, number, "first", later), owed(tx, number, "second")

        first, second = await store.write(fill)
        now = NOON + timedelta(seconds=1)
        assert await store.write(lambda tx: tx.claim("support", "me", now)) is None
        now = NOON + timedelta(seconds=61)
        claimed = await store.write(lambda tx: tx.claim("support", "me", now))
        assert claimed is not None
        assert claimed.message == first
        assert await store.write(lambda tx: tx.claim("support", "me", now)) is None
        await store.write(lambda tx: tx.change_delivery(first, at=now, state=DeliveryState.SENT))
        claimed = await store.write(lambda tx: tx.claim("support", "me", now))
        assert claimed is not None
        assert claimed.message == second

    async def test_a_claimed_reply_is_nobody_elses(self, store: Store) -> None:
        await store.write(lambda tx: owed(tx, begin(tx), "k"))
        takers = [
            store.write(lambda tx, h=holder: tx.claim("support", h, NOON))  # type: ignore[misc]
            for holder in "abcdef"
        ]
        claims = await asyncio.gather(*takers)
        assert len([c for c in claims if c is not None]) == 1

    async def test_a_clock_that_went_back_does_not_hold_a_reply_for_days(
        self, store: Store
    ) -> None:
        await store.write(lambda tx: owed(tx, begin(tx), "k", NOON + timedelta(minutes=5)))
        two_days_back = NOON - timedelta(days=2)
        assert await store.write(lambda tx: tx.claim("support", "me", two_days_back)) is not None

    async def test_a_lease_has_one_holder_until_it_ends(self, store: Store) -> None:
        until = NOON + timedelta(seconds=15)
        assert await store.write(lambda tx: tx.hold("x", "a", until, NOON))
        assert not await store.write(lambda tx: tx.hold("x", "b", until, NOON))
        later = NOON + timedelta(seconds=16)
        assert await store.write(lambda tx: tx.hold("x", "b", later + timedelta(seconds=15), later))
        with pytest.raises(LeaseLost):
            await store.write(lambda tx: tx.held("x", "a"))

    async def test_a_lease_of_a_clock_that_went_back_can_be_taken(self, store: Store) -> None:
        future = NOON + timedelta(days=30)
        await store.write(lambda tx: tx.hold("x", "dead", future + timedelta(seconds=15), future))
        assert await store.write(lambda tx: tx.hold("x", "b", NOON + timedelta(seconds=15), NOON))
