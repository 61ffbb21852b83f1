"""What is written and not sent yet keeps its words, files, way and recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Handle, Known
from tests.ui.house import screen_text, until
from tests.ui.test_recipients import addresses, letter, sent, shown

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.store import Transaction
    from omnidesk.ui.app import OmnideskApp
    from tests.ui.house import House


async def chats_too(acme: House, number: int) -> None:
    """Whoever wrote a letter wrote to the bot as well, once."""

    def know(tx: Transaction) -> None:
        found = tx.conversation(number)
        assert found is not None
        chat = Handle("telegram", "77")
        tx.add_handle(chat, found.contact, known=Known.SEEN, name="", at=acme.start)
        tx.touch("shop-bot", chat, acme.start, None)

    await acme.store.write(know)


async def kept(pilot: Pilot[None], app: OmnideskApp) -> None:
    """Put the composer away, with what is in it."""
    await pilot.press("p")
    await until(pilot, lambda: app.desk_screen.composer is None)
    await app.desk_screen.jobs.finished()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_another_way_in_mid_draft_keeps_everything_for_another_screen(
    acme: House, tmp_path: Path, size: tuple[int, int]
) -> None:
    number = await letter(acme)
    await chats_too(acme, number)
    file = tmp_path / "bill.pdf"
    file.write_bytes(b"%PDF")
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, number)
        await pilot.press("R", *"Soon", "ctrl+o", *str(file), "enter", "escape")
        await until(pilot, lambda: "Cc Bob" in screen_text(app))
        await pilot.press("t", *" bcc: eve@e.org", "enter")
        await until(pilot, lambda: "Bcc eve@e.org" in screen_text(app))
        await pilot.press("V")
        await until(pilot, lambda: "by shop-bot (Telegram)" in screen_text(app))
        said = " ".join(screen_text(app).split())
        assert "Telegram carries no Cc: not to Bob <bob@e.org>, Cat" in said
        assert "bill.pdf is lost" in said
        await kept(pilot, app)
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert (draft.text, draft.channel, draft.everyone) == ("Soon", "shop-bot", True)
    assert (draft.to, draft.attachments) == (Handle("telegram", "77"), (str(file),))
    assert addresses(draft.cc or ()) == ["bob@e.org", "cat@e.org"]
    assert addresses(draft.bcc) == ["eve@e.org"]
    again = acme.app()
    async with again.run_test(size=size) as pilot:
        await shown(pilot, again, number)
        await pilot.press("r", "escape")
        await until(pilot, lambda: "by shop-bot (Telegram)" in screen_text(again))
        await pilot.press("V")
        await until(pilot, lambda: "Bcc eve@e.org" in screen_text(again))
        await pilot.press("s")
        message = await sent(pilot, again, acme, number)
    assert (message.channel, message.text) == ("support", "Soon")
    assert addresses(message.cc) == ["bob@e.org", "cat@e.org"]
    assert addresses(message.bcc) == ["eve@e.org"]
    assert [one.name for one in message.attachments] == ["bill.pdf"]


async def test_a_recalled_reply_comes_back_with_its_files_and_leaves_with_them(
    acme: House, tmp_path: Path
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    file = tmp_path / "Счёт.pdf"
    file.write_bytes(b"%PDF bytes")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r", *"Here", "ctrl+o", *str(file), "enter", "escape", "s")
        await until(pilot, lambda: "z takes it back" in screen_text(app))
        file.unlink()
        await pilot.press("z")
        await until(pilot, lambda: app.desk_screen.composer is not None)
        await until(pilot, lambda: "[1] Счёт.pdf 10 B" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "with [1] Счёт.pdf 10 B" in screen_text(app))
        await pilot.press("s")
        message = await sent(pilot, app, acme, number)
    assert [(one.name, one.size) for one in message.attachments] == [("Счёт.pdf", 10)]


async def test_a_file_of_a_draft_that_left_the_store_is_named_as_missing(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    gone = f"stored:{'0' * 64}:text%2Fplain/gone.txt"
    await acme.desk.save_draft(number, "Here", attachments=(gone,))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app, number)
        await pilot.press("r")
        await until(pilot, lambda: "gone.txt: is no longer in the store" in screen_text(app))
