"""The store's contract: what is read over everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from omnidesk.core.events import Event, What
from omnidesk.core.model import Direction, State
from omnidesk.core.overview import UNSETTLED
from omnidesk.core.store import Store, Transaction
from omnidesk.testing.store_parts import NOON, begin, letter, owed


class OverviewContract:
    """What every store does with the outbox, the report and the journal."""

    async def test_the_outbox_pages_through_what_is_not_settled(self, store: Store) -> None:
        states = ["held", "queued", "sending", "sent", "delivered", "read", "failed", "unknown"]

        def fill(tx: Transaction) -> None:
            number = begin(tx)
            for index, state in enumerate(states * 2):
                due = NOON + timedelta(minutes=index // 3)
                id_ = owed(tx, number, f"1.k{index}.abcdefgh234567ab", due)
                tx.change_delivery(id_, at=NOON, state=state)

        await store.write(fill)
        whole = await store.read(lambda r: r.outbox(limit=100))
        assert {one.state for one in whole} == set(UNSETTLED)
        assert len(whole) == 10
        assert [one.key for one in whole] == sorted(one.key for one in whole)
        in_trouble = [one.due_at for one in whole if one.state in ("failed", "unknown")]
        leaving = [one.due_at for one in whole if one.state not in ("failed", "unknown")]
        assert [one.due_at for one in whole] == in_trouble + leaving
        assert in_trouble == sorted(in_trouble, reverse=True)
        assert leaving == sorted(leaving)
        paged = await store.read(lambda r: r.outbox(limit=3))
        while page := await store.read(lambda r, k=paged[-1].key: r.outbox(limit=3, after=k)):  # type: ignore[misc]
            paged += page
        assert paged == whole

    async def test_what_was_said_is_what_persons_wrote_to_one_another(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            number = begin(tx, assignee="ivan")
            old = letter(number, "old", received_at=NOON - timedelta(days=9))
            tx.add_message(old)
            tx.add_message(letter(number, "in"))
            out: dict[str, Any] = {"direction": Direction.OUT, "author": "ivan"}
            tx.add_message(letter(number, "out", "soon", **out))
            tx.add_message(letter(number, "auto", "got it", automatic="yes", **out))
            tx.add_message(letter(number, "note", direction=Direction.NOTE))
            tx.add_message(letter(number, "copy", copy_of=2))
            tx.add_message(letter(number, "on", forwards=2, **out))

        await store.write(fill)
        since = NOON - timedelta(days=7)
        said = await store.read(lambda r: r.said_since(since, limit=100))
        assert [(one.id, one.author, one.assignee) for one in said] == [
            (2, None, "ivan"),
            (3, "ivan", "ivan"),
        ]
        newest = await store.read(lambda r: r.said_since(since, limit=1))
        assert [one.id for one in newest] == [3]
        ahead = NOON + timedelta(days=9)
        assert await store.read(lambda r: r.said_since(ahead, limit=9)) == []

    async def test_what_stands_is_open_or_waits(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            begin(tx, assignee="anna", waiting_since=NOON)
            begin(tx, assignee="anna", waiting_since=NOON - timedelta(hours=1))
            begin(tx, assignee="anna", state=State.WAITING)
            begin(tx, state=State.CLOSED)

        await store.write(fill)
        (one,) = await store.read(lambda r: r.standing())
        assert (one.channel, one.assignee, one.open) == ("support", "anna", 2)
        assert one.waiting_since == NOON - timedelta(hours=1)

    async def test_the_journal_leaves_out_what_is_no_act(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            number, other = begin(tx), begin(tx)
            for kind in (What.NOTE_ADDED, What.CONVERSATION_READ, What.CUSTOMER_TYPING):
                tx.append(Event(at=NOON, actor="anna", kind=kind, conversation=number))
            for after in ("sending", "sent", "failed"):
                data = {"after": after}
                kind = What.DELIVERY_CHANGED
                tx.append(
                    Event(at=NOON, actor="omnidesk", kind=kind, conversation=other, data=data)
                )

        await store.write(fill)
        found = await store.read(lambda r: r.journal())
        assert [(event.kind, event.conversation) for event in found] == [
            (What.DELIVERY_CHANGED, 2),
            (What.NOTE_ADDED, 1),
        ]
        here = await store.read(lambda r: r.journal(conversation=1))
        assert here == found[1:]
        assert await store.read(lambda r: r.journal(before=found[0].seq)) == found[1:]
        assert await store.read(lambda r: r.journal(limit=1)) == found[:1]
