"""A call rings: whoever sits at the screen sees who it is, and goes on typing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.channel import Incoming, Ringing
from omnidesk.core.model import Handle
from omnidesk.engine.ringing import ring
from omnidesk.ui.callform import CallForm
from tests.ui.house import screen_text, until
from tests.ui.test_calls import NUMBER, acme, ann, written

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.core.store import Transaction
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House

__all__ = ["acme"]
_SECONDS = 3


async def rung(acme: House, call: str = "c1", handle: Handle | None = NUMBER) -> None:
    ringing = Ringing(handle=handle, call=call, at=datetime.now(UTC))

    def write(tx: Transaction) -> None:
        assert ring(tx, acme.rules("phone"), ringing, datetime.now(UTC))

    await acme.store.write(write)


async def over(acme: House, call: str = "c1") -> None:
    """The call was missed: its message is stored."""
    missed = Incoming(
        external_id=call, raw=b"", handle=NUMBER, text="Missed call", sent_at=datetime.now(UTC)
    )
    await acme.store.write(lambda tx: acme.arrive(tx, "phone", missed))


async def ready(pilot: Pilot[None], app: OmnideskApp) -> None:
    await until(pilot, lambda: app.desk_screen.thread.opened is not None)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_ringing_call_shows_who_it_is_and_what_he_wrote_last(
    acme: House, size: tuple[int, int]
) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        await rung(acme)
        await until(pilot, lambda: "RINGS: Анна Петрова +79161234567 by Phone" in screen_text(app))
        said = screen_text(app)
        assert "E-mail, " in said
        assert "The kettle leaks" in said
        assert f"open: #{number} Kettle" in said
        assert f"g r opens #{number}, C logs it" in said


async def test_it_is_painted_while_it_rings(acme: House) -> None:
    await ann(acme)
    app = acme.app()
    took = []
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        for at in range(5):
            begun = time.perf_counter()
            await rung(acme, f"c{at}")
            await until(pilot, lambda: "RINGS" in screen_text(app))
            took.append(time.perf_counter() - begun)
            await over(acme, f"c{at}")
            await until(pilot, lambda: "RINGS" not in screen_text(app))
    assert sorted(took)[2] <= _SECONDS, took


async def test_whoever_types_goes_on_typing(acme: House) -> None:
    await ann(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("r", *"half ")
        await rung(acme)
        await until(pilot, lambda: "RINGS" in screen_text(app))
        await pilot.press(*"gr C a sentence")
        composer = app.desk_screen.composer
        assert composer is not None
        assert composer.text == "half gr C a sentence"
        assert app.focused is composer.writing


async def test_the_bar_goes_by_itself_when_the_call_is_over(acme: House) -> None:
    await ann(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        await rung(acme)
        await until(pilot, lambda: "RINGS" in screen_text(app))
        await over(acme)
        await until(pilot, lambda: "RINGS" not in screen_text(app))
        await pilot.press("g", "r")
        await until(pilot, lambda: "nobody rings" in screen_text(app))


async def test_its_key_opens_the_conversation_also_on_a_cyrillic_layout(acme: House) -> None:
    number = await ann(acme)
    await acme.says("bob", "First in the list")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        app.desk_screen.inbox.move(1)
        await rung(acme)
        await until(pilot, lambda: bool(app.desk_screen.rings))
        await pilot.press("п", "к")
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        assert app.focused is app.desk_screen.thread


async def test_what_is_logged_while_it_rings_stands_beside_that_call(acme: House) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app)
        await rung(acme)
        await until(pilot, lambda: bool(app.desk_screen.rings))
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, CallForm))
        assert isinstance(app.screen, CallForm)
        assert app.screen.typed("who") == NUMBER.value
        assert app.focused is app.screen.fields["text"]
        await over(acme)
        await pilot.press(*"she hung up", "f2")
        message = await written(pilot, app, acme)
        assert message.text == "she hung up"
        assert message.handle == NUMBER
        call = await acme.store.read(lambda r: r.seen_external("phone", "c1"))
        assert call is not None
        assert message.conversation == call.conversation
        assert number


async def test_a_number_that_nobody_has_and_one_withheld_are_said_so(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.desk_screen.desk is not None)
        await rung(acme, "c1", Handle("tel", "+79035550101"))
        await until(pilot, lambda: "RINGS: +79035550101 by Phone" in screen_text(app))
        assert "nobody is known by this number" in screen_text(app)
        await rung(acme, "c2", None)
        await until(pilot, lambda: "number withheld by Phone, 1 more" in screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_wrote_the_number_that_rings_is_told_and_g_r_opens_it(
    acme: House, size: tuple[int, int]
) -> None:
    number = await acme.says("zoe", "Call me at +7 903 555-01-01 please", name="Zoe Lund")
    phone = Handle("tel", "+79035550101")
    letter = (await acme.desk.open(number)).messages[0].id
    contact = (await acme.desk.open(number)).contact.id
    await acme.store.write(lambda tx: tx.offer(contact, phone, letter))
    await acme.says("bob", "Hello")
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        await rung(acme, "c1", phone)
        await until(pilot, lambda: f"named in #{number} by Zoe Lund" in screen_text(app))
        assert f"g r opens #{number}, C logs it" in screen_text(app)
        assert "nobody is known" not in screen_text(app)
        await pilot.press("g", "r")
        await until(pilot, lambda: app.desk_screen.thread.number == number)


async def test_a_ring_leaves_the_reading_place_alone(acme: House) -> None:
    number = await acme.says("ann", "\n".join(f"line {at}" for at in range(200)))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        await pilot.press("enter", "g", "g", "j", "j")
        before = app.desk_screen.thread._offset
        await rung(acme)
        await until(pilot, lambda: "RINGS" in screen_text(app))
        assert app.desk_screen.thread._offset == before == 2
