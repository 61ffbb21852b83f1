"""A message is passed on to a third party, who never takes the customer's place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.model import Address, DeliveryState, Message, State
from omnidesk.core.routing import Refused, Route
from omnidesk.core.settling import settle
from tests.desk.office import Office, office, people

BOB = Address("Bob", "bob@supplier.test")
PNG = b"a broken lid"


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as built:
        yield built


async def complaint(desks: Office) -> Message:
    return await desks.comes(
        "support",
        "ann@e.org",
        "The lid broke.\nAnn",
        {"lid.png": PNG},
        subject="Re: Kettle",
        sent_at=desks.now(),
    )


async def asked(desks: Office) -> tuple[Message, Message]:
    """Ann's complaint, and the letter to Bob about it, which has left."""
    came = await complaint(desks)
    written = await desks.anna.forward(came.conversation, came.id, [BOB], "Is it covered?")
    return came, await desks.leaves(written.id)


async def answers(
    desks: Office, ours: Message, text: str = "Yes.", who: str = BOB.address
) -> Message:
    assert ours.message_id is not None
    return await desks.comes(
        "support", who, text, subject=f"Re: {ours.subject}", references=(ours.message_id,)
    )


async def test_it_is_a_letter_with_the_message_and_its_files(desks: Office) -> None:
    came = await complaint(desks)
    written = await desks.anna.forward(
        came.conversation, came.id, [BOB], "Is it covered?", cc=[Address("", "cat@supplier.test")]
    )
    assert (written.channel, written.forwards) == ("support", came.id)
    assert (people(written.to), people(written.cc)) == ([BOB.address], ["cat@supplier.test"])
    assert written.subject == f"Fwd: Kettle [#{came.conversation}]"
    assert written.text == (
        "Is it covered?\n\n---------- Forwarded message ----------\n"
        "From: Ann <ann@e.org>\nDate: 2026-09-16 12:00 UTC\nSubject: Re: Kettle\n"
        "To: support@desk.test\n\nThe lid broke.\nAnn"
    )
    ((start, end),) = written.folded
    assert written.text[start:end] == await desks.anna.quoted(came.id)
    assert [(f.name, f.sha256) for f in written.attachments] == [
        ("lid.png", came.attachments[0].sha256)
    ]
    assert (written.references, written.answers, written.reply_path) == ((), None, None)
    assert written.delivery is not None
    assert written.delivery.state is DeliveryState.HELD


async def test_it_changes_neither_who_waits_nor_where_a_reply_goes(desks: Office) -> None:
    came = await complaint(desks)
    before = await desks.anna.open(came.conversation)
    (row,) = await desks.anna.rows("inbox")
    written = await desks.ivan.forward(came.conversation, came.id, [BOB], "Look")
    await desks.leaves(written.id)
    after = await desks.anna.open(came.conversation)
    assert after.conversation == before.conversation
    assert after.route == before.route
    assert after.ways == before.ways
    assert await desks.anna.rows("inbox") == [row]
    sent = await desks.anna.reply(came.conversation, "We look into it", seen=came.id)
    assert people((*sent.to, *sent.cc)) == ["ann@e.org"]


async def test_his_answer_stands_beside_and_belongs_to_who_asked(desks: Office) -> None:
    came, ours = await asked(desks)
    number = came.conversation
    before = await desks.anna.open(number)
    answer = await answers(desks, ours)
    assert answer.conversation != number
    assert answer.marked is None
    assert answer.why.endswith(f", forwarded from [#{number}]")
    beside = await desks.anna.open(answer.conversation)
    assert beside.conversation.linked == (number,)
    assert beside.conversation.assignee == "anna"
    assert beside.contact.name == "Bob"
    after = await desks.anna.open(number)
    assert after.conversation.waiting_since == before.conversation.waiting_since
    assert after.route == before.route
    assert [m.id for m in after.messages] == [came.id, ours.id]
    sent = await desks.anna.reply(answer.conversation, "Thanks")
    assert people((*sent.to, *sent.cc)) == [BOB.address]


async def test_he_gets_no_automatic_answer_and_a_stranger_does(desks: Office) -> None:
    _, ours = await asked(desks)
    desks.answering = True
    for who, sent in ((BOB.address, 0), ("eve@evil.test", 1)):
        answer = await answers(desks, ours, who=who)
        found = (await desks.anna.open(answer.conversation)).messages
        assert len([m for m in found if m.automatic]) == sent, who


async def test_his_second_answer_joins_the_first(desks: Office) -> None:
    came, ours = await asked(desks)
    first = await answers(desks, ours)
    second = await answers(desks, ours, "One more thing.")
    assert second.conversation == first.conversation != came.conversation


async def test_who_was_not_written_to_stays_a_stranger(desks: Office) -> None:
    came, ours = await asked(desks)
    stray = await answers(desks, ours, who="eve@evil.test")
    assert stray.conversation != came.conversation
    assert stray.marked == f"the sender does not take part in [#{came.conversation}]"
    assert (await desks.anna.open(stray.conversation)).conversation.assignee is None


async def test_who_takes_part_answers_in_the_conversation(desks: Office) -> None:
    guest = Address("Cat", "cat@e.org")
    came = await desks.comes("support", "ann@e.org", "hi", subject="Lamp", cc=(guest,))
    written = await desks.anna.forward(came.conversation, came.id, [guest], "You too?")
    answer = await answers(desks, await desks.leaves(written.id), who="cat@e.org")
    assert answer.conversation == came.conversation


