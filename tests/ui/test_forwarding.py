"""A message is passed on to exactly those who are named, with its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Attachment, Direction
from tests.ui.house import LETTERS, house, screen_text, until
from tests.ui.test_drafts import kept
from tests.ui.test_recipients import addresses, sent, shown
from tests.ui.test_screen import at

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def with_a_file(acme: House) -> int:
    """Ann sends a picture."""
    ((sha256, size),) = acme.store.blobs.put([b"picture"])
    file = Attachment(id=0, name="photo.jpg", media_type="image/jpeg", size=size, sha256=sha256)
    return await acme.says("ann", "Look at the crack", subject="Crack", files=(file,))


async def named(pilot: Pilot[None], app: OmnideskApp, number: int, key: str, whom: str) -> None:
    """Begin to forward, to these."""
    await shown(pilot, app, number)
    await pilot.press(key)
    await until(pilot, lambda: "FORWARD: nobody is named" in screen_text(app))
    await pilot.press(*whom)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("key", ["f", "а"])
async def test_a_message_is_forwarded_to_exactly_those_who_are_shown(
    acme: House, key: str, size: tuple[int, int]
) -> None:
    number = await with_a_file(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await named(pilot, app, number, key, "kate@lab.org, joe@lab.org")
        await until(pilot, lambda: "FORWARD by support" in screen_text(app))
        assert "│ From: Ann <ann@e.org>" in screen_text(app)
        await pilot.press("enter", *"Please look", "escape")
        await until(pilot, lambda: "FORWARD to kate@lab.org, joe@lab.org" in screen_text(app))
        assert "with [1] photo.jpg 7 B" in screen_text(app)
        assert "first message to this address" in screen_text(app)
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
        await until(pilot, lambda: "the forward from #1 leaves" in screen_text(app))
        await until(pilot, lambda: "anna FORWARDED to" in screen_text(app))
    assert addresses(message.to) == ["kate@lab.org", "joe@lab.org"]
    assert message.text.startswith("Please look\n\n---------- Forwarded message")
    assert "Look at the crack" in message.text
    assert [one.name for one in message.attachments] == ["photo.jpg"]
    opened = await acme.desk.open(number)
    assert opened.conversation.waiting_since is not None
    assert opened.draft is None


async def test_a_customer_of_ours_is_named_by_the_first_letters_of_his_name(acme: House) -> None:
    await acme.says("kate", "Hi", subject="Hello", name="Kate Lab")
    number = await with_a_file(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await at(pilot, app, number)
        await named(pilot, app, number, "f", "kat")
        await until(pilot, lambda: "> Kate Lab  kate@e.org" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "to Kate Lab <kate@e.org>" in screen_text(app))
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "FORWARD to Kate Lab <kate@e.org>" in screen_text(app))
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
    assert addresses(message.to) == ["kate@e.org"]


async def test_an_unsent_forward_waits_with_its_people_and_never_is_a_reply(acme: House) -> None:
    number = await with_a_file(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await named(pilot, app, number, "f", "kate@lab.org")
        await pilot.press("enter", *"Please", "escape", "x")
        await until(pilot, lambda: "the file is off" in screen_text(app))
        await kept(pilot, app)
        await until(pilot, lambda: "draft kept on #1, f goes on" in screen_text(app))
        await until(pilot, lambda: "your unsent FORWARD" in screen_text(app))
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert addresses(draft.people) == ["kate@lab.org"]
    assert (draft.text, draft.note, draft.attachments) == ("Please", True, ())
    again = acme.app()
    async with again.run_test(size=(120, 40)) as pilot:
        await shown(pilot, again, number)
        await pilot.press("r")
        await until(pilot, lambda: "FORWARD by support (E-mail) to kate@lab" in screen_text(again))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "it cannot be a note" in screen_text(again))
        await pilot.press("escape", "s")
        message = await sent(pilot, again, acme, number)
        assert message.attachments == ()
        await pilot.press("z")
        await until(pilot, lambda: again.desk_screen.composer is not None)
        await until(pilot, lambda: "FORWARD by support (E-mail) to kate@lab" in screen_text(again))
    said = [m for m in (await acme.desk.open(number)).messages if m.direction is Direction.OUT]
    assert said == []


async def test_nobody_wrong_is_written_to(acme: House) -> None:
    number = await with_a_file(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot, app, number, "f", "kate@lab.org, joe")
        await until(pilot, lambda: "FORWARD: joe is no address" in screen_text(app))
        await pilot.press("enter", "escape", "s")
        await until(pilot, lambda: "NOT SENT" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: app.desk_screen.place == "address")
        await pilot.press("ctrl+u", *"ann@e.org")
        await until(pilot, lambda: "own address; reply" in screen_text(app))
        await pilot.press("ctrl+u", "escape")
    messages = (await acme.desk.open(number)).messages
    assert [m.direction for m in messages] == [Direction.IN]


async def test_escape_at_once_leaves_nothing_behind(acme: House) -> None:
    number = await with_a_file(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot, app, number, "f", "")
        await pilot.press("escape")
        await until(pilot, lambda: app.desk_screen.composer is None)
    assert (await acme.desk.open(number)).draft is None


async def test_a_note_is_not_forwarded(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    await acme.desk.note(number, "A difficult customer")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("enter", "}", "f")
        await until(pilot, lambda: "a note stays in the team" in screen_text(app))
        assert app.desk_screen.composer is None
        await pilot.press("q", "f")
        await until(pilot, lambda: "│ From: Ann <ann@e.org>" in screen_text(app))


async def test_the_message_under_the_hand_is_what_goes_on(acme: House) -> None:
    number = await acme.says("ann", "THE FIRST", subject="Order")
    plain = acme.incoming("ann", "THE SECOND", subject="Order", channel="support")
    again = replace(plain, references=("<m1@e.org>",))
    await acme.store.write(lambda tx: acme.arrive(tx, "support", again))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("enter", "{", "f")
        await until(pilot, lambda: "FORWARD: nobody is named" in screen_text(app))
        await pilot.press(*"kate@lab.org", "enter", "escape")
        await until(pilot, lambda: "FORWARD to kate@lab.org" in screen_text(app))
        await pilot.press("t", *"bob@lab.org", "enter")
        await until(pilot, lambda: "Cc bob@lab.org" in screen_text(app))
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
    assert "THE FIRST" in message.text
    assert "THE SECOND" not in message.text
    assert addresses(message.cc) == ["bob@lab.org"]


async def test_v_takes_another_mailbox(tmp_path: Path) -> None:
    more = {"sales": ("email", LETTERS, ("sales@x.org",))}
    async with house(tmp_path, more=more) as acme:
        number = await acme.says("ann", "Hello", subject="Order")
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await named(pilot, app, number, "f", "kate@lab.org")
            await pilot.press("enter", *"Please", "escape")
            await until(pilot, lambda: "by support (E-mail)" in screen_text(app))
            await pilot.press("V")
            await until(pilot, lambda: "it goes by sales" in screen_text(app))
            await until(pilot, lambda: "by sales (E-mail)" in screen_text(app))
            assert "- shop-bot: shop-bot cannot write to somebody new" in screen_text(app)
            await pilot.press("s")
            message = await sent(pilot, app, acme, number)
    assert (message.channel, message.text.split("\n")[0]) == ("sales", "Please")


async def test_a_file_that_never_came_is_told(acme: House) -> None:
    file = Attachment(id=0, name="film.mov", media_type="video/mp4", size=9, sha256=None)
    number = await acme.says("ann", "Look", subject="Film", files=(file,))
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot, app, number, "f", "kate@lab.org")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "! without film.mov, which never came" in screen_text(app))
