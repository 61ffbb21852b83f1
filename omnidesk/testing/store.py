"""The contract of the Store protocol: subclass it and give it a `store` fixture."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.channel import Capabilities
from omnidesk.core.errors import LeaseLost
from omnidesk.core.events import Event, What
from omnidesk.core.model import (
    Address,
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Handle,
    Known,
    Message,
    State,
)
from omnidesk.core.store import VIEWS, Store, Transaction

NOON = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
ANNA = Handle("mailto", "anna@example.org")


def letter(number: int, external_id: str, text: str = "hello", **more: object) -> Message:
    """A message as intake would store it."""
    values: dict[str, object] = {
        "id": 0,
        "conversation": number,
        "channel": "support",
        "direction": Direction.IN,
        "sender": Address("Anna", "anna@example.org"),
        "handle": ANNA,
        "author": None,
        "text": text,
        "external_id": external_id,
        "received_at": NOON,
        **more,
    }
    return Message(**values)  # type: ignore[arg-type]


def begin(tx: Transaction, subject: str = "Order", at: datetime = NOON, **more: object) -> int:
    """A conversation of Anna's."""
    contact = tx.contact_of(ANNA) or tx.add_contact("Anna", at)
    tx.add_handle(ANNA, contact, known=Known.SEEN, name="Anna", at=at)
    return tx.add_conversation(
        contact=contact, subject=subject, channel="support", snippet="hello", at=at, **more
    )


def owed(tx: Transaction, number: int, key: str, due_at: datetime = NOON) -> int:
    """A reply in the outbox."""
    reply = letter(number, f"out-{key}", direction=Direction.OUT, author="ivan")
    id_ = tx.add_message(reply)
    assert id_ is not None
    delivery = Delivery(
        message=id_,
        channel="support",
        state=DeliveryState.QUEUED,
        key=key,
        attempt=0,
        due_at=due_at,
    )
    tx.add_delivery(delivery, number, NOON)
    return id_


