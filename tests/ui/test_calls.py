"""A call is written down at the keyboard, read back from the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Direction, Handle, Known, State
from omnidesk.desk import DeskSettings
from omnidesk.ui.app import OmnideskApp
from omnidesk.ui.callform import CallForm
from omnidesk.ui.callwords import Call, Unread, read_call, read_duration
from tests.ui.house import PHONE, House, house, screen_text, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from omnidesk.core.model import Message
    from omnidesk.core.store import Transaction

NUMBER = Handle("tel", "+79161234567")
_SIZES = ((80, 24), (120, 40))


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[House]:
    """A desk with a telephone; Ann has written, and her number is known."""
    more = {"phone": ("log", PHONE, ())}
    settings = DeskSettings(name="Acme", region="RU")
    async with house(tmp_path, settings, more) as furnished:
        yield furnished


async def ann(acme: House) -> int:
    number = await acme.says("ann", "The kettle leaks", subject="Kettle", name="Анна Петрова")

    def know(tx: Transaction) -> None:
        found = tx.conversation(number)
        assert found is not None
        tx.add_handle(NUMBER, found.contact, known=Known.SEEN, name="", at=acme.start)

    await acme.store.write(know)
    return number


async def begun(pilot: Pilot[None], app: OmnideskApp, *keys: str) -> CallForm:
    """The form, opened by some keys."""
    await until(pilot, lambda: app.desk_screen.desk is not None)
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(app.screen, CallForm))
    assert isinstance(app.screen, CallForm)
    return app.screen


async def written(pilot: Pilot[None], app: OmnideskApp, acme: House) -> Message:
    """The message that the form left."""
    await until(pilot, lambda: app.screen is app.desk_screen)
    await app.desk_screen.jobs.finished()
    found = await acme.store.read(lambda r: r.message(r.last_message()))
    assert found is not None
    return found


@pytest.mark.parametrize("size", _SIZES)
async def test_a_call_of_somebody_known_takes_a_number_a_sentence_and_one_key(
    acme: House, size: tuple[int, int]
) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"8916123")
        await until(pilot, lambda: form.card.chosen is not None)
        await until(pilot, lambda: "E-mail, " in screen_text(app))
        said = screen_text(app)
        assert "Анна Петрова" in said
        assert "The kettle leaks" in said
        assert f"#{number} Kettle" in said
        await pilot.press("enter", *"asks again", "f2")
        message = await written(pilot, app, acme)
        assert message.text == "asks again"
        assert message.handle == NUMBER
        assert message.channel == "phone"
        assert message.direction is Direction.IN


async def test_every_part_of_a_call_reaches_the_store_and_z_takes_it_back(acme: House) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"анна")
        await until(pilot, lambda: form.card.chosen is not None)
        await pilot.press("enter", *"he will wait", "enter", "o", "enter", *"answered")
        await pilot.press("enter", *"3:20", "enter", *"tomorrow 10:00", "enter")
        await pilot.press(*"https://rec/1", "enter", "right", "enter")
        await until(pilot, lambda: "BEFORE IT IS WRITTEN DOWN" in screen_text(app))
        said = screen_text(app)
        assert "LOG a call to Анна Петрова" in said
        assert f"into #{number}" in said
        await pilot.press("s")
        message = await written(pilot, app, acme)
        assert message.direction is Direction.OUT
        assert message.conversation == number
        assert message.text == ("he will wait\n[answered, 3 min 20 s]\nRecording: https://rec/1")
        found = (await acme.desk.open(number)).conversation
        assert found.state is State.SNOOZED
        assert found.snoozed_until is not None
        assert found.snoozed_until.astimezone().hour == 10
        await pilot.press("z")
        await app.desk_screen.jobs.finished()
        opened = await acme.desk.open(number)
        assert opened.conversation.state is State.OPEN
        assert [m.text for m in opened.messages] == ["The kettle leaks"]


async def test_a_call_that_rings_can_be_typed_on_and_nothing_turns_silently(acme: House) -> None:
    await ann(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "C")
        assert " Log a call ──" in screen_text(app)
        assert "a number or a name finds him" in " ".join(screen_text(app).split())
        await pilot.press(*"8916123")
        await until(pilot, lambda: form.card.chosen is not None)
        await pilot.press("enter", *"asks", "enter", *"she left it in Oslo")
        assert form.typed("direction") == "in"
        assert "← → choose here; ↑ goes back to the field above" in screen_text(app)
        await pilot.press("up", *" again")
        assert form.typed("text") == "asks again"
        await pilot.press("enter", "o")
        assert form.typed("direction") == "out"
        assert " direction: out " in screen_text(app)
        await pilot.press("left")
        assert form.typed("direction") == "in"
        await pilot.press("space")
        assert form.typed("direction") == "out"


async def test_who_is_meant_is_asked_only_where_several_may_be(acme: House) -> None:
    await ann(acme)
    await acme.says("ann2", "Hello", name="Анна Иванова")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"8916123")
        await until(pilot, lambda: form.card.chosen is not None)
        assert "who is meant" not in screen_text(app)
        await pilot.press("ctrl+u", *"анна")
        await until(pilot, lambda: len(form.card.cards) == 2)
        await until(pilot, lambda: "↑ ↓ who is meant" in screen_text(app))


async def test_where_a_call_goes_is_cut_by_an_ellipsis_or_stands_alone(acme: House) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=(60, 24)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"8916123")
        await until(pilot, lambda: form.card.chosen is not None)
        await until(pilot, lambda: "[where it belongs] 1/2" in screen_text(app))
        form.choice("into").focus()
        await pilot.press("right")
        await until(pilot, lambda: f"[#{number} Kettle] 2/2" in screen_text(app))


async def test_a_number_that_nobody_has_becomes_a_contact_with_the_name_typed(
    acme: House,
) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"8 903 555-01-01")
        await until(pilot, lambda: form.fields["name"].display)
        await pilot.press("enter", *"Пётр", "enter", *"first call", "f2")
        message = await written(pilot, app, acme)
        assert message.handle == Handle("tel", "+79035550101")
        assert (await acme.desk.open(message.conversation)).contact.name == "Пётр"


async def test_of_several_the_one_under_the_arrow_is_meant(acme: House) -> None:
    await ann(acme)
    other = await acme.says("ann2", "Hello", name="Анна Иванова")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press(*"анна")
        await until(pilot, lambda: len(form.card.cards) == 2)
        names = [card.contact.name for card in form.card.cards]
        await pilot.press(*["down"] * names.index("Анна Иванова"))
        assert "> Анна Иванова" in screen_text(app)
        await pilot.press("enter", *"said hello", "f2")
        message = await written(pilot, app, acme)
        there = (await acme.desk.open(message.conversation)).contact
        assert there.id == (await acme.desk.open(other)).contact.id


async def test_what_was_typed_is_not_lost_by_escape_or_by_a_mistake(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "C")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.desk_screen)
        form = await begun(pilot, app, "C")
        await pilot.press(*"nobody at all", "enter", *"words", "escape")
        await until(pilot, lambda: "BEFORE IT IS WRITTEN DOWN" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: "cannot be a handle" in screen_text(app))
        assert app.screen is form
        assert form.typed("text") == "words"
        await pilot.press("e")
        form.set_focus(form.fields["call_back"])
        await pilot.press(*"yesterday", "f2")
        await until(pilot, lambda: "is over already" in screen_text(app))
        assert app.focused is form.fields["call_back"]
        assert form.typed("text") == "words"
        await pilot.press(*["backspace"] * 9, "escape", "D")
        await until(pilot, lambda: app.screen is app.desk_screen)
        assert await acme.store.read(lambda r: r.last_message()) == 0


async def test_in_an_opened_conversation_the_form_knows_whom_and_about_what(acme: House) -> None:
    number = await ann(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.number == number)
        form = await begun(pilot, app, "enter", "C")
        await until(pilot, lambda: form.into == number)
        assert app.focused is form.fields["text"]
        await pilot.press(*"as said", "f2")
        message = await written(pilot, app, acme)
        assert message.conversation == number
        assert message.handle == NUMBER


async def test_the_form_works_on_a_cyrillic_layout(acme: House) -> None:
    app = acme.app()
    await ann(acme)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await begun(pilot, app, "С")  # the key C
        await pilot.press(*"петрова")
        await until(pilot, lambda: form.card.chosen is not None)
        await pilot.press("enter", *"ждёт", "enter", "щ", "escape")  # the key o: out
        await until(pilot, lambda: "LOG a call to" in screen_text(app))
        await pilot.press("у")  # the key e
        assert app.focused is form.fields["text"]
        await pilot.press("escape", "ы")  # the key s
        message = await written(pilot, app, acme)
        assert message.text == "ждёт"
        assert message.direction is Direction.OUT


async def test_a_desk_without_a_logged_channel_says_what_to_add(tmp_path: Path) -> None:
    async with house(tmp_path) as bare:
        app = bare.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk_screen.desk is not None)
            await pilot.press("C")
            await until(pilot, lambda: "no channel is logged by hand" in screen_text(app))
            assert app.screen is app.desk_screen


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("3", 180), ("3:20", 200), ("1:02:03", 3723), ("1h 5m", 3900), ("полчаса", 1800)],
)
def test_a_duration_is_read_as_people_type_it(typed: str, seconds: int) -> None:
    assert read_duration(typed) == timedelta(seconds=seconds)


def test_a_duration_that_is_none_is_named_with_its_field() -> None:
    now = datetime(2026, 9, 16, 12, tzinfo=UTC)
    assert read_call({"duration": " ", "call_back": ""}, now) == Call()
    for field, typed in (("duration", "long"), ("call_back", "whenever")):
        found = read_call({field: typed}, now)
        assert isinstance(found, Unread)
        assert found.field == field
        assert typed in found.words
