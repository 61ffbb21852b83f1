"""The numbers and the log stand over the desk and tell what the store knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from omnidesk.core.language import speak
from omnidesk.core.overview import Report, Tally
from omnidesk.ui.logbook import LogScreen
from omnidesk.ui.numbers import ReportScreen, lasting, report_lines
from omnidesk.ui.overview import PAGE
from tests.ui.house import screen_text, until
from tests.ui.test_beside import desk_of_ivan
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each of the languages, and English again."""
    speak(request.param)
    yield request.param
    speak("en")


async def log(pilot: Pilot[None], app: OmnideskApp) -> LogScreen:
    """The log, read."""
    await pilot.press("g", "l")
    await until(pilot, lambda: isinstance(app.screen, LogScreen))
    screen = app.screen
    assert isinstance(screen, LogScreen)
    await until(pilot, lambda: screen.lines.found is not None)
    await pilot.pause()
    return screen


def test_a_time_is_said_in_its_two_greatest_units() -> None:
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    assert lasting(None) == "-"
    assert lasting(timedelta(seconds=40.9)) == "40s"
    assert lasting(59 * minute) == "59m"
    assert lasting(hour + 5 * minute) == "1h 05m"
    assert lasting(3 * day + 4 * hour + minute) == "3d 4h"


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("width", [56, 76, 116])
def test_columns_stand_under_each_other_however_narrow_the_screen(width: int) -> None:
    long = timedelta(days=365, hours=23)
    many = Tally(
        name="канал-с-очень-длинным-именем-для-узкого-экрана",
        came=12_345,
        answered=12_345,
        first_answer=long,
        open=99_999,
        longest=long,
    )
    report = Report(
        since=many_days(), cut=False, total=many, channels=(many, Tally(name="bot")), agents=(many,)
    )
    lines = ["".join(text for text, _ in line) for line in report_lines(report, {}, {}, width)]
    tables = [line for line in lines if line]
    assert len({cell_len(line) for line in tables}) == 1
    assert cell_len(tables[0]) <= width


def many_days() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


async def test_the_numbers_are_those_of_the_store_for_the_time_that_is_asked(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("kirill", "Hi", channel="shop-bot")
    await acme.desk.reply(number, "Soon")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("g", "d")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await until(pilot, lambda: "All together" in screen_text(app))
        rows = {row.split()[0]: row.split() for row in screen_text(app).splitlines() if row.split()}
        assert "Numbers of the last 7 days" in screen_text(app)
        assert rows["support"][2:4] == ["1", "1"]
        assert rows["shop-bot"][2:4] == ["1", "0"]
        assert rows["nobody"][1:3] == ["1", "0"]
        assert rows["All"][2:4] == ["2", "1"]
        await pilot.press("d")
        await until(pilot, lambda: "Numbers of the last day" in screen_text(app))
        await until(pilot, lambda: "All together" in screen_text(app))
        total = next(row for row in screen_text(app).splitlines() if "All together" in row)
        assert total.split()[2:4] == ["0", "1"], "both wrote three days ago"
        await pilot.press("ь")
        await until(pilot, lambda: "last 30 days" in screen_text(app))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.desk_screen)


async def test_the_log_tells_who_did_what_and_enter_opens_it(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Hi", subject="Other")
    await desk_of_ivan(acme).assign(number, "ivan")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = await log(pilot, app)
        first = screen_text(app).splitlines()[1]
        assert first.startswith("> ")
        assert first.split()[-6:] == ["ivan", f"#{number}", "gave", "it", "to", "ivan"]
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.desk_screen)
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        assert screen.is_attached is False


