"""Words, links and files are taken out of a conversation, and nothing else comes along."""

from __future__ import annotations

import shlex
import stat
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Attachment, Direction
from omnidesk.desk import DeskSettings
from omnidesk.launch import take_seat
from omnidesk.ui.anchors import anchors
from omnidesk.ui.taking import links_in, save_as
from tests.ui.house import House, house, screen_text, until
from tests.ui.test_screen import at, settled
from tests.ui.test_talk import MESSAGE

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_gets_a_free_safe_name_that_nobody_else_may_read(tmp_path: Path) -> None:
    blob = tmp_path / "blob"
    blob.write_bytes(b"content")
    folder = tmp_path / "new" / "folder"
    first = save_as(blob, folder, "../../.ssh/\u202egpj.exe")
    second = save_as(blob, folder, "../../.ssh/\u202egpj.exe")
    assert {first.parent, second.parent} == {folder}
    assert [first.name, second.name] == ["gpj.exe", "gpj (2).exe"]
    assert first.read_bytes() == b"content"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_that_lies_in_wait_is_not_followed_when_saving(tmp_path: Path) -> None:
    blob, target = tmp_path / "blob", tmp_path / "authorized_keys"
    blob.write_bytes(b"evil")
    target.write_bytes(b"mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "photo.jpg").symlink_to(target)
    saved = save_as(blob, folder, "photo.jpg")
    assert saved.name == "photo (2).jpg"
    assert target.read_bytes() == b"mine"


def test_links_are_found_in_text_and_html_with_their_labels_each_once() -> None:
    html = '<a href="http://evil.example/x">www.bank.ru</a> <a href="https://a.ru/">a</a><a>no</a>'
    message = replace(MESSAGE, text="see https://a.ru/, or mailto:me@b.ru.", html=html)
    assert links_in(message) == [
        ("a", "https://a.ru/"),
        ("", "mailto:me@b.ru"),
        ("www.bank.ru", "http://evil.example/x"),
    ]


def test_links_of_html_are_read_as_a_browser_does_it() -> None:
    html = """<a\n title="a > b" HREF='http://x.ru/?a=1&amp;b=2'><b>one</b> two</a>
    <!-- <a href="no">no</a> --><a href=plain>p<a href="">e</a><address href=x>z</address>
    <a name=x>n</a><a data-href="bad" href="good">g"""
    assert anchors(html) == [("one two", "http://x.ru/?a=1&b=2"), ("p", "plain"), ("g", "good")]


@pytest.mark.parametrize(
    "html",
    ["<!--" * 50_000, "<a " * 66_000, "<a href='" * 22_000, "<a x=\"'" * 25_000, "</a" * 50_000],
)
def test_links_of_hostile_html_take_no_time(html: str) -> None:
    started = time.process_time()
    assert anchors(html) == []
    assert time.process_time() - started < 0.5


async def test_y_copies_the_message_the_address_and_the_number(acme: House) -> None:
    number = await acme.says("ann", "The \x1b[31mkettle leaks", subject="Kettle")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        for key, copied in (("y", "The kettle leaks"), ("a", "ann@e.org"), ("n", f"[#{number}]")):
            await pilot.press("y", key)
            await until(pilot, lambda copied=copied: app.clipboard == copied)  # type: ignore[misc]


async def test_a_command_of_the_agents_own_gets_what_is_copied(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await acme.says("ann", "$(touch x) 'quoted'", subject="Kettle")
    kept = tmp_path / "clipboard"
    script = tmp_path / "keep.py"
    script.write_text(f"import sys; open({str(kept)!r}, 'w').write(sys.stdin.read())")
    monkeypatch.setenv("OMNIDESK_COPY", f"{sys.executable} {script}")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("y", "y")

        await until(pilot, lambda: "the message copied" in screen_text(app))
        assert kept.read_text() == "$(touch x) 'quoted'"
        monkeypatch.setenv("OMNIDESK_COPY", str(tmp_path / "nothing"))
        await pilot.press("y", "y")
        await until(pilot, lambda: "No such file" in screen_text(app))


async def test_the_command_may_stand_in_the_config(tmp_path: Path) -> None:
    kept = tmp_path / "clipboard"
    script = tmp_path / "keep.py"
    script.write_text(f"import sys; open({str(kept)!r}, 'w').write(sys.stdin.read())")
    settings = DeskSettings(copy=shlex.join([sys.executable, str(script)]))
    async with house(tmp_path, settings) as acme:
        number = await acme.says("ann", "Hello", subject="Kettle")
        app = acme.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            await at(pilot, app, number)
            await pilot.press("y", "n")
            await until(pilot, lambda: f"[#{number}] copied" in screen_text(app))
            assert kept.read_text() == f"[#{number}]"


def test_the_screen_keeps_the_command_of_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    config = tmp_path / "config.toml"
    config.write_text('[ui]\ncopy = "tmux load-buffer -w -"\n')
    fresh, cached = (take_seat(config, None) for _ in range(2))
    assert fresh.fresh is not None
    assert cached.fresh is None
    assert fresh.settings.copy == cached.settings.copy == "tmux load-buffer -w -"


async def test_a_command_that_is_no_command_is_named(tmp_path: Path) -> None:
    async with house(tmp_path, DeskSettings(copy="wl-copy 'x")) as acme:
        number = await acme.says("ann", "Hello", subject="Kettle")
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot, app)
            await at(pilot, app, number)
            await pilot.press("y", "n")
            await until(pilot, lambda: "not copied, ui.copy: No closing" in screen_text(app))


@pytest.mark.parametrize("key", ["L", "Д"])
async def test_a_link_names_its_host_first_and_is_only_copied(acme: House, key: str) -> None:
    number = await acme.says("ann", "pay at http://банк.рф/pay now", subject="Pay")
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press(key)
        await until(pilot, lambda: "xn--80ab2al.xn--p1ai" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.clipboard == "http://банк.рф/pay")


async def test_a_file_is_saved_into_the_folder_that_is_asked_for(
    acme: House, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"a photo")
    (sha256, size), *_ = acme.store.blobs.put([source])
    photo = Attachment(
        id=0, name="photo.jpg.exe", media_type="image/jpeg", size=size, sha256=sha256
    )
    number = await acme.says("ann", "look", subject="Photo", files=(photo,))
    app = acme.app()
    folder = tmp_path / "сюда"
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("S")
        await until(pilot, lambda: "looks like .jpg, is .exe" in screen_text(app))
        await pilot.press("ctrl+u", *str(folder), "enter")
        await until(pilot, lambda: "saved as" in screen_text(app))
        assert (folder / "photo.jpg.exe").read_bytes() == b"a photo"


async def test_headers_and_messages_are_one_key_away(acme: House) -> None:
    number = await acme.says("ann", "first words", subject="Kettle")
    for words in ("second words", "third words"):
        await acme.desk.note(number, words)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, app)
        await at(pilot, app, number)
        await pilot.press("enter")
        thread = app.desk_screen.thread
        await until(pilot, lambda: app.focused is thread)
        assert thread.current is not None
        assert thread.current.text == "third words"
        await pilot.press("{", "Х")
        assert thread.current.direction is Direction.IN
        await pilot.press("H")
        await until(pilot, lambda: "Message-ID: <m1@e.org>" in screen_text(app))
        await pilot.press("H", "}")
        assert "Message-ID" not in screen_text(app)
        assert thread.current.text == "second words"
