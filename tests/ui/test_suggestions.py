"""What may be one is told in a line, decided by a key, and taken back by z."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Handle
from omnidesk.ui.doubtful import Doubtful
from tests.ui.house import screen_text, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from omnidesk.core.store import Suggested, Transaction
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House

_REASON = "nearly the same words by shop-bot and support"
_SIZES = ((80, 24), (120, 40))


async def twice(acme: House) -> tuple[int, int]:
    """One fault told by letter and by chat, and the radar's word on it."""
    one = await acme.says("ann", "The kettle leaks", subject="Kettle", name="Анна Петрова")
    other = await acme.says("kirill", "kettle leaks!", channel="shop-bot", name="Кирилл")

    def suggest(tx: Transaction) -> None:
        first, second = tx.conversation(one), tx.conversation(other)
        assert first is not None
        assert second is not None
        for what, a, b in (
            ("conversation", one, other),
            ("contact", first.contact, second.contact),
        ):
            assert tx.suggest(what, a, b, reason=_REASON, score=0.8, at=acme.start)

    await acme.store.write(suggest)
    return one, other


async def undecided(acme: House) -> list[Suggested]:
    return await acme.store.read(lambda r: [*r.suggested("conversation"), *r.suggested("contact")])


async def kept(acme: House, number: int) -> int:
    return await acme.store.read(lambda r: r.kept_by(number))


async def opened(pilot: Pilot[None], app: OmnideskApp, number: int) -> None:
    """That conversation, with the hand in it."""
    screen = app.desk_screen
    await until(pilot, lambda: any(r.number == number for r in screen.inbox.window.rows))
    places = {r.number: at for at, r in enumerate(screen.inbox.window.rows)}
    screen.inbox.move(places[number] - screen.inbox.window.cursor)
    await until(pilot, lambda: screen.thread.number == number)
    await pilot.press("enter")
    await until(pilot, lambda: app.focused is screen.thread)


async def done(pilot: Pilot[None], app: OmnideskApp) -> None:
    await pilot.pause()
    await app.desk_screen.jobs.finished()


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("key", ["m", "ь"])
async def test_a_banner_names_the_other_and_m_joins_them(
    acme: House, key: str, size: tuple[int, int]
) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, one)
        words = "same as"
        await until(pilot, lambda: f"{words} #{other} Кирилл in Telegram, " in screen_text(app))
        assert "ago? m joins, x no" in screen_text(app)
        await pilot.press(key)
        await done(pilot, app)
        assert await kept(acme, other) == one
        texts = [m.text for m in (await acme.desk.open(one)).messages]
        assert texts == ["The kettle leaks", "kettle leaks!"]
        await until(pilot, lambda: words not in screen_text(app))
        await pilot.press("z")
        await done(pilot, app)
        assert await kept(acme, other) == other
        await until(pilot, lambda: words in screen_text(app))


async def test_the_number_that_the_customer_knows_is_kept_wherever_one_joins(acme: House) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, other)
        await until(pilot, lambda: f"same as #{one} " in screen_text(app))
        await pilot.press("m")
        await done(pilot, app)
        assert await kept(acme, other) == one
        await until(pilot, lambda: app.desk_screen.thread.number == one)


async def alike(acme: House) -> int:
    """A customer who may be the same person as another, and nothing more."""
    one = await acme.says("ann", "The kettle leaks", subject="Kettle", name="Анна Петрова")
    other = await acme.says("anna", "where is it", channel="shop-bot", name="Anna")

    def suggest(tx: Transaction) -> None:
        first, second = tx.conversation(one), tx.conversation(other)
        assert first is not None
        assert second is not None
        what = "contact", first.contact, second.contact
        assert tx.suggest(*what, reason=_REASON, score=0.8, at=acme.start)

    await acme.store.write(suggest)
    return one


@pytest.mark.parametrize("size", [*_SIZES, (160, 40)])
async def test_who_may_be_the_same_person_is_told_over_the_thread(
    acme: House, size: tuple[int, int]
) -> None:
    one = await alike(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, one)
        words = "may be the same person as Anna"
        await until(pilot, lambda: words in " ".join(screen_text(app).split()))
        beside = size[0] >= 160
        assert (": P shows" in screen_text(app)) is not beside
        await pilot.press("P")
        await until(pilot, lambda: app.focused is app.desk_screen.customer)
        await pilot.press("x")
        await done(pilot, app)
        await until(pilot, lambda: "may be the same person" not in screen_text(app))


@pytest.mark.parametrize("key", ["x", "ч"])
async def test_x_says_that_they_are_not_the_same_and_z_asks_again(acme: House, key: str) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, one)
        await until(pilot, lambda: "same as #" in screen_text(app))
        await pilot.press(key)
        await done(pilot, app)
        assert [found.what for found in await undecided(acme)] == ["contact"]
        assert await kept(acme, other) == other
        await until(pilot, lambda: "same as #" not in screen_text(app))
        await pilot.press("z")
        await done(pilot, app)
        assert len(await undecided(acme)) == 2


async def test_the_customer_pane_says_which_numbers_were_joined(acme: House) -> None:
    one, other = await twice(acme)
    third = await acme.says("eve", "Hello", name="Eve")
    await acme.desk.merge(one, other)
    app = acme.app()
    async with app.run_test(size=(160, 40)) as pilot:
        await opened(pilot, app, one)
        await until(pilot, lambda: f"#{other} was joined into it" in screen_text(app))
        assert "Telegram 1" in screen_text(app)
        assert "mailto:" not in screen_text(app)
        await acme.desk.merge(one, third)
        await until(pilot, lambda: f"#{other}, #{third} were joined into it" in screen_text(app))


