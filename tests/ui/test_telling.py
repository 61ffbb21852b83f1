"""Whoever wrote by two ways and was answered by one is told so on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Direction
from tests.ui.house import house, screen_text, until
from tests.ui.test_recipients import shown

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.model import Message
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def two_ways(acme: House, words: str = "Where is it?") -> int:
    """Ann writes a letter and then to the bot, about one thing."""
    number = await acme.says("ann", words, subject="Order")
    other = await acme.says("ann", words, channel="shop-bot")
    await acme.know_as_one(number, other)
    await acme.desk.merge(number, other)
    return number


async def answered(pilot: Pilot[None], app: OmnideskApp, number: int) -> None:
    """Answer the letter."""
    await shown(pilot, app, number)
    await pilot.press("V")
    await until(pilot, lambda: "goes by support" in screen_text(app))
    await pilot.press("r", *"Tomorrow", "escape", "s")
    await until(pilot, lambda: app.desk_screen.composer is None)


async def out(acme: House, number: int) -> list[Message]:
    """What we said in a conversation."""
    messages = (await acme.desk.open(number)).messages
    return [message for message in messages if message.direction is Direction.OUT]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("words", "sentence", "keys"),
    [
        ("Where is it?", "We answered you by E-mail.", ("g", "e")),
        ("Где заказ?", "Мы ответили вам в другом канале (E-mail).", ("п", "у")),
    ],
)
async def test_after_an_answer_the_other_channel_is_told_in_one_step(
    acme: House, words: str, sentence: str, keys: tuple[str, str], size: tuple[int, int]
) -> None:
    number = await two_ways(acme, words)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await answered(pilot, app, number)
        await until(pilot, lambda: "shop-bot waits too, g e tells it" in screen_text(app))
        await pilot.press(*keys)
        await until(pilot, lambda: "TELL Ann <1317> (shop-bot)" in screen_text(app))
        composer = app.desk_screen.composer
        assert composer is not None
        assert composer.text == sentence
        await pilot.press("escape")
        await until(pilot, lambda: "SEND to Ann <1317> by shop-bot" in screen_text(app))
        await pilot.press("V")
        await until(pilot, lambda: "this goes to all who wait" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: "told elsewhere, leaves in" in screen_text(app))
        await pilot.press("g", "e")
        await until(pilot, lambda: "nobody waits elsewhere" in screen_text(app))
    said = [(message.channel, message.text) for message in await out(acme, number)]
    assert said == [("support", "Tomorrow"), ("shop-bot", sentence)]


async def test_nobody_is_told_before_anything_was_answered(acme: House) -> None:
    number = await two_ways(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("g", "e")
        await until(pilot, lambda: "nobody waits elsewhere in #1" in screen_text(app))
        assert app.desk_screen.composer is None


async def test_whoever_was_answered_meanwhile_is_not_told(tmp_path: Path) -> None:
    async with house(tmp_path) as acme:
        number = await two_ways(acme)
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await answered(pilot, app, number)
            await pilot.press("g", "e", "escape")
            await until(pilot, lambda: "SEND to Ann <1317> by shop-bot" in screen_text(app))
            await acme.desk.reply(number, "Here, too", via="shop-bot")
            await pilot.press("s")
            await until(pilot, lambda: "who waits has changed" in screen_text(app))
        said = [(message.channel, message.text) for message in await out(acme, number)]
        assert said == [("support", "Tomorrow"), ("shop-bot", "Here, too")]


@pytest.mark.parametrize("key", ["r", "n", "f"])
async def test_what_was_to_be_told_comes_back_as_that(acme: House, key: str) -> None:
    number = await two_ways(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await answered(pilot, app, number)
        await pilot.press("g", "e")
        await until(pilot, lambda: app.desk_screen.composer is not None)
        await pilot.press(*" Bye.", "escape")
        await until(pilot, lambda: app.desk_screen.place == "review")
        await pilot.press("p")
        await until(pilot, lambda: "draft kept on #1, g e goes on" in screen_text(app))
        draft = (await acme.desk.open(number)).draft
        assert draft is not None
        await until(pilot, lambda: "unsent words to OTHER CHANNELS" in screen_text(app))
        assert draft.note, "whoever reads no more than that sends it to nobody"
        for keys in ((key,), ("g", "e")):
            await pilot.press(*keys)
            await until(pilot, lambda: "TELL Ann <1317> (shop-bot)" in screen_text(app))
            composer = app.desk_screen.composer
            assert composer is not None
            assert composer.text == "We answered you by E-mail. Bye."
            assert not composer.note
            await pilot.press("escape")
            await until(pilot, lambda: app.desk_screen.place == "review")
            await pilot.press("p")
            await until(pilot, lambda: app.desk_screen.composer is None)
        await pilot.press("g", "e", "escape")
        await until(pilot, lambda: app.desk_screen.place == "review")
        await pilot.press("s")
        await until(pilot, lambda: "told elsewhere, leaves in" in screen_text(app))
    said = [(message.channel, message.text) for message in await out(acme, number)]
    assert said[1:] == [("shop-bot", "We answered you by E-mail. Bye.")]
    assert (await acme.desk.open(number)).draft is None


async def test_what_is_passed_on_answers_nobody(acme: House) -> None:
    number = await two_ways(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("f", *"bob@e.org", "enter", *"Look", "escape")
        await until(pilot, lambda: "FORWARD to bob@e.org" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: "the forward from #1 leaves" in screen_text(app))
        assert "waits too" not in screen_text(app)
