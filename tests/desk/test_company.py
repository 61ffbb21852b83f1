"""Colleagues see each other, are not overtaken in silence, and are told what concerns them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import NotFound, Overtaken
from omnidesk.core.model import Agent, DeliveryState
from omnidesk.core.settling import settle
from omnidesk.desk.news import Why, mentions
from tests.desk.house import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        team = (Agent(id="anna", name="Anna"), Agent(id="ivan", name="Ivan"))
        built.anna.agents = built.ivan.agents = team
        yield built


async def opened(home: House) -> tuple[int, int]:
    """A conversation, and the newest message in it that Anna has read."""
    message = await home.comes("support", "olga@a.test", "where is it", subject="Order")
    return message.conversation, message.id


async def seen_by(home: House, number: int) -> list[tuple[str, bool]]:
    there = (await home.ivan.open(number)).present
    return [(one.agent, one.writing) for one in there]


async def test_who_has_a_conversation_open_is_seen_by_others_and_not_by_himself(
    home: House,
) -> None:
    number, _ = await opened(home)
    await home.anna.look(number)
    assert await seen_by(home, number) == [("anna", False)]
    assert (await home.anna.open(number)).present == ()
    assert await home.anna.present([number]) == {}
    await home.anna.writing(number)
    assert await seen_by(home, number) == [("anna", True)]
    found = await home.ivan.present([number, number + 1])
    assert [(n, [p.agent for p in there]) for n, there in found.items()] == [(number, ["anna"])]


async def test_who_has_left_or_was_not_seen_for_half_a_minute_is_gone(home: House) -> None:
    number, _ = await opened(home)
    await home.anna.look(number)
    await home.anna.leave(number)
    assert await seen_by(home, number) == []
    await home.anna.look(number)
    home.later(seconds=31)
    assert await seen_by(home, number) == []
    assert await home.ivan.present([number]) == {}


async def test_an_agent_is_at_one_conversation_at_a_time(home: House) -> None:
    one, _ = await opened(home)
    other = (await home.comes("bot", "77", "hi")).conversation
    await home.anna.look(one)
    await home.anna.look(other)
    assert list(await home.ivan.present([one, other])) == [other]
    with pytest.raises(NotFound):
        await home.anna.look(99)


async def test_presence_is_written_at_most_every_few_seconds(home: House) -> None:
    number, _ = await opened(home)

    async def at() -> list[float]:
        found = await home.ivan.present([number])
        return [(one.at - home.clock[0]).total_seconds() for one in found[number]]

    await home.anna.look(number)
    home.later(seconds=4)
    await home.anna.look(number)
    assert await at() == [-4]
    home.later(seconds=1)
    await home.anna.look(number)
    assert await at() == [0]


async def test_presence_moves_along_with_a_merge(home: House) -> None:
    one, _ = await opened(home)
    other = (await home.comes("bot", "77", "hi")).conversation
    await home.anna.merge(one, other)
    await home.anna.look(other)
    assert await seen_by(home, one) == [("anna", False)]


async def test_a_reply_is_held_back_where_the_customer_wrote_meanwhile(home: House) -> None:
    number, seen = await opened(home)
    await home.comes("support", "olga@a.test", "it came!", references=("<1@customer.test>",))
    with pytest.raises(Overtaken) as caught:
        await home.anna.reply(number, "we search for it", seen=seen)
    assert len(caught.value.changes) == 1
    assert "Olga wrote by support at " in caught.value.changes[0]
    assert "it came!" in caught.value.changes[0]
    assert len(await home.texts(number)) == 2
    await home.anna.reply(number, "we search for it", seen=seen, force=True)
    assert len(await home.texts(number)) == 3


async def test_a_reply_is_held_back_where_a_colleague_answered_meanwhile(home: House) -> None:
    number, seen = await opened(home)
    await home.ivan.reply(number, "it left yesterday")
    with pytest.raises(Overtaken, match=r"ivan answered by support at .*: it left yesterday"):
        await home.anna.reply(number, "we search for it", seen=seen)
    newest = (await home.anna.open(number)).messages[-1].id
    await home.anna.reply(number, "as Ivan said", seen=newest)
    assert (await home.texts(number))[-1] == "as Ivan said"


async def test_own_replies_and_notes_of_others_hold_nothing_back(home: House) -> None:
    number, seen = await opened(home)
    await home.ivan.note(number, "careful")
    await home.anna.reply(number, "one", seen=seen)
    await home.anna.reply(number, "two", seen=seen)
    assert (await home.texts(number))[-1] == "two"


async def test_an_agent_is_told_what_concerns_him(home: House) -> None:
    number, _ = await opened(home)
    chat = (await home.comes("bot", "77", "hi")).conversation
    start = await home.store.read(lambda r: r.last_seq())
    await home.anna.assign(number, "ivan")
    await home.anna.note(chat, "ask @Ivan, not mail@ivan.test")
    await home.comes("support", "olga@a.test", "hello?", references=("<1@customer.test>",))
    await home.comes("bot", "77", "nobody's yet")
    reply = await home.ivan.reply(number, "soon")
    await home.store.write(
        lambda tx: settle(tx, reply.id, DeliveryState.FAILED, "no such mailbox", home.now())
    )
    told = await home.ivan.news(start)
    assert [(n.why, n.number, n.actor) for n in told] == [
        (Why.ASSIGNED, number, "anna"),
        (Why.MENTIONED, chat, "anna"),
        (Why.WROTE, number, "omnidesk"),
        (Why.UNASSIGNED, chat, "omnidesk"),
        (Why.FAILED, number, "omnidesk"),
    ]
    assert await home.ivan.news(told[-1].seq) == []
    assert [n.why for n in await home.anna.news(start)] == [Why.UNASSIGNED]


def test_a_mention_is_an_agent_and_no_address() -> None:
    known = ["anna", "ivan"]
    assert mentions("@anna and @IVAN, @anna!", known) == ("anna", "ivan")
    assert mentions("mail@anna.test @annabel @ anna x@ivan", known) == ()
