"""Where a suggestion decides the direction, what the customer and the agent know is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.model import Handle, Known
from omnidesk.core.store import Transaction
from tests.desk.house import NOON
from tests.desk.office import Office, office


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as built:
        yield built


async def pair(home: Office) -> tuple[int, int]:
    """An older letter and a younger chat of the same matter."""
    letter = await home.comes("support", "olga@a.test", "the payment fails", subject="Payment")
    chat = await home.comes("bot", "77", "the payment fails")
    return letter.conversation, chat.conversation


@pytest.mark.parametrize("turned", [False, True])
async def test_the_older_conversation_is_kept_from_whichever_one_joins(
    home: Office, turned: bool
) -> None:
    old, new = await pair(home)
    await home.anna.join("conversation", *((new, old) if turned else (old, new)))
    assert (await home.anna.open(new)).conversation.number == old


async def test_the_conversation_of_the_customers_receipt_is_kept(home: Office) -> None:
    letter = await home.comes("support", "olga@a.test", "it fails", subject="Payment")
    home.answering = True
    chat = await home.comes("bot", "77", "it fails")
    await home.anna.join("conversation", letter.conversation, chat.conversation)
    assert (await home.anna.open(letter.conversation)).conversation.number == chat.conversation


async def test_the_conversation_named_in_our_letter_is_kept(home: Office) -> None:
    chat = (await home.comes("bot", "77", "it fails")).conversation
    letter = (await home.comes("support", "olga@a.test", "it fails", subject="Pay")).conversation
    await home.anna.reply(letter, "we look at it")
    await home.anna.join("conversation", chat, letter)
    assert (await home.anna.open(chat)).conversation.number == letter


async def test_both_told_keeps_the_older(home: Office) -> None:
    home.answering = True
    old, new = await pair(home)
    await home.anna.join("conversation", new, old)
    assert (await home.anna.open(new)).conversation.number == old


async def test_a_join_by_suggestion_is_undone_as_a_merge_is(home: Office) -> None:
    old, new = await pair(home)
    await home.anna.join("conversation", new, old)
    assert await home.anna.undo() == f"[#{new}] stands on its own again"
    assert (await home.anna.open(new)).conversation.number == new


async def test_contacts_joined_by_suggestion_keep_the_first(home: Office) -> None:
    await pair(home)
    assert await home.anna.join("contact", 2, 1) == "77 is now part of Olga"
    found = await home.store.read(lambda r: r.contact(2))
    assert found is not None
    assert found.id == 1


# the person that two contacts become


async def called_in(home: Office, number: int) -> tuple[str, str]:
    """A person's name in his conversation's row and on his card."""
    opened = await home.anna.open(number)
    row = await home.store.read(lambda r: r.row(number))
    assert row is not None
    return row.name, opened.contact.name


async def test_a_kept_contact_without_a_name_shows_that_of_the_other(home: Office) -> None:
    chat = (await home.comes("bot", "77", "hello")).conversation
    letter = (await home.comes("support", "olga@a.test", "hello")).conversation
    assert await called_in(home, chat) == ("77", "77")
    await home.anna.merge_contacts(1, 2)
    assert await called_in(home, chat) == ("Olga", "Olga")
    assert await called_in(home, letter) == ("Olga", "Olga")
    await home.anna.undo()
    assert await called_in(home, chat) == ("77", "77")
    assert await called_in(home, letter) == ("Olga", "Olga")


async def test_a_kept_contact_with_a_name_keeps_it(home: Office) -> None:
    letter = (await home.comes("support", "olga@a.test", "hello")).conversation
    await home.comes("sales", "boris@b.test", "hello")
    await home.anna.merge_contacts(1, 2)
    assert await called_in(home, letter) == ("Olga", "Olga")


async def test_the_name_goes_with_whom_it_belongs_to_in_any_order(home: Office) -> None:
    chat = (await home.comes("bot", "77", "hello")).conversation
    await home.comes("support", "olga@a.test", "hello")
    await home.comes("sales", "olya@b.test", "hello")
    await home.anna.merge_contacts(1, 2)
    await home.anna.merge_contacts(1, 3)
    await home.anna.unmerge_contact(2)
    assert await called_in(home, chat) == ("Olya", "Olya")
    await home.anna.unmerge_contact(3)
    assert await called_in(home, chat) == ("77", "77")


async def test_a_person_was_first_seen_when_the_first_of_his_contacts_was(home: Office) -> None:
    await home.comes("bot", "77", "hello")
    first = await home.store.read(lambda r: r.contact(1))
    home.later(days=3)
    number = (await home.comes("support", "olga@a.test", "hello")).conversation
    later = (await home.anna.open(number)).contact.created_at
    await home.anna.merge_contacts(2, 1)
    assert first is not None
    assert (await home.anna.open(number)).contact.created_at == first.created_at
    await home.anna.undo()
    assert (await home.anna.open(number)).contact.created_at == later


async def test_a_found_message_names_the_person_as_the_list_does(home: Office) -> None:
    await home.comes("bot", "77", "a singular word")
    await home.comes("support", "olga@a.test", "hello")
    await home.anna.merge_contacts(1, 2)
    assert [hit.name for hit in await home.anna.search("singular")] == ["Olga"]


# what may be one is told once


def suggest(tx: Transaction, *ones: int, other: int) -> None:
    for one in ones:
        score = 0.5 + one * 0.01
        tx.suggest("conversation", one, other, reason="the same words", score=score, at=NOON)


async def queue(home: Office) -> list[tuple[int, int]]:
    found = await home.anna.maybes()
    return [(maybe.one.id, maybe.other.id) for maybe in found if maybe.what == "conversation"]


async def test_a_pair_that_merges_have_made_of_two_is_told_once(home: Office) -> None:
    one, other = await pair(home)
    third = (await home.comes("sales", "boris@b.test", "the payment fails")).conversation
    await home.store.write(lambda tx: suggest(tx, one, other, other=third))
    assert len(await queue(home)) == 2
    await home.anna.merge(one, other)
    assert await queue(home) == [(one, third)]
    suggested = await home.store.read(lambda r: r.suggested("conversation"))
    assert [(s.one, s.other) for s in suggested] == [(one, third)]
    await home.anna.merge(one, third)
    assert await queue(home) == []


async def test_what_is_not_one_with_a_whole_is_not_told_of_its_parts(home: Office) -> None:
    one, other = await pair(home)
    third = (await home.comes("sales", "boris@b.test", "the payment fails")).conversation
    await home.store.write(lambda tx: suggest(tx, other, other=third))
    await home.anna.never("conversation", one, third)
    await home.anna.merge(one, other)
    assert await queue(home) == []


async def test_the_pair_that_was_asked_for_twice_is_told_once(home: Office) -> None:
    one, other = await pair(home)
    third = (await home.comes("sales", "boris@b.test", "the payment fails")).conversation
    await home.store.write(lambda tx: suggest(tx, one, other, other=third))
    before = await home.store.read(lambda r: r.suggested("conversation"))
    await home.anna.merge(one, other)
    found = await home.anna.maybes(before)
    assert [(maybe.one.id, maybe.other.id) for maybe in found] == [(one, third)]


# sentences name people, not numbers that no screen shows


async def test_what_is_done_to_people_names_them(home: Office) -> None:
    await home.comes("support", "olga@a.test", "hello")
    await home.comes("bot", "77", "hello")
    anna = home.anna
    number = Handle("tel", "+79161234567")
    assert await anna.bind_handle(1, number) == "tel:+79161234567 was added to Olga"
    assert await anna.merge_contacts(1, 2) == "77 is now part of Olga"
    assert await anna.unmerge_contact(2) == "77 stands alone again, as before the merge"
    assert await anna.undo() == "77 is part of Olga again"
    assert (await anna.journal(limit=1))[0].words == "took back a parting of contacts"


async def test_namesakes_are_told_apart_by_their_handles(home: Office) -> None:
    await home.comes("support", "olga@a.test", "hello")
    await home.comes("sales", "olga@b.test", "hello")
    assert (
        await home.anna.merge_contacts(1, 2)
        == "Olga (olga@b.test) is now part of Olga (olga@a.test)"
    )


# what a channel vouches for

PHONE = Handle("tel", "+79161234567")


async def card(home: Office) -> None:
    """The chat shares its own contact card."""
    await home.comes("bot", "77", "my number", vouched=(PHONE,))


async def how(home: Office) -> Known | None:
    found = await home.store.read(lambda r: r.contact(r.contact_of(PHONE) or 0))
    known = found.handles if found else ()
    return next((one.known for one in known if one.handle == PHONE), None)


async def test_a_shared_card_verifies_a_number_that_was_claimed(home: Office) -> None:
    await home.comes("bot", "77", "hello")
    await home.anna.bind_handle(1, PHONE)
    assert await how(home) is Known.CLAIMED
    await card(home)
    assert await how(home) is Known.VERIFIED


async def test_a_shared_card_verifies_the_number_of_whoever_is_joined_before(home: Office) -> None:
    await home.comes("phone", "+79161234567", "it broke")
    await home.comes("bot", "77", "hello")
    await home.anna.merge_contacts(1, 2)
    await card(home)
    assert await how(home) is Known.VERIFIED


async def test_a_shared_card_verifies_the_number_of_whoever_is_joined_later(home: Office) -> None:
    await home.comes("phone", "+79161234567", "it broke")
    await card(home)
    assert await how(home) is Known.SEEN, "it is another's"
    await home.anna.merge_contacts(1, 2)
    assert await how(home) is Known.VERIFIED
    await home.anna.undo()
    assert await how(home) is Known.SEEN
    await home.anna.redo()
    assert await how(home) is Known.VERIFIED
    await home.anna.unmerge_contact(2)
    await home.anna.undo()
    assert await how(home) is Known.VERIFIED


async def test_a_card_shared_in_a_joined_conversation_counts(home: Office) -> None:
    letter = (await home.comes("phone", "+79161234567", "it broke")).conversation
    chat = (await home.comes("bot", "77", "hello")).conversation
    await home.anna.merge(letter, chat)
    await card(home)
    await home.anna.merge_contacts(2, 1)
    assert await how(home) is Known.VERIFIED


async def test_what_is_parted_is_known_as_it_came_to_be_known_meanwhile(home: Office) -> None:
    await home.comes("support", "olga@a.test", "hello")
    await home.anna.bind_handle(1, PHONE)
    await card(home)
    await home.anna.merge_contacts(1, 2)
    await home.comes("phone", "+79161234567", "it is me")
    await home.anna.unmerge_contact(2)
    assert await how(home) is Known.SEEN


async def test_a_card_raises_nothing_of_others(home: Office) -> None:
    await home.comes("phone", "+79161234567", "it broke")
    await card(home)
    await home.comes("support", "olga@a.test", "hello")
    await home.anna.merge_contacts(1, 3)
    assert await how(home) is Known.SEEN
