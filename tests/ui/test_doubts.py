"""What the review asks a person to look at once more, and what stays in sight meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Address, Handle, Known
from omnidesk.desk import Desk, DeskSettings
from tests.ui.house import ANNA, screen_text, until
from tests.ui.test_drafts import chats_too
from tests.ui.test_recipients import letter, shown

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.store import Transaction
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def reviewed(pilot: Pilot[None], app: OmnideskApp, number: int, text: str) -> str:
    """Write a reply and look it over; what the screen says."""
    await shown(pilot, app, number)
    await pilot.press("r")
    await until(pilot, lambda: app.desk_screen.composer is not None)
    assert app.desk_screen.composer is not None
    app.desk_screen.composer.writing.insert(text)
    await pilot.press("escape")
    await until(pilot, lambda: "BEFORE IT GOES" in screen_text(app))
    return " ".join(screen_text(app).split())


@pytest.mark.parametrize(
    "text",
    [
        "The bill is attached.",
        "Please see the attachment",
        "Enclosed is the bill",
        "Счёт прилагаю.",
        "Прикладываю счёт",
        "Счёт во вложении",
        "Прикрепил скан договора",
        "Документ приложен",
    ],
)
async def test_a_file_that_is_spoken_of_and_is_not_there_is_asked_for(
    acme: House, text: str
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "no file is attached" in await reviewed(pilot, app, number, text)


@pytest.mark.parametrize("text", ["Tomorrow.", "Завтра.", "> it is attached\nThank you"])
async def test_nothing_is_asked_where_no_file_is_spoken_of(acme: House, text: str) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert " ! " not in await reviewed(pilot, app, number, text)


@pytest.mark.parametrize("text", ["Dear {{ contact.name }}", "Dear {name}", "Dear ${name}"])
async def test_a_variable_that_is_not_filled_in_is_named(acme: House, text: str) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        said = await reviewed(pilot, app, number, text)
        assert f"not filled in: {text.removeprefix('Dear ')}" in said


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_whoever_answered_meanwhile_is_named(acme: House, size: tuple[int, int]) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    ivan = replace(ANNA, id="ivan", name="Ivan")
    able = {name: channel[1] for name, channel in acme.channels.items()}
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r", *"Mine")
        colleague = Desk(acme.store, ivan, DeskSettings(name="Acme"), able)
        await colleague.reply(number, "Ivan was here")
        await pilot.press("escape")
        await until(pilot, lambda: "ivan answered meanwhile" in screen_text(app))


async def test_a_customer_who_wrote_again_is_told(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r", *"Mine")
        plain = acme.incoming("ann", "Never mind", subject="Order", channel="support")
        again = replace(plain, references=("<m1@e.org>",))
        await acme.store.write(lambda tx: acme.arrive(tx, "support", again))
        await pilot.press("escape")
        await until(pilot, lambda: "the customer wrote again meanwhile" in screen_text(app))


async def test_a_reply_to_that_is_another_address_is_told(acme: House) -> None:
    number = await letter(acme, reply_to=(Address("Office", "office@e.org"),))
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        said = await reviewed(pilot, app, number, "Soon")
        assert said.count("Reply-To") - said.count("[Reply-To]") == 1, said
        assert "answers go to office@e.org (Reply-To), not to ann@e.org" in said


async def test_a_first_letter_to_an_address_is_told(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")

    def know(tx: Transaction) -> None:
        found = tx.conversation(number)
        assert found is not None
        new = Handle("mailto", "ann@new.org")
        tx.add_handle(new, found.contact, known=Known.CLAIMED, name="", at=acme.start)

    await acme.store.write(know)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        said = await reviewed(pilot, app, number, "Soon")
        assert "first message to this address" not in said
        await pilot.press("V")
        await until(pilot, lambda: "SEND to ann@new.org" in screen_text(app))
        assert "first message to this address" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_customers_last_message_stays_in_sight_while_one_writes(
    acme: House, size: tuple[int, int]
) -> None:
    for _ in range(6):
        number = await letter(acme)
        await acme.desk.note(number, "\n".join(f"older note {at}" for at in range(8)))
    number = await acme.says("ann", "THE LAST QUESTION", subject="Other")
    await chats_too(acme, number)
    for at in range(3):
        await acme.desk.note(number, "\n".join(f"note {at} line {line}" for line in range(8)))
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, 1)
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) > 1)
        await pilot.press("G")
        await shown(pilot, app, number)
        await pilot.press("r")
        await until(pilot, lambda: "THE LAST QUESTION" in screen_text(app))
        await pilot.press(*"Soon", "escape")
        await until(pilot, lambda: "BEFORE IT GOES" in screen_text(app))
        assert "THE LAST QUESTION" in screen_text(app)
        await pilot.press("V")
        await until(pilot, lambda: "SEND to 77" in screen_text(app))
        assert "THE LAST QUESTION" in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: "… held, leaves in" in screen_text(app))


async def test_no_recipient_and_no_warning_is_hidden_however_many_there_are(
    acme: House, tmp_path: Path
) -> None:
    many = tuple(Address(f"Person {at}", f"person{at}@example.org") for at in range(12))
    number = await letter(acme, cc=many, reply_to=(Address("Office", "office@e.org"),))
    files = [tmp_path / f"file{at}.pdf" for at in range(7)]
    for file in files[1:]:
        file.write_bytes(b"%PDF")
    await acme.desk.save_draft(
        number, "Dear {{ name }}", attachments=[str(file) for file in files], everyone=True
    )
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r", "escape")
        await until(pilot, lambda: "BEFORE IT GOES" in screen_text(app))
        await until(pilot, lambda: "(Reply-To)" in screen_text(app))
        said = "".join(screen_text(app).split())
        assert all(f"<person{at}@example.org>" in said for at in range(12))
        assert "with[1]file0.pdf:Nosuchfile" in said
        assert "and4morefiles" in said
        assert "notfilledin:{{name}}" in said
        await pilot.press("e")
        await until(pilot, lambda: "BEFORE IT GOES" not in screen_text(app))