class StoreContract:
    """Every store does this. Subclasses bring `store`, an open and empty one."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("a subclass brings its store")

    async def test_a_function_that_raises_leaves_nothing_behind(self, store: Store) -> None:
        def half(tx: Transaction) -> None:
            begin(tx)
            raise RuntimeError("half-way")

        with pytest.raises(RuntimeError):
            await store.write(half)
        assert (await store.read(lambda r: r.counts("anna")))["all"] == 0

    async def test_a_cancelled_write_is_whole_or_not_at_all(self, store: Store) -> None:
        def whole(tx: Transaction) -> None:
            number = begin(tx)
            tx.add_message(letter(number, f"e{number}"))

        for _ in range(20):
            task = asyncio.create_task(store.write(whole))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await store.write(lambda tx: tx.set_setting("after", "1"))
        counts = await store.read(lambda r: r.counts("anna"))
        messages = await store.read(lambda r: list(r.every_message()))
        assert counts["all"] == len(messages)

    async def test_an_external_id_is_stored_once(self, store: Store) -> None:
        number = await store.write(begin)
        first = await store.write(lambda tx: tx.add_message(letter(number, "same")))
        second = await store.write(lambda tx: tx.add_message(letter(number, "same")))
        assert first is not None
        assert second is None
        assert len(await store.read(lambda r: r.messages(number))) == 1

    async def test_a_part_is_found_as_its_message(self, store: Store) -> None:
        number = await store.write(begin)
        id_ = await store.write(lambda tx: tx.add_message(letter(number, "album:1")))
        assert id_ is not None
        await store.write(lambda tx: tx.add_part("support", "album:2", id_))
        seen = await store.read(lambda r: r.seen_external("support", "album:2"))
        assert seen is not None
        assert seen.id == id_

    async def test_a_message_comes_back_as_it_went_in(self, store: Store) -> None:
        number = await store.write(begin)
        file = Attachment(id=0, name="счёт.pdf", media_type="application/pdf", size=3, sha256="ab")
        sent = letter(
            number,
            "e1",
            "Здравствуйте\n> цитата",
            folded=((13, 21),),
            cc=(Address("Boris", "boris@example.org"),),
            references=("<a@b>", "<c@d>"),
            html="<p>x</p>",
            attachments=(file,),
            marked="look twice",
        )
        await store.write(lambda tx: tx.add_message(sent))
        (stored,) = await store.read(lambda r: r.messages(number))
        for name in ("text", "folded", "cc", "references", "html", "handle", "sender", "marked"):
            assert getattr(stored, name) == getattr(sent, name), name
        assert [(f.name, f.size, f.sha256) for f in stored.attachments] == [("счёт.pdf", 3, "ab")]

    async def test_counters_are_what_the_views_show(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            for index, state in enumerate(State):
                for agent in (None, "anna", "ivan"):
                    begin(tx, state=state, assignee=agent, failed=index % 2)

        def shuffle(tx: Transaction) -> None:
            tx.change_conversation(1, state=State.CLOSED)
            tx.change_conversation(2, assignee=None)
            tx.change_conversation(5, assignee="anna", failed=3)
            tx.change_conversation(12, state=State.OPEN, failed=0)

        await store.write(fill)
        await store.write(shuffle)
        counts = await store.read(lambda r: r.counts("anna"))
        for view in VIEWS:
            rows = await store.read(lambda r, v=view: r.rows(v, agent="anna"))  # type: ignore[misc]
            assert len(rows) == counts[view], view

    async def test_pages_join_without_gap_or_overlap_in_both_directions(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            for index in range(57):
                at = NOON + timedelta(minutes=index * 7 % 31)
                begin(tx, at=at, waiting_since=at if index % 3 else None)

        await store.write(fill)
        everything = await store.read(lambda r: r.rows("inbox", limit=100))
        forward: list[int] = []
        key: tuple[int, int] | None = None
        while page := await store.read(lambda r, k=key: r.rows("inbox", after=k, limit=10)):  # type: ignore[misc]
            forward += [row.number for row in page]
            key = (page[-1].rank, page[-1].number)
        backward: list[int] = []
        key = (1 << 60, 0)
        while page := await store.read(lambda r, k=key: r.rows("inbox", before=k, limit=10)):  # type: ignore[misc]
            backward = [row.number for row in page] + backward
            key = (page[0].rank, page[0].number)
        assert forward == backward == [row.number for row in everything]

    async def test_whoever_waits_longest_stands_first_then_the_newest(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            begin(tx, "settled long ago", at=NOON)
            begin(tx, "settled lately", at=NOON + timedelta(hours=2))
            begin(tx, "waits", at=NOON, waiting_since=NOON + timedelta(minutes=5))
            begin(tx, "waits longest", at=NOON, waiting_since=NOON)

        await store.write(fill)
        rows = await store.read(lambda r: r.rows("inbox"))
        assert [row.subject for row in rows] == [
            "waits longest",
            "waits",
            "settled lately",
            "settled long ago",
        ]

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

    async def test_word_forms_are_found_in_russian_and_english(self, store: Store) -> None:
        texts = ["Доставка задерживается", "ждём доставки", "shipping labels", "Ещё вопрос"]

        def fill(tx: Transaction) -> None:
            number = begin(tx)
            for index, text in enumerate(texts):
                tx.add_message(letter(number, f"e{index}", text))

        await store.write(fill)
        for query, found in {
            "доставку": 2,
            "label": 1,
            "еще": 1,
            "ЕЩЁ": 1,
            '"ждем доставки"': 1,
            "нет такого": 0,
        }.items():
            hits = await store.read(lambda r, q=query: r.search(q))  # type: ignore[misc]
            assert len(hits) == found, query

    async def test_no_query_is_an_error(self, store: Store) -> None:
        await store.write(lambda tx: tx.add_message(letter(begin(tx), "e", "text")))
        for query in ('"', "AND", "a OR", "NEAR(", "*", "-", "col:x", "(", "\x00", "'; --", "^a"):
            await store.read(lambda r, q=query: r.search(q))  # type: ignore[misc]

    async def test_quoted_text_is_not_found(self, store: Store) -> None:
        text = "мой ответ\n> старый вопрос"
        await store.write(
            lambda tx: tx.add_message(letter(begin(tx), "e", text, folded=((10, 25),)))
        )
        assert await store.read(lambda r: r.search("ответ"))
        assert not await store.read(lambda r: r.search("старый"))

    async def test_an_edited_message_is_found_by_its_new_words_only(self, store: Store) -> None:
        id_ = await store.write(lambda tx: tx.add_message(letter(begin(tx), "e", "before")))
        assert id_ is not None
        await store.write(lambda tx: tx.add_version(id_, text="afterwards", raw="cd", at=NOON))
        assert not await store.read(lambda r: r.search("before"))
        assert await store.read(lambda r: r.search("afterwards"))
        assert [v[1] for v in await store.read(lambda r: r.versions(id_))] == ["before"]

    async def test_a_removed_message_leaves_nothing_to_find(self, store: Store) -> None:
        id_ = await store.write(lambda tx: tx.add_message(letter(begin(tx), "e", "secret")))
        assert id_ is not None
        await store.write(lambda tx: tx.remove_message(id_))
        assert not await store.read(lambda r: r.search("secret"))
        assert await store.read(lambda r: r.message(id_)) is None

    async def test_what_is_known_of_a_handle_only_grows(self, store: Store) -> None:
        def learn(tx: Transaction, known: Sequence[Known]) -> int:
            contact = tx.add_contact("Anna", NOON)
            for one in known:
                tx.add_handle(ANNA, contact, known=one, name="", at=NOON)
            return contact

        order = [Known.CLAIMED, Known.VERIFIED, Known.SEEN, Known.CLAIMED]
        contact = await store.write(lambda tx: learn(tx, order))
        found = await store.read(lambda r: r.contact(contact))
        assert found is not None
        assert [h.known for h in found.handles] == [Known.VERIFIED]

    async def test_drafts_are_rows(self, store: Store) -> None:
        number = await store.write(begin)
        draft = Draft(conversation=number, agent="anna", note=False, text="Добрый", changed_at=NOON)
        await store.write(lambda tx: tx.save_draft(draft))
        assert await store.read(lambda r: r.draft(number, "anna")) == draft
        assert await store.read(lambda r: r.draft(number, "ivan")) is None

    async def test_a_listener_hears_of_every_commit(self, store: Store) -> None:
        heard: list[int] = []
        enough = asyncio.Event()

        async def listen() -> None:
            async for seq in store.changes():
                heard.append(seq)
                if seq >= 2:
                    enough.set()

        task = asyncio.create_task(listen())
        event = Event(at=NOON, actor="anna", kind=What.NOTE_ADDED)
        for _ in range(2):
            await store.write(lambda tx: tx.append(event))
        async with asyncio.timeout(5):
            await enough.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert heard == sorted(heard)

    async def test_capabilities_come_back_as_configured(self, store: Store) -> None:
        able = Capabilities(handle_scheme="tel", send=True, max_text=160, quiet=3.5)
        await store.write(lambda tx: tx.configure("sms", "sms", able, ("+7916",)))
        (channel,) = await store.read(lambda r: r.channels())
        assert (channel.capabilities, channel.addresses) == (able, ("+7916",))

    async def test_the_same_bytes_are_one_blob(self, store: Store, tmp_path: Path) -> None:
        spooled = store.spool / "spooled"
        spooled.write_bytes(b"same")
        (one, other) = store.blobs.put([b"same", spooled])
        assert one == other
        assert store.blobs.path(one[0]).read_bytes() == b"same"
        assert not spooled.exists()
