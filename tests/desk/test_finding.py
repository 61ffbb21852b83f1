"""A filter leaves of a view what it says, in its order; a search finds all that there is."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.errors import BadFilter
from omnidesk.core.model import Attachment
from omnidesk.core.views import SavedView
from omnidesk.desk import Desk
from tests.desk.house import ABLE, House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built


async def three(home: House) -> tuple[int, int, int]:
    """Anna's letter from Olga, a chat of Kirill's an hour later, Ivan's letter on the next day."""
    olga = await home.comes("support", "olga@a.test", "заказ не пришёл", subject="Order 77")
    home.later(hours=1)
    kirill = await home.comes("bot", "77", "где мой заказ?")
    home.later(days=1)
    ivan = await home.comes("sales", "ivan@b.test", "please send the invoices", subject="Invoice")
    return olga.conversation, kirill.conversation, ivan.conversation


async def found(home: House, query: str, view: str = "inbox") -> list[int]:
    return [row.number for row in await home.anna.rows(view, query=query)]


async def test_each_condition_leaves_what_it_says(home: House) -> None:
    olga, kirill, ivan = await three(home)
    await home.anna.tag(olga, add=["vip", "very important"])
    await home.anna.tag(kirill, add=["new"])
    await home.anna.assign(olga, "anna")
    await home.anna.assign(kirill, "ivan")
    await home.anna.mark_read(ivan)
    for query, numbers in {
        "tag:vip": [olga],
        'tag:"very important"': [olga],
        "tag:vip,new": [olga, kirill],
        "tag:vip tag:new": [],
        "-tag:vip": [kirill, ivan],
        "tag:nothing": [],
        "channel:support": [olga],
        "channel:support,bot": [olga, kirill],
        "from:olga": [olga],
        "from:olga@a.test": [olga],
        "from:OLG": [olga],
        "-from:olga": [kirill, ivan],
        "from:nobody": [],
        "assignee:me": [olga],
        "is:mine": [olga],
        "assignee:none": [ivan],
        "assignee:ivan,none": [kirill, ivan],
        "is:assigned": [olga, kirill],
        "state:open": [olga, kirill, ivan],
        "is:closed": [],
        "is:unread": [olga, kirill],
        "is:read": [ivan],
        "is:failed": [],
        "waiting:>2h": [olga, kirill],
        "waiting:<2h": [ivan],
        "-waiting:>2h": [ivan],
        "waiting:>25h": [olga],
        "priority:0": [olga, kirill, ivan],
        "priority:>0": [],
        "before:2026-09-17": [olga, kirill],
        "after:2026-09-17": [ivan],
        "after:today": [ivan],
        "заказ": [olga, kirill],
        "заказы": [olga, kirill],
        "зака": [olga, kirill],
        "заказ -channel:bot": [olga],
        "заказ -где": [olga],
        "-заказ": [ivan],
        '"мой заказ"': [kirill],
        '"заказ мой"': [],
        "invoice": [ivan],
        "subject:invoice": [ivan],
        "subject:please": [],
        f"#{kirill}": [kirill],
        str(ivan): [ivan],
        f"-#{kirill}": [olga, ivan],
        "заказ tag:vip": [olga],
        "from:olga заказ tag:vip is:unread waiting:>1h": [olga],
        "from:olga invoice": [],
    }.items():
        assert await found(home, query) == numbers, query


async def test_a_filter_narrows_the_view_that_it_is_typed_in(home: House) -> None:
    olga, kirill, _ = await three(home)
    await home.anna.close(olga)
    assert await found(home, "заказ") == [kirill]
    assert await found(home, "заказ", "closed") == [olga]
    assert await found(home, "channel:support", "closed") == [olga]
    assert sorted(await found(home, "заказ", "all")) == [olga, kirill]


async def test_pages_of_a_filter_go_on_by_key_in_both_directions(home: House) -> None:
    for count in range(7):
        message = await home.comes("support", f"c{count}@a.test", "an order")
        await home.anna.tag(message.conversation, add=["odd" if count % 2 else "even"])
    for query in ("tag:even", "-tag:odd", "order tag:even", "from:a.test tag:even", "is:unread"):
        whole = await home.anna.rows("inbox", query=query)
        pages, after = [], None
        while page := await home.anna.rows("inbox", query=query, after=after, limit=2):
            pages += page
            after = page[-1].rank, page[-1].number
        assert pages == whole, query
        end = whole[-1].rank, whole[-1].number
        assert await home.anna.rows("inbox", query=query, before=end, limit=2) == whole[-3:-1]


async def test_a_half_typed_condition_says_what_is_missing(home: House) -> None:
    with pytest.raises(BadFilter, match="nothing stands behind tag:"):
        await home.anna.rows("inbox", query="tag:")
    with pytest.raises(BadFilter, match="did you mean support"):
        await home.anna.rows("inbox", query="channel:suport")


