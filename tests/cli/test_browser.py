"""The screen as a real browser shows it."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.cli.chromium import PROGRAM, browser
from tests.cli.conftest import chat, received
from tests.cli.test_serving import draft_of
from tests.cli.web import PATIENCE, eventually, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no browser is installed")


async def test_a_browser_shows_the_inbox_and_what_is_typed_is_in_the_store(
    filled: Cli, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    async with serving(filled) as server, browser(profile) as page:
        await page.go(server.url)
        await page.wait(lambda: "I wait for three days." in page.painted)
        assert await page.value("document.body.classList.contains('-first-byte')")
        assert await page.value("document.fonts.check('16px \"Roboto Mono\"')")
        picture = Image.open(io.BytesIO(await page.picture()))
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20, "letters are drawn"
        await page.type("j")
        await page.wait(lambda: "> * tg" in page.painted)
        await page.type("k")
        await page.wait(lambda: "> * em" in page.painted)
        await page.type("\rr")
        await page.wait(lambda: "REPLY by" in page.painted)
        await page.type("From a browser.")
        await page.wait(lambda: "draft saved" in page.painted)
        (tmp_path / "page.png").write_bytes(await page.picture())
        draft = await draft_of(filled, 1)
        assert draft is not None
        assert draft.text == "From a browser."
        await page.type("\x1b")
        await page.wait(lambda: "s send" in page.painted)
        await page.type("s")
        await page.wait(lambda: "anna to Ann Smith" in page.painted)
        assert "From a browser." in filled.program("show", "1", "-o", "json").out
        hosts = {urlsplit(url).netloc for url in page.fetched if not url.startswith("data:")}
        assert hosts == {urlsplit(server.url).netloc}
        assert page.refused == []
        await page.ask("Page.navigate", url="about:blank")
        await eventually(lambda: not server.screens())


async def test_a_page_of_another_origin_cannot_reach_the_screen(
    filled: Cli, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    evil = tmp_path / "evil.html"
    evil.write_text("<title>evil</title>")
    async with serving(filled) as server, browser(profile) as page:
        await page.go(evil.as_uri())
        attempt = """new Promise(done => {{
            const line = new WebSocket("{}ws/guess");
            line.onopen = () => done("open"); line.onerror = () => done("refused");
        }})"""
        assert await page.value(attempt.format(server.url.replace("http", "ws"))) == "refused"
        read = "fetch('{}').then(a => a.text()).catch(() => 'refused')"
        assert await page.value(read.format(server.url)) == "refused"
        assert not server.screens()


async def test_a_tab_that_nobody_looks_at_gets_a_title_and_a_notice(
    filled: Cli, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    assert filled.program("assign", "2", "anna").code == 0
    async with serving(filled) as server, browser(profile) as page:
        await page.go(server.url)
        await page.wait(lambda: "I wait for three days." in page.painted)
        async with asyncio.timeout(PATIENCE):
            while await page.value("document.title") != "omnidesk (3)":
                await asyncio.sleep(0.05)
        await page.value(
            "window.told = []; window.Notification = class {"
            "constructor(title, more) { told.push(title + ': ' + more.body); }"
            "static permission = 'granted'; }; document.activeElement.blur(); 1"
        )
        await asyncio.to_thread(received, filled.config, "bot", [chat("again", day=1)])
        async with asyncio.timeout(PATIENCE):
            while not (told := await page.value("told.join()")):
                await asyncio.sleep(0.05)
        assert told == "Kirill (bot): wrote in [#2]"


async def test_what_is_copied_is_in_the_browsers_clipboard(filled: Cli, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    async with serving(filled) as server, browser(profile) as page:
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        await page.ask("Browser.grantPermissions", permissions=allowed, origin=server.origin)
        await page.go(server.url)
        await page.wait(lambda: "I wait for three days." in page.painted)
        await page.type("yn")
        await page.wait(lambda: "[#1] copied" in page.painted)
        async with asyncio.timeout(PATIENCE):
            while await page.value("navigator.clipboard.readText()") != "[#1]":
                await asyncio.sleep(0.05)
