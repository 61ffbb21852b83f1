"""A conversation that we begin: to whom, by which way, about what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Direction
from omnidesk.desk import DeskSettings
from tests.ui.house import house, screen_text, until
from tests.ui.test_drafts import chats_too, kept
from tests.ui.test_recipients import addresses
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.model import Message
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def begun(pilot: Pilot[None], app: OmnideskApp, key: str = "c") -> None:
    """Begin a conversation."""
    await settled(pilot, app)
    await pilot.press(key)
    await until(pilot, lambda: "NEW: to whom?" in screen_text(app))


async def newest(pilot: Pilot[None], app: OmnideskApp, acme: House, number: int) -> Message:
    """What was sent, once it stands in the conversation that was begun."""
    await until(pilot, lambda: app.desk_screen.composer is None)
    await until(pilot, lambda: app.desk_screen.thread.number == number)
    return (await acme.desk.open(number)).messages[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("key", "send"), [("c", "s"), ("с", "ы")])
async def test_a_letter_to_somebody_new(
    acme: House, key: str, send: str, size: tuple[int, int]
) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await begun(pilot, app, key)
        await pilot.press(*"bob@new.org", "enter", *"Your offer", "enter", *"Hello Bob", "escape")
        await until(pilot, lambda: "SEND to bob@new.org" in screen_text(app))
        assert "by support (E-mail)" in screen_text(app)
        assert "subject: Your offer" in screen_text(app)
        assert "first message to this address" in screen_text(app)
        await pilot.press(send)
        message = await newest(pilot, app, acme, 2)
        await until(pilot, lambda: "#2 is begun and leaves in" in screen_text(app))
    assert (message.direction, message.channel) == (Direction.OUT, "support")
    assert addresses(message.to) == ["bob@new.org"]
    assert (message.text, message.subject) == ("Hello Bob", "Your offer [#2]")


async def test_a_known_customer_is_found_by_name_and_v_goes_by_another_way(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order", name="Ann Lee")
    await chats_too(acme, number)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"le")
        await until(pilot, lambda: "> Ann Lee  ann@e.org" in screen_text(app))
        await pilot.press("tab")
        await until(pilot, lambda: "NEW by support (E-mail) to Ann Lee" in screen_text(app))
        assert app.desk_screen.place == "subject"
        await pilot.press("enter", *"Hi", "escape")
        await until(pilot, lambda: "no subject" in screen_text(app))
        await pilot.press("V")
        await until(pilot, lambda: "by shop-bot (Telegram)" in screen_text(app))
        await pilot.press("s")
        message = await newest(pilot, app, acme, 2)
    assert (message.channel, addresses(message.to)) == ("shop-bot", ["77"])
    assert (await acme.desk.open(2)).contact.name == "Ann Lee"


async def test_what_was_begun_is_kept_for_another_screen(acme: House, tmp_path: Path) -> None:
    await acme.says("ann", "Hello", subject="Order")
    file = tmp_path / "offer.pdf"
    file.write_bytes(b"%PDF")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"bob@new.org", "enter", *"Offer", "enter", *"Hello")
        await pilot.press("ctrl+o", *str(file), "enter", "escape", "t", *"joe@new.org", "enter")
        await until(pilot, lambda: "Cc joe@new.org" in screen_text(app))
        await kept(pilot, app)
        await until(pilot, lambda: "draft kept, c goes on" in screen_text(app))
    again = acme.app()
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot, again)
        await pilot.press("c")
        await until(pilot, lambda: "NEW by support (E-mail) to bob@new" in screen_text(again))
        composer = again.desk_screen.composer
        assert composer is not None
        assert (composer.text, composer.whom.subject) == ("Hello", "Offer")
        assert composer.files.paths == (str(file),)
        assert addresses(composer.whom.copies) == ["joe@new.org"]
        await pilot.press("escape", "D")
        await until(pilot, lambda: "draft thrown away" in screen_text(again))
        await settled(pilot, again)
        await begun(pilot, again)


async def test_a_first_message_that_is_recalled_is_a_draft_again(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"bob@new.org", "enter", *"Offer", "enter", *"Hello", "escape", "s")
        await newest(pilot, app, acme, 2)
        await pilot.press("z")
        await until(pilot, lambda: app.desk_screen.composer is not None)
        await until(pilot, lambda: "REPLY by support (E-mail) to bob@new" in screen_text(app))
        composer = app.desk_screen.composer
        assert composer is not None
        assert composer.text == "Hello"
        await pilot.press("escape", "D")
        await until(pilot, lambda: "draft on #2 thrown away" in screen_text(app))
        await settled(pilot, app)
    assert [row.number for row in await acme.desk.rows("inbox")] == [1]


async def test_nobody_is_called_so(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"zed", "enter", "enter", *"Hello", "escape", "s")
        await until(pilot, lambda: "no contact is called so" in screen_text(app))
        await until(pilot, lambda: "NOT SENT" in screen_text(app))


async def test_a_template_is_filled_in_for_somebody_new(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "hello.txt").write_text("Hello {{ contact.first_name }}, {{ agent.name }} here")
    async with house(tmp_path, DeskSettings(name="Acme", templates=folder)) as acme:
        await acme.says("ann", "Hello", subject="Order")
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await begun(pilot, app)
            await pilot.press(*"bob@new.org", "enter", *"Offer", "enter", "ctrl+t")
            await until(pilot, lambda: "TEMPLATE" in screen_text(app))
            await pilot.press("enter")
            await until(pilot, lambda: "contact.first_name }} is not" in screen_text(app))
            composer = app.desk_screen.composer
            assert composer is not None
            assert composer.text == "Hello {{ contact.first_name }}, Anna Petrova here"
            assert composer.writing.selected_text == "{{ contact.first_name }}"


async def test_a_name_may_be_typed_with_an_address(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"Bob Lee <bob@new.org>", "enter", "enter", *"Hi", "escape")
        await until(pilot, lambda: "SEND to bob@new.org" in screen_text(app))
        await pilot.press("s")
        await newest(pilot, app, acme, 2)
    assert (await acme.desk.open(2)).contact.name == "Bob Lee"


async def test_what_was_begun_to_somebody_who_is_erased_goes_with_him(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, app)
        await pilot.press(*"ann@e.org", "enter", "enter", *"About Ann", "escape", "p")
        await until(pilot, lambda: app.desk_screen.composer is None)
        assert app.focused is app.desk_screen.inbox
        await at(pilot, app, number)
        await pilot.press("#", *"erase", "enter")
        await until(pilot, lambda: "erased for ever" in screen_text(app))
    assert await acme.store.read(lambda reads: reads.setting("begun by anna")) == ""