async def test_a_saved_view_is_a_filter_with_a_name(home: House) -> None:
    olga, kirill, ivan = await three(home)
    views = (
        SavedView(name="vip", filter="tag:vip"),
        SavedView(name="gone", filter="state:closed"),
    )
    settings = replace(home.anna.settings, views=views)
    desk = Desk(home.store, home.anna.agent, settings, ABLE, now=home.now)
    await desk.tag(olga, add=["vip"])
    await desk.tag(ivan, add=["vip"])
    await desk.close(ivan)
    assert [row.number for row in await desk.rows("vip")] == [olga]
    assert [row.number for row in await desk.rows("gone")] == [ivan]
    assert [row.number for row in await desk.rows("vip", query="заказ")] == [olga]
    assert [row.number for row in await desk.rows("vip", query="invoice")] == []
    assert kirill not in [row.number for row in await desk.rows("vip")]


async def test_tags_that_are_taken_off_are_found_no_more(home: House) -> None:
    olga, *_ = await three(home)
    await home.anna.tag(olga, add=["vip"])
    await home.anna.tag(olga, drop=["vip"])
    assert await found(home, "tag:vip") == []
    await home.anna.undo(olga)
    assert await found(home, "tag:vip") == [olga]


async def said(home: House, query: str) -> list[int]:
    return [hit.conversation for hit in await home.anna.search(query)]


async def test_a_search_is_narrowed_by_who_where_and_when(home: House) -> None:
    olga, kirill, ivan = await three(home)
    await home.anna.reply(olga, "ваш заказ найден")
    await home.anna.tag(kirill, add=["new"])
    for query, numbers in {
        "заказ": [olga, kirill, olga],
        "from:olga": [olga],
        "from:olga заказ": [olga],
        "from:anna": [olga],
        "-from:anna заказ": [kirill, olga],
        "channel:bot": [kirill],
        "channel:bot заказ": [kirill],
        "channel:bot invoice": [],
        "-channel:support заказ": [kirill],
        "-заказ": [ivan],
        "заказ before:2026-09-17": [kirill, olga],
        "заказ after:2026-09-17": [olga],
        "before:2026-09-17": [kirill, olga],
        "after:2026-09-18": [],
        "-before:2026-09-17": [olga, ivan],
        "заказ tag:new": [kirill],
        "is:unread": [ivan, kirill],
        f"#{kirill}": [kirill],
        str(ivan): [ivan],
        '"мой заказ"': [kirill],
        "«мой заказ»": [kirill],
        "invoice": [ivan],
        "заказами": [olga, kirill, olga],
        "olga@a.test": [olga],
    }.items():
        assert await said(home, query) == numbers, query


async def test_old_messages_that_came_in_late_are_found_by_their_date(home: House) -> None:
    await three(home)
    home.clock[0] = datetime(2020, 5, 1, tzinfo=UTC)
    old = await home.comes("support", "old@a.test", "an old letter")
    home.clock[0] = datetime(2026, 9, 18, tzinfo=UTC)
    assert await said(home, "before:2021-01-01") == [old.conversation]
    assert await said(home, "letter before:2021-01-01 after:2020-01-01") == [old.conversation]
    assert await said(home, "letter after:2021-01-01") == []


async def test_a_search_goes_on_page_by_page_without_an_end(home: House) -> None:
    for count in range(11):
        await home.comes("bot", "77", f"order {count}")
    for query in ("order", "channel:bot", "from:77", "order before:2027-01-01", "is:unread"):
        hits, before = [], None
        while page := await home.anna.search(query, before=before, limit=3):
            hits += [hit.message for hit in page]
            before = hits[-1]
        assert hits == sorted(hits, reverse=True), query
        assert len(hits) == 11, query


async def test_a_telephone_number_is_found_however_it_is_typed(home: House) -> None:
    message = await home.comes("bot", "77", "call me: +79161234567")
    for typed in ("+79161234567", "+7 916 123-45-67", "+7 (916) 1234567"):
        assert await said(home, typed) == [message.conversation], typed


async def test_a_file_is_found_by_its_name(home: House) -> None:
    message = await home.comes("bot", "77", "see there")
    file = Attachment(id=0, name="счёт-4412.pdf", media_type="a/b", size=1, sha256=None)
    await home.store.write(lambda tx: tx.add_attachments(message.id, [file]))
    for query in ("file:счёт", "file:счет-4412.pdf", "file:4412", "счёта", "file:сче"):
        assert await said(home, query) == [message.conversation], query
        assert await found(home, query) == [message.conversation], query
    assert await said(home, "file:there") == []


async def test_what_one_searches_for_is_never_a_query_of_the_database(home: House) -> None:
    await three(home)
    for hostile in (
        '" OR 1',
        "a* NEAR b",
        "subject : x",
        "'; DROP TABLE message; --",
        "(",
        "^a",
        "{",
    ):
        for query in (hostile, f"from:{hostile}", f"tag:{hostile}", f"file:{hostile}"):
            with contextlib.suppress(BadFilter):
                await home.anna.search(query)
                await home.anna.rows("inbox", query=query)
    assert len(await home.numbers()) == 3
