"""The contract of the Store protocol: subclass it and give it a `store` fixture."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk.core.channel import Capabilities
from omnidesk.core.events import Event, What
from omnidesk.core.model import (
    Address,
    Attachment,
    Draft,
    Known,
)
from omnidesk.core.store import Store, Transaction
from omnidesk.testing.store_lists import ListsContract
from omnidesk.testing.store_outbox import OutboxContract
from omnidesk.testing.store_overview import OverviewContract
from omnidesk.testing.store_parts import ANNA, NOON, begin, letter


class StoreContract(OutboxContract, ListsContract, OverviewContract):
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

    async def test_a_draft_keeps_whom_it_is_for(self, store: Store) -> None:
        number = await store.write(begin)
        bob, cat = Address("Bob", "bob@example.org"), Address("", "cat@example.org")
        plain = Draft(conversation=number, agent="anna", note=False, text="Soon", changed_at=NOON)
        for draft in (
            replace(plain, everyone=True, to=ANNA, channel="bot", cc=(bob,), bcc=(cat,)),
            replace(plain, cc=(), attachments=("/home/a.txt",)),
            replace(plain, note=True, forward=7, people=(bob, cat)),
        ):
            await store.write(lambda tx, d=draft: tx.save_draft(d))  # type: ignore[misc]
            assert await store.read(lambda r: r.draft(number, "anna")) == draft

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
