"""By which channel a customer wants answers is chosen by a key, told, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.ui.picker import Picker
from tests.ui.house import screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def both_ways(acme: House) -> int:
    """A letter of somebody who has a chat with us, too."""
    number = await acme.says("ann", "Hello", subject="Order")
    chat = await acme.says("annchat", "hi", channel="shop-bot", name="Ann")
    await acme.know_as_one(number, chat)
    return number


async def wish(acme: House, number: int) -> str | None:
    return (await acme.desk.open(number)).contact.wish


async def wished(
    pilot: Pilot[None], acme: House, app: OmnideskApp, number: int, wanted: str | None
) -> None:
    await app.desk_screen.jobs.finished()
    await pilot.pause()
    assert (await wish(acme, number) or None) == wanted


async def test_a_wish_is_chosen_told_and_undone(acme: House) -> None:
    number = await both_ways(acme)
    app = acme.app()
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("g", "b")
        await until(pilot, lambda: isinstance(app.screen, Picker))
        said = screen_text(app)
        assert "How does Ann want to be answered?" in said
        assert "Telegram (shop-bot)" in said
        assert "no wish: by the channel that he writes by (as it is now)" in said
        channels = [way.channel for way in (await acme.desk.open(number)).ways]
        await pilot.press(*["down"] * channels.index("shop-bot"), "enter")
        await until(pilot, lambda: app.screen is app.desk_screen)
        await wished(pilot, acme, app, number, "shop-bot")
        await until(pilot, lambda: "wants answers by Telegram (shop-bot)" in screen_text(app))
        assert "Ann is answered by Telegram (shop-bot), z takes it back" in screen_text(app)
        await pilot.press("r")
        await until(pilot, lambda: "as he asked" in screen_text(app))
        assert "REPLY by shop-bot (Telegram" in screen_text(app)
        await pilot.press("escape", "D")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await pilot.press("z")
        await wished(pilot, acme, app, number, None)
        await until(pilot, lambda: "wants answers by" not in screen_text(app))


async def test_a_wish_that_stands_is_dropped_by_no_wish(acme: House) -> None:
    number = await both_ways(acme)
    contact = (await acme.desk.open(number)).contact.id
    await acme.desk.set_wish(contact, "shop-bot")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("п", "и")
        await until(pilot, lambda: isinstance(app.screen, Picker))
        assert "Telegram (shop-bot) (as it is now)" in screen_text(app)
        await pilot.press("escape")
        await wished(pilot, acme, app, number, "shop-bot")
        await pilot.press("g", "b", "down", "down", "down", "enter")
        await until(pilot, lambda: app.screen is app.desk_screen)
        await wished(pilot, acme, app, number, None)


async def test_a_wish_for_a_channel_where_he_has_not_written_is_named_as_it_is(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    contact = (await acme.desk.open(number)).contact.id
    await acme.desk.set_wish(contact, "shop-bot")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("g", "b")
        await until(pilot, lambda: isinstance(app.screen, Picker))
        said = screen_text(app)
        assert "E-mail (support)" in said
        assert "Telegram (shop-bot) (as it is now)" in said
