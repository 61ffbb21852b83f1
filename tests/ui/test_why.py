"""Why a message stands where it does, and how it is put elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.ui.why import Why
from tests.ui.house import screen_text, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House

_SIZES = ((80, 24), (120, 40))


async def chat(acme: House) -> int:
    """Three messages of one conversation."""
    for words in ("one", "two"):
        await acme.says("kirill", words, channel="shop-bot")
    return await acme.says("kirill", "three", channel="shop-bot")


async def pane(pilot: Pilot[None], app: OmnideskApp, number: int, *keys: str) -> Why:
    """The pane on that conversation, opened by some keys."""
    await until(pilot, lambda: app.desk_screen.thread.number == number)
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(app.screen, Why))
    assert isinstance(app.screen, Why)
    found = app.screen
    await until(pilot, lambda: found.pane.history is not None)
    return found


async def texts(acme: House, number: int) -> list[str]:
    return [message.text for message in (await acme.desk.open(number)).messages]


async def test_our_answer_in_a_chat_has_no_empty_brackets(acme: House) -> None:
    number = await chat(acme)
    message = await acme.desk.reply(number, "Yes, it is")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await pane(pilot, app, number, "w", "j")
        await until(pilot, lambda: found.pane.chosen.id == message.id)
        await until(pilot, lambda: "by Telegram, " in screen_text(app))
        assert "<>" not in screen_text(app)


async def done(pilot: Pilot[None], app: OmnideskApp) -> None:
    await pilot.pause()
    await app.desk_screen.jobs.finished()


@pytest.mark.parametrize("size", _SIZES)
async def test_the_pane_tells_why_whence_and_what_happened(
    acme: House, size: tuple[int, int]
) -> None:
    number = await chat(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await pane(pilot, app, number, "w")
        await until(pilot, lambda: "why: " in screen_text(app))
        said = screen_text(app)
        assert f"Why it stands in #{number}" in said
        assert "> " in said
        assert "Kirill: three" in said
        assert "by Telegram" in said
        assert "message received" in said
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.desk_screen)


@pytest.mark.parametrize("keys", [("w", "k", "M"), ("ц", "л", "Ь"), ("enter", "M", "k", "M")])
async def test_split_puts_it_and_what_follows_into_a_new_one(
    acme: House, keys: tuple[str, ...]
) -> None:
    number = await chat(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await pane(pilot, app, number, *keys[:-2])
        await pilot.press(keys[-2])
        await until(pilot, lambda: found.pane.chosen.text == "two")
        await pilot.press(keys[-1])
        await done(pilot, app)
        assert await texts(acme, number) == ["one"]
        rows = await acme.desk.rows("all")
        other = next(row.number for row in rows if row.number != number)
        assert await texts(acme, other) == ["two", "three"]
        await until(pilot, lambda: "was split from" in screen_text(app))
        await pilot.press("z")
        await done(pilot, app)
        assert await texts(acme, number) == ["one", "two", "three"]


@pytest.mark.parametrize(("move", "apart"), [("m", "n"), ("ь", "т")])
async def test_a_message_is_moved_to_a_number_or_into_a_new_one(
    acme: House, move: str, apart: str
) -> None:
    other = await acme.says("ann", "Hello")
    number = await chat(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 2)
        rows = [row.number for row in app.desk_screen.inbox.window.rows]
        app.desk_screen.inbox.move(rows.index(number))
        await pane(pilot, app, number, "w")
        await pilot.press(move, *f"#{other}", "enter")
        await done(pilot, app)
        assert await texts(acme, other) == ["Hello", "three"]
        assert await texts(acme, number) == ["one", "two"]
        await until(pilot, lambda: f"stands in [#{other}] now" in screen_text(app))
        await pilot.press(apart)
        await done(pilot, app)
        assert await texts(acme, number) == ["one"]
        await pilot.press("z", "я")
        await done(pilot, app)
        assert await texts(acme, number) == ["one", "two", "three"]


async def test_what_cannot_be_moved_says_why_and_stays(acme: House) -> None:
    number = await acme.says("ann", "Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pane(pilot, app, number, "w")
        await pilot.press("n")
        await until(pilot, lambda: "is all that" in screen_text(app))
        await pilot.press("m", *"99", "enter")
        await until(pilot, lambda: "there is no conversation 99" in screen_text(app))
        assert await texts(acme, number) == ["Hello"]


async def test_a_moved_message_tells_that_it_was_moved(acme: House) -> None:
    number = await chat(acme)
    message = (await acme.desk.open(number)).messages[-1]
    await acme.desk.move_message(message.id)
    moved = await acme.desk.history(message.id)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 2)
        rows = [row.number for row in app.desk_screen.inbox.window.rows]
        app.desk_screen.inbox.move(rows.index(moved.message.conversation))
        await pane(pilot, app, moved.message.conversation, "w")
        await until(pilot, lambda: f"from #{number} to #" in screen_text(app))
        assert "why: moved here by anna" in screen_text(app)
