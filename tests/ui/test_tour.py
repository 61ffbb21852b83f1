"""What a new agent is told, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Agent
from omnidesk.desk import Desk
from omnidesk.ui.app import OmnideskApp
from omnidesk.ui.pressing import Keymap
from omnidesk.ui.tour import tour_lines
from tests.ui.house import House, house, screen_text, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

OLGA = Agent(id="olga", name="Olga Sokolova")


def as_new_agent(acme: House) -> OmnideskApp:
    """The screen of somebody who was never here."""
    desk = acme.desk
    acme.desk = Desk(acme.store, OLGA, desk.settings, desk.channels)
    return acme.app()


async def read_on(pilot: Pilot[None], app: OmnideskApp) -> None:
    """Wait until all that follows the first frame was read."""
    await until(pilot, lambda: app.desk_screen.thread.number is not None)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_new_agent_is_told_six_things_until_esc_and_never_again(
    acme: House, size: tuple[int, int]
) -> None:
    number = await acme.says("ann", "Hello")
    app = as_new_agent(acme)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Welcome, Olga" in screen_text(app))
        text = screen_text(app)
        assert "j k Enter  move through the list" in text
        assert "r Esc s    write a reply" in text
        assert "e A b      close it" in text
        assert "Hello" in text
        await pilot.press("enter")
        await until(pilot, lambda: "Welcome" not in screen_text(app))
        assert app.desk_screen.thread.number == number
        await pilot.press("escape")
        await until(pilot, lambda: "Welcome, Olga" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Welcome" not in screen_text(app))
        await pilot.press("g", "h")
        await until(pilot, lambda: "Welcome, Olga" in screen_text(app))
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await read_on(pilot, app)
        await until(pilot, lambda: not any(work.name == "tour" for work in app.workers))
        assert "Welcome" not in screen_text(app)


def test_it_names_the_keys_that_a_user_chose() -> None:
    said = tour_lines(Keymap({"close": ["F2"], "note": ["N"]}))
    assert [str(names) for names, _ in said] == ["j k Enter", "r Esc s", "N", "F2 A b", "z", "?"]


async def test_esc_ends_the_tour_before_it_drops_a_filter(tmp_path: Path) -> None:
    async with house(tmp_path) as acme:
        await acme.says("ann", "Hello")
        app = as_new_agent(acme)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "Welcome, Olga" in screen_text(app))
            app.desk_screen.look_at("inbox", "hello")
            await pilot.press("escape")
            assert app.desk_screen.words == "hello"
            await pilot.press("escape")
            assert app.desk_screen.words == ""
