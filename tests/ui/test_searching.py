"""Search finds everything, opens it where it was said, and comes back to where one was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Hit
from omnidesk.ui.searching import Hits, SearchScreen, hit_lines
from tests.ui.house import House, screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from omnidesk.core.store import Transaction

NOW = datetime(2026, 9, 16, 12, tzinfo=UTC)


def test_a_hit_is_marked_and_holds_no_control() -> None:
    hit = Hit(
        conversation=12,
        message=3,
        snippet="…the \x02kettle\x03 \x1b]0;owned\x07leaks [/x]\nagain \x02kettles\x03…",
        subject="Ke\x1b[31mttle",
        name="Eve",
        at=NOW,
    )
    first, second = hit_lines(hit, NOW, 60)
    assert [text for text, ink in second if ink == "hit"] == ["kettle", "kettles"]
    said = "".join(text for text, _ in (*first, *second))
    assert not any(ord(char) < 32 for char in said)
    assert "the kettle" in said
    assert "#12" in said


@pytest.mark.parametrize("keys", [("g", "/"), ("п", "/")])
async def test_search_opens_the_message_and_esc_goes_back_twice(
    acme: House, keys: tuple[str, ...]
) -> None:
    number = await acme.says("ann", "The kettle leaks", subject="Kettle")

    def talk_on(tx: Transaction) -> None:
        for at_ in range(150):
            acme.arrive(tx, "shop-bot", acme.incoming("bob", f"word {at_}", channel="shop-bot"))

    await acme.says("bob", "a needle at the very beginning", channel="shop-bot")
    await acme.store.write(talk_on)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await pilot.press(*"needle")
        await until(pilot, lambda: "a needle at the very" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, Hits))
        await pilot.press("enter")
        thread = app.desk_screen.thread
        await until(pilot, lambda: app.focused is thread)
        await until(
            pilot,
            lambda: thread.current is not None and "needle" in thread.current.text,
        )
        assert "a needle at the very beginning" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        assert "a needle at the very" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.desk_screen)
        assert app.focused is app.desk_screen.inbox
        assert app.desk_screen.inbox.number == number


async def test_hits_go_on_without_end_newest_first(acme: House) -> None:
    await acme.crowd(130)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("/", *"hello", "enter")
        await until(pilot, lambda: isinstance(app.focused, Hits))
        hits = app.focused
        assert isinstance(hits, Hits)
        ids = [hit.message for hit in hits.found.hits]
        assert len(ids) == 50
        for expected in (100, 130):
            await pilot.press("G")
            await until(pilot, lambda expected=expected: len(hits.found.hits) >= expected)  # type: ignore[misc]
        ids = [hit.message for hit in hits.found.hits]
        assert ids == sorted(ids, reverse=True)
        assert len(set(ids)) == 130


async def test_a_wrong_filter_is_said_and_not_a_crash(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("g", "/", *"tga:vip")
        await until(pilot, lambda: "did you mean tag?" in screen_text(app))
        await pilot.press("escape")
        assert app.screen is app.desk_screen