async def test_a_failure_brings_it_back_to_its_author(desks: Office) -> None:
    came, ours = await asked(desks)
    await desks.anna.close(came.conversation)
    failed = DeliveryState.FAILED
    await desks.store.write(lambda tx: settle(tx, ours.id, failed, "no such user", desks.now()))
    found = (await desks.anna.open(came.conversation)).conversation
    assert (found.state, found.failed, found.assignee) == (State.OPEN, 1, "anna")


async def test_undo_makes_it_a_draft_that_cannot_become_a_reply(desks: Office) -> None:
    came = await complaint(desks)
    number = came.conversation
    await desks.anna.forward(number, came.id, [BOB], "Is it covered?", via="sales")
    said = await desks.anna.undo()
    assert said == f"what was forwarded from [#{number}] is a draft again"
    opened = await desks.anna.open(number)
    draft = opened.draft
    assert draft is not None
    assert (draft.text, draft.note, draft.forward) == ("Is it covered?", True, came.id)
    assert (people(draft.people), draft.channel) == ([BOB.address], "sales")
    assert [m.id for m in opened.messages] == [came.id]
    again = await desks.anna.forward(
        number,
        came.id,
        draft.people,
        draft.text,
        via="sales",
        files=[*map(Path, draft.attachments)],
    )
    assert [f.name for f in again.attachments] == ["lid.png"]


async def test_files_may_be_left_out_or_others_sent(desks: Office, tmp_path: Path) -> None:
    came = await complaint(desks)
    bare = await desks.anna.forward(came.conversation, came.id, [BOB], "", files=[])
    assert (bare.attachments, bare.text.startswith("-----")) == ((), True)
    other = tmp_path / "other.txt"
    other.write_text("x")
    more = await desks.anna.forward(came.conversation, came.id, [BOB], "", files=[other])
    assert [f.name for f in more.attachments] == ["other.txt"]


async def test_it_says_plainly_why_it_cannot(desks: Office) -> None:
    came = await complaint(desks)
    number = came.conversation
    note = await desks.anna.note(number, "she lies")
    cases = [
        (came.id, [], {}, "nobody is named to forward it to"),
        (came.id, [Address("", "bob")], {}, "bob is no address"),
        (came.id, [Address("", "Ann@e.org")], {}, "the customer's own address; reply instead"),
        (came.id, [BOB], {"bcc": [Address("", "ann@E.org")]}, "the customer's own address"),
        (came.id, [Address("", "sales@desk.test")], {}, "is our own address"),
        (came.id, [Address("", "no-reply@e.org")], {}, "nobody reads no-reply@e.org"),
        (came.id, [BOB], {"via": "bot"}, "bot cannot write to somebody new"),
        (came.id, [BOB], {"via": "fax"}, "fax cannot write to somebody new"),
        (note.id, [BOB], {}, "a note stays in the team"),
    ]
    for message, to, more, reason in cases:
        with pytest.raises(CannotReply, match=reason):
            await desks.anna.forward(number, message, to, "x", **more)  # type: ignore[arg-type]
        found = await desks.anna.forward_route(number, message, to, **more)  # type: ignore[arg-type]
        assert isinstance(found, Refused)
    other = await desks.comes("support", "dan@e.org", "hi", subject="Chair")
    with pytest.raises(NotFound, match="does not stand in"):
        await desks.anna.forward(number, other.id, [BOB], "x")
    assert len((await desks.anna.open(number)).messages) == 2


async def test_a_chat_is_forwarded_as_a_letter(desks: Office) -> None:
    came = await desks.comes("bot", "77", "it broke")
    found = await desks.anna.forward_route(came.conversation, came.id, [BOB])
    assert isinstance(found, Route)
    assert found.way.channel == "sales"
    written = await desks.anna.forward(came.conversation, came.id, [BOB], "see")
    assert "From: 77 <77>\nDate:" in written.text
    assert (await desks.anna.open(came.conversation)).route == (
        await desks.anna.route(came.conversation)
    )


async def test_the_erasure_of_the_third_party_empties_what_went_to_him(desks: Office) -> None:
    came, ours = await asked(desks)
    answer = await answers(desks, ours)
    bob = (await desks.anna.open(answer.conversation)).contact
    await desks.store.erase(bob.id, actor="anna", at=desks.now())
    kept = (await desks.anna.open(came.conversation)).messages
    assert [m.text for m in kept] == [came.text, "[erased]"]
    assert kept[1].to == ()


async def test_a_reply_in_writing_outlives_a_forwarding_and_it_a_reply(desks: Office) -> None:
    came = await complaint(desks)
    number = came.conversation
    await desks.anna.save_draft(number, "Dear Ann")
    await desks.anna.forward(number, came.id, [BOB], "?")
    draft = (await desks.anna.open(number)).draft
    assert draft is not None
    assert draft.text == "Dear Ann"
    await desks.anna.save_draft(number, "Dear Bob", forward=came.id, people=[BOB])
    await desks.anna.reply(number, "Soon")
    draft = (await desks.anna.open(number)).draft
    assert draft is not None
    assert (draft.text, draft.people) == ("Dear Bob", (BOB,))
    await desks.anna.forward(number, came.id, draft.people, draft.text)
    assert (await desks.anna.open(number)).draft is None
