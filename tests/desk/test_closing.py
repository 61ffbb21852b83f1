"""A reply that closes: two steps that are undone one after the other, and nothing goes unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import Overtaken
from omnidesk.core.model import State
from tests.desk.office import Office, office


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as built:
        yield built


async def test_what_came_between_is_not_closed_unseen(home: Office) -> None:
    number = (await home.comes("bot", "77", "it broke")).conversation
    reply = await home.anna.reply(number, "it works again")
    await home.comes("bot", "77", "no, it does not")
    with pytest.raises(Overtaken, match="no, it does not"):
        await home.anna.close(number, seen=reply.id)
    row = (await home.anna.open(number)).conversation
    assert (row.state, row.unread) == (State.OPEN, True)
    assert row.waiting_since is not None


async def test_what_one_wrote_oneself_hinders_no_closing(home: Office) -> None:
    number = (await home.comes("bot", "77", "it broke")).conversation
    reply = await home.anna.reply(number, "it works again")
    await home.anna.note(number, "it was the fuse")
    assert await home.anna.close(number, seen=reply.id)
    assert not await home.anna.close(number, seen=reply.id)


async def test_send_and_close_is_taken_back_in_two_steps(home: Office) -> None:
    number = (await home.comes("bot", "77", "it broke")).conversation
    reply = await home.anna.reply(number, "it works again")
    await home.anna.close(number, seen=reply.id)
    said = await home.anna.undo()
    assert said.startswith(f"[#{number}] state")
    assert (await home.anna.open(number)).conversation.state is State.WAITING
    assert await home.anna.undo() == f"the reply in [#{number}] is a draft again"
    opened = await home.anna.open(number)
    assert opened.conversation.state is State.OPEN
    assert opened.conversation.waiting_since is not None
    assert opened.draft is not None
    assert opened.draft.text == "it works again"


async def test_recalled_from_what_was_closed_the_reply_opens_it(home: Office) -> None:
    number = (await home.comes("bot", "77", "it broke")).conversation
    reply = await home.anna.reply(number, "it works again")
    await home.anna.close(number, seen=reply.id)
    await home.anna.recall(reply.id)
    assert (await home.anna.open(number)).conversation.state is State.OPEN
