"""The outbox shows what has not left well, and its keys settle it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.model import DeliveryState
from omnidesk.core.settling import settle
from omnidesk.ui.outbox import OutboxScreen
from omnidesk.ui.overview import PAGE
from tests.ui.house import screen_text, until
from tests.ui.test_beside import desk_of_ivan
from tests.ui.test_screen import settled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from omnidesk.core.overview import Leaving
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def replied(acme: House, who: str, state: DeliveryState, reason: str = "") -> int:
    """A reply to somebody, in a state; its message."""
    number = await acme.says(who, "Hello", subject=f"Order of {who}")
    later = datetime.now(UTC) + timedelta(days=1) if state is DeliveryState.HELD else None
    message = await acme.desk.reply(number, f"Dear {who}", later=later)
    if state is not DeliveryState.HELD:
        await acme.store.write(lambda tx: settle(tx, message.id, state, reason, datetime.now(UTC)))
    return message.id


async def laid_over(pilot: Pilot[None], app: OmnideskApp) -> OutboxScreen:
    """The outbox, read."""
    await settled(pilot, app)
    await pilot.press("g", "q")
    await until(pilot, lambda: isinstance(app.screen, OutboxScreen))
    screen = app.screen
    assert isinstance(screen, OutboxScreen)
    await until(pilot, lambda: screen.lines.found is not None)
    await pilot.pause()
    return screen


async def settled_to(
    pilot: Pilot[None], outbox: Callable[[], Awaitable[list[Leaving]]], **states: int
) -> None:
    """Wait until the store has so many of each state, and no others."""
    wanted = {DeliveryState(name): count for name, count in states.items()}

    async def now() -> dict[DeliveryState, int]:
        found = [one.state for one in await outbox()]
        return {state: found.count(state) for state in set(found)}

    for _try in range(200):
        if await now() == wanted:
            return
        await pilot.pause(0.02)
    assert await now() == wanted


async def test_each_says_where_it_goes_and_how_it_stands(acme: House) -> None:
    await replied(acme, "ann", DeliveryState.HELD)
    await replied(acme, "bob", DeliveryState.FAILED, "550 no such user")
    await replied(acme, "eve", DeliveryState.UNKNOWN, "no answer after DATA")
    await replied(acme, "sam", DeliveryState.SENT)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await laid_over(pilot, app)
        rows = screen_text(app).splitlines()
        assert "Outbox, what is in trouble first" in rows[0]
        assert rows[1].startswith("> em Eve <eve@e.org>")
        assert rows[3].startswith("  em Bob <bob@e.org>")
        assert rows[5].startswith("  em Ann <ann@e.org>")
        assert "… held until" in rows[6]
        assert "by anna: Dear ann" in rows[6]
        said = "\n".join(rows)
        assert "? MAY HAVE GONE OUT, by anna: no answer after DATA" in said
        assert "! NOT SENT, by anna: 550 no such user" in said
        assert "sam" not in said
        assert all(len(row) <= 80 for row in rows)


async def test_z_takes_back_what_is_held_and_nothing_else(acme: House) -> None:
    await replied(acme, "ann", DeliveryState.HELD)
    await replied(acme, "bob", DeliveryState.FAILED, "550 no such user")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await laid_over(pilot, app)
        await pilot.press("j", "z")
        await settled_to(pilot, acme.desk.outbox, failed=1)
        await until(pilot, lambda: len(screen.lines.found or ()) == 1)
        draft = (await acme.desk.open(1)).draft
        assert draft is not None
        assert draft.text == "Dear ann"
        await pilot.press("я")
        await until(pilot, lambda: "only what is held" in screen_text(app))
        await settled_to(pilot, acme.desk.outbox, failed=1)


async def test_y_sends_again_and_x_takes_the_doubtful_for_sent(acme: House) -> None:
    await replied(acme, "bob", DeliveryState.FAILED, "550 no such user")
    await replied(acme, "eve", DeliveryState.UNKNOWN, "no answer after DATA")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await laid_over(pilot, app)
        at = {one.name: place for place, one in enumerate(screen.lines.found or ())}
        screen.lines.move(at["Bob"] - screen.lines.at)
        await pilot.press("x")
        await until(pilot, lambda: "this one is not in doubt" in screen_text(app))
        await pilot.press("y")
        await settled_to(pilot, acme.desk.outbox, queued=1, unknown=1)
        await until(pilot, lambda: screen.lines.chosen is not None)
        await until(
            pilot,
            lambda: {str(one.state) for one in screen.lines.found or ()} == {"queued", "unknown"},
        )
        at = {one.name: place for place, one in enumerate(screen.lines.found or ())}
        screen.lines.move(at["Eve"] - screen.lines.at)
        await pilot.press("x")
        await settled_to(pilot, acme.desk.outbox, queued=1)


async def test_an_empty_outbox_says_what_it_is_for(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await laid_over(pilot, app)
        said = screen_text(app)
        assert "Nothing is on its way, and nothing is in trouble." in said
        assert "(z takes it back)" in said
        await pilot.press("y", "z", "x", "enter", "q")
        await until(pilot, lambda: app.screen is app.desk_screen)


async def test_it_keeps_up_with_others_and_the_cursor_stays_on_its_line(acme: House) -> None:
    first = await replied(acme, "ann", DeliveryState.HELD)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await laid_over(pilot, app)
        number = await acme.says("bob", "Hi", subject="Other")
        later = datetime.now(UTC) + timedelta(hours=9)
        await desk_of_ivan(acme).reply(number, "Later", later=later)
        await until(pilot, lambda: len(screen.lines.found or ()) == 2)
        chosen = screen.lines.chosen
        assert chosen is not None
        assert chosen.message == first
        assert screen.lines.at == 1


async def test_enter_opens_the_reply_in_its_conversation(acme: House) -> None:
    await replied(acme, "ann", DeliveryState.HELD)
    await acme.says("bob", "Hi", subject="Other")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await laid_over(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.desk_screen)
        await until(pilot, lambda: app.desk_screen.thread.number == 1)
        assert app.focused is app.desk_screen.thread


async def test_q_goes_back_to_the_outbox_where_one_was_and_then_to_the_list(acme: House) -> None:
    await replied(acme, "ann", DeliveryState.HELD)
    await replied(acme, "bob", DeliveryState.FAILED, "550 no such user")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await laid_over(pilot, app)
        await pilot.press("j", "enter")
        await until(pilot, lambda: app.focused is app.desk_screen.thread)
        await until(pilot, lambda: app.desk_screen.way_back is not None)
        shown = app.desk_screen.thread.number
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, OutboxScreen))
        again = app.screen
        assert isinstance(again, OutboxScreen)
        assert again is not screen
        await until(pilot, lambda: again.lines.at == 1)
        assert again.lines.chosen is not None
        assert again.lines.chosen.conversation == shown
        await pilot.press("q")
        await until(pilot, lambda: app.focused is app.desk_screen.inbox)
        await pilot.press("enter", "q")
        await pilot.pause()
        assert app.screen is app.desk_screen


async def test_a_long_one_is_read_page_by_page_to_its_end(acme: House) -> None:
    numbers = [await acme.says(who, "Hello", subject=f"Order of {who}") for who in ("ann", "bob")]
    count = PAGE * 2 + 5
    for at in range(count):
        later = datetime.now(UTC) + timedelta(days=1, minutes=at)
        await acme.desk.reply(numbers[at % 2], f"Reply {at}", later=later)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await laid_over(pilot, app)
        assert len(screen.lines.found or ()) == PAGE
        for _page in range(4):
            await pilot.press("G")
            await pilot.pause(0.1)
        await until(pilot, lambda: screen.lines.whole)
        await pilot.press("G")
        assert screen.lines.at == count - 1
        assert screen.lines.chosen is not None
        assert screen.lines.chosen.snippet == f"Reply {count - 1}"
        await pilot.press("g", "g")
        assert screen.lines.at == 0


async def test_no_code_of_a_customer_or_a_server_reaches_the_glass(acme: House) -> None:
    evil = "\x1b]52;c;eA==\x07\x1b[2J\u202e\x9b31m"
    number = await acme.says("ann", "Hello", subject=f"Or{evil}der", name=f"An{evil}n")
    reply = await acme.desk.reply(number, "It left")
    await acme.store.write(
        lambda tx: settle(
            tx, reply.id, DeliveryState.FAILED, f"55{evil}0 " + "no " * 40, datetime.now(UTC)
        )
    )
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, words in (("q", "! NOT SENT, by anna: 55"), ("l", "failed by support: 55")):
            await settled(pilot, app)
            await pilot.press("g", key)
            await until(pilot, lambda: words in screen_text(app))  # noqa: B023
            said = screen_text(app).replace("\n", "")
            assert said.isprintable()
            assert "\u202e" not in said
            await pilot.press("q")
            await until(pilot, lambda: app.screen is app.desk_screen)
