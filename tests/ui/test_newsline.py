"""What concerns an agent is told in the last line, one at a time, and opened by a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import DeliveryState
from omnidesk.core.settling import settle
from omnidesk.desk.news import Why
from omnidesk.ui.newsline import NewsLine
from omnidesk.ui.picker import Picker
from tests.ui.house import screen_text, until
from tests.ui.test_beside import desk_of_ivan
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


class Hours:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def listening(pilot: Pilot[None], app: OmnideskApp) -> tuple[NewsLine, Hours]:
    """The screen with its teller of news, on a clock of the test's own."""
    await settled(pilot, app)
    hours = Hours()
    line = NewsLine(app.desk_screen, hours)
    await app.desk_screen.mount(line)
    await until(pilot, lambda: app._noticing is not None and app._noticing._after is not None)
    return line, hours


def told(app: OmnideskApp) -> str:
    return app.desk_screen.bottom.notice


async def test_being_given_a_conversation_is_told_and_g_n_opens_it(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("bob", "Hi", subject="Other")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await listening(pilot, app)
        await at(pilot, app, other)
        await desk_of_ivan(acme).assign(number, "anna")
        await until(pilot, lambda: told(app) == f"ivan gave you #{number} Ann, g n opens it")
        await pilot.press("g", "n")
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        assert app.focused is app.desk_screen.thread
        await until(pilot, lambda: not told(app))
        await pilot.press("g", "n")
        await until(pilot, lambda: told(app).startswith("no news"))


async def test_nothing_is_told_over_a_line_of_ones_own_doing(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Hi", subject="Other")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        line, hours = await listening(pilot, app)
        app.desk_screen.say("what I did")
        await until(pilot, lambda: told(app) == "what I did")
        await desk_of_ivan(acme).assign(number, "anna")
        await until(pilot, lambda: bool(line._waiting))
        line.look()
        hours.now += 2.9
        line.look()
        assert told(app) == "what I did"
        hours.now += 0.2
        line.look()
        assert told(app).startswith("ivan gave you")
        hours.now += 1
        app.desk_screen.say("what I did next")
        await until(pilot, lambda: told(app) == "what I did next")
        line.look()
        hours.now += 3.1
        line.look()
        assert told(app).startswith("ivan gave you"), "it had not been read yet"
        hours.now += 8.1
        line.look()
        assert told(app) == ""


async def test_an_alarm_of_ones_own_stays_until_it_goes(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        line, hours = await listening(pilot, app)
        app.desk_screen.say("it failed", alarm=True)
        await until(pilot, lambda: told(app) == "it failed")
        await desk_of_ivan(acme).assign(number, "anna")
        await until(pilot, lambda: bool(line._waiting))
        line.look()
        hours.now += 7
        line.look()
        assert told(app) == "it failed"


async def test_a_customers_words_in_mine_are_told_unless_the_hand_is_in_them(acme: House) -> None:
    chat = "shop-bot"
    number = await acme.says("ann", "Hello", channel=chat)
    other = await acme.says("bob", "Hi", name="Bob\x1b[31m", channel=chat)
    for one in (number, other):
        await acme.desk.assign(one, "anna")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        line, _hours = await listening(pilot, app)
        await at(pilot, app, number)
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.desk_screen.thread)
        assert await acme.says("ann", "still there?", channel=chat) == number
        assert await acme.says("bob", "and mine?", channel=chat) == other
        await acme.says("eve", "nobody has this one", channel=chat)
        words = f"Bob wrote in #{other}, which is yours, g n opens it"
        await until(pilot, lambda: told(app) == words)
        assert [one.why for one in line._unopened] == [Why.WROTE]


async def test_a_reply_that_failed_is_told_as_an_alarm_and_opened_there(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Hi", subject="Other")
    reply = await acme.desk.reply(number, "It left")
    now = datetime.now(UTC)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await listening(pilot, app)
        await acme.store.write(
            lambda tx: settle(tx, reply.id, DeliveryState.FAILED, "no such user", now)
        )
        await until(pilot, lambda: "did not arrive" in told(app))
        assert app.desk_screen.bottom.alarm
        await pilot.press("g", "n")
        await until(pilot, lambda: app.desk_screen.thread.number == number)


async def test_the_last_news_are_listed_also_those_from_before(acme: House) -> None:
    numbers = [await acme.says(f"c{n}", "Hello", subject=f"Order {n}") for n in range(3)]
    ivan = desk_of_ivan(acme)
    for number in numbers:
        await ivan.assign(number, "anna")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await listening(pilot, app)
        await pilot.press("g", "N")
        await until(pilot, lambda: isinstance(app.screen, Picker))
        text = screen_text(app)
        lines = [line for line in text.splitlines() if "ivan gave you" in line]
        assert [f"#{n}" in line for n, line in zip(reversed(numbers), lines, strict=True)] == [
            True
        ] * 3
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.desk_screen.thread.number == numbers[1])


async def test_news_wait_while_a_screen_lies_over_the_desk(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        line, hours = await listening(pilot, app)
        await pilot.press("g", "q")
        await until(pilot, lambda: app.screen is not app.desk_screen)
        await desk_of_ivan(acme).assign(number, "anna")
        await until(pilot, lambda: bool(line._waiting))
        hours.now += 60
        line.look()
        assert told(app) == ""
        await pilot.press("q")
        await until(pilot, lambda: told(app).startswith("ivan gave you"))


@pytest.mark.parametrize("keys", [("g", "n"), ("п", "т")])
async def test_the_key_that_opens_news_is_the_same_on_a_cyrillic_layout(
    acme: House, keys: tuple[str, str]
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("bob", "Hi", subject="Other")
    ivan = desk_of_ivan(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        line, _ = await listening(pilot, app)
        await ivan.assign(number, "anna")
        await until(pilot, lambda: told(app).startswith(f"ivan gave you #{number}"))
        await ivan.assign(other, "anna")
        await until(pilot, lambda: bool(line._waiting))
        for one in (number, other):
            await pilot.press(*keys)
            await until(pilot, lambda: app.desk_screen.thread.number == one)  # noqa: B023


async def test_what_g_n_opens_does_not_change_between_its_two_presses(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("bob", "Hi", subject="Other")
    ivan = desk_of_ivan(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        line, hours = await listening(pilot, app)
        await ivan.assign(number, "anna")
        await until(pilot, lambda: told(app).startswith(f"ivan gave you #{number}"))
        await ivan.assign(other, "anna")
        await until(pilot, lambda: bool(line._waiting))
        await pilot.press("g")
        hours.now += 60
        line.look()
        await pilot.press("n")
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        await until(pilot, lambda: told(app).startswith(f"ivan gave you #{other}"))
