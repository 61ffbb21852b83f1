"""No password, token or customer's word where it has no business: log, output, process list."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.model import HealthState
from omnidesk.demo.botapi import BotApi
from omnidesk.demo.sandbox import Sandbox
from tests.faults.engines import desk_of, engine, health_of, inbound, is_settled, until

pytestmark = pytest.mark.faults

PASSWORD = "pw-Kx91-never-shown"
TOKEN = "700800900:AAHq-never-shown-0123456789abcdefghi"
WRONG = "pw-Wrong-never-shown"
SAID = "customers-own-words-4711"


@pytest.fixture
async def secretive(tmp_path: Path) -> Sandbox:
    sandbox = Sandbox(tmp_path)
    sandbox.mail.password = sandbox.mail.imap.password = PASSWORD
    sandbox.mail.smtp._password = PASSWORD
    sandbox.bot = BotApi(token=TOKEN)
    return sandbox


async def command(config: Path, *words: str) -> str:
    """All that a command prints, on either output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omnidesk", "--config", str(config), *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(30):
        printed, _ = await process.communicate()
    return printed.decode(errors="replace")


def of_process(pid: int) -> str:
    """What the process list shows of a process, and its environment."""
    found = [Path(f"/proc/{pid}/{name}") for name in ("cmdline", "environ", "comm")]
    return "\n".join(p.read_text(errors="replace") for p in found if p.exists())


async def test_no_secret_leaves_by_log_output_or_process_list(secretive: Sandbox) -> None:
    async with secretive as sandbox, desk_of(sandbox.config) as desk:
        async with engine(sandbox.config) as running:
            sandbox.bot.customer(7, "Кирилл").text(SAID)
            customer = sandbox.correspondent("olga@example.test", "Ольга")
            await customer.write(SAID, SAID, at=datetime.now(UTC))

            async def are_in() -> bool:
                return len(await inbound(desk)) == 2

            await until(are_in)
            sandbox.bot.fault("sendMessage", close="after")
            sandbox.bot.fault("getUpdates", status=500, times=2)
            sandbox.bot.fault("getUpdates", body=b"{not json", times=2)
            sandbox.mail.smtp.refuse_next("451 4.3.0 later")
            for row in await desk.rows("inbox"):
                await desk.reply(row.number, f"answer to {SAID}")
            await until(lambda: is_settled(desk))
            await sandbox.mail.imap.stop()

            async def is_down() -> bool:
                return (await health_of(desk, "support")).state is HealthState.DEGRADED

            await until(is_down)
            shown = of_process(running.process.pid)
            await sandbox.mail.start_imap()
            printed = [
                await command(sandbox.config, *words)
                for words in (
                    ("doctor",), ("doctor", "-o", "json"), ("check",), ("list", "-o", "json"),
                    ("show", "1", "-o", "json"), ("show", "2"), ("export",),
                )
            ]  # fmt: skip
        log = running.log
    for text in (log, shown, *printed):
        assert PASSWORD not in text
        assert TOKEN not in text
        assert TOKEN.partition(":")[2] not in text
    assert SAID not in log
    assert SAID not in shown
    assert SAID in printed[-1], "what was to be seen was seen"


async def test_a_refused_password_is_in_no_line_that_tells_of_it(
    secretive: Sandbox,
) -> None:
    async with secretive as sandbox:
        text = sandbox.config.read_text(encoding="utf-8")
        text = text.replace(PASSWORD, WRONG).replace(TOKEN, f"{TOKEN}x")
        sandbox.config.write_text(text, encoding="utf-8")
        async with desk_of(sandbox.config) as desk, engine(sandbox.config) as running:

            async def are_blocked() -> bool:
                return all(h.state is HealthState.BLOCKED for h in await desk.health())

            await until(are_blocked)
            printed = [await command(sandbox.config, word) for word in ("check", "doctor")]
            reasons = [h.reason or "" for h in await desk.health()]
            log = running.log
        assert all("check channels." in reason for reason in reasons)
        for said in (log, *printed, *reasons):
            assert WRONG not in said
            assert TOKEN not in said


async def test_the_traceback_of_a_bug_holds_no_secret(secretive: Sandbox, tmp_path: Path) -> None:
    """A bug deep in the libraries, met with the password and the token at hand."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import sys\n"
        "def after(frame, event, arg):\n"
        "    if event == 'call' and frame.f_code.co_name in ('do_api_request', 'log_in'):\n"
        "        raise ZeroDivisionError('a bug')\n"
        "sys.setprofile(None)\n"
        "import threading\n"
        "sys.setprofile(after)\n",
        encoding="utf-8",
    )
    async with secretive as sandbox, desk_of(sandbox.config) as desk:
        path = os.environ.get("PYTHONPATH", "")
        before = ("env", f"PYTHONPATH={broken}:{path}")
        async with engine(sandbox.config, "broken", before) as running:

            async def are_degraded() -> bool:
                healths = await desk.health()
                return any("a bug in omnidesk" in (h.reason or "") for h in healths)

            await until(are_degraded)
            log = running.log
        assert "ZeroDivisionError" in log
        assert "Traceback" in log
        for secret in (PASSWORD, TOKEN, TOKEN.partition(":")[2]):
            assert secret not in log
