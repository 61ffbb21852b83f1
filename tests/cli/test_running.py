"""engine, check and doctor against real servers on loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from omnidesk.cli.logs import PlainFormatter
from omnidesk.demo.sandbox import Sandbox
from tests.cli.conftest import Cli, Ran

SECONDS = 60.0
DOCTOR = ["channel", "state", "on_server", "stored", "unreadable", "lag", "last_error"]


async def program(sandbox: Sandbox, *words: str) -> Ran:
    """Run the real program beside the sandbox's servers."""
    async with started(sandbox, *words) as process:
        out, err = await asyncio.wait_for(process.communicate(b""), SECONDS)
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def started(sandbox: Sandbox, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "omnidesk", "--config", str(sandbox.config), *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(sandbox.folder), "LANG": "C.UTF-8"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def until(process: asyncio.subprocess.Process, words: str) -> str:
    """Read the program's log up to a line that has these words."""
    assert process.stderr is not None
    seen = ""
    async with asyncio.timeout(SECONDS):
        while words not in seen:
            line = await process.stderr.readline()
            assert line, f"it ended without {words!r}: {seen}"
            seen += line.decode()
    return seen


async def written(sandbox: Sandbox) -> None:
    ann = sandbox.correspondent("ann@customers.test", "Ann")
    await ann.write("Where is it?", "I wait.", at=datetime.now(UTC))
    sandbox.bot.customer(77, "Kirill").text("hello")


async def test_one_run_receives_all_and_sends_what_is_due(sandbox: Sandbox) -> None:
    await written(sandbox)
    ran = await program(sandbox, "engine", "--once")
    assert (ran.code, ran.out) == (0, "")
    assert sandbox.bot.token not in ran.err
    listed = (await program(sandbox, "list", "-o", "json")).objects
    numbers = {one["channels"][0]: str(one["number"]) for one in listed}
    assert set(numbers) == {"support", "shop-bot"}
    said = await program(sandbox, "reply", numbers["support"], "--text", "It left today.")
    assert said.out == "reply to ann@customers.test by support, leaves at once\n"
    assert (await program(sandbox, "engine", "--once")).code == 0
    assert b"It left today." in await sandbox.mail.reply_to("ann@customers.test")
    shown = (await program(sandbox, "show", numbers["support"], "-o", "json")).object
    assert shown["messages"][-1]["delivery"]["state"] == "sent"


async def test_one_run_names_each_channel_that_failed(sandbox: Sandbox) -> None:
    await written(sandbox)
    await sandbox.mail.imap.stop()
    ran = await program(sandbox, "engine", "--once")
    assert ran.code == 1
    failed = [line for line in ran.err.splitlines() if line.startswith("support: ")]
    assert len(failed) == 1
    assert "127.0.0.1" in failed[0]
    assert len((await program(sandbox, "list", "-o", "json")).objects) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_engine_cleanly(sandbox: Sandbox, number: signal.Signals) -> None:
    await written(sandbox)
    async with started(sandbox, "engine") as process:
        seen = await until(process, "engine started")
        async with asyncio.timeout(SECONDS):
            while len((await program(sandbox, "list", "-o", "json")).objects) < 2:
                await asyncio.sleep(0.1)
        process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0
    assert out == b""
    log = seen + err.decode()
    assert "engine stopped" in log
    assert "Traceback" not in log
    assert sandbox.bot.token not in log
    assert "I wait." not in log


async def test_an_attached_engine_ends_with_its_standard_input(sandbox: Sandbox) -> None:
    async with started(sandbox, "engine", "--attached") as process:
        await until(process, "engine started")
        assert process.returncode is None
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0
        await process.communicate()


async def test_a_check_says_what_works(sandbox: Sandbox) -> None:
    ran = await program(sandbox, "check")
    assert (ran.code, ran.err) == (0, "")
    config, agent, mail, bot = ran.out.splitlines()
    assert config == f"{sandbox.config}: ok"
    assert agent == "you are anna (Anna Petrova)"
    assert mail.startswith("support: IMAP 127.0.0.1 ok")
    assert bot == "shop-bot: Telegram @shopbot ok"


async def test_a_check_says_for_each_channel_that_fails_what_to_do(sandbox: Sandbox) -> None:
    text = sandbox.config.read_text()
    sandbox.config.write_text(
        text.replace(f'password = "{sandbox.mail.password}"', 'password = { env = "NOT_SET" }')
    )
    ran = await program(sandbox, "check")
    assert ran.code == 1
    (failed,) = ran.err.splitlines()
    assert failed.startswith("support: ")
    assert "NOT_SET" in failed
    assert "shop-bot: Telegram @shopbot ok" in ran.out
    await sandbox.mail.imap.stop()
    sandbox.config.write_text(text)
    ran = await program(sandbox, "check")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)


