"""Whatever was joined, split and moved, in whatever order it is taken back, all is as before."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from omnidesk.core.errors import CannotJoin, NotFound
from omnidesk.core.events import What
from omnidesk.core.model import Message, State
from omnidesk.core.store import Reads, Transaction
from omnidesk.desk import undoing
from tests.desk.house import House, exported, house

PEOPLE = (
    ("support", "olga@a.test"),
    ("sales", "boris@b.test"),
    ("bot", "77"),
    ("other-bot", "88"),
)
QUICK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Without shrinking: each example opens a store of its own."""

INDEX = st.integers(0, 11)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), INDEX, INDEX),
        st.tuples(st.just("merge_contacts"), INDEX, INDEX),
        st.tuples(st.just("split"), INDEX, INDEX),
        st.tuples(st.just("move"), INDEX, INDEX),
        st.tuples(st.just("move_out"), INDEX, INDEX),
        st.tuples(st.just("unmerge"), INDEX, INDEX),
    ),
    min_size=1,
    max_size=8,
)


async def furnish(home: House) -> None:
    """Four persons, a conversation each, of all states, some longer than a message."""
    for channel, who in PEOPLE:
        await home.comes(channel, who, f"first of {who}", subject="First")
    numbers = await home.numbers()
    for number, (channel, who) in zip(numbers, PEOPLE, strict=True):
        await home.comes(
            channel, who, f"second of {who}", references=(f"<{number}@customer.test>",)
        )
    await home.anna.assign(numbers[0], "anna")
    await home.anna.tag(numbers[1], ["vip"])
    await home.anna.close(numbers[1])
    await home.ivan.reply(numbers[2], "an answer")
    await home.ivan.tag(numbers[3], ["slow", "vip"])
    await home.ivan.note(numbers[3], "a note")


async def state_of(home: House, numbers: list[int], contacts: list[int]) -> object:
    return await home.store.read(lambda r: exported(r, numbers, contacts))


async def act(home: House, verb: str, one: int, other: int) -> None:
    """Do one thing to whatever stands at these places; what cannot be done is told, not done."""

    def places(r: Reads) -> tuple[list[int], list[Message]]:
        return [row.number for row in r.rows("all", limit=100)], list(r.every_message())

    shown, messages = await home.store.read(places)
    pick: Callable[[list[Any], int], Any] = lambda items, at: items[at % len(items)]  # noqa: E731
    message = pick(messages, one)
    try:
        match verb:
            case "merge":
                await home.anna.merge(pick(shown, one), pick(shown, other))
            case "merge_contacts":
                await home.anna.merge_contacts(1 + one % 4, 1 + other % 4)
            case "split":
                await home.ivan.split(message.conversation, message.id)
            case "move":
                await home.ivan.move_message(message.id, pick(shown, other))
            case "move_out":
                await home.anna.move_message(message.id, None)
            case "unmerge":
                await home.ivan.unmerge(1 + one % 6)
    except (CannotJoin, NotFound):
        pass
    await home.check()


async def undoable(home: House) -> list[int]:
    """The seqs of all that was done and not taken back."""

    def look(r: Reads) -> list[int]:
        events = list(r.every_event())
        live = {e.undoes for e in events} - {None}
        gone = {e.undoes for e in events if e.seq not in live}
        kinds = {
            What.CONVERSATION_MERGED,
            What.CONVERSATION_UNMERGED,
            What.CONTACT_MERGED,
            What.CONTACT_UNMERGED,
            What.MESSAGE_MOVED,
        }
        return [e.seq for e in events if e.kind in kinds and e.seq not in gone]

    return await home.store.read(look)


async def take_back(home: House, seq: int) -> None:
    """Undo one event, whoever did it and whatever came after it."""

    def undo(tx: Transaction) -> None:
        event = tx.event(seq)
        assert event is not None
        undoing.take_back(tx, event, "anna", home.now())

    await home.store.write(undo)


def run(story: Callable[[House], Any]) -> None:
    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with house(Path(folder)) as home:
                await furnish(home)
                await story(home)

    asyncio.run(whole())


@settings(QUICK, max_examples=50)
@given(acts=ACTS, order=st.randoms(use_true_random=False))
def test_what_was_joined_comes_apart_in_any_order(acts: list[tuple[Any, ...]], order: Any) -> None:
    async def story(home: House) -> None:
        numbers = await home.numbers()
        before = await state_of(home, numbers, [1, 2, 3, 4])
        for one in acts:
            if one[0] != "unmerge":
                await act(home, *one)
        while left := await undoable(home):
            await take_back(home, order.choice(left))
            await home.check()
        assert await state_of(home, numbers, [1, 2, 3, 4]) == before

    run(story)


@settings(QUICK, max_examples=50)
@given(acts=ACTS)
def test_the_key_of_undo_takes_back_every_kind_of_act(acts: list[tuple[Any, ...]]) -> None:
    async def story(home: House) -> None:
        numbers = await home.numbers()
        before = await state_of(home, numbers, [1, 2, 3, 4])
        for one in acts:
            await act(home, *one)
        while left := await undoable(home):
            await take_back(home, max(left))
            await home.check()
        assert await state_of(home, numbers, [1, 2, 3, 4]) == before

    run(story)


ARRIVALS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=5)


@settings(QUICK, max_examples=50)
@given(acts=ACTS, arrivals=ARRIVALS, order=st.randoms(use_true_random=False))
def test_nothing_that_comes_in_between_is_lost_or_hidden(
    acts: list[tuple[Any, ...]], arrivals: list[tuple[int, bool]], order: Any
) -> None:
    async def story(home: House) -> None:
        came: list[Message] = []
        waiting = list(arrivals)
        for one in acts:
            if one[0] != "unmerge":
                await act(home, *one)
            if waiting:
                who, threaded = waiting.pop()
                references = (f"<{who + 1}@customer.test>",) if threaded else ()
                came.append(await home.comes(*PEOPLE[who], f"later {who}", references=references))
                await home.check()
        while left := await undoable(home):
            await take_back(home, order.choice(left))
            await home.check()
        for message in came:
            await reads_well(home, message)

    run(story)


async def reads_well(home: House, message: Message) -> None:
    """With every join gone a message stands with its sender's own, where somebody sees it."""
    found = await home.found(message.channel, message.external_id or "")
    opened = await home.anna.open(found.conversation)
    assert opened.conversation.state is not State.CLOSED
    assert found.handle in {known.handle for known in opened.contact.handles}


@settings(QUICK, max_examples=25)
@given(order=st.permutations(range(8)))
def test_no_order_of_arrival_loses_a_message(order: list[int]) -> None:
    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with house(Path(folder)) as home:
                for at in order:
                    home.count = at + 1
                    channel, who = PEOPLE[at % 4]
                    references = (f"<{at - 4}@customer.test>",) if at > 4 else ()
                    await home.comes(channel, who, f"text {at}", references=references)
                    await home.check()
                texts = sorted([t for n in await home.numbers() for t in await home.texts(n)])
                assert texts == [f"text {at}" for at in range(8)]

    asyncio.run(whole())
