"""Conversations are worked off from the list: one, or many at once; read back from the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Agent, State
from omnidesk.core.views import SavedView
from omnidesk.desk import Desk, DeskSettings
from omnidesk.ui.picker import letters_for
from tests.ui.house import ANNA, House, house, screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from pathlib import Path

    from omnidesk.core.model import Conversation

IVAN = Agent(id="ivan", name="Иван Орлов")


async def conversation(acme: House, number: int) -> Conversation:
    """As the store holds it."""
    found = await acme.store.read(lambda r: r.conversation(number))
    assert found is not None
    return found


def test_each_name_gets_a_letter_of_its_own() -> None:
    assert letters_for(["anna", "andrey", "аня", "a"]) == ["a", "n", "b", "c"]


@pytest.mark.parametrize("keys", ["ai", "фш"])
async def test_a_gives_a_conversation_to_a_colleague_by_letter(acme: House, keys: str) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    acme.desk.agents = (ANNA, IVAN)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press(keys[0])
        await until(pilot, lambda: "Иван Орлов (ivan)" in screen_text(app))
        await pilot.press(keys[1])
        await settled(pilot, app)
        assert (await conversation(acme, number)).assignee == "ivan"
        await pilot.press("z")
        await settled(pilot, app)
        assert (await conversation(acme, number)).assignee is None
        await pilot.press("Z")
        await settled(pilot, app)
        assert (await conversation(acme, number)).assignee == "ivan"


@pytest.mark.parametrize(
    ("key", "state"),
    [("w", State.WAITING), ("s", State.SNOOZED), ("c", State.CLOSED), ("o", State.OPEN)],
)
async def test_s_sets_how_it_stands(acme: House, key: str, state: State) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    if state is State.OPEN:
        await acme.desk.close(number)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("8")
        await at(pilot, app, number)
        await pilot.press("s")
        await until(pilot, lambda: "waiting: the customer owes" in screen_text(app))
        await pilot.press(key)
        await settled(pilot, app)
        assert (await conversation(acme, number)).state is state


async def test_t_adds_and_drops_tags_and_tab_completes_a_known_one(acme: House) -> None:
    one = await acme.says("ann", "Hello", subject="Hello")
    other = await acme.says("bob", "Hello", subject="Hello")
    await acme.desk.tag(other, add=["refund"])
    await acme.desk.tag(one, add=["old"])
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, one)
        await pilot.press("t", *"ref", "tab", *"срочно -old")
        await until(pilot, lambda: "+refund +срочно -old" in screen_text(app))
        await pilot.press("enter")
        await settled(pilot, app)
        assert (await conversation(acme, one)).tags == ("refund", "срочно")
        assert app.focused is app.desk_screen.inbox


async def test_plus_and_minus_change_the_priority(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("+", "+", "-")
        await settled(pilot, app)
        assert (await conversation(acme, number)).priority == 1
        await until(pilot, lambda: "d+ " in screen_text(app))


async def test_many_are_closed_at_once_and_one_z_brings_all_back(acme: House) -> None:
    numbers = [await acme.says(f"c{n}", "Hello", subject=f"Order {n}") for n in range(5)]
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, numbers[0])
        await pilot.press("x", "j", "v", "j", "j")
        await until(pilot, lambda: "4 selected" in screen_text(app))
        await pilot.press("e")
        await settled(pilot, app)
        states = [(await conversation(acme, number)).state for number in numbers]
        assert states == [State.CLOSED] * 4 + [State.OPEN]
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 1)
        assert not app.desk_screen.inbox.marks
        await pilot.press("z")
        await settled(pilot, app)
        states = [(await conversation(acme, number)).state for number in numbers]
        assert states == [State.OPEN] * 5


async def test_esc_drops_the_selection_then_the_filter_and_q_quits_only_then(acme: House) -> None:
    await acme.says("ann", "about the delivery", subject="Delivery")
    await acme.says("bob", "about an invoice", subject="Invoice")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        inbox = app.desk_screen.inbox
        await pilot.press(".", *"invoice", "enter", "x")
        await until(pilot, lambda: "1 selected" in screen_text(app))
        await pilot.press("escape")
        assert not inbox.marks
        await until(pilot, lambda: "invoice, Esc shows all" in screen_text(app))
        await pilot.press("q")
        await until(pilot, lambda: len(inbox.window.rows) == 2)
        assert app.is_running
        await pilot.press(".", *"invoice", "enter", "escape")
        await until(pilot, lambda: len(inbox.window.rows) == 2)


async def test_spam_is_closed_with_its_tag(acme: House) -> None:
    number = await acme.says("ann", "Buy now", subject="Offer")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("!")
        await settled(pilot, app)
        found = await conversation(acme, number)
        assert (found.state, found.tags) == (State.CLOSED, ("spam",))


@pytest.mark.parametrize(("typed", "hours"), [("2h", 2), ("через 3 часа", 3)])
async def test_a_conversation_is_put_off_by_a_typed_date(
    acme: House, typed: str, hours: int
) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("b", "b", *"nonsense")
        await until(pilot, lambda: "'nonsense' is not understood" in screen_text(app))
        await pilot.press("enter")
        assert app.focused is not app.desk_screen.inbox
        await pilot.press(*["backspace"] * 8, *typed)
        await until(pilot, lambda: ", or until the customer writes" in screen_text(app))
        assert "put #1 off until" in screen_text(app)
        assert "comes back" not in screen_text(app)
        await pilot.press("enter")
        await settled(pilot, app)
        found = await conversation(acme, number)
        assert found.snoozed_until is not None
        away = found.snoozed_until - datetime.now(UTC)
        assert abs(away - timedelta(hours=hours)) < timedelta(minutes=5)


async def test_b_u_puts_off_until_the_customer_writes(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("b", "u")
        await settled(pilot, app)
        found = await conversation(acme, number)
        assert (found.state, found.snoozed_until) == (State.SNOOZED, None)
        await acme.says("ann", "Still there?", subject="Re: Hello")
        assert State.OPEN in {(await conversation(acme, n)).state for n in (number, number + 1)}


async def test_c_in_the_review_sends_closes_and_goes_on(acme: House) -> None:
    one = await acme.says("ann", "Where is it?", subject="Order")
    other = await acme.says("bob", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, one)
        await pilot.press("r", *"Soon", "escape")
        await until(pilot, lambda: "send and close" in screen_text(app))
        await pilot.press("c")
        await settled(pilot, app)
        await until(pilot, lambda: app.focused is app.desk_screen.inbox)
        assert (await conversation(acme, one)).state is State.CLOSED
        assert (await acme.said(one))[-1] == ("out", "support", "Soon")
        await until(pilot, lambda: app.desk_screen.inbox.number == other)


async def test_after_send_and_close_the_hand_is_on_the_next_row(acme: House) -> None:
    first, second, third, last = [
        await acme.says(who, "Hello", subject="Order") for who in ("ann", "bob", "cid", "dan")
    ]
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, second)
        seen = []
        listed = app.desk_screen.inbox
        pilot.app.screen.set_interval(0.01, lambda: seen.append(listed.number))
        await pilot.press("r", *"Soon", "escape")
        await until(pilot, lambda: "send and close" in screen_text(app))
        await pilot.press("c")
        await until(pilot, lambda: app.focused is listed)
        await settled(pilot, app)
        await until(pilot, lambda: app.desk_screen.thread.number == third)
        assert list(dict.fromkeys(seen)) == [second, third]
        assert [row.number for row in listed.window.rows] == [first, third, last]


async def test_what_could_not_be_sent_and_closed_comes_back_into_the_list(acme: House) -> None:
    number = await acme.says("ann", "Where is it?", subject="Order")
    await acme.says("bob", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("r", *"Soon", "escape")
        await until(pilot, lambda: "send and close" in screen_text(app))
        able = {name: channel[1] for name, channel in acme.channels.items()}
        ivan = Desk(acme.store, IVAN, DeskSettings(name="Acme"), able)
        await ivan.reply(number, "I was faster")
        await pilot.press("c")
        await until(pilot, lambda: "s again sends it even so" in screen_text(app))
        listed = app.desk_screen.inbox
        await until(pilot, lambda: number in [row.number for row in listed.window.rows])


async def test_the_cursor_goes_with_a_number_and_nowhere_where_it_is_not_listed(
    acme: House,
) -> None:
    first = await acme.says("ann", "One", subject="One")
    second = await acme.says("bob", "Two", subject="Two")
    await acme.desk.close(second)
    third = await acme.says("eve", "Three", subject="Three")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, first)
        await pilot.press("g", *str(third), "enter")
        await until(pilot, lambda: app.desk_screen.thread.number == third)
        listed = app.desk_screen.inbox
        assert listed.number == third
        rows = screen_text(app).splitlines()
        assert [row[0] for row in rows if "Eve" in row[:40]] == [">"]
        await pilot.press("g", *str(second), "enter")
        await until(pilot, lambda: app.desk_screen.thread.number == second)
        await until(pilot, lambda: all(row[0] != ">" for row in screen_text(app).splitlines()[:-1]))
        await pilot.press("q")
        await until(pilot, lambda: any(row[0] == ">" for row in screen_text(app).splitlines()[:-1]))


async def test_what_the_customer_wrote_meanwhile_is_not_closed_with_a_note(acme: House) -> None:
    one = await acme.says("ann", "Where is it?", channel="shop-bot")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, one)
        await pilot.press("n", *"done", "escape")
        await until(pilot, lambda: "send and close" in screen_text(app))
        assert await acme.says("ann", "And {this} too", channel="shop-bot") == one
        await pilot.press("c")
        await settled(pilot, app)
        await until(pilot, lambda: "left open: " in screen_text(app))
        assert "note kept on #" in screen_text(app)
        assert (await conversation(acme, one)).state is State.OPEN
        assert "And {this} too" in [text for _way, _channel, text in await acme.said(one)]


async def test_a_count_behind_g_moves_by_lines_or_opens_a_number(acme: House) -> None:
    await acme.crowd(30)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 30)
        await pilot.press("g", "1", "2")
        await until(pilot, lambda: "12 lines" in screen_text(app))
        await pilot.press("j")
        assert app.desk_screen.inbox.window.cursor == 12
        await pilot.press("g", "2", "k")
        assert app.desk_screen.inbox.window.cursor == 10
        await pilot.press("g", "7", "enter")
        await until(pilot, lambda: app.desk_screen.thread.number == 7)
        assert app.focused is app.desk_screen.thread


async def test_j_goes_to_who_waits_and_round_to_the_first(acme: House) -> None:
    numbers = [await acme.says(f"c{n}", "Hello", subject=f"Order {n}") for n in range(3)]
    await acme.desk.each([numbers[1]], "wait")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, numbers[0])
        await pilot.press("J")
        assert app.desk_screen.inbox.number == numbers[2]
        await pilot.press("J")
        assert app.desk_screen.inbox.number == numbers[0]


async def test_a_view_of_ones_own_has_a_digit_and_its_key(tmp_path: Path) -> None:
    settings = DeskSettings(views=(SavedView(name="vip", filter="tag:vip", key="g V"),))
    async with house(tmp_path, settings) as acme:
        vip = await acme.says("ann", "Hello", subject="Hello")
        await acme.says("bob", "Hello", subject="Hello")
        await acme.desk.tag(vip, add=["vip"])
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            inbox = app.desk_screen.inbox
            await until(pilot, lambda: len(inbox.window.rows) == 2)
            await pilot.press("9")
            await until(pilot, lambda: [r.number for r in inbox.window.rows] == [vip])
            assert "9 vip" in screen_text(app)
            await pilot.press("]")
            await until(pilot, lambda: len(inbox.window.rows) == 2)
            await pilot.press("g", "V")
            await until(pilot, lambda: app.desk_screen.view == "vip")


async def test_an_own_key_that_clashes_is_told_and_the_other_own_ones_work(tmp_path: Path) -> None:
    settings = replace(DeskSettings(), keys={"note": ("r",), "help": ("F",)})
    async with house(tmp_path, settings) as acme:
        await acme.says("ann", "Hello", subject="Hello")
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "keys.note: r belongs to reply" in screen_text(app))
            await settled(pilot, app)
            await pilot.press("F")
            await until(pilot, lambda: "In the list" in screen_text(app))
            await pilot.press("escape")
            await pilot.press("r")
            await until(pilot, lambda: "REPLY by support" in screen_text(app))