async def test_the_log_is_narrowed_to_one_conversation_and_back(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("bob", "Hi", subject="Other")
    await acme.desk.assign(number, "anna")
    await acme.desk.assign(other, "anna")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = await log(pilot, app)
        everything = len(screen.lines.found or ())
        await pilot.press("j", "f")
        await until(pilot, lambda: f"Log of #{number}" in screen_text(app))
        await until(pilot, lambda: screen.lines.found is not None)
        assert {one.conversation for one in screen.lines.found or ()} == {number}
        await pilot.press("f")
        await until(pilot, lambda: len(screen.lines.found or ()) == everything)
        await pilot.press("escape")
        await at(pilot, app, other)
        await pilot.press("enter")
        screen = await log(pilot, app)
        assert {one.conversation for one in screen.lines.found or ()} == {other}


async def test_new_lines_come_above_and_the_cursor_stays_on_its_own(acme: House) -> None:
    await acme.crowd(PAGE + 30)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = await log(pilot, app)
        await pilot.press("G")
        await until(pilot, lambda: len(screen.lines.found or ()) > PAGE)
        before, row = screen.lines.chosen, row_of_cursor(app)
        await desk_of_ivan(acme).assign(1, "ivan")
        await until(pilot, lambda: (screen.lines.found or [])[0].actor == "ivan")
        assert screen.lines.chosen == before
        assert row_of_cursor(app) == row
        for _page in range(4):
            await pilot.press("G")
            await pilot.pause(0.1)
        await until(pilot, lambda: screen.lines.whole)


def row_of_cursor(app: OmnideskApp) -> int:
    rows = screen_text(app).splitlines()
    return next(y for y, row in enumerate(rows) if row.startswith("> "))


async def test_far_down_a_long_log_the_cursor_stays_while_others_work(acme: House) -> None:
    count = 700
    await acme.crowd(count)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = await log(pilot, app)
        while not screen.lines.whole:
            loaded = len(screen.lines.found or ())
            await pilot.press("G")
            await until(
                pilot,
                lambda: len(screen.lines.found or ()) > loaded or screen.lines.whole,  # noqa: B023
            )
        await pilot.press("G")
        before = screen.lines.chosen
        assert screen.lines.at == count - 1
        ivan = desk_of_ivan(acme)
        for number in range(1, 21):
            await ivan.assign(number, "ivan")
        await until(pilot, lambda: len(screen.lines.found or ()) == count + 20)
        assert screen.lines.chosen == before
        seqs = [one.seq for one in screen.lines.found or ()]
        assert seqs == sorted(set(seqs), reverse=True)
        assert screen.lines.whole


async def test_q_goes_back_to_the_log_as_it_was_narrowed(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Hi", subject="Other")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        screen = await log(pilot, app)
        entries = screen.lines.found or []
        place = next(at for at, one in enumerate(entries) if one.conversation == number)
        screen.lines.move(place)
        await pilot.press("f")
        await until(pilot, lambda: f"Log of #{number}" in screen_text(app))
        await until(pilot, lambda: bool(screen.lines.found))
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.desk_screen.thread)
        await until(pilot, lambda: app.desk_screen.way_back is not None)
        await pilot.press("q")
        await until(pilot, lambda: f"Log of #{number}" in screen_text(app))


async def test_an_overview_that_is_left_lets_go_of_the_store(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        before = len(acme.store._open)
        for _time in range(5):
            screen = await log(pilot, app)
            await pilot.press("q")
            await until(pilot, lambda: app.screen is app.desk_screen)
            await until(pilot, lambda: not screen.is_attached)  # noqa: B023
        await until(pilot, lambda: len(acme.store._open) == before)


async def test_what_has_no_room_in_its_line_stands_in_full_below(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    tags = [f"a-rather-long-tag-{n}" for n in range(4)]
    await acme.desk.tag(number, tags)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await log(pilot, app)
        rows = screen_text(app).splitlines()
        assert rows[1].rstrip().endswith("…")
        assert " ".join(" ".join(rows[-3:-1]).split()) == f"tags: {', '.join(tags)}"
        await pilot.press("j")
        assert not "".join(screen_text(app).splitlines()[-3:-1]).strip()