async def test_a_check_by_somebody_who_is_no_agent_goes_on(sandbox: Sandbox) -> None:
    text = sandbox.config.read_text().replace('login = "', 'login = "not-')
    sandbox.config.write_text(text)
    ran = await program(sandbox, "check")
    assert ran.code == 0
    assert "use --agent" in ran.err
    assert (await program(sandbox, "check", "--agent", "nobody")).code == 2


async def test_a_wrong_password_is_told_without_it(sandbox: Sandbox) -> None:
    secret = "wrong-and-secret"
    text = sandbox.config.read_text()
    sandbox.config.write_text(text.replace(f'"{sandbox.mail.password}"', f'"{secret}"'))
    ran = await program(sandbox, "check")
    assert ran.code == 1
    assert "support: " in ran.err
    assert "password" in ran.err
    assert secret not in ran.err + ran.out


async def test_the_doctor_compares_server_and_store(sandbox: Sandbox) -> None:
    await written(sandbox)
    before = (await program(sandbox, "doctor", "-o", "json")).objects
    assert [list(one) for one in before] == [DOCTOR] * 2
    assert before[0] == {
        "channel": "support",
        "state": "starting",
        "on_server": 1,
        "stored": 0,
        "unreadable": 0,
        "lag": None,
        "last_error": None,
    }
    await program(sandbox, "engine", "--once")
    mail, bot = (await program(sandbox, "doctor", "-o", "json")).objects
    assert (mail["state"], mail["on_server"], mail["stored"]) == ("up", 1, 1)
    assert (bot["channel"], bot["on_server"], bot["stored"]) == ("shop-bot", 0, 1)
    assert 0 <= mail["lag"] < SECONDS
    text = await program(sandbox, "doctor")
    assert text.out.splitlines()[0].split("\t")[:5] == ["support", "up", "1", "1", "0"]


async def test_the_doctor_goes_on_where_a_server_is_away(sandbox: Sandbox) -> None:
    await sandbox.mail.imap.stop()
    ran = await program(sandbox, "doctor", "-o", "json")
    assert ran.code == 0
    mail, bot = ran.objects
    assert mail["on_server"] is None
    assert "127.0.0.1" in mail["last_error"]
    assert bot["on_server"] == 0


def test_the_doctor_tells_a_whole_error_on_a_terminal(cli: Cli) -> None:
    lines = cli.on_terminal("doctor", columns=70).splitlines()
    assert lines[0].split() == ["CHANNEL", "STATE", "ON", "SERVER", "STORED", "UNREADABLE", "LAG"]
    assert lines[1].startswith("support")
    assert lines[2].startswith("  support: ")
    assert "127.0.0.1" in lines[2]
    assert lines[3].startswith("bot")
    assert "1234567" not in "".join(lines)


def test_a_log_line_is_one_line_without_codes_and_tokens() -> None:
    formatter = PlainFormatter("%(levelname)s %(message)s")
    url = "https://api.telegram.org/bot1234567:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe"
    try:
        raise ValueError(f"no answer from {url}")
    except ValueError:
        failure = sys.exc_info()
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "said %s", (f"a\nb\x1b[31m {url}",), failure
    )
    text = formatter.format(record)
    assert text.splitlines()[0] == "ERROR said a b https://api.telegram.org/bot[token]/getMe"
    assert "AAAA" not in text
    assert "\x1b" not in text
    assert "ValueError: no answer from" in text


def test_a_desk_without_channels_is_well_and_told_what_to_do(cli: Cli) -> None:
    cli.config.write_text('[desk]\nname = "Empty"\n')
    for words in (("check",), ("doctor",)):
        ran = cli.program(*words, OMNIDESK_AGENT="")
        assert ran.code == 0
        assert "no channel is configured" in ran.err
    assert cli.program("engine", "--once") == Ran(0, "", "")
