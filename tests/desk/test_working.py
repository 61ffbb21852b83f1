"""Conversations are sorted, worked off many at once, and every act can be taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.errors import CannotReply, CannotUndo, NotFound
from omnidesk.core.model import DeliveryState, State
from omnidesk.core.store import Transaction
from omnidesk.engine.waking import wake_due
from tests.desk.house import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built
        await built.check()


async def three(home: House) -> list[int]:
    return [(await home.comes("support", f"c{n}@a.test", f"no {n}")).conversation for n in range(3)]


async def state(home: House, number: int) -> State:
    return (await home.anna.open(number)).conversation.state


async def test_priority_goes_up_and_down_and_back(home: House) -> None:
    number, *_ = await three(home)
    assert [await home.anna.raise_priority(number) for _ in range(2)] == [1, 2]
    assert await home.anna.lower_priority(number) == 1
    await home.anna.undo()
    assert (await home.anna.open(number)).conversation.priority == 2
    assert [row.number for row in await home.anna.rows("inbox", query="priority:>1")] == [number]


async def test_spam_is_closed_with_a_tag_and_comes_back_as_it_was(home: House) -> None:
    number, *_ = await three(home)
    assert await home.anna.spam(number)
    assert not await home.anna.spam(number)
    found = (await home.anna.open(number)).conversation
    assert (found.state, found.tags) == (State.CLOSED, ("spam",))
    await home.anna.undo()
    found = (await home.anna.open(number)).conversation
    assert (found.state, found.tags, found.unread) == (State.OPEN, (), True)
    assert found.waiting_since is not None


async def test_taking_makes_it_ones_own(home: House) -> None:
    number, *_ = await three(home)
    assert await home.ivan.take(number)
    assert not await home.ivan.take(number)
    assert [row.number for row in await home.ivan.rows("mine")] == [number]


async def test_many_are_changed_in_one_write_and_undone_as_one(home: House) -> None:
    numbers = await three(home)
    await home.anna.close(numbers[0])
    assert await home.anna.each(numbers, "close") == 2
    assert [await state(home, n) for n in numbers] == [State.CLOSED] * 3
    assert await home.anna.undo() == "2 conversations as before"
    assert [await state(home, n) for n in numbers] == [State.CLOSED, State.OPEN, State.OPEN]
    await home.anna.undo()
    assert await state(home, numbers[0]) is State.OPEN


async def test_one_of_many_can_be_undone_by_itself(home: House) -> None:
    numbers = await three(home)
    await home.anna.each(numbers, "tag", add=["x"])
    await home.anna.undo(numbers[1])
    tagged = [row.number for row in await home.anna.rows("inbox", query="tag:x")]
    assert tagged == [numbers[0], numbers[2]]
    assert await home.anna.undo() == "2 conversations as before"
    assert await home.anna.rows("inbox", query="tag:x") == []


async def test_many_with_one_that_is_not_there_change_nothing(home: House) -> None:
    numbers = await three(home)
    with pytest.raises(NotFound):
        await home.anna.each([*numbers, 99], "close")
    assert [await state(home, n) for n in numbers] == [State.OPEN] * 3
    with pytest.raises(NotFound, match="too many at once"):
        await home.anna.each(range(1, 600), "close")


async def test_each_verb_does_what_the_single_one_does(home: House) -> None:
    one, *_ = await three(home)
    until = home.now() + timedelta(hours=1)
    await home.anna.each([one], "assign", agent="ivan")
    await home.anna.each([one], "tag", add=["a", "b"], drop=["a"])
    await home.anna.each([one], "priority", by=1)
    await home.anna.each([one], "snooze", until=until)
    found = (await home.anna.open(one)).conversation
    assert (found.assignee, found.tags, found.priority) == ("ivan", ("b",), 1)
    assert (found.state, found.snoozed_until) == (State.SNOOZED, until)
    await home.anna.each([one], "reopen")
    assert await state(home, one) is State.OPEN


async def test_the_next_that_needs_us_is_the_next_that_waits_round_and_round(home: House) -> None:
    one, two, three_ = await three(home)

    async def next_(number: int | None, *, back: bool = False) -> int | None:
        row = await home.anna.next_needing(number, back=back)
        return row.number if row else None

    assert [await next_(n) for n in (None, one, two, three_)] == [one, one + 1, three_, one]
    assert [await next_(n, back=True) for n in (None, one, two, three_)] == [
        three_,
        three_,
        one,
        two,
    ]
    await home.anna.reply(two, "answered")
    assert [await next_(n) for n in (one, two, three_)] == [three_, one, one]
    assert await next_(two, back=True) == three_
    await home.anna.each([one, three_], "close")
    assert [await next_(n) for n in (None, one, two)] == [None, None, None]


async def test_what_a_colleague_has_taken_is_passed_over(home: House) -> None:
    one, two, three_ = await three(home)
    await home.anna.assign(two, "ivan")
    await home.anna.assign(three_, "anna")

    async def next_(number: int | None, *, back: bool = False) -> int | None:
        row = await home.anna.next_needing(number, back=back)
        return row.number if row else None

    assert [await next_(n) for n in (None, one, two, three_)] == [one, three_, three_, one]
    assert [await next_(n, back=True) for n in (None, one, two, three_)] == [
        three_,
        three_,
        one,
        one,
    ]
    await home.anna.each([three_], "close")
    assert await next_(one) is None
    await home.anna.each([one], "close")
    assert await next_(None) is None


async def test_who_waits_alone_has_no_other_next(home: House) -> None:
    alone = (await home.comes("bot", "77", "hi")).conversation
    assert await home.anna.next_needing(alone) is None
    assert await home.anna.next_needing(alone, back=True) is None


async def test_a_pinned_message_is_named_in_its_conversation(home: House) -> None:
    message = await home.comes("bot", "77", "my address is …")
    assert await home.anna.pin(message.id)
    assert not await home.anna.pin(message.id)
    assert (await home.ivan.open(message.conversation)).pinned == (message.id,)
    await home.anna.undo()
    assert (await home.ivan.open(message.conversation)).pinned == ()
    with pytest.raises(NotFound):
        await home.anna.pin(999)


async def test_a_conversation_that_is_snoozed_until_he_writes_comes_back_when_he_does(
    home: House,
) -> None:
    number = (await home.comes("bot", "77", "hi")).conversation
    await home.anna.snooze(number, None)
    home.later(days=400)
    assert await home.store.write(lambda tx: wake_due(tx, home.now())) == 0
    assert await state(home, number) is State.SNOOZED
    other = await home.comes("bot", "78", "another")
    assert other.conversation != number
    assert await state(home, number) is State.SNOOZED


async def test_the_customers_word_ends_a_snooze_without_a_time(home: House) -> None:
    number = (await home.comes("bot", "77", "hi")).conversation
    await home.anna.snooze(number, None)
    assert (await home.comes("bot", "77", "are you there?")).conversation == number
    assert await state(home, number) is State.OPEN


async def claimed(home: House, at: datetime) -> int | None:
    def run(tx: Transaction) -> int | None:
        delivery = tx.claim("support", "engine", at)
        return delivery.message if delivery else None

    return await home.store.write(run)


async def test_a_reply_for_later_waits_until_then_and_holds_up_nothing(home: House) -> None:
    number, *_ = await three(home)
    tomorrow = home.now() + timedelta(days=1)
    later = await home.anna.reply(number, "good morning", later=tomorrow)
    now = await home.anna.reply(number, "good evening")
    assert later.delivery is not None
    assert (later.delivery.state, later.delivery.due_at) == (DeliveryState.HELD, tomorrow)
    assert await claimed(home, home.now()) is None
    soon = home.now() + timedelta(seconds=11)
    assert await claimed(home, soon) == now.id
    assert await claimed(home, soon + timedelta(hours=20)) is None
    assert await claimed(home, tomorrow + timedelta(seconds=1)) == later.id


async def test_replies_that_are_due_one_after_the_other_keep_their_order(home: House) -> None:
    number, *_ = await three(home)
    first = await home.anna.reply(number, "one")
    home.later(seconds=1)
    await home.anna.reply(number, "two")
    assert await claimed(home, home.now() + timedelta(minutes=1)) == first.id
    assert await claimed(home, home.now() + timedelta(minutes=1)) is None


async def test_a_clock_that_went_back_sends_nothing_that_is_for_later(home: House) -> None:
    number, other, _ = await three(home)
    await home.anna.reply(number, "good morning", later=home.now() + timedelta(days=1))
    soon = await home.anna.reply(other, "good evening")
    assert await claimed(home, home.now() - timedelta(days=2)) == soon.id
    assert await claimed(home, home.now() - timedelta(days=2)) is None


async def test_a_reply_for_later_is_recalled_by_undo_and_by_itself(home: House) -> None:
    number, other, _ = await three(home)
    tomorrow = home.now() + timedelta(days=1)
    await home.anna.reply(number, "good morning", later=tomorrow)
    await home.anna.undo()
    found = await home.anna.open(number)
    assert found.draft is not None
    assert (found.draft.text, len(found.messages)) == ("good morning", 1)
    again = await home.anna.reply(number, "good morning", later=tomorrow)
    await home.anna.close(other)
    assert "draft again" in await home.anna.recall(again.id)
    assert (await home.anna.open(number)).conversation.state is State.OPEN
    assert await state(home, other) is State.CLOSED
    with pytest.raises(CannotUndo):
        await home.anna.recall(again.id)


async def test_what_has_left_cannot_be_recalled(home: House) -> None:
    number, *_ = await three(home)
    sent = await home.anna.reply(number, "x")
    assert await claimed(home, home.now() + timedelta(minutes=1)) == sent.id
    with pytest.raises(CannotUndo, match="has left"):
        await home.anna.recall(sent.id)


async def test_a_time_that_is_over_is_none_for_a_reply(home: House) -> None:
    number, *_ = await three(home)
    with pytest.raises(CannotReply, match="over already"):
        await home.anna.reply(number, "x", later=home.now())
