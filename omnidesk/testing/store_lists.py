"""The store's contract: pages, counters and search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from omnidesk.core.channel import Capabilities
from omnidesk.core.filters import Reader, read_filter
from omnidesk.core.model import Address, Direction, State
from omnidesk.core.store import VIEWS, Reads, Store, Transaction
from omnidesk.testing.store_parts import NOON, begin, letter


class ListsContract:
    """What every store does with lists and words."""

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

    async def test_newest_first_is_an_order_of_every_view_with_pages_both_ways(
        self, store: Store
    ) -> None:
        def fill(tx: Transaction) -> None:
            for index in range(64):
                at = NOON + timedelta(minutes=index * 7 % 31)
                state = list(State)[index % len(State)]
                begin(
                    tx,
                    f"{index}",
                    at=at,
                    state=state,
                    assignee="anna" if index % 3 else None,
                    failed=index % 2,
                    waiting_since=NOON if index % 5 == 0 else None,
                )

        def paged(tx: Reads, view: str, back: bool) -> list[int]:
            found: list[int] = []
            key = (1 << 60, 0) if back else None
            while page := tx.rows(
                view,
                agent="anna",
                before=key if back else None,
                after=None if back else key,
                limit=4,
                newest=True,
            ):
                numbers = [row.number for row in page]
                found = numbers + found if back else found + numbers
                edge = page[0 if back else -1]
                key = (edge.rank, edge.number)
            return found

        await store.write(fill)
        for view in VIEWS:
            usual = await store.read(lambda r, v=view: r.rows(v, agent="anna", limit=100))  # type: ignore[misc]
            expected = sorted(usual, key=lambda row: (-row.last_at.timestamp(), row.number))
            numbers = [row.number for row in expected]
            for back in (False, True):
                assert numbers == await store.read(
                    lambda r, v=view, b=back: paged(r, v, b)  # type: ignore[misc]
                )

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
        message = await store.read(lambda r: r.message(id_))
        assert message is not None
        assert (message.version, message.edited) == (2, True)

    async def test_a_forward_is_not_edited_and_hidden_text_stays_counted(
        self, store: Store
    ) -> None:
        def fill(tx: Transaction) -> int | None:
            number = begin(tx)
            came = tx.add_message(letter(number, "in", hidden=34))
            out: dict[str, Any] = {"direction": Direction.OUT, "handle": None}
            tx.add_message(letter(number, "on", forwards=came, **out))
            return number

        number = await store.write(fill)
        assert number is not None
        came, passed = await store.read(lambda r: r.messages(number))
        assert (came.hidden, passed.hidden) == (34, 0)
        assert (came.edited, passed.edited) == (False, False)
        assert passed.forwards == came.id

    async def test_a_removed_message_leaves_nothing_to_find(self, store: Store) -> None:
        id_ = await store.write(lambda tx: tx.add_message(letter(begin(tx), "e", "secret")))
        assert id_ is not None
        await store.write(lambda tx: tx.remove_message(id_))
        assert not await store.read(lambda r: r.search("secret"))
        assert await store.read(lambda r: r.message(id_)) is None

    async def test_whom_a_message_was_forwarded_to_takes_no_part(self, store: Store) -> None:
        able = Capabilities(handle_scheme="mailto")
        bob, cat = Address("Bob", "bob@example.org"), Address("", "cat@example.org")

        def fill(tx: Transaction) -> tuple[int, int]:
            tx.configure("support", "letters", able, ())
            number = begin(tx)
            came = tx.add_message(letter(number, "in"))
            out: dict[str, Any] = {"direction": Direction.OUT, "handle": None}
            tx.add_message(letter(number, "answer", to=(cat,), **out))
            passed = tx.add_message(letter(number, "on", to=(bob,), forwards=came, **out))
            assert passed is not None
            return number, passed

        number, passed = await store.write(fill)
        people = await store.read(lambda r: r.participants(number))
        assert people == {"mailto:anna@example.org", "mailto:cat@example.org"}
        found = await store.read(lambda r: r.message(passed))
        assert found is not None
        assert (found.forwards, found.to) == (1, (bob,))

    async def test_a_filtered_count_is_what_the_list_shows_or_nothing(self, store: Store) -> None:
        def fill(tx: Transaction) -> None:
            for index in range(40):
                tags = ("vip",) if index % 3 == 0 else ()
                begin(tx, state=(State.OPEN, State.CLOSED)[index % 4 == 0], tags=tags)

        await store.write(fill)
        reader = Reader(now=NOON, agent="anna")
        for view, text in (("inbox", "tag:vip"), ("all", "-tag:vip"), ("inbox", "is:mine")):
            filter_ = read_filter(text, reader)
            rows = await store.read(
                lambda r, v=view, f=filter_: r.rows_filtered(f, v, agent="anna")  # type: ignore[misc]
            )
            counted = await store.read(
                lambda r, v=view, f=filter_: r.count_filtered(f, v, agent="anna")  # type: ignore[misc]
            )
            assert counted == len(rows), text
            most = await store.read(
                lambda r, v=view, f=filter_: r.count_filtered(f, v, agent="anna", most=5)  # type: ignore[misc]
            )
            assert most == min(5, len(rows)), text
        words = read_filter("kettle from:ann", reader)
        assert await store.read(lambda r: r.count_filtered(words, "inbox")) is None
