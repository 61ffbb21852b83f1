"""The last line offers only what means something just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Handle
from omnidesk.ui.keymap import ACTIONS
from omnidesk.ui.meaning import ASKED
from tests.ui.house import until
from tests.ui.test_recipients import shown

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


def last_line(app: OmnideskApp) -> str:
    """The hints as they stand, whatever was just said."""
    bottom = app.desk_screen.bottom
    return "".join(text for text, _ in bottom._hints(400))


async def reviewed(pilot: Pilot[None], app: OmnideskApp, *keys: str) -> str:
    """Write something, look it over, and read the last line."""
    await pilot.press(*keys, "escape")
    await until(pilot, lambda: app.desk_screen.place == "review")
    return last_line(app)


def test_whatever_is_asked_about_is_an_action_with_a_hint() -> None:
    assert set(ASKED) <= {action.id for action in ACTIONS if action.hint}


async def test_a_note_has_no_copies_no_later_and_no_channel(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        line = await reviewed(pilot, app, "n", *"so")
        assert not [word for word in ("Cc", "later", "channel", "attach") if word in line], line
        assert "s send" in line
        assert "^N note or reply" in line
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "t Cc" in last_line(app))
        assert "l later" in last_line(app)
        assert "V channel" in last_line(app)


async def test_a_reply_by_a_chat_has_no_copies(acme: House) -> None:
    number = await acme.says("kim", "Hello", channel="shop-bot")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        line = await reviewed(pilot, app, "r", *"so")
        assert "Cc" not in line
        assert "l later" in line


async def test_a_way_that_is_left_takes_its_hints_along(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("ann", "Hello", channel="shop-bot")
    await acme.know_as_one(number, other)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        assert "t Cc" in await reviewed(pilot, app, "r", *"so")
        await pilot.press("V")
        await until(pilot, lambda: "Cc" not in last_line(app))


@pytest.mark.parametrize("offered", [False, True])
async def test_the_customer_pane_offers_what_there_is_to_decide(
    acme: House, *, offered: bool
) -> None:
    number = await acme.says("ann", "Call me: +7 916 123-45-67", subject="Order")
    if offered:
        contact = (await acme.desk.open(number)).contact.id
        phone = Handle("tel", "+79161234567")
        await acme.store.write(lambda tx: tx.offer(contact, phone, tx.last_message()))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("P")
        await until(pilot, lambda: app.desk_screen.place == "customer")
        await until(pilot, lambda: app.desk_screen.customer.asks is offered)
        line = last_line(app)
        assert ("a add address" in line) is offered
        assert "same person" not in line
        assert "not the same" not in line


@pytest.mark.parametrize("key", ["r", "a", "t", "C", "?", "j"])
async def test_the_ways_go_with_whatever_is_done_next(acme: House, key: str) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("V", "V")
        await until(pilot, lambda: len(app.desk_screen.query("#ways")) == 1)
        await pilot.press(key)
        await until(pilot, lambda: not app.desk_screen.query("#ways"))
        assert not app.desk_screen.until_next


@pytest.mark.parametrize(("keys", "completes"), [(("t",), True), (("b", "b"), False)])
async def test_a_question_offers_to_complete_where_it_can(
    acme: House, keys: tuple[str, ...], *, completes: bool
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.desk.each((number,), "tag", add=("vip",), drop=())
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press(*keys)
        await until(pilot, lambda: app.desk_screen.place == "question")
        assert ("Tab complete" in last_line(app)) is completes
        assert "Enter take it" in last_line(app)
