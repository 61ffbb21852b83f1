"""The screen in a browser: who is let in, what is typed there, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from omnidesk.config import load
from omnidesk.wiring import open_store
from tests.cli.web import Server, Tab, basic, eventually, serving, ticket_of

if TYPE_CHECKING:
    from omnidesk.core.model import Draft
    from tests.cli.conftest import Cli

PASSWORD = "correct horse"


def shut(cli: Cli) -> None:
    """Give the desk a password for browsers."""
    text = cli.config.read_text()
    cli.config.write_text(text + '\n[web]\npassword = { env = "OMNIDESK_WEB_PASSWORD" }\n')


async def draft_of(cli: Cli, number: int) -> Draft | None:
    async with open_store(load(cli.config)) as store:
        return await store.read(lambda r: r.draft(number, "anna"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "omnidesk serve --web"),
        (("--web", "--host", "0.0.0.0"), "0.0.0.0 can be reached by others"),
        (("--web", "--host", "::"), "[web] password = { env"),
        (("--web", "--host", "desk.example.com"), "there is no password; set one in config.toml"),
        (("--web", "--public-url", "https://desk.example.com"), "https://desk.example.com can be"),
        (("--web", "--public-url", "desk.example.com"), "one is written like https://"),
        (("--web", "--port", "70000"), "70000"),
    ],
)
def test_what_others_can_reach_is_not_served_without_a_password(
    cli: Cli, words: tuple[str, ...], told: str
) -> None:
    ran = cli("serve", *words)
    assert ran.code == 2
    assert told in ran.err


def test_a_password_that_is_none_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    shut(cli)
    ran = cli("serve", "--web")
    assert ran.code == 1
    assert "OMNIDESK_WEB_PASSWORD is not set" in ran.err
    monkeypatch.setenv("OMNIDESK_WEB_PASSWORD", "short")
    ran = cli("serve", "--web")
    assert ran.code == 2
    assert "too short; 8 letters at least" in ran.err
    assert "short;" not in ran.err.replace("too short;", "")


def test_a_password_in_a_file_that_others_can_read_is_refused(cli: Cli) -> None:
    cli.config.write_text(cli.config.read_text() + '\n[web]\npassword = "in plain text"\n')
    cli.config.chmod(0o644)
    ran = cli("serve", "--web")
    assert ran.code == 2
    assert "web.password: a secret in a file that others can read" in ran.err
    assert "in plain text" not in ran.err


async def test_the_page_loads_nothing_from_elsewhere(filled: Cli) -> None:
    async with serving(filled) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url) as answer:
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        fonts: list[str] = []
        parts = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert "static/js/textual.js" in parts
        for part in parts:
            if part.startswith("data:"):
                continue
            assert "//" not in part
            async with session.get(server.url + part) as answer:
                assert answer.status == 200
                if part.endswith("page.css"):
                    fonts = re.findall(r'url\("([^"]+)"\)', await answer.text())
        assert len(fonts) == 2
        for font in fonts:
            async with session.get(f"{server.url}page/{font}") as answer:
                assert answer.status == 200
        for nothing in ("static/", "page/", "static/../../app_service.py", "download/x", "ws"):
            async with session.get(f"{server.url}{nothing}") as answer:
                assert answer.status in (403, 404)


async def test_the_inbox_is_shown_keys_move_and_a_reply_is_in_the_store(filled: Cli) -> None:
    async with serving(filled) as server, Tab.open(server) as tab:
        await tab.wait_for("Where is it?")
        await tab.wait_for("I wait for three days.")  # the thread of the first row
        await tab.type("j")
        await tab.wait_for("> * tg")
        await tab.type("k")
        await tab.wait_for("> * em")
        await tab.type("\rr")
        await tab.wait_for("REPLY by")
        await tab.type("Written in a browser, по-русски.")
        await tab.wait_for("draft saved")
        await tab.type("\x1b")
        await tab.wait_for("s send")
        await tab.type("s")
        await tab.wait_for("anna to Ann Smith")
        said = filled.program("show", "1", "-o", "json").out
        assert "Written in a browser, по-русски." in said


async def test_a_closed_tab_keeps_its_draft_and_ends_its_screen(filled: Cli) -> None:
    async with serving(filled) as server:
        async with Tab.open(server) as tab:
            await write(tab, "half a sente")
            assert len(server.screens()) == 1
        await eventually(lambda: not server.screens())
        draft = await draft_of(filled, 1)
        assert draft is not None
        assert draft.text == "half a sente"
        async with Tab.open(server) as again:
            await again.wait_for("Where is it?")


async def test_each_tab_has_a_screen_of_its_own_and_q_ends_one(filled: Cli) -> None:
    async with serving(filled) as server, Tab.open(server) as one, Tab.open(server) as other:
        await one.wait_for("Where is it?")
        await other.wait_for("Where is it?")
        assert len(server.screens()) == 2
        await one.type("\x11")
        await one.ended()
        await eventually(lambda: len(server.screens()) == 1)
        await other.type("j")
        await other.wait_for("> * tg")


@pytest.mark.parametrize("kill", [False, True])
async def test_no_screen_outlives_its_server_and_none_loses_its_draft(
    filled: Cli, kill: bool
) -> None:
    async with serving(filled) as server:
        async with Tab.open(server) as tab:
            await write(tab, "not lost")
            mine = server.screens()
            assert len(mine) == 1
            if kill:
                server.process.kill()
            else:
                server.process.terminate()
            await tab.ended()
        await eventually(lambda: not set(mine) & set(server.screens()))
        draft = await draft_of(filled, 1)
        assert draft is not None
        assert draft.text == "not lost"


async def test_hostile_words_on_the_line_end_nothing(filled: Cli) -> None:
    async with serving(filled) as server, Tab.open(server, size="99999x99999") as tab:
        await tab.wait_for("Where is it?")
        for words in (
            None, [], 5, "x", ["stdin", 5], ["stdin"], ["resize", {}], ["stdin", "\ud800"],
            ["resize", {"width": "a", "height": None}], ["resize", {"width": -5, "height": 10**9}],
            ["ping", {}], ["quit"], ["deliver_chunk_request", {}],
        ):  # fmt: skip
            await tab.say(words)
        await tab.socket.send_bytes(b"\xff\x00")
        await tab.socket.send_str("{")
        await tab.socket.send_str("[" * 100_000)
        await tab.say(["resize", {"width": 100, "height": 30}])
        tab.glass.resize(100, 30)
        await tab.type("j")
        await tab.wait_for("> * tg")
        await tab.say(["ping", "17"])
        await tab.wait(lambda: ["pong", "17"] in tab.told)


async def test_the_editor_that_needs_a_terminal_says_so(filled: Cli) -> None:
    async with serving(filled, EDITOR="true") as server, Tab.open(server) as tab:
        await write(tab, "kept")
        await tab.type("\x07")
        await tab.wait_for("cannot be lent")
        await tab.type("! and more")
        await tab.wait_for("kept! and more")


async def test_a_screen_that_cannot_begin_tells_the_page_why(filled: Cli) -> None:
    async with serving(filled) as server:
        filled.config.write_text("[desk\n")
        async with Tab.open(server) as tab:
            await tab.ended()
        assert [said[0] for said in tab.told if isinstance(said, list)] == ["ended"]
        assert "config.toml" in str(tab.told)


async def write(tab: Tab, text: str) -> None:
    """Begin a reply, and see it saved."""
    await tab.wait_for("I wait for three days.")
    await tab.type("\rr")
    await tab.wait_for("REPLY by")
    await tab.type(text)
    await tab.wait_for("draft saved")


async def status(session: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with session.get(url, headers=headers) as answer:
        return answer.status


async def line(server: Server, session: aiohttp.ClientSession, **headers: str) -> int:
    """With what a line is answered that was asked for like this; 101 where it opens."""
    ticket = headers.pop("ticket", None) or await ticket_of(session, server)
    try:
        async with session.ws_connect(f"{server.url}ws/{ticket}", headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status


async def test_no_other_page_opens_the_line_even_on_this_machine(filled: Cli) -> None:
    async with serving(filled) as server, aiohttp.ClientSession() as session:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            assert await line(server, session, Origin=origin) == 403
        assert await line(server, session) == 403
        assert await line(server, session, Origin=server.origin, ticket="guess") == 403
        assert await line(server, session, Origin="http://evil.example", Host="evil.example") == 421
        assert await status(session, server.url, Host="evil.example") == 421
        assert await status(session, server.url, Origin="http://evil.example") == 403
        assert not server.screens()
        assert await line(server, session, Origin=server.origin) == 101


async def test_the_password_is_asked_for_everywhere(filled: Cli) -> None:
    shut(filled)
    environment = {"OMNIDESK_WEB_PASSWORD": PASSWORD}
    async with serving(filled, "--host", "0.0.0.0", **environment) as served:
        server = Server(served.process, served.url.replace("0.0.0.0", "127.0.0.1"))
        async with aiohttp.ClientSession() as session:
            for path in ("", "static/js/textual.js", "page/page.js", "nothing"):
                assert await status(session, server.url + path) == 401
            assert await line(server, session, Origin=server.origin, ticket="guess") == 401
            right = {"Authorization": basic(PASSWORD)}
            assert await status(session, server.url, **right) == 200
            async with Tab.open(server, **right) as tab:
                await tab.wait_for("Where is it?")
                for pid in server.screens():
                    assert PASSWORD not in environ(pid)
            wrong = {"Authorization": basic("wrong")}
            codes = [await status(session, server.url, **wrong) for _ in range(11)]
            assert codes == [401] * 10 + [429]
            assert await status(session, server.url, **right) == 429


def environ(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()
