"""Files that go with a reply, read back from the store."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from omnidesk.ui.attaching import completions, look
from tests.ui.house import CHAT, House, house, screen_text, until
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.ui.app import OmnideskApp


async def begun(pilot: Pilot[None], app: OmnideskApp, number: int, text: str) -> None:
    """Begin a reply."""
    await settled(pilot, app)
    await at(pilot, app, number)
    await pilot.press("r", *text)


async def attached(pilot: Pilot[None], app: OmnideskApp, path: str) -> None:
    """Name a file in the line."""
    await pilot.press("ctrl+o", *path, "enter")
    await until(pilot, lambda: "attached " in app.desk_screen.bottom.notice)


async def test_a_file_is_completed_listed_and_sent(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "счёт 7.pdf").write_bytes(b"%PDF" * 512)
    number = await acme.says("ann", "The bill, please", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "Here it is.")
        await pilot.press("ctrl+o", *"~/pap", "tab")
        await until(pilot, lambda: "~/papers/" in screen_text(app))
        await pilot.press("tab")
        await until(pilot, lambda: "счёт 7.pdf 2.0 KB" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "[1] счёт 7.pdf 2.0 KB" in screen_text(app))
        assert app.desk_screen.composer is not None
        assert app.desk_screen.focused is app.desk_screen.composer.writing
        await pilot.press("escape")
        await until(pilot, lambda: "with [1] счёт 7.pdf" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: app.desk_screen.composer is None)
    said = (await acme.desk.open(number)).messages[-1]
    assert [(file.name, file.size) for file in said.attachments] == [("счёт 7.pdf", 2048)]
    sha256 = said.attachments[0].sha256
    assert sha256 is not None
    assert acme.store.blobs.path(sha256).read_bytes() == b"%PDF" * 512


async def test_the_draft_keeps_its_files_and_comes_back_with_them(
    acme: House, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a")
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(240, 40)) as pilot:
        await begun(pilot, app, number, "")
        await attached(pilot, app, str(tmp_path / "a.txt"))
        await pilot.press("escape", "p")
        await until(pilot, lambda: app.desk_screen.composer is None)
        draft = (await acme.desk.open(number)).draft
        assert draft is not None
        assert draft.attachments == (str(tmp_path / "a.txt"),)
        await app.desk_screen.jobs.finished()
        (tmp_path / "a.txt").unlink()
        await until(pilot, lambda: app.desk_screen.thread.opened is not None)
        app.desk_screen.show_thread(await acme.desk.open(number))
        await pilot.press("r")
        await until(pilot, lambda: "[1] a.txt: No such file" in screen_text(app))
        await pilot.press(*"x", "escape", "s")
        await until(pilot, lambda: "nothing was sent" in screen_text(app))
        await pilot.press("e")
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "x"
    assert len((await acme.desk.open(number)).messages) == 1


async def test_a_file_over_the_limit_is_refused_with_the_reason(tmp_path: Path) -> None:
    small = replace(CHAT, attachments=True, max_file=1024)
    (tmp_path / "big.bin").write_bytes(b"x" * 2048)
    async with house(tmp_path, more={"shop-bot": ("telegram", small, ())}) as acme:
        number = await acme.says("ann", "Hello", channel="shop-bot")
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await begun(pilot, app, number, "x")
            await pilot.press("ctrl+o", *str(tmp_path / "big.bin"), "enter")
            await until(pilot, lambda: "big.bin is too large" in screen_text(app))
            await pilot.press("escape")
            assert app.desk_screen.composer is not None
            assert app.desk_screen.composer.files.paths == ()


async def test_a_channel_without_files_says_so_before_a_path_is_typed(acme: House) -> None:
    number = await acme.says("ann", "Hello", channel="shop-bot")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "x")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "shop-bot carries no files" in screen_text(app))


async def test_a_promised_file_that_is_not_there_is_a_doubt(acme: House, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "во вложении")
        await pilot.press("escape")
        await until(pilot, lambda: "no file is attached" in screen_text(app))
        await pilot.press("a", *str(tmp_path / "a.txt"), "enter")
        await until(pilot, lambda: "with [1] a.txt" in screen_text(app))
        assert "no file is attached" not in screen_text(app)


async def test_files_are_taken_off_by_number_and_a_note_has_none(
    acme: House, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("a")
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, app, number, "x")
        for name in ("a.txt", "b.txt"):
            await attached(pilot, app, str(tmp_path / name))
        await pilot.press("escape", "x", "1", "enter")
        composer = app.desk_screen.composer
        assert composer is not None
        await until(pilot, lambda: composer.files.paths == (str(tmp_path / "b.txt"),))
        await pilot.press("ctrl+n", "s")
        await until(pilot, lambda: "x takes them off" in screen_text(app))
        await pilot.press("x", "s")
        await until(pilot, lambda: app.desk_screen.composer is None)
    assert (await acme.said(number))[-1] == ("note", "", "x")


def test_only_a_readable_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("abc")
    os.mkfifo(tmp_path / "pipe")
    assert look(f" '{tmp_path}/a b.txt' ").size == 3
    assert look(str(tmp_path)).missing == "is a folder; name a file in it"
    assert look(str(tmp_path / "pipe")).missing == "is no file"
    assert look("~nobody-of-this-name/x").missing
    assert look("a\0b").missing


def test_names_with_controls_are_never_typed_for_one(tmp_path: Path) -> None:
    (tmp_path / "evil\x1b]0;T\x07.txt").write_text("")
    assert completions(f"{tmp_path}/e") == (f"{tmp_path}/e", [])
    (tmp_path / "even.txt").write_text("12")
    assert completions(f"{tmp_path}/e") == (f"{tmp_path}/even.txt", ["even.txt 2 B"])
