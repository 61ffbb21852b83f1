"""A reply names exactly whom it goes to, and goes to exactly those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.channel import Capabilities
from omnidesk.core.model import Address, Direction, Handle, Known
from omnidesk.ui.recipients import read_addresses
from tests.ui.house import house, screen_text, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.model import Message
    from omnidesk.core.store import Transaction
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House

_WEB = Capabilities(
    handle_scheme="telegram", label="Web chat", code="wb", receive=True, send=True, max_text=500
)
_SIZES = ((80, 24), (120, 40))


async def letter(acme: House, **more: object) -> int:
    """Ann writes to us and to Bob, with a copy to Cat."""
    plain = acme.incoming("ann", "Where is it?", subject="Order", channel="support")
    us = Address("", "support@x.org")
    told: dict[str, object] = {
        "to": (us, Address("Bob", "bob@e.org")),
        "cc": (Address("Cat", "cat@e.org"),),
        **more,
    }
    incoming = replace(plain, **told)  # type: ignore[arg-type]
    await acme.store.write(lambda tx: acme.arrive(tx, "support", incoming))
    seen = await acme.store.read(lambda r: r.seen_external("support", incoming.external_id))
    assert seen is not None
    return seen.conversation


async def shown(pilot: Pilot[None], app: OmnideskApp, number: int) -> None:
    await until(pilot, lambda: app.desk_screen.thread.number == number)


async def sent(pilot: Pilot[None], app: OmnideskApp, acme: House, number: int) -> Message:
    await until(pilot, lambda: app.desk_screen.composer is None)
    await app.desk_screen.jobs.finished()
    found = [m for m in (await acme.desk.open(number)).messages if m.direction is Direction.OUT]
    return found[-1]


def addresses(people: tuple[Address, ...]) -> list[str]:
    return [person.address for person in people]


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("key", ["R", "К"])
async def test_reply_all_shows_and_sends_to_everyone(
    acme: House, key: str, size: tuple[int, int]
) -> None:
    number = await letter(acme)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, number)
        await pilot.press(key, *"Soon", "escape")
        await until(pilot, lambda: "SEND to Ann <ann@e.org>" in screen_text(app))
        assert "Cc Bob <bob@e.org>, Cat <cat@e.org>" in screen_text(app)
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
        assert addresses(message.to) == ["ann@e.org"]
        assert addresses(message.cc) == ["bob@e.org", "cat@e.org"]


async def test_a_reply_to_the_sender_says_who_is_left_out(acme: House) -> None:
    number = await letter(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r", *"Soon", "escape")
        await until(pilot, lambda: "SEND to Ann <ann@e.org>" in screen_text(app))
        said = " ".join(screen_text(app).split())
        assert "not to Bob <bob@e.org>, Cat" in said
        assert "Cc" not in said.partition("SEND")[2].partition("by support")[0]
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
        assert addresses(message.to) == ["ann@e.org"]
        assert message.cc == ()


async def test_reply_to_is_honoured_and_marked(acme: House) -> None:
    number = await letter(acme, reply_to=(Address("Office", "office@e.org"),))
    app = acme.app()
    async with app.run_test(size=(140, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r")
        await until(pilot, lambda: "to Office <office@e.org> [Reply-To]" in screen_text(app))
        await pilot.press(*"Soon", "escape")
        await until(pilot, lambda: "SEND to Office <office@e.org> [Reply-To]" in screen_text(app))
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
        assert addresses(message.to) == ["office@e.org"]


@pytest.mark.parametrize(("edit", "send"), [("t", "s"), ("е", "ы")])
async def test_copies_are_typed_checked_and_sent(acme: House, edit: str, send: str) -> None:
    number = await letter(acme)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("R", *"Soon", "escape")
        await until(pilot, lambda: "SEND to Ann" in screen_text(app))
        await pilot.press(edit, *", nobody", "enter")
        await until(pilot, lambda: "nobody is no address" in screen_text(app))
        await pilot.press(*"@e.org bcc: eve@e.org", "enter")
        await until(pilot, lambda: "Bcc eve@e.org" in screen_text(app))
        assert "nobody@e.org" in screen_text(app)
        await pilot.press(send)
        message = await sent(pilot, app, acme, number)
        assert addresses(message.cc) == ["bob@e.org", "cat@e.org", "nobody@e.org"]
        assert addresses(message.bcc) == ["eve@e.org"]


async def test_escape_leaves_the_copies_as_they_were(acme: House) -> None:
    number = await letter(acme)
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("R", *"Soon", "escape")
        await until(pilot, lambda: "SEND to Ann" in screen_text(app))
        await pilot.press("t", *", x@e.org", "escape", "s")
        message = await sent(pilot, app, acme, number)
        assert addresses(message.cc) == ["bob@e.org", "cat@e.org"]


async def test_v_shows_every_way_its_limits_and_why_some_cannot(tmp_path: Path) -> None:
    async with house(tmp_path, more={"web": ("web", _WEB, ())}) as acme:
        number = await letter(acme)

        def know(tx: Transaction) -> None:
            found = tx.conversation(number)
            assert found is not None
            chat = Handle("telegram", "77")
            tx.add_handle(chat, found.contact, known=Known.SEEN, name="", at=acme.start)
            tx.touch("shop-bot", chat, acme.start, None)

        await acme.store.write(know)
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await shown(pilot, app, number)
            await pilot.press("R", *"Soon", "escape")
            await until(pilot, lambda: "Cc Bob" in screen_text(app))
            await pilot.press("V")
            await until(pilot, lambda: "> shop-bot (Telegram) 77, 4096" in screen_text(app))
            said = screen_text(app)
            assert "- web (Web chat) 77: the contact never wrote to web" in said
            assert "! Cc is lost: bob@e.org, cat@e.org" in said
            assert "! the subject is lost" in said
            assert "support (E-mail) ann@e.org" in said
            composer = app.desk_screen.composer
            assert composer is not None
            assert composer.text == "Soon"
            await pilot.press("м")  # the key v, and V on it
            await pilot.press("М")
            await until(pilot, lambda: "> support (E-mail) ann@e.org" in screen_text(app))
            assert "Cc Bob" in screen_text(app)
            await pilot.press("V", "s")
            message = await sent(pilot, app, acme, number)
            assert message.channel == "shop-bot"
            assert addresses(message.to) == ["77"]
            assert message.cc == ()


def test_addresses_are_read_as_people_type_them() -> None:
    found = read_addresses('Ann <ann@e.org>, "Bob, Ltd" ; ')
    assert isinstance(found, str)
    found = read_addresses("Ann <ANN@E.org>; bob@e.org,")
    assert found == (Address("Ann", "ann@e.org"), Address("", "bob@e.org"))
    assert read_addresses("") == ()
    assert isinstance(read_addresses("a@b@c"), str)
    assert isinstance(read_addresses("two words@e.org x"), str)
