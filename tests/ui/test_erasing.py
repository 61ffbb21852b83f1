"""A customer is erased by a word that is typed, and by nothing less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.errors import NotFound
from omnidesk.core.language import LANGUAGES, _
from omnidesk.ui import erasing
from omnidesk.ui.erasing import Weight
from tests.ui.gallery import speaking
from tests.ui.house import screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def asked(pilot: Pilot[None], app: OmnideskApp, number: int, key: str) -> None:
    """Open the question on a conversation's customer."""
    await settled(pilot, app)
    await at(pilot, app, number)
    await pilot.press(key)
    await until(pilot, lambda: "ERASE Ann" in screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("key", "word"), [("#", "erase"), ("№", "стереть")])
async def test_a_customer_is_erased_by_a_typed_word(
    acme: House, key: str, word: str, size: tuple[int, int]
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    other = await acme.says("ann", "Again", subject="Another thing")
    bob = await acme.says("bob", "Me too", subject="Mine")
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await asked(pilot, app, number, key)
        assert "2 conversations, 2 messages" in screen_text(app)
        assert "for ever" in screen_text(app)
        assert "type erase to do it" in screen_text(app)
        await pilot.press("enter", *word[:-1], "enter")
        assert (await acme.desk.open(number)).contact.name == "Ann"
        await pilot.press(word[-1], "enter")
        await until(pilot, lambda: "erased for ever: 2 conversations" in screen_text(app))
        await settled(pilot, app)
        assert "Another thing" not in screen_text(app)
        await until(pilot, lambda: app.desk_screen.thread.number == bob)
    for gone in (number, other):
        with pytest.raises(NotFound):
            await acme.desk.open(gone)
    assert (await acme.desk.open(bob)).contact.name == "Bob"


async def test_escape_erases_nobody(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, app, number, "#")
        await pilot.press(*"erase", "escape")
        await until(pilot, lambda: "ERASE" not in screen_text(app))
        await settled(pilot, app)
    assert (await acme.desk.open(number)).contact.name == "Ann"


async def test_a_selection_is_not_erased_at_one_stroke(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Order")
    await acme.says("bob", "Me too", subject="Mine")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 2)
        await pilot.press("x", "j", "x", "#")
        await until(pilot, lambda: "# erases one customer" in screen_text(app))
        assert "type erase" not in screen_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_of_the_question_is_cut_however_long_it_is(
    acme: House, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    number = await acme.says(
        "ann", "Hello", subject="Order", name="Annabella Maria Konstantinopolskaya"
    )
    heavy = Weight(numbers=tuple(range(1, 1001)), messages=1001, more=True)
    monkeypatch.setattr("omnidesk.ui.erasing.weigh", lambda reads, contact: heavy)
    app = acme.app()
    with speaking(language):
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            await at(pilot, app, number)
            await pilot.press("#")
            await until(pilot, lambda: app.desk_screen.place == "question")
            await until(pilot, lambda: _("type erase to do it") in screen_text(app))
            told = erasing._counted(heavy)
            counted = f"{told['conversations']}, {told['messages']}"
            assert counted in " ".join(screen_text(app).split())
            await pilot.press(*"erase")
            await until(pilot, lambda: _("Enter erases it") in screen_text(app))


async def test_copies_made_before_an_upgrade_are_told(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    folder = acme.store.path.with_name("desk.db.files") / "backups"
    folder.mkdir()
    (folder / "desk-schema-1.db").write_bytes(b"")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, app, number, "#")
        await pilot.press(*"erase", "enter")
        words = "erased, but for copies made before an upgrade: desk.db.files/backups"
        await until(pilot, lambda: words in screen_text(app))
