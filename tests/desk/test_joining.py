"""Every join can be taken back, and nothing that came in between is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import CannotJoin, CannotUndo, NotFound
from omnidesk.core.model import Handle, Known, State
from tests.desk.house import House, exported, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built
        await built.check()


async def two(home: House) -> tuple[int, int]:
    """Olga's letter and Olga's chat, which nobody knows to be hers."""
    mail = await home.comes("support", "olga@a.test", "where is my order", subject="Order")
    chat = await home.comes("bot", "77", "any news?")
    return mail.conversation, chat.conversation


async def seen(home: House) -> object:
    numbers = await home.numbers()
    contacts = [c.id for c in await home.store.read(lambda r: list(r.every_contact()))]
    return await home.store.read(lambda r: exported(r, numbers, contacts))


async def test_a_merged_conversation_shows_the_messages_of_both(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    assert await home.texts(mail) == ["where is my order", "any news?"]
    assert await home.numbers() == [mail]


async def test_a_merged_conversation_is_found_by_either_number(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    assert (await home.anna.open(chat)).conversation.number == mail


async def test_what_comes_later_to_either_stands_in_the_kept_one(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    answer = await home.comes(
        "support", "olga@a.test", "hello?", subject="Re: Order", references=("<1@customer.test>",)
    )
    more = await home.comes("bot", "77", "are you there?")
    assert (answer.conversation, more.conversation) == (mail, mail)
    assert (answer.home, more.home) == (mail, chat)


async def test_what_came_in_between_goes_where_it_belongs(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    await home.comes("bot", "77", "are you there?")
    await home.comes("support", "olga@a.test", "hello?", references=("<1@customer.test>",))
    await home.anna.unmerge(chat)
    assert await home.texts(mail) == ["where is my order", "hello?"]
    assert await home.texts(chat) == ["any news?", "are you there?"]


async def test_a_closed_conversation_that_was_written_to_while_merged_comes_back_open(
    home: House,
) -> None:
    mail, chat = await two(home)
    await home.anna.close(chat)
    await home.anna.merge(mail, chat)
    await home.anna.close(mail)
    await home.comes("bot", "77", "it broke again")
    await home.anna.unmerge(chat)
    row = (await home.anna.open(chat)).conversation
    assert (row.state, row.unread) == (State.OPEN, True)


async def test_a_reply_written_while_merged_answers_what_it_answered_afterwards(
    home: House,
) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    await home.anna.reply(mail, "on its way", via="bot")
    await home.anna.unmerge(chat)
    assert await home.texts(chat) == ["any news?", "on its way"]
    assert (await home.anna.open(chat)).conversation.state is State.WAITING


@pytest.mark.parametrize("first", [0, 1])
async def test_merges_come_off_in_any_order(home: House, first: int) -> None:
    mail, chat = await two(home)
    third = (await home.comes("sales", "boris@b.test", "a quote")).conversation
    await home.ivan.assign(chat, "ivan")
    await home.anna.assign(third, "anna")
    await home.ivan.tag(chat, ["vip"])
    await home.anna.close(mail)
    before = await seen(home)
    await home.anna.merge(mail, chat)
    await home.anna.merge(mail, third)
    assert (await home.anna.open(mail)).conversation.state is State.OPEN
    pair = (chat, third)
    await home.anna.unmerge(pair[first])
    await home.anna.unmerge(pair[1 - first])
    assert await seen(home) == before


async def test_what_was_decided_by_hand_after_a_merge_stays_after_it(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    await home.anna.assign(mail, "ivan")
    await home.anna.unmerge(chat)
    assert (await home.anna.open(mail)).conversation.assignee == "ivan"
    assert (await home.anna.open(chat)).conversation.assignee is None


async def test_an_open_conversation_merged_into_one_closed_since_opens_it(home: House) -> None:
    mail, chat = await two(home)
    third = (await home.comes("sales", "boris@b.test", "a quote")).conversation
    await home.anna.merge(mail, chat)
    await home.anna.close(mail)
    await home.anna.merge(mail, third)
    assert (await home.anna.open(mail)).conversation.state is State.OPEN


async def test_an_old_change_is_undone_inside_the_merge_that_came_since(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.close(chat)
    await home.ivan.merge(mail, chat)
    await home.anna.undo()
    assert await home.numbers() == [mail]
    await home.ivan.undo()
    assert (await home.anna.open(chat)).conversation.state is State.OPEN


async def test_a_held_reply_is_recalled_from_a_conversation_merged_since(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.reply(chat, "soon")
    await home.ivan.merge(mail, chat)
    await home.anna.undo()
    assert await home.texts(mail) == ["where is my order", "any news?"]
    opened = await home.anna.open(mail)
    assert opened.draft is not None
    assert opened.draft.text == "soon"


async def test_a_failed_reply_is_counted_once_through_merge_and_unmerge(home: House) -> None:
    from omnidesk.core.model import DeliveryState
    from omnidesk.core.settling import settle

    mail, chat = await two(home)
    sent = await home.anna.reply(chat, "soon")
    await home.store.write(
        lambda tx: settle(tx, sent.id, DeliveryState.FAILED, "blocked", home.now())
    )
    for act in (home.anna.merge(mail, chat), home.anna.unmerge(chat)):
        await act
        await home.check()
        assert len(await home.numbers("failed")) == 1
    assert await home.numbers("failed") == [chat]


async def test_one_conversation_is_not_merged_with_itself(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    for one, other in ((mail, mail), (mail, chat), (chat, mail)):
        with pytest.raises(CannotJoin, match="already"):
            await home.anna.merge(one, other)
    with pytest.raises(NotFound):
        await home.anna.merge(mail, 99)


@pytest.mark.parametrize("number", [1, 2, 99])
async def test_what_was_never_merged_is_not_unmerged(home: House, number: int) -> None:
    await two(home)
    with pytest.raises(CannotJoin, match="not merged"):
        await home.anna.unmerge(number)


async def test_an_unmerge_is_undone_too_and_done_again(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    merged = await seen(home)
    await home.anna.unmerge(chat)
    apart = await seen(home)
    await home.anna.undo()
    assert await seen(home) == merged
    await home.anna.redo()
    assert await seen(home) == apart


async def test_a_ring_of_merges_cannot_be_made_by_undoing(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    await home.anna.unmerge(chat)
    await home.ivan.merge(chat, mail)
    with pytest.raises(CannotUndo, match="unmerge that first"):
        await home.anna.undo()


# -- contacts


async def test_merged_contacts_have_the_handles_and_conversations_of_both(home: House) -> None:
    mail, chat = await two(home)
    olga, stranger = await home.person("support", "olga@a.test"), await home.person("bot", "77")
    await home.anna.merge_contacts(olga, stranger)
    opened = await home.anna.open(chat)
    assert opened.contact.id == olga
    assert [str(h.handle) for h in opened.contact.handles] == [
        "mailto:olga@a.test",
        "telegram:77",
    ]
    assert [row.number for row in opened.others] == [mail]


async def test_contacts_part_as_they_were(home: House) -> None:
    await two(home)
    before = await seen(home)
    olga, stranger = await home.person("support", "olga@a.test"), await home.person("bot", "77")
    await home.anna.merge_contacts(olga, stranger)
    await home.anna.unmerge_contact(stranger)
    assert await seen(home) == before
    with pytest.raises(CannotJoin, match="not merged"):
        await home.anna.unmerge_contact(stranger)


async def chats(home: House) -> tuple[int, int, int, int]:
    """Two persons with a chat each, taken for one."""
    one = await home.comes("bot", "11", "first of eleven")
    other = await home.comes("other-bot", "22", "first of twenty-two")
    eleven, twenty = await home.person("bot", "11"), await home.person("other-bot", "22")
    await home.anna.merge_contacts(eleven, twenty)
    return one.conversation, other.conversation, eleven, twenty


async def test_neither_keeps_a_message_of_the_other_when_contacts_part(home: House) -> None:
    first, second, _, twenty = await chats(home)
    strayed = await home.comes("bot", "11", "and this")
    assert strayed.conversation == second, "the latest conversation of the one person"
    await home.comes("other-bot", "22", "and that")
    await home.anna.unmerge_contact(twenty)
    assert await home.texts(second) == ["first of twenty-two", "and that"]
    strayed = await home.found("bot", strayed.external_id or "")
    assert strayed.conversation not in (first, second)
    opened = await home.anna.open(strayed.conversation)
    assert opened.conversation.linked == (second,)
    assert [str(h.handle) for h in opened.contact.handles] == ["telegram:11"]


async def test_what_was_answered_to_a_stray_goes_along_with_it(home: House) -> None:
    _, second, _, twenty = await chats(home)
    strayed = await home.comes("bot", "11", "and this")
    await home.anna.reply(second, "noted", to=Handle("telegram", "11"))
    await home.comes("bot", "11", "thanks", answers=strayed.external_id)
    await home.anna.unmerge_contact(twenty)
    assert await home.texts(second) == ["first of twenty-two"]
    strayed = await home.found("bot", strayed.external_id or "")
    assert await home.texts(strayed.conversation) == ["and this", "noted", "thanks"]


async def test_a_stray_goes_into_the_part_that_is_its_own(home: House) -> None:
    first, second, _, twenty = await chats(home)
    await home.anna.merge(second, first)
    strayed = await home.comes("bot", "11", "and this")
    assert (strayed.conversation, strayed.home) == (second, first)
    await home.anna.unmerge_contact(twenty)
    assert await home.numbers() == [second]
    await home.anna.unmerge(first)
    assert await home.texts(first) == ["first of eleven", "and this"]


async def test_a_stray_is_found_in_whatever_its_conversation_was_merged_into(
    home: House,
) -> None:
    first, second, _, twenty = await chats(home)
    third = (await home.comes("sales", "boris@b.test", "a quote")).conversation
    strayed = await home.comes("bot", "11", "and this")
    await home.anna.merge(third, second)
    await home.anna.unmerge_contact(twenty)
    assert await home.texts(third) == ["first of twenty-two", "a quote"]
    await home.anna.unmerge(second)
    strayed = await home.found("bot", strayed.external_id or "")
    assert strayed.conversation not in (first, second, third)


async def test_what_an_agent_moved_by_hand_is_no_stray(home: House) -> None:
    first, second, _, twenty = await chats(home)
    strayed = await home.comes("bot", "11", "and this")
    await home.anna.move_message(strayed.id, first)
    await home.anna.move_message(strayed.id, second)
    await home.anna.unmerge_contact(twenty)
    assert "and this" in await home.texts(second)


async def test_parting_with_strays_is_undone_whole(home: House) -> None:
    await chats(home)
    await home.comes("bot", "11", "and this")
    before = await seen(home)
    twenty = await home.person("bot", "11")
    assert twenty
    await home.anna.unmerge_contact(2)
    await home.anna.undo()
    assert await seen(home) == before


# -- splits and moves


async def test_a_split_takes_a_message_and_all_that_follow(home: House) -> None:
    mail, _ = await two(home)
    second = await home.comes("support", "olga@a.test", "two", references=("<1@customer.test>",))
    await home.comes("support", "olga@a.test", "three", references=("<1@customer.test>",))
    before = await seen(home)
    await home.anna.split(mail, second.id)
    made = (await home.found("support", second.external_id or "")).conversation
    assert await home.texts(mail) == ["where is my order"]
    assert await home.texts(made) == ["two", "three"]
    assert (await home.anna.open(made)).conversation.linked == (mail,)
    await home.anna.undo()
    assert await seen(home) == before
    assert (await home.anna.open(made)).conversation.number == mail
    await home.anna.redo()
    assert await home.texts(mail) == ["where is my order"]


async def test_what_answers_a_split_message_follows_it_there_and_back(
    home: House,
) -> None:
    mail, _ = await two(home)
    second = await home.comes("support", "olga@a.test", "two", references=("<1@customer.test>",))
    await home.anna.split(mail, second.id)
    more = await home.comes(
        "support", "olga@a.test", "three", references=(second.message_id or "",)
    )
    assert more.conversation != mail
    await home.anna.undo()
    assert await home.texts(mail) == ["where is my order", "two", "three"]


async def test_a_message_that_was_away_when_its_closed_conversation_parted_opens_it(
    home: House,
) -> None:
    mail, chat = await two(home)
    await home.anna.close(chat)
    await home.anna.merge(mail, chat)
    later = await home.comes("bot", "77", "it broke again")
    assert later.home == chat
    await home.anna.split(mail, later.id)
    await home.ivan.unmerge(chat)
    assert (await home.anna.open(chat)).conversation.state is State.CLOSED
    await home.anna.undo()
    assert await home.texts(chat) == ["any news?", "it broke again"]
    assert (await home.anna.open(chat)).conversation.state is State.OPEN


async def test_a_conversation_is_not_left_empty(home: House) -> None:
    mail, chat = await two(home)
    (only,) = await home.store.read(lambda r: r.placed_in(mail))
    with pytest.raises(CannotJoin, match="begins with"):
        await home.anna.split(mail, only)
    with pytest.raises(CannotJoin, match="merge"):
        await home.anna.move_message(only, chat)
    with pytest.raises(NotFound):
        await home.anna.split(chat, only)
    with pytest.raises(NotFound):
        await home.anna.move_message(99, chat)


async def test_moves_come_off_in_any_order(home: House) -> None:
    mail, chat = await two(home)
    third = (await home.comes("sales", "boris@b.test", "a quote")).conversation
    second = await home.comes("bot", "77", "two")
    before = await seen(home)
    await home.anna.move_message(second.id, mail)
    await home.ivan.move_message(second.id, third)
    await home.anna.undo()
    assert (await home.found("bot", second.external_id or "")).conversation == third
    await home.ivan.undo()
    assert await seen(home) == before
    assert (await home.anna.open(chat)).messages[-1].text == "two"


async def test_a_split_that_was_merged_elsewhere_can_still_be_undone(home: House) -> None:
    mail, chat = await two(home)
    second = await home.comes("support", "olga@a.test", "two", references=("<1@customer.test>",))
    before = await seen(home)
    await home.anna.split(mail, second.id)
    made = (await home.found("support", second.external_id or "")).conversation
    await home.ivan.merge(chat, made)
    await home.anna.undo()
    assert await home.texts(mail) == ["where is my order", "two"]
    await home.ivan.undo()
    assert await seen(home) == before


# -- handles and decisions


async def test_an_offered_handle_is_bound_as_claimed_and_taken_back(home: House) -> None:
    _, chat = await two(home)
    stranger = await home.person("bot", "77")
    await home.anna.bind_handle(stranger, Handle("tel", "8 916 123-45-67"))
    opened = await home.anna.open(chat)
    assert [(str(h.handle), h.known) for h in opened.contact.handles][1:] == [
        ("tel:+79161234567", Known.CLAIMED)
    ]
    await home.anna.undo()
    assert len((await home.anna.open(chat)).contact.handles) == 1


async def test_a_handle_of_another_is_not_taken_from_him(home: House) -> None:
    await two(home)
    stranger = await home.person("bot", "77")
    for handle, why in {
        Handle("mailto", "olga@a.test"): "merge the two",
        Handle("telegram", "77"): "already",
        Handle("tel", "12"): "no address",
    }.items():
        with pytest.raises(CannotJoin, match=why):
            await home.anna.bind_handle(stranger, handle)


async def test_a_handle_that_was_written_from_stays(home: House) -> None:
    await two(home)
    stranger = await home.person("bot", "77")
    await home.anna.bind_handle(stranger, Handle("mailto", "o2@a.test"))
    await home.comes("support", "o2@a.test", "it is me")
    assert await home.person("support", "o2@a.test") == stranger
    with pytest.raises(CannotUndo, match="used since"):
        await home.anna.undo()


async def test_never_is_remembered_through_merges_and_can_be_undone(home: House) -> None:
    mail, chat = await two(home)
    third = (await home.comes("sales", "boris@b.test", "a quote")).conversation

    async def suggest() -> None:
        await home.store.write(
            lambda tx: tx.suggest(
                "conversation", mail, chat, reason="alike", score=0.8, at=home.now()
            )
        )

    await suggest()
    await home.anna.merge(mail, third)
    (told,) = await home.anna.suggestions("conversation", third)
    assert (told.one, told.other, told.score) == (mail, chat, 0.8)
    await home.anna.never("conversation", mail, chat)
    await suggest()
    assert await home.anna.suggestions("conversation", mail) == []
    assert await home.store.read(lambda r: r.decided_never("conversation", third, chat))
    await home.anna.undo()
    assert len((await home.anna.open(mail)).suggestions) == 1
    with pytest.raises(CannotJoin):
        await home.anna.never("conversation", mail, third)


async def test_a_merge_decides_a_suggestion_and_its_undoing_asks_again(home: House) -> None:
    mail, chat = await two(home)
    await home.store.write(
        lambda tx: tx.suggest("conversation", mail, chat, reason="x", score=0.8, at=home.now())
    )
    await home.anna.merge(mail, chat)
    assert await home.anna.suggestions("conversation", mail) == []
    await home.anna.undo()
    assert len(await home.anna.suggestions("conversation", mail)) == 1


async def test_nothing_to_redo_is_said(home: House) -> None:
    mail, chat = await two(home)
    await home.anna.merge(mail, chat)
    await home.anna.undo()
    await home.anna.close(mail)
    with pytest.raises(CannotUndo, match="nothing to redo"):
        await home.anna.redo()
