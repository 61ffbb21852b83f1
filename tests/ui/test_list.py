"""How the list is painted: its parts, its columns, its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.views import SavedView
from omnidesk.desk import DeskSettings
from omnidesk.ui.bars import view_tabs
from omnidesk.ui.keymap import VIEWS, View
from tests.ui.house import House, house, screen_text, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp


async def ready(pilot: Pilot[None], app: OmnideskApp) -> None:
    """Wait until the list is there and what was asked for is done."""
    await until(pilot, lambda: app.desk_screen.desk is not None)
    await app.desk_screen.jobs.finished()
    await pilot.pause()


def painted(app: OmnideskApp, count: int = 10) -> list[str]:
    """The first lines of the list, without what stands beside it."""
    return [line.partition("│")[0].rstrip(" ─") for line in screen_text(app).split("\n")[1:count]]


async def three(acme: House) -> tuple[int, int, int]:
    """Two customers wait for us, and one has our answer."""
    done = await acme.says("ann", "Where is it?", subject="Order 1")
    await acme.desk.reply(done, "On its way")
    first = await acme.says("bob", "And mine?", subject="Order 2")
    second = await acme.says("eve", "Hello?", subject="Order 3")
    return first, second, done


async def test_who_needs_us_stands_under_one_heading_and_who_was_answered_under_another(
    acme: House,
) -> None:
    first, second, done = await three(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        lines = painted(app)
        assert lines[1] == "  needs us"
        assert "Bob" in lines[2]
        assert "Eve" in lines[3]
        assert lines[4] == "  waiting for the customer"
        assert "Ann" in lines[5]
        inbox = app.desk_screen.inbox
        for number in (first, second, done):
            assert inbox.number == number
            await until(pilot, lambda: painted(app)[1 + inbox.window.seat][0] == ">")
            await pilot.press("j")
        await pilot.click(inbox, offset=(5, 3))
        assert inbox.number == second
        await pilot.click(inbox, offset=(5, 4))
        assert inbox.number == second
        await pilot.click(inbox, offset=(5, 5))
        assert inbox.number == done


async def test_there_are_no_headings_where_the_list_has_the_screen_for_itself(acme: House) -> None:
    await three(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert "Bob" in painted(app)[1]
        assert "needs us" not in screen_text(app)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "needs us" in painted(app)[1])


async def test_the_first_words_of_a_chat_are_not_said_twice(acme: House) -> None:
    await acme.says("ann", "Is there delivery to Tver?", channel="shop-bot")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert painted(app)[1].count("delivery") == 1


async def test_a_row_at_80_columns_has_all_its_fields(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Parcel 17", name="Konstantin Petrov")
    await acme.desk.assign(number, "anna")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert painted(app)[1] == "> * em  2d  me   Konstantin Petrov   Parcel 17 - Hello"


async def test_g_o_turns_the_order_and_the_view_keeps_it(acme: House) -> None:
    await three(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        inbox = app.desk_screen.inbox
        waited = [row.number for row in inbox.window.rows]
        await pilot.press("j", "g", "o")
        await until(pilot, lambda: painted(app)[0] == " Inbox, newest first")
        newest = [row.number for row in await acme.desk.rows("inbox", newest=True)]
        await until(pilot, lambda: [row.number for row in inbox.window.rows] == newest)
        assert newest != waited
        assert painted(app)[1] == "  today"
        await pilot.press("2")
        await until(pilot, lambda: "Mine, yours, longest wait first" in painted(app)[0])
        await pilot.press("1")
        await until(pilot, lambda: painted(app)[0] == " Inbox, newest first")
        await until(pilot, lambda: [row.number for row in inbox.window.rows] == newest)
        await pilot.press("g", "o")
        await until(pilot, lambda: [row.number for row in inbox.window.rows] == waited)


async def test_a_long_list_is_paged_newest_first_and_a_new_one_comes_on_top(acme: House) -> None:
    await acme.crowd(400)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        inbox = app.desk_screen.inbox
        await pilot.press("g", "o")
        await until(pilot, lambda: inbox.number == 400)
        for _ in range(12):
            await pilot.press("g", *"30", "j")
        await until(pilot, lambda: inbox.number == 40)
        await pilot.press("G")
        await until(pilot, lambda: inbox.number == 1)
        await pilot.press("k")
        assert inbox.number == 2
        await pilot.press("g", "g")
        await until(pilot, lambda: inbox.number == 400)
        number = await acme.says("zoe", "I am new here")
        app.desk_screen.changed()
        await until(pilot, lambda: inbox.window.rows[0].number == number)
        assert inbox.number == 400


async def test_a_view_of_ones_own_names_its_order(tmp_path: Path) -> None:
    late = SavedView(name="late", filter="is:unread", order="newest")
    async with house(tmp_path, DeskSettings(views=(late,))) as acme:
        first = await acme.says("ann", "One")
        second = await acme.says("bob", "Two")
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(pilot, app)
            inbox = app.desk_screen.inbox
            assert [row.number for row in inbox.window.rows] == [first, second]
            await pilot.press("9")
            await until(pilot, lambda: painted(app)[0] == " late, newest first")
            await until(pilot, lambda: [row.number for row in inbox.window.rows] == [second, first])


async def test_a_view_of_ones_own_has_its_number_in_the_first_line(tmp_path: Path) -> None:
    vip = SavedView(name="vip", filter="tag:vip")
    async with house(tmp_path, DeskSettings(views=(vip,))) as acme:
        number = await acme.says("ann", "One")
        other = await acme.says("bob", "Two")
        await acme.desk.tag(number, add=["vip"])
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: "9 vip 1 " in screen_text(app))
            await acme.desk.tag(other, add=["vip"])
            app.desk_screen.changed()
            await until(pilot, lambda: "9 vip 2 " in screen_text(app))


def test_what_is_counted_no_further_says_so() -> None:
    views: tuple[View, ...] = (*VIEWS, ("vip", "vip", ""))
    line = view_tabs("inbox", {"inbox": 240, "vip": 100}, brief=False, views=views)
    text = "".join(words for words, _ in line)
    assert " 1 Inbox 240 " in text
    assert " 9 vip 99+ " in text


async def test_the_list_comes_back_as_it_was_when_it_was_hidden(acme: House) -> None:
    await acme.crowd(60)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: painted(app)[5].startswith(">"))
        before = painted(app, 38)
        await pilot.press("p")
        await until(pilot, lambda: "Customer" in painted(app)[0])
        await pilot.press("p")
        await until(pilot, lambda: painted(app, 38) == before)


async def test_the_list_of_a_narrow_screen_comes_back_without_headings(acme: House) -> None:
    await acme.crowd(60)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        inbox = app.desk_screen.inbox
        await pilot.press("enter")
        await until(pilot, lambda: not inbox.window.rows[0].unread)
        assert inbox.window.section is None
        assert inbox.size.width == 0


async def test_what_a_colleague_has_taken_is_passed_over_by_j(acme: House) -> None:
    await acme.crowd(4)
    rows = [row.number for row in await acme.desk.rows("inbox")]
    await acme.desk.assign(rows[1], "ivan")
    await acme.desk.assign(rows[2], "anna")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.desk_screen.inbox.number == rows[0])
        seen = []
        for key in ("J", "J", "J", "K", "K"):
            at = app.desk_screen.inbox.number
            await pilot.press(key)
            await until(pilot, lambda at=at: app.desk_screen.inbox.number != at)  # type: ignore[misc]
            seen.append(app.desk_screen.inbox.number)
        assert seen == [rows[2], rows[3], rows[0], rows[3], rows[2]]
