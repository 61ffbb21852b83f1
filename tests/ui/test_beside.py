"""Two agents at one desk see each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from omnidesk.core.company import Present
from omnidesk.desk import Desk, DeskSettings
from omnidesk.ui.beside import Beside, told
from tests.ui.house import ANNA, House, screen_text, until
from tests.ui.test_screen import at, settled

IVAN = replace(ANNA, id="ivan", name="Ivan")


def desk_of_ivan(acme: House) -> Desk:
    """Ivan's desk at the same store."""
    able = {name: channel[1] for name, channel in acme.channels.items()}
    return Desk(acme.store, IVAN, DeskSettings(name="Acme"), able)


async def test_who_writes_stands_in_the_title_and_in_the_list(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    ivan = desk_of_ivan(acme)
    acme.desk.agents = (ANNA, IVAN)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        beside = Beside(app.desk_screen)
        await ivan.writing(number)
        await beside.look()
        await until(pilot, lambda: screen_text(app).count("ivan is writing") == 2)
        assert "(ivan is writing)" in screen_text(app)
        await ivan.look(number)
        await beside.look()
        await until(pilot, lambda: "ivan here too" in screen_text(app))
        assert "ivan is writing" not in screen_text(app)
        await ivan.leave(number)
        await beside.look()
        await until(pilot, lambda: "ivan" not in screen_text(app))


async def test_the_others_are_told_where_one_is_and_that_one_writes(acme: House) -> None:
    other = await acme.says("bob", "Hi", subject="Other")
    number = await acme.says("ann", "Hello", subject="Order")
    ivan = desk_of_ivan(acme)
    acme.desk.agents = (ANNA, IVAN)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, other)
        beside = Beside(app.desk_screen)
        await beside.look()
        assert [one.agent for one in (await ivan.present([other]))[other]] == ["anna"]
        await at(pilot, app, number)
        await beside.look()
        assert set(await ivan.present([other, number])) == {number}
        await pilot.press("r", *"So")
        await beside.look()
        assert (await ivan.present([number]))[number][0].writing


def test_colleagues_are_told_in_words() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    ivan, olga = (Present(agent=name, writing=True, at=now) for name in ("ivan", "olga\x1b[2J"))
    assert told([ivan]) == "ivan is writing"
    assert "\x1b" not in told([ivan, olga])
    assert told([replace(ivan, writing=False), olga]).endswith("is writing")
    assert told([]) == ""