@pytest.mark.parametrize("size", [*_SIZES, (200, 60)])
async def test_nothing_of_the_list_shows_below_the_suggestions(
    acme: House, size: tuple[int, int]
) -> None:
    await twice(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        screen = await queue(pilot, app, "g", "s")
        assert screen.pairs.region.bottom == screen.bottom.region.y
        assert screen.bottom.region.bottom == size[1]


async def test_without_a_suggestion_m_asks_for_a_number(acme: House) -> None:
    one = await acme.says("ann", "Hello")
    other = await acme.says("bob", "Hello too")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, one)
        await pilot.press("m")
        await until(pilot, lambda: f"into #{one}? its number" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is app.desk_screen.thread)
        assert await kept(acme, other) == other
        await pilot.press("m", "#", *str(other), "enter")
        await done(pilot, app)
        assert await kept(acme, other) == one


@pytest.mark.parametrize(("key", "size"), [("m", (80, 24)), ("ь", (200, 50))])
async def test_the_customer_pane_joins_two_people(
    acme: House, key: str, size: tuple[int, int]
) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, one)
        await pilot.press("P")
        await until(pilot, lambda: app.focused is app.desk_screen.customer)
        await until(pilot, lambda: "> may be the same person as" in screen_text(app))
        assert "Кирилл in Telegram" in screen_text(app)
        await pilot.press(key)
        await done(pilot, app)
        first, second = await acme.desk.open(one), await acme.desk.open(other)
        assert first.contact.id == second.contact.id
        await until(pilot, lambda: "> may be the same person as" not in screen_text(app))
        await pilot.press("z")
        await done(pilot, app)
        second = await acme.desk.open(other)
        assert first.contact.id != second.contact.id
        await until(pilot, lambda: "> may be the same person as" in screen_text(app))
        await pilot.press("x")
        await done(pilot, app)
        assert [found.what for found in await undecided(acme)] == ["conversation"]
        await pilot.press("escape")
        assert app.focused is app.desk_screen.thread


@pytest.mark.parametrize("key", ["a", "ф"])
async def test_an_address_that_was_named_is_added_by_a_key(acme: House, key: str) -> None:
    number = await acme.says("ann", "Call me: +7 916 123-45-67")
    offered = Handle("tel", "+79161234567")

    def offer(tx: Transaction) -> None:
        found = tx.conversation(number)
        assert found is not None
        tx.offer(found.contact, offered, tx.last_message())

    await acme.store.write(offer)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, number)
        await pilot.press("P")
        await until(pilot, lambda: "add +79161234567? a adds" in screen_text(app))
        await pilot.press(key)
        await done(pilot, app)
        contact = (await acme.desk.open(number)).contact
        assert offered in [known.handle for known in contact.handles]
        await until(pilot, lambda: "a adds" not in screen_text(app))
        await pilot.press("z")
        await done(pilot, app)
        contact = (await acme.desk.open(number)).contact
        assert offered not in [known.handle for known in contact.handles]


async def queue(pilot: Pilot[None], app: OmnideskApp, *keys: str) -> Doubtful:
    await until(pilot, lambda: app.desk_screen.desk is not None)
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(app.screen, Doubtful))
    assert isinstance(app.screen, Doubtful)
    found = app.screen
    await until(pilot, lambda: found.pairs.found is not None)
    return found


@pytest.mark.parametrize("size", _SIZES)
async def test_the_queue_shows_each_pair_with_its_reason_and_score(
    acme: House, size: tuple[int, int]
) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await queue(pilot, app, "g", "s")
        said = screen_text(app)
        assert "one fault? 80%  " + _REASON in said
        assert "one person?  " + _REASON in said
        assert f"#{one} Анна Петрова in E-mail, " in said
        assert f"#{other} Кирилл in Telegram, " in said
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.desk_screen)


@pytest.mark.parametrize(("yes", "no"), [("y", "n"), ("д", "н")])
async def test_yes_and_never_are_one_key_each_in_either_language(
    acme: House, yes: str, no: str
) -> None:
    one, other = await twice(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await queue(pilot, app, "g", "s")
        await pilot.press(yes)
        await done(pilot, app)
        assert await kept(acme, other) == one
        await until(pilot, lambda: "May be one: 1" in screen_text(app))
        await pilot.press(no)
        await done(pilot, app)
        assert await undecided(acme) == []
        first, second = await acme.desk.open(one), await acme.store.read(lambda r: r.contact(2))
        assert second is not None
        assert first.contact.id != second.id
        await until(pilot, lambda: "nothing is suggested" in screen_text(app))
        await pilot.press("z", "я")  # the key z
        await done(pilot, app)
        assert len(await undecided(acme)) == 2
        assert await kept(acme, other) == other


async def test_a_letter_that_only_stands_on_the_key_of_an_answer_is_no_answer(
    acme: House,
) -> None:
    await twice(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await queue(pilot, app, "п", "ы")
        await pilot.press("т", "о")  # the keys n and j
        await done(pilot, app)
        assert len(await undecided(acme)) == 2
        assert found.pairs.at == 1


async def test_hostile_names_stay_words(acme: House) -> None:
    one, other = await twice(acme)

    def rename(tx: Transaction) -> None:
        found = tx.conversation(other)
        assert found is not None
        tx.change_contact(found.contact, name="\x1b[31m[@click=quit]\u202eevil[/]")

    await acme.store.write(rename)
    app = acme.app()
    async with app.run_test(size=(200, 50)) as pilot:
        await opened(pilot, app, one)
        await until(pilot, lambda: "m joins, x no" in screen_text(app))
        said = screen_text(app)
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "[@click=quit]evil[/]" in said
