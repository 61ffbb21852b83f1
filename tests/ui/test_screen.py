"""What an agent does at the keyboard, read back from the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.language import speak
from omnidesk.core.model import DeliveryState, Direction, Health, HealthState, State
from omnidesk.core.settling import settle
from omnidesk.desk import DeskSettings
from omnidesk.ui.app import OmnideskApp
from tests.ui.house import House, house, screen_text, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


async def settled(pilot: Pilot[None], app: OmnideskApp) -> None:
    """Wait until the list is there and what was asked for is done."""
    await until(pilot, lambda: app.desk_screen.desk is not None)
    await app.desk_screen.jobs.finished()
    await pilot.pause()


async def at(pilot: Pilot[None], app: OmnideskApp, number: int) -> None:
    """Move to a conversation and let the thread follow."""
    screen = app.desk_screen
    await until(pilot, lambda: any(r.number == number for r in screen.inbox.window.rows))
    places = {r.number: place for place, r in enumerate(screen.inbox.window.rows)}
    screen.inbox.move(places[number] - screen.inbox.window.cursor)
    await until(pilot, lambda: screen.thread.number == number)


async def test_a_reply_is_written_looked_over_and_held(acme: House) -> None:
    number = await acme.says("ann", "Where is my order?", subject="Order 4412")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("r")
        assert "REPLY by support (E-mail) to Ann <ann@e.org>" in screen_text(app)
        await pilot.press(*"Soon.", "enter", *"Anna")
        await pilot.press("escape")
        await until(pilot, lambda: "SEND to Ann <ann@e.org>" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await settled(pilot, app)
        said = (await acme.desk.open(number)).messages[-1]
        assert said.direction is Direction.OUT
        assert said.text == "Soon.\nAnna"
        assert said.delivery is not None
        assert said.delivery.state is DeliveryState.HELD
        assert "z takes it back" in screen_text(app)


async def test_z_takes_a_held_reply_back_as_a_draft(acme: House) -> None:
    number = await acme.says("ann", "Where is my order?", subject="Order 4412")
    await acme.desk.reply(number, "Tomorrow")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("4")
        await at(pilot, app, number)
        await pilot.press("z")
        await settled(pilot, app)
        opened = await acme.desk.open(number)
        assert opened.draft is not None
        assert opened.draft.text == "Tomorrow"
        assert [m.direction for m in opened.messages] == [Direction.IN]
        await until(pilot, lambda: app.desk_screen.composer is not None)
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "Tomorrow"
        await pilot.press("escape", "p")
        await until(pilot, lambda: "your unsent REPLY" in screen_text(app))


async def test_what_is_typed_is_kept_as_it_is_typed(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("r", *"half a sen")
        await until(pilot, lambda: "draft saved" in screen_text(app))
        draft = (await acme.desk.open(number)).draft
        assert draft is not None
        assert draft.text == "half a sen"
        await pilot.press("t", "ctrl+q")
    kept = (await acme.desk.open(number)).draft
    assert kept is not None
    assert kept.text == "half a sent"


async def test_a_kept_draft_comes_back_with_the_next_reply(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("r", *"later", "escape", "p")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await pilot.press("q", "r")
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "later"
        await pilot.press("escape", "D")
        await settled(pilot, app)
        assert (await acme.desk.open(number)).draft is None


async def test_a_note_stays_among_us_and_says_so(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("n", *"vip, be kind")
        assert f"NOTE on #{number}, customers never see this" in screen_text(app)
        await pilot.press("escape")
        assert "NOTE for the team" in screen_text(app)
        assert "SEND to" not in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await settled(pilot, app)
        assert (await acme.said(number))[-1] == ("note", "", "vip, be kind")
        await until(pilot, lambda: "== NOTE anna" in screen_text(app))


async def test_a_reply_that_cannot_leave_keeps_its_text(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("r", *"words", "escape")
        sick = Health(channel="support", state=HealthState.BLOCKED, reason="login refused")
        await acme.store.write(lambda tx: tx.set_health(sick))
        await pilot.press("s")
        await settled(pilot, app)
        composer = app.desk_screen.composer
        assert composer is not None
        assert composer.text == "words"
        assert "NOT SENT, draft saved" in screen_text(app)
        assert [d for d, _, _ in await acme.said(number)] == ["in"]
        await pilot.press("e", *" more")
        assert composer.text == "words more"


async def test_closing_moves_on_to_the_next_and_z_brings_it_back(acme: House) -> None:
    await acme.crowd(5)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        rows = [row.number for row in app.desk_screen.inbox.window.rows]
        await pilot.press("j", "e", "e")
        await settled(pilot, app)
        assert app.desk_screen.inbox.number == rows[3]
        closed = [(await acme.row(number)).state for number in rows]
        assert closed == [State.OPEN, State.CLOSED, State.CLOSED, State.OPEN, State.OPEN]
        await pilot.press("z")
        await settled(pilot, app)
        assert (await acme.row(rows[2])).state is State.OPEN
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 4)
        assert app.desk_screen.inbox.number == rows[3]


async def test_the_cursor_stays_when_mail_arrives(acme: House) -> None:
    await acme.crowd(3)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("j")
        chosen = app.desk_screen.inbox.number
        await acme.says("zed", "new!", subject="New")
        await until(pilot, lambda: len(app.desk_screen.inbox.window.rows) == 4)
        assert app.desk_screen.inbox.number == chosen


async def test_a_new_message_appears_in_the_open_thread(acme: House) -> None:
    number = await acme.says("ann", "first", channel="shop-bot")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await acme.says("ann", "second thoughts", channel="shop-bot")
        await until(pilot, lambda: "second thoughts" in screen_text(app))


async def test_the_same_keys_work_on_a_cyrillic_layout(acme: House) -> None:
    await acme.crowd(4)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        rows = [row.number for row in app.desk_screen.inbox.window.rows]
        await pilot.press("о", "о", "л")
        assert app.desk_screen.inbox.number == rows[1]
        await pilot.press("П")
        assert app.desk_screen.inbox.number == rows[-1]
        await pilot.press("п", "п")
        assert app.desk_screen.inbox.number == rows[0]
        await pilot.press("к", "к", "о")
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "ко"


async def test_views_filter_and_back(acme: House) -> None:
    await acme.says("ann", "about the delivery", subject="Delivery")
    other = await acme.says("bob", "about an invoice", subject="Invoice")
    await acme.desk.assign(other, "anna")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        inbox = app.desk_screen.inbox
        await pilot.press("2")
        await until(pilot, lambda: [r.number for r in inbox.window.rows] == [other])
        await pilot.press("g", "i")
        await until(pilot, lambda: len(inbox.window.rows) == 2)
        await pilot.press("/", *"invoice", "down")
        await until(pilot, lambda: [r.number for r in inbox.window.rows] == [other])
        assert app.focused is inbox
        await pilot.press("/", "escape")
        await until(pilot, lambda: len(inbox.window.rows) == 2)


async def test_the_leader_shows_what_may_follow_and_waits(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("g")
        await pilot.pause(0.1)
        last = " ".join(screen_text(app).splitlines()[-4:])
        assert "g  g top" in last
        assert "Unassigned" in last
        await pilot.press("w")
        assert app.desk_screen.view == "waiting"


async def test_v_names_the_channel_and_the_reply_goes_by_it(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    chat = await acme.says("ann", "or here", channel="shop-bot")
    await acme.know_as_one(number, chat)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("V")
        await until(pilot, lambda: "the reply goes by shop-bot" in screen_text(app))
        await pilot.press("r", *"hi")
        assert "REPLY by shop-bot (Telegram, 4096)" in screen_text(app)
        await pilot.press("escape", "V")
        await until(pilot, lambda: "by support (E-mail)" in screen_text(app))
        await pilot.press("V", "s")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await settled(pilot, app)
        assert (await acme.said(number))[-1] == ("out", "shop-bot", "hi")


async def test_help_and_palette_name_the_live_keys(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot, app)
        await pilot.press("?")
        await until(pilot, lambda: "close the conversation" in screen_text(app))
        await pilot.press("q")
        await pilot.press(":")
        await until(pilot, lambda: "view.closed" not in screen_text(app))
        await pilot.press(*"go to closed")
        await until(pilot, lambda: "7  g c" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk_screen.view == "closed")


async def test_the_help_finds_an_action_by_its_name(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("?")
        await until(pilot, lambda: "In the list" in screen_text(app))
        await pilot.press("/")
        await until(pilot, lambda: "what to do" in screen_text(app))
        await pilot.press(*"go to closed")
        await until(pilot, lambda: "7  g c" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk_screen.view == "closed")


@pytest.mark.parametrize("typed", ["go to snoozed", "view.snoozed"])
async def test_english_words_and_ids_find_an_action_in_any_language(
    acme: House, typed: str
) -> None:
    speak("ru")
    try:
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            await pilot.press(":")
            await until(pilot, lambda: app.screen is not app.desk_screen)
            await pilot.press(*typed)
            await until(pilot, lambda: "5  g z" in screen_text(app))
            await pilot.press("enter")
            await until(pilot, lambda: app.desk_screen.view == "snoozed")
    finally:
        speak("en")


async def test_a_small_screen_says_so_and_keeps_running(acme: House) -> None:
    await acme.crowd(3)
    app = acme.app()
    async with app.run_test(size=(50, 12)) as pilot:
        await settled(pilot, app)
        assert "omnidesk needs 60x16" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Order 2" in screen_text(app))


async def test_channels_that_are_not_well_stand_in_the_first_line(acme: House) -> None:
    sick = Health(channel="shop-bot", state=HealthState.BLOCKED, reason="token revoked")
    await acme.store.write(lambda tx: tx.set_health(sick))
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "shop-bot BLOCKED" in screen_text(app).splitlines()[0])


async def test_an_empty_inbox_teaches(acme: House) -> None:
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        assert "Nobody waits for you" in screen_text(app)


async def test_sending_at_once_is_said_as_such(tmp_path: Path) -> None:
    settings = DeskSettings(name="Acme", undo_send=timedelta(0))
    async with house(tmp_path, settings) as acme:
        number = await acme.says("ann", "Hello", subject="Hello")
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot, app)
            await pilot.press("r", *"hi", "escape", "s")
            await until(pilot, lambda: app.desk_screen.composer is None)
            delivery = (await acme.desk.open(number)).messages[-1].delivery
            assert delivery is not None
            assert delivery.state is DeliveryState.QUEUED


async def test_words_begun_as_a_note_never_become_a_reply_by_themselves(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    await acme.desk.save_draft(number, "she is lying", True, None)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("r")
        assert "customers never see this" in screen_text(app)
        await pilot.press("escape", "s")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await settled(pilot, app)
    assert (await acme.said(number))[-1] == ("note", "", "she is lying")


async def test_a_reply_goes_where_the_review_said_though_the_customer_moved_on(acme: House) -> None:
    number = await acme.says("ann", "Hello", channel="shop-bot")
    letter = await acme.says("ann", "Hello", subject="Hello")
    await acme.know_as_one(number, letter)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("r", *"for the chat", "escape")
        await until(pilot, lambda: "by shop-bot (Telegram)" in screen_text(app))
        await acme.says("ann", "I am here now", channel="shop-bot")
        await pilot.press("s")
        await until(pilot, lambda: "s again sends it even so" in screen_text(app))
        composer = app.desk_screen.composer
        await until(pilot, lambda: composer is not None and not composer.hesitates)
        await pilot.press("s")
        await until(pilot, lambda: app.desk_screen.composer is None)
        await settled(pilot, app)
    assert (await acme.said(number))[-1] == ("out", "shop-bot", "for the chat")


async def test_the_review_says_what_deserves_a_second_look(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("r", *"{{name}}, файл во вложении")
        await acme.desk.reply(number, "I have answered already")
        await pilot.press("escape")
        await until(pilot, lambda: "BEFORE IT GOES" in screen_text(app))
        shown = screen_text(app)
        assert "no file is attached" in shown
        assert "not filled in: {{name}}" in shown
        assert "anna answered meanwhile" in shown


async def test_a_conversation_put_off_leaves_the_list_until_then(acme: House) -> None:
    await acme.crowd(3)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        first = app.desk_screen.inbox.number
        assert first is not None
        await pilot.press("b", "d")
        await settled(pilot, app)
        assert app.desk_screen.inbox.number != first
        conversation = (await acme.desk.open(first)).conversation
        assert conversation.state is State.SNOOZED
        assert conversation.snoozed_until is not None
        assert conversation.snoozed_until.astimezone().hour == 9


async def test_a_reply_in_doubt_is_asked_about_and_sent_again_by_hand_only(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Hello")
    message = await acme.desk.reply(number, "Soon")
    now = datetime.now(UTC)
    await acme.store.write(
        lambda tx: settle(tx, message.id, DeliveryState.UNKNOWN, "no answer after DATA", now)
    )
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("6")
        await at(pilot, app, number)
        assert "MAY HAVE GONE OUT" in screen_text(app)
        assert "send again? g y yes, g x it has arrived" in screen_text(app)
        await pilot.press("g", "y")
        await settled(pilot, app)
        delivery = (await acme.desk.open(number)).messages[-1].delivery
        assert delivery is not None
        assert delivery.state is DeliveryState.QUEUED


async def test_w_says_why_a_message_stands_here(acme: House) -> None:
    await acme.says("ann", "Hello", subject="Hello")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: "from somebody new" in screen_text(app))
