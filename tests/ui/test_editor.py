"""The unsent text in an editor of the agent's own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omnidesk.ui.app import OmnideskApp
from omnidesk.ui.editor import NotEdited, command
from tests.ui.house import House, screen_text, until
from tests.ui.terminal import Terminal
from tests.ui.test_screen import at, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen without a terminal has none to lend: the editor runs beside it."""

    @contextlib.contextmanager
    def suspend(app: OmnideskApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(OmnideskApp, "suspend", suspend)


def editor(path: Path, script: str) -> str:
    """A program that does this to the file in `$1`."""
    file = path / "my editor"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return f"'{file}' --wait"


async def written(pilot: Pilot[None], app: OmnideskApp, number: int, text: str) -> None:
    """Begin a reply."""
    await settled(pilot, app)
    await at(pilot, app, number)
    await pilot.press("r", *text)


async def edited(pilot: Pilot[None], app: OmnideskApp, key: str = "ctrl+g") -> None:
    """Go to the editor and come back."""
    composer = app.desk_screen.composer
    assert composer is not None
    await pilot.press(key)
    await until(pilot, lambda: not composer.writing.read_only)
    await settled(pilot, app)


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize("key", ["ctrl+g", "f4"])
async def test_the_text_goes_through_the_editor_and_is_saved(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    script = (
        f'cp "$2" {tmp_path}/was\nls -ld "$(dirname "$2")" "$2" >{tmp_path}/modes\n'
        f'echo "$2" >{tmp_path}/name\nprintf "in vim\\n" >>"$2"'
    )
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))
    monkeypatch.setenv("EDITOR", "false")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await written(pilot, app, number, "Soon, ")
        await edited(pilot, app, key)
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "Soon, in vim"
        await app.desk_screen.keep_draft()
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "Soon, in vim"
    assert (tmp_path / "was").read_text() == "Soon, "
    modes = [line.split()[0][:10] for line in (tmp_path / "modes").read_text().splitlines()]
    assert sorted(modes) == ["-rw-------", "drwx------"]
    assert not Path((tmp_path / "name").read_text().strip()).parent.exists()


@pytest.mark.usefixtures("lent")
async def test_what_the_editor_leaves_is_cleaned(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    script = r"""printf 'a\033]0;TITLE\007b\377\r\nдва\342\200\256\n' >"$2" """
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await written(pilot, app, number, "x")
        await edited(pilot, app)
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "ab\ufffd\nдва"


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('echo lost >"$2"; exit 3', "my editor ended with 3"),
        ('rm "$2"', "the editor left nothing to read"),
    ],
)
async def test_an_editor_that_fails_leaves_the_text_as_it_was(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await written(pilot, app, number, "kept")
        await edited(pilot, app)
        await until(pilot, lambda: said in screen_text(app))
        assert app.desk_screen.composer is not None
        assert app.desk_screen.composer.text == "kept"
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "kept"


@pytest.mark.usefixtures("lent")
async def test_an_editor_that_is_not_there_is_named_with_what_to_do(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    monkeypatch.setenv("VISUAL", "/nowhere/emacs-nw")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await written(pilot, app, number, "kept")
        await edited(pilot, app)
        await until(pilot, lambda: "no emacs-nw here; set EDITOR" in screen_text(app))


async def test_a_terminal_that_cannot_be_lent_is_said(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await written(pilot, app, number, "kept")
        await edited(pilot, app)
        await until(pilot, lambda: "cannot be lent to an editor" in screen_text(app))


def test_an_editor_is_taken_from_visual_before_editor_in_words() -> None:
    assert command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert command({"VISUAL": " ", "EDITOR": "'/my bin/vi' -n"}) == ["/my bin/vi", "-n"]
    assert isinstance(command({"EDITOR": "'vi"}), NotEdited)


async def test_on_a_terminal_mail_comes_in_while_the_editor_is_open(
    acme: House, tmp_path: Path
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    go = tmp_path / "go"
    os.mkfifo(go, 0o600)
    signals = "kill -INT $PPID; kill -QUIT $PPID"  # as ^C and ^\\ at an editor's terminal do
    visual = editor(
        tmp_path, f'{signals}; echo EDITOR-OPEN; read line <{go}; printf "%s" "$line" >>"$2"'
    )
    with Terminal(acme.store.path, VISUAL=visual) as terminal:
        terminal.wait_for("Order")
        terminal.type("rSoon, ")
        terminal.wait_for("draft saved")
        terminal.type("\x07")
        terminal.wait_for("EDITOR-OPEN")
        terminal.forget()
        await acme.says("bob", "Me too", subject="Second order")
        terminal.forget()
        assert "Second order" not in terminal.text
        go.write_text("from the editor\n")
        terminal.wait_for("from the editor")
        terminal.wait_for("Second order")
        terminal.type("\x11")
        assert terminal.ended() == 0
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "Soon, from the editor"
