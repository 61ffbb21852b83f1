"""A conversation says how far it was read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.house import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built
        await built.check()


async def writes(home: House, *texts: str) -> list[int]:
    """A customer's chat messages, by their ids."""
    return [(await home.comes("bot", "7", text)).id for text in texts]


async def until(home: House, message: int) -> int | None:
    found = await home.store.read(lambda r: r.message(message))
    assert found is not None
    return (await home.anna.open(found.conversation)).read_until


async def number_of(home: House, message: int) -> int:
    found = await home.store.read(lambda r: r.message(message))
    assert found is not None
    return found.conversation


async def test_what_nobody_opened_is_unread_from_its_beginning(home: House) -> None:
    first, second = await writes(home, "one", "two")
    assert await until(home, first) == 0
    await home.ivan.mark_read(await number_of(home, first))
    assert await until(home, second) is None


async def test_what_comes_after_somebody_read_is_unread(home: House) -> None:
    first, second = await writes(home, "one", "two")
    number = await number_of(home, first)
    await home.ivan.mark_read(number)
    await home.anna.tag(number, ["later"])
    await writes(home, "three", "four")
    assert await until(home, first) == second


@pytest.mark.parametrize("act", ["reply", "note", "close"])
async def test_whoever_answers_notes_or_closes_has_read(home: House, act: str) -> None:
    first, second = await writes(home, "one", "two")
    number = await number_of(home, first)
    read = second
    if act == "close":
        await home.anna.close(number)
    else:
        verb = home.anna.reply if act == "reply" else home.anna.note
        read = (await verb(number, "said")).id
    (third,) = await writes(home, "three")
    assert await number_of(home, third) == number
    assert await until(home, first) == read


async def test_a_closing_that_was_undone_leaves_it_unread_as_it_was(home: House) -> None:
    (first,) = await writes(home, "one")
    number = await number_of(home, first)
    await home.anna.close(number)
    await home.anna.undo()
    assert await until(home, first) == 0
