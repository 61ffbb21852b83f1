"""A reply that waits: for its seconds, for its time, for a look at what came meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Delivery, DeliveryState
from omnidesk.desk import Desk, DeskSettings
from omnidesk.ui.held import told
from tests.ui.house import ANNA, House, house, screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp


async def begun(pilot: Pilot[None], app: OmnideskApp, number: int, text: str) -> None:
    """Write a reply."""
    await settled(pilot, app)
    await at(pilot, app, number)
    await pilot.press("r", *text)


async def test_the_seconds_of_a_held_reply_are_counted_in_both_places(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "Soon.")
        await pilot.press("escape", "s")
        await until(pilot, lambda: "… held, leaves in" in screen_text(app))
        await until(pilot, lambda: "held, leaves in 8 s" in screen_text(app))
        await until(pilot, lambda: "leaves in 7 s, z takes it back" in screen_text(app))
        await pilot.press("z")
        await until(pilot, lambda: app.desk_screen.composer is not None)
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "Soon."
    assert len((await acme.desk.open(number)).messages) == 1


@pytest.mark.parametrize(
    ("state", "due", "words"),
    [
        (DeliveryState.HELD, 7, "… held, leaves in 7 s"),
        (DeliveryState.HELD, -1, "… held, leaves now"),
        (DeliveryState.HELD, 86400 * 3, "… held until Thu 4 Jun"),
    ],
)
def test_a_held_reply_says_when_it_leaves(state: DeliveryState, due: int, words: str) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    due_at = now + timedelta(seconds=due)
    delivery = Delivery(message=1, channel="s", state=state, key="k", attempt=0, due_at=due_at)
    assert told(delivery, now).startswith(words)


@pytest.mark.parametrize("typed", ["tomorrow 10:00", "завтра в 10"])
async def test_a_reply_is_sent_later_at_a_time_in_either_language(acme: House, typed: str) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "Soon.")
        await pilot.press("escape", "l", *"some day", "enter")
        await until(pilot, lambda: "is not understood" in screen_text(app))
        await pilot.press("ctrl+u", *typed)
        await until(pilot, lambda: "leaves " in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await until(pilot, lambda: "… held until" in screen_text(app))
        said = (await acme.desk.open(number)).messages[-1]
        assert said.delivery is not None
        due = said.delivery.due_at.astimezone()
        day = (datetime.now().astimezone() + timedelta(days=1)).date()
        assert (due.date(), due.hour, due.minute) == (day, 10, 0)
        await pilot.press("z")
        await until(pilot, lambda: app.desk_screen.composer is not None)


async def test_a_colleague_who_was_faster_is_shown_and_s_again_sends(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.ui.composer._GRACE_SECONDS", 3600.0)
    number = await acme.says("ann", "Hello", subject="Order")
    ivan = replace(ANNA, id="ivan", name="Ivan")
    able = {name: channel[1] for name, channel in acme.channels.items()}
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "Mine.")
        colleague = Desk(acme.store, ivan, DeskSettings(name="Acme"), able)
        await colleague.reply(number, "Ivan was here")
        await pilot.press("escape", "s")
        await until(pilot, lambda: "s again sends it even so" in screen_text(app))
        assert "Ivan was here" in screen_text(app)
        texts = [text for _, _, text in await acme.said(number)]
        assert texts == ["Hello", "Ivan was here"]
        composer = app.desk_screen.composer
        assert composer is not None
        await pilot.press("s", "c")
        await app.desk_screen.jobs.finished()
        assert len(await acme.said(number)) == 2
        composer.hesitates = False
        await pilot.press("s")
        await until(pilot, lambda: app.desk_screen.composer is None)
    assert (await acme.said(number))[-1][2] == "Mine."


async def test_a_template_stands_at_the_cursor_and_what_is_not_filled_in_stops_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    text = "# Where it is\nHello {{ contact.first_name }},\nit is at {{ parcel.place }}."
    (folder / "where.txt").write_text(text)
    async with house(tmp_path, DeskSettings(name="Acme", templates=folder)) as acme:
        number = await acme.says("ann", "Hello", subject="Order", name="Ann Lee")
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await begun(pilot, app, number, "<>")
            await pilot.press("left", "ctrl+t")
            await until(pilot, lambda: "Where it is" in screen_text(app))
            await pilot.press("enter")
            composer = app.desk_screen.composer
            assert composer is not None
            await until(pilot, lambda: "line 2: {{ parcel.place }} is not" in screen_text(app))
            assert composer.text == "<Hello Ann,\nit is at {{ parcel.place }}.>"
            await pilot.press("escape", "s")
            await until(pilot, lambda: not composer.reviewing)
            assert composer.writing.selected_text == "{{ parcel.place }}"
            assert len((await acme.desk.open(number)).messages) == 1
            await pilot.press(*"home", "escape")
            await until(pilot, lambda: composer.reviewing)
            assert "is not filled in" not in screen_text(app)
            await pilot.press("s")
            await until(pilot, lambda: app.desk_screen.composer is None)
        assert (await acme.said(number))[-1][2] == "<Hello Ann,\nit is at home.>"
