"""A reply goes to exactly those whom the agent saw, and copies whom he chose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from omnidesk.core.channel import Capabilities, Incoming
from omnidesk.core.errors import CannotReply
from omnidesk.core.model import Address, Agent, Handle, Known
from omnidesk.core.placing import PlacingRules
from omnidesk.core.routing import Refused, Route
from omnidesk.core.store import Transaction
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine.arrivals import arrive
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore
from tests.desk.house import NOON

ANN = Handle("mailto", "ann@e.org")
_LETTERS = Capabilities(
    handle_scheme="mailto", receive=True, send=True, initiate=True, subject=True, copies=True
)
_CHAT = Capabilities(handle_scheme="telegram", receive=True, send=True)
_ABLE = {"support": _LETTERS, "bot": _CHAT}


def letter(name: str, **more: object) -> Incoming:
    told: dict[str, object] = {
        "external_id": name,
        "raw": b"",
        "handle": ANN,
        "sender": Address("Ann", "ann@e.org"),
        "to": (Address("", "support@desk.test"), Address("Bob", "bob@e.org")),
        "cc": (Address("Cat", "cat@e.org"),),
        "text": "Hello",
        "message_id": f"<{name}@e.org>",
        "sent_at": NOON,
        **more,
    }
    return Incoming(**told)  # type: ignore[arg-type]


def take(tx: Transaction, incoming: Incoming) -> None:
    placing = PlacingRules(
        channel="support", desk_key=b"k", own=frozenset({"support@desk.test"}), joins=False
    )
    rules = Rules(
        channel="support",
        capabilities=_LETTERS,
        placing=placing,
        own_address="support@desk.test",
        desk="Acme",
    )
    assert arrive(tx, rules, incoming, None, (), NOON)


def furnish(tx: Transaction) -> None:
    tx.configure("support", "email", _LETTERS, ("support@desk.test",))
    tx.configure("bot", "telegram", _CHAT, ())
    take(tx, letter("one"))


def desk_at(store: SqliteStore) -> Desk:
    settings = DeskSettings(undo_send=timedelta(seconds=10))
    return Desk(store, Agent(id="anna", name="Anna"), settings, _ABLE, now=lambda: NOON)


@pytest.fixture
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with SqliteStore(tmp_path_factory.mktemp("desk") / "desk.db") as store:
        await store.write(furnish)
        yield desk_at(store)


def addresses(people: tuple[Address, ...]) -> list[str]:
    return [person.address for person in people]


async def test_what_the_route_shows_is_what_the_message_has(desk: Desk) -> None:
    for everyone, copied in ((True, ["bob@e.org", "cat@e.org"]), (False, [])):
        route = await desk.route(1, "support", to=ANN, everyone=everyone)
        assert isinstance(route, Route)
        assert addresses(route.cc) == copied
        sent = await desk.reply(1, "Soon", via="support", to=ANN, everyone=everyone, shown=route.to)
        assert addresses(sent.to) == ["ann@e.org"]
        assert addresses(sent.cc) == copied


async def test_chosen_copies_take_the_place_of_the_letters(desk: Desk) -> None:
    cc = (Address("", "dan@e.org"), Address("", "ANN@e.org"), Address("", "dan@E.org"))
    bcc = (Address("", "eve@e.org"), Address("", "DAN@e.org"))
    sent = await desk.reply(1, "Soon", cc=cc, bcc=bcc)
    assert addresses(sent.cc) == ["dan@e.org"]
    assert addresses(sent.bcc) == ["eve@e.org"]
    assert addresses((await desk.reply(1, "Again", cc=())).cc) == []


async def test_reply_to_is_honoured_and_marked(desk: Desk) -> None:
    other = (Address("", "office@e.org"),)
    two = letter("two", references=("<one@e.org>",), reply_to=other)
    await desk.store.write(lambda tx: take(tx, two))
    route = await desk.route(1, "support", to=ANN)
    assert isinstance(route, Route)
    assert addresses(route.to) == ["office@e.org"]
    assert route.marked is not None
    assert "Reply-To" in route.marked


async def test_nothing_goes_to_others_than_the_agent_saw(desk: Desk) -> None:
    route = await desk.route(1, "support", to=ANN)
    assert isinstance(route, Route)
    later = letter("three", references=("<one@e.org>",), reply_to=(Address("", "office@e.org"),))
    await desk.store.write(lambda tx: take(tx, later))
    with pytest.raises(CannotReply, match=r"answers go to office@e\.org now"):
        await desk.reply(1, "Soon", via="support", to=ANN, shown=route.to)
    assert all(m.author is None for m in (await desk.open(1)).messages)


async def test_a_chat_has_no_copies_and_says_so(desk: Desk) -> None:
    chat = Handle("telegram", "77")

    def know(tx: Transaction) -> None:
        contact = tx.contact_of(ANN)
        assert contact is not None
        tx.add_handle(chat, contact, known=Known.SEEN, name="", at=NOON)
        tx.touch("bot", chat, NOON, None)

    await desk.store.write(know)
    found = await desk.route(1, "bot", cc=(Address("", "dan@e.org"),))
    assert isinstance(found, Refused)
    assert found.reason == "bot carries no Cc or Bcc; leave them out"
    assert isinstance(await desk.route(1, "bot", cc=()), Route)


async def test_a_draft_found_again_has_its_recipients(desk: Desk) -> None:
    cc, bcc = (Address("Dan", "dan@e.org"),), (Address("", "eve@e.org"),)
    await desk.save_draft(1, "Soon", False, "support", everyone=True, to=ANN, cc=cc, bcc=bcc)
    draft = (await desk.open(1)).draft
    assert draft is not None
    sent = await desk.reply(
        1, draft.text, to=draft.to, everyone=draft.everyone, cc=draft.cc, bcc=draft.bcc
    )
    assert (addresses(sent.to), addresses(sent.cc)) == (["ann@e.org"], ["dan@e.org"])
    assert addresses(sent.bcc) == ["eve@e.org"]


async def test_a_channel_without_copies_leaves_those_of_the_draft(desk: Desk) -> None:
    cc = (Address("Dan", "dan@e.org"),)
    await desk.save_draft(1, "Soon", False, "support", cc=cc)
    assert isinstance(await desk.route(1, "bot", cc=cc), Refused)
    await desk.save_draft(1, "Soon", False, "bot", cc=cc)
    await desk.save_draft(1, "Soon", False, "support", cc=cc)
    draft = (await desk.open(1)).draft
    assert draft is not None
    assert (draft.channel, draft.cc) == ("support", cc)


async def test_a_draft_says_of_copies_nothing_until_they_are_chosen(desk: Desk) -> None:
    await desk.save_draft(1, "Soon")
    draft = (await desk.open(1)).draft
    assert draft is not None
    assert (draft.everyone, draft.to, draft.cc, draft.bcc) == (False, None, None, ())
    await desk.save_draft(1, "Soon", cc=())
    draft = (await desk.open(1)).draft
    assert draft is not None
    assert draft.cc == (), "nobody is a choice, too"


async def test_a_hundred_replies_later_the_customer_is_still_known(desk: Desk) -> None:
    for index in range(101):
        await desk.reply(1, f"still looking, {index}", everyone=False)
    assert isinstance((await desk.open(1)).route, Route)
    last = await desk.reply(1, "found", everyone=True)
    assert [one.address for one in last.cc] == ["bob@e.org", "cat@e.org"]
