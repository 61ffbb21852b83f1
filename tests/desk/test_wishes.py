"""A contact asks to be answered by one channel: the default way follows, and says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.channel import Capabilities
from omnidesk.core.errors import CannotReply, CannotUndo, NotFound
from omnidesk.core.routing import Route
from tests.desk.house import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built
        await built.check()


async def route(home: House, number: int) -> Route:
    """The default way, which is the same wherever one asks for it."""
    found = await home.anna.route(number)
    assert isinstance(found, Route)
    assert (await home.anna.open(number)).route == found
    return found


async def one_person(home: House) -> tuple[int, int]:
    """The conversation and the contact of somebody who wrote by letter, and chatted once."""
    mail = await home.comes("support", "olga@a.test", "where is it")
    await home.comes("bot", "77", "hello")
    contact = await home.person("support", "olga@a.test")
    await home.anna.merge_contacts(contact, await home.person("bot", "77"))
    return mail.conversation, contact


async def test_the_default_way_follows_the_wish_and_says_so(home: House) -> None:
    number, contact = await one_person(home)
    found = await route(home, number)
    assert (found.way.channel, found.wished) == ("support", False)
    await home.anna.set_wish(contact, "bot")
    found = await route(home, number)
    assert (found.way.channel, found.wished, found.marked) == ("bot", True, None)
    sent = await home.anna.reply(number, "done")
    assert (sent.channel, str(sent.handle), sent.marked) == ("bot", "telegram:77", None)


async def test_the_agent_s_choice_goes_before_the_wish(home: House) -> None:
    number, contact = await one_person(home)
    await home.anna.set_wish(contact, "bot")
    assert (await home.anna.reply(number, "x", via="support")).channel == "support"


async def test_a_wish_is_undone_redone_and_taken_away(home: House) -> None:
    number, contact = await one_person(home)
    await home.anna.set_wish(contact, "support")
    await home.anna.set_wish(contact, "bot")
    await home.anna.undo()
    assert (await home.anna.open(number)).contact.wish == "support"
    await home.anna.redo()
    assert (await home.anna.open(number)).contact.wish == "bot"
    assert "by the channel that he writes by" in await home.anna.set_wish(contact, None)
    opened = await home.anna.open(number)
    assert opened.contact.wish is None
    assert (await route(home, number)).way.channel == "support"


async def test_a_wish_for_a_channel_where_he_is_not_yet_is_told_until_he_writes_there(
    home: House,
) -> None:
    mail = await home.comes("support", "olga@a.test", "where is it")
    contact = await home.person("support", "olga@a.test")
    await home.anna.set_wish(contact, "bot")
    found = await route(home, mail.conversation)
    assert (found.way.channel, found.wished) == ("support", False)
    assert found.marked == "asked to be answered by bot, but bot does not reach this contact"
    await home.comes("bot", "77", "it is me")
    await home.anna.merge_contacts(contact, await home.person("bot", "77"))
    found = await route(home, mail.conversation)
    assert (found.way.channel, found.wished) == ("bot", True)


async def test_a_wish_goes_along_with_a_merge_and_stays_with_whose_it_was(home: House) -> None:
    mail = await home.comes("support", "olga@a.test", "where is it")
    await home.comes("bot", "77", "hello")
    one = await home.person("support", "olga@a.test")
    other = await home.person("bot", "77")
    await home.anna.set_wish(other, "bot")
    await home.anna.merge_contacts(one, other)
    assert (await home.anna.open(mail.conversation)).contact.wish == "bot"
    await home.anna.set_wish(other, None)
    assert (await home.anna.open(mail.conversation)).contact.wish is None
    await home.anna.undo()
    assert (await home.anna.open(mail.conversation)).contact.wish == "bot"
    await home.anna.unmerge_contact(other)
    assert (await home.anna.open(mail.conversation)).contact.wish is None
    contact = await home.store.read(lambda r: r.contact(other))
    assert contact is not None
    assert contact.wish == "bot"


async def test_what_cannot_be_wished_is_refused_and_nothing_is_written(home: House) -> None:
    _, contact = await one_person(home)
    before = await home.store.read(lambda r: r.last_seq())
    with pytest.raises(NotFound, match="there is no channel pigeon; known are"):
        await home.anna.set_wish(contact, "pigeon")
    with pytest.raises(NotFound, match="there is no contact 99"):
        await home.anna.set_wish(99, "bot")
    await home.store.write(lambda tx: tx.unconfigure_others(["support", "sales", "other-bot"]))
    with pytest.raises(NotFound, match="there is no channel bot"):
        await home.anna.set_wish(contact, "bot")
    assert await home.store.read(lambda r: r.last_seq()) == before
    with pytest.raises(CannotUndo):
        await home.ivan.undo()


async def test_a_channel_that_only_receives_cannot_be_wished(home: House) -> None:
    _, contact = await one_person(home)
    mute = Capabilities(handle_scheme="tel", receive=True)
    await home.store.write(lambda tx: tx.configure("phone", "test", mute, ()))
    with pytest.raises(CannotReply, match="phone carries no replies"):
        await home.anna.set_wish(contact, "phone")
