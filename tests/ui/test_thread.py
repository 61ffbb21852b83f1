"""The thread opens where reading goes on, and says what is unread and what is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.house import screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House

_LONG = "\n".join(f"line {n}" for n in range(12))
_SIZES = ((80, 24), (120, 40), (200, 60))


async def talk(acme: House) -> int:
    """A letter that was read, and then a chat that nobody read, long enough for any screen."""
    number = await acme.says("ann", "Where is my order?", subject="Order")
    await acme.know_as_one(number, await acme.says("kirill", "hello", channel="shop-bot"))
    await acme.desk.mark_read(number)
    await acme.desk.note(number, "the first note")
    return number


async def chats(acme: House, number: int, *texts: str) -> None:
    """Chat messages that come into that conversation."""
    for text in texts:
        found = await acme.says("kirill", text, channel="shop-bot")
        assert found == number


async def shown(pilot: Pilot[None], app: OmnideskApp, number: int) -> None:
    """The hand is in that conversation."""
    await settled(pilot, app)
    await at(pilot, app, number)
    await pilot.press("enter")
    await until(pilot, lambda: app.focused is app.desk_screen.thread)
    await app.desk_screen.jobs.finished()
    await pilot.pause()


@pytest.mark.parametrize("size", _SIZES)
async def test_a_long_unread_part_begins_on_the_screen_under_its_channel(
    acme: House, size: tuple[int, int]
) -> None:
    number = await talk(acme)
    await chats(acme, number, "begins here", *(_LONG for _ in range(6)))
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, number)
        await until(pilot, lambda: "7 unread from here" in screen_text(app))
        lines = [line for line in screen_text(app).split("\n") if "unread" in line]
        assert len(lines) == 1
        assert "went on in Telegram" in lines[0]
        assert "begins here" in screen_text(app)
        assert not (await acme.row(number)).unread
        await pilot.press("G")
        await until(pilot, lambda: "unread" not in screen_text(app))


async def test_a_short_unread_part_stands_at_the_end_with_its_marker(acme: House) -> None:
    number = await talk(acme)
    await chats(acme, number, "one", "two")
    await acme.desk.mark_read(number)
    await chats(acme, number, "three", "four")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        said = screen_text(app)
        assert "Where is my order?" in said
        marker, three = said.index("── 2 unread from here ─"), said.index(" three ")
        assert said.index(" two ") < marker < three
        await chats(acme, number, "five")
        await until(pilot, lambda: "── 1 unread from here ─" in screen_text(app))


async def test_what_is_read_has_no_marker_when_one_comes_back(acme: House) -> None:
    number = await talk(acme)
    other = await acme.says("bob", "Hello", subject="Bob")
    await chats(acme, number, "one")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        assert "1 unread from here" in screen_text(app)
        await pilot.press("q")
        await at(pilot, app, other)
        await at(pilot, app, number)
        assert "went on in Telegram" in screen_text(app)
        assert "unread" not in screen_text(app)


async def test_what_nobody_ever_read_needs_no_marker(acme: House) -> None:
    number = await acme.says("ann", "Where is my order?", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        assert "unread" not in screen_text(app)


@pytest.mark.parametrize(("size", "keys"), [((80, 24), "gp"), ((120, 40), "пз")])
async def test_a_pinned_message_is_seen_first_and_z_takes_the_pin_off(
    acme: House, size: tuple[int, int], keys: str
) -> None:
    number = await acme.says("ann", "The key is under the mat", subject="Order")
    for n in range(30):
        await acme.desk.note(number, f"note {n}")
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, number)
        await pilot.press("home", *keys)
        await until(pilot, lambda: "pinned Ann: The key is under" in screen_text(app))
        assert "pinned  em " in screen_text(app)
        await pilot.press("G")
        assert " note 29 " in screen_text(app)
        assert "pinned Ann: The key is under" in screen_text(app)
        (message,) = (await acme.desk.open(number)).pins
        assert message.text == "The key is under the mat"
        await pilot.press("z")
        await until(pilot, lambda: "pinned Ann" not in screen_text(app))
        assert (await acme.desk.open(number)).pinned == ()


async def test_more_than_two_pins_are_counted_and_one_is_taken_off(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    for n in range(4):
        note = await acme.desk.note(number, f"note {n}")
        await acme.desk.pin(note.id)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        lines = screen_text(app).split("\n")
        assert "pinned NOTE anna: note 0 " in lines[2]
        assert "pinned NOTE anna: note 1 " in lines[3]
        assert lines[3].rstrip().endswith("+2 pinned")
        assert "note 2" not in lines[4]
        assert "pinned, NOTE anna" in screen_text(app)
        await pilot.press("G", "g", "p")
        await until(pilot, lambda: "+1 pinned" in screen_text(app))
        assert len((await acme.desk.open(number)).pinned) == 3
