"""A conversation that we begin: by letter to anybody, by chat only to whoever wrote there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import CannotReply
from omnidesk.core.model import Address, Handle, State
from omnidesk.core.routing import Refused, Route
from tests.desk.office import Office, office, people


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as built:
        yield built


async def test_a_letter_to_somebody_new_opens_a_conversation(desks: Office, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("prices")
    cat = Address("", "cat@e.org")
    sent = await desks.anna.start(
        "Dan@new.test", "Our offer", "Dear Dan", via="support", name="Dan", cc=[cat], files=[file]
    )
    assert (people(sent.to), people(sent.cc)) == (["dan@new.test"], ["cat@e.org"])
    assert sent.subject == f"Our offer [#{sent.conversation}]"
    assert [f.name for f in sent.attachments] == ["list.txt"]
    opened = await desks.anna.open(sent.conversation)
    found = opened.conversation
    assert (found.subject, found.state, found.assignee) == ("Our offer", State.WAITING, "anna")
    assert (found.waiting_since, found.unread) == (None, False)
    assert (opened.contact.name, str(opened.contact.handles[0].handle)) == (
        "Dan",
        "mailto:dan@new.test",
    )


async def test_the_answer_comes_into_it_and_replies_go_on(desks: Office) -> None:
    sent = await desks.leaves((await desks.anna.start("dan@new.test", "Offer", "Hi")).id)
    assert sent.message_id is not None
    answer = await desks.comes(
        "support", "dan@new.test", "Yes", subject="Re: Offer", references=(sent.message_id,)
    )
    assert answer.conversation == sent.conversation
    reply = await desks.anna.reply(sent.conversation, "Good")
    assert (people(reply.to), reply.subject) == (
        ["dan@new.test"],
        f"Re: Offer [#{sent.conversation}]",
    )


async def test_a_chat_can_be_begun_only_with_whoever_wrote_there(desks: Office) -> None:
    for to in ("telegram:78", Handle("telegram", "78")):
        with pytest.raises(CannotReply, match="the contact never wrote to bot"):
            await desks.anna.start(to, "", "Hi")
    assert await desks.anna.rows("all") == []
    came = await desks.comes("bot", "77", "hello")
    await desks.anna.close(came.conversation)
    sent = await desks.anna.start("telegram:77", "", "Good news")
    assert (sent.channel, sent.conversation != came.conversation) == ("bot", True)
    assert (await desks.anna.open(sent.conversation)).conversation.subject == "Good news"
    answer = await desks.comes("bot", "77", "thanks")
    assert answer.conversation == sent.conversation


async def test_a_contact_is_named_by_id_or_by_name_and_his_wish_is_kept(desks: Office) -> None:
    mail = await desks.comes("support", "olga@e.org", "hi", subject="Lamp")
    chat = await desks.comes("bot", "77", "hello")
    contact = (await desks.anna.open(mail.conversation)).contact.id
    other = (await desks.anna.open(chat.conversation)).contact.id
    await desks.anna.merge_contacts(contact, other)
    await desks.anna.set_wish(contact, "support")
    for to in (contact, str(contact), "olga"):
        found = await desks.anna.start_route(to)
        assert isinstance(found, Route)
        assert found.way.channel == "support"
    by = await desks.anna.start_route("olga", via="bot")
    assert isinstance(by, Route)
    assert str(by.way.handle) == "telegram:77"


async def test_it_says_plainly_why_it_cannot(desks: Office) -> None:
    await desks.comes("support", "ann.lee@e.org", "hi", subject="Lamp")
    await desks.comes("support", "ann.ray@e.org", "hi", subject="Lamp")
    cases: list[tuple[str | int, str | None, str]] = [
        ("", None, "give an address, a number or a name"),
        ("nobody here", None, "no contact is called so"),
        ("ann", None, "several are called so"),
        (999, None, "there is no contact 999"),
        ("a@b@c", None, "no contact is called so"),
        ("sales@desk.test", None, "is our own address"),
        ("no-reply@e.org", None, "nobody reads"),
        ("dan@e.org", "fax", "there is no channel fax"),
        ("dan@e.org", "bot", "bot cannot write to mailto:dan@e.org"),
        ("ann.lee", "bot", "bot: the contact has no telegram handle; .* could carry it"),
        ("ann.lee@e.org", "bot", "bot cannot write to mailto:ann.lee@e.org; .* could carry it"),
        ("+79161234567", None, "phone is receive only"),
        ("visit:12", None, "no configured channel writes to visit:12"),
    ]
    for to, via, reason in cases:
        with pytest.raises(CannotReply, match=reason):
            await desks.anna.start(to, "x", "x", via=via)
        assert isinstance(await desks.anna.start_route(to, via=via), Refused)
    with pytest.raises(CannotReply, match="is empty"):
        await desks.anna.start("dan@e.org", "x", " ")
    await desks.comes("bot", "77", "hello")
    with pytest.raises(CannotReply, match="carries no Cc"):
        await desks.anna.start("telegram:77", "", "x", cc=[Address("", "dan@e.org")])
    assert len(await desks.anna.rows("all")) == 3


async def test_undo_leaves_a_draft_in_it_that_can_be_sent(desks: Office) -> None:
    sent = await desks.anna.start("dan@new.test", "Offer", "Dear Dan", via="support")
    await desks.anna.undo()
    opened = await desks.anna.open(sent.conversation)
    draft = opened.draft
    assert draft is not None
    assert (draft.text, draft.channel, str(draft.to)) == (
        "Dear Dan",
        "support",
        "mailto:dan@new.test",
    )
    assert (opened.messages, opened.conversation.state) == ((), State.OPEN)
    again = await desks.anna.reply(
        sent.conversation, draft.text, via=draft.channel, to=draft.to, cc=draft.cc, bcc=draft.bcc
    )
    assert (again.subject, people(again.to)) == (sent.subject, ["dan@new.test"])


async def test_a_dropped_draft_takes_the_empty_conversation_along(desks: Office) -> None:
    sent = await desks.anna.start("dan@new.test", "Offer", "Dear Dan")
    await desks.anna.undo()
    await desks.anna.drop_draft(sent.conversation)
    assert await desks.anna.rows("all") == []
    assert (await desks.anna.counts())["all"] == 0
    came = await desks.comes("support", "ann@e.org", "hi", subject="Lamp")
    await desks.anna.save_draft(came.conversation, "x")
    await desks.anna.drop_draft(came.conversation)
    assert [row.number for row in await desks.anna.rows("all")] == [came.conversation]
