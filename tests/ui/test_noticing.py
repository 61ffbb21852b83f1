"""What reaches a terminal that nobody looks at, and a command of the agent's own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.events import AppBlur

from omnidesk.core.safetext import SafeText
from omnidesk.desk import DeskSettings, NotifySettings
from omnidesk.desk.notices import Notice
from omnidesk.ui.noticing import Command
from tests.ui.house import house, screen_text, until
from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from tests.ui.house import House

BLURRED, FOCUSED = b"\x1b[O", b"\x1b[I"
HOSTILE = "Eve\x1b]0;TITLE\x07\u202e;x"


async def mine(acme: House, who: str = "eve", name: str | None = None) -> int:
    """A conversation that is Anna's."""
    number = await acme.says(who, "first", name=name, channel="shop-bot")
    await acme.desk.assign(number, "anna")
    return number


def settled(terminal: Terminal, waiting: int) -> None:
    """The screen is there, and has its title."""
    title = f"\x1b]2;omnidesk ({waiting})\x1b\\".encode()
    terminal.wait(lambda: title in terminal.raw)
    terminal.forget()


@pytest.mark.parametrize(
    ("term", "program", "sequence"),
    [
        ("xterm-256color", "", b""),
        ("xterm-256color", "iTerm.app", b"\x1b]9;Eve, x (shop-bot): wrote in [#1]\x1b\\"),
        ("foot", "", b"\x1b]777;notify;Eve, x (shop-bot);wrote in [#1]\x1b\\"),
        ("xterm-kitty", "", b"\x1b]99;i=omnidesk-1:p=body;wrote in [#1]\x1b\\"),
    ],
)
async def test_a_letter_rings_where_nobody_looks_and_nowhere_else(
    acme: House, term: str, program: str, sequence: bytes
) -> None:
    await mine(acme, name="Eve; x")
    with Terminal(acme.store.path, TERM=term, TERM_PROGRAM=program) as terminal:
        settled(terminal, 1)
        terminal.type(FOCUSED)
        await acme.says("eve", "second words", name="Eve; x", channel="shop-bot")
        terminal.wait_for("second words")
        terminal.forget()
        assert b"\a" not in terminal.raw
        terminal.type(BLURRED)
        await acme.says("eve", "third words", name="Eve; x", channel="shop-bot")
        terminal.wait(lambda: b"\a" in terminal.raw)
        assert sequence in terminal.raw
        assert (b"\x1b]9" in terminal.raw) is (b"]9" in sequence)
        assert b"third words" not in sequence
        terminal.wait_for("third words")
        terminal.forget()
        await acme.says("eve", "fourth words", name="Eve; x", channel="shop-bot")
        terminal.wait_for("fourth words")
        terminal.forget()
        terminal.type(FOCUSED + b"\x11")
        assert terminal.ended() == 0
        assert b"\a" not in terminal.raw.replace(b"\x1b]22;default\x07", b"")
        assert b"\x1b[23;2t" in terminal.raw, "the title is as it was"


async def test_the_title_counts_who_waits(acme: House) -> None:
    number = await acme.says("eve", "first")
    await acme.says("bob", "first")
    with Terminal(acme.store.path) as terminal:
        settled(terminal, 2)
        await acme.says("carl", "first")
        terminal.wait(lambda: b"\x1b]2;omnidesk (3)\x1b\\" in terminal.raw)
        await acme.desk.close(number)
        terminal.wait(lambda: b"\x1b]2;omnidesk (2)\x1b\\" in terminal.raw.rpartition(b"(3)")[2])


async def test_no_word_of_a_customers_is_a_control_in_a_notice(acme: House) -> None:
    await mine(acme, name=HOSTILE)
    with Terminal(acme.store.path, TERM="foot") as terminal:
        settled(terminal, 1)
        terminal.type(BLURRED)
        await acme.says("eve", f"second {HOSTILE}", name=HOSTILE, channel="shop-bot")
        terminal.wait(lambda: b"\x1b]777;" in terminal.raw and b"\a" in terminal.raw)
        notice = terminal.raw.partition(b"\x1b]777;notify;")[2].partition(b"\x1b\\")[0].decode()
        assert notice.isprintable()
        assert notice.count(";") == 1
        assert b"TITLE" not in terminal.raw


def notice(name: str) -> Notice:
    words = {"name": "Ann", "channel": "support", "actor": "boris", "title": "T", "text": name}
    safe = {key: SafeText(value) for key, value in words.items()}
    return Notice(event="wrote", number=12, **safe)


def settings(*command: str) -> DeskSettings:
    return DeskSettings(name="Acme", notify=NotifySettings(command=command))


async def test_a_command_has_what_happened_in_its_environment_and_no_shell(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "tell.py"
    script.write_text(
        "import os, sys\n"
        "with open(sys.argv[1], 'a') as out:\n"
        "    print(sys.argv[2:], *(os.environ['OMNIDESK_' + n] for n in\n"
        "          'EVENT NUMBER NAME CHANNEL ACTOR TITLE TEXT'.split()), sep='|', file=out)\n"
        "    print(os.getsid(0) == os.getpid(), file=out)\n"
    )
    evil = "$(touch x); `id` | & > y"
    failures: list[str] = []
    command = Command([sys.executable, str(script), str(told), "$HOME; x"], failures.append)
    command.put(notice(evil))
    assert command._task is not None
    await command._task
    assert failures == []
    assert told.read_text().splitlines() == [
        f"['$HOME; x']|wrote|12|Ann|support|boris|T|{evil}",
        "True",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["/no/such/program"], "/no/such/program: No such file or directory"),
        ([sys.executable, "-c", "raise SystemExit(3)"], f"{sys.executable}: 3"),
    ],
)
async def test_a_failure_of_the_command_is_told_once(words: list[str], why: str) -> None:
    failures: list[str] = []
    command = Command(words, failures.append)
    for _ in range(3):
        command.put(notice("x"))
    assert command._task is not None
    await command._task
    command.put(notice("x"))
    await command._task
    assert failures == [why]


async def test_a_command_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.ui.noticing._COMMAND_SECONDS", 1.0)
    children = tmp_path / "pids"
    script = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(children)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(60)\n"
    )
    failures: list[str] = []
    command = Command([sys.executable, "-c", script], failures.append)
    for _ in range(30):
        command.put(notice("x"))
    assert command._queue.qsize() <= 10
    while command._queue.qsize() > 1:
        command._queue.get_nowait()
    assert command._task is not None
    await command._task
    assert failures == [f"{sys.executable}: not done in time"]
    pids = [int(pid) for pid in children.read_text().split()]
    async with asyncio.timeout(10):
        while any(map(alive, pids)):
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_the_screen_tells_what_is_wrong_with_the_command(tmp_path: Path) -> None:
    async with house(tmp_path, settings("/no/such/program")) as acme:
        await mine(acme)
        app = acme.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await until(
                pilot, lambda: app._noticing is not None and app._noticing._after is not None
            )
            app.post_message(AppBlur())
            await pilot.pause()
            await acme.says("eve", "second", channel="shop-bot")
            await until(pilot, lambda: "command of [notify] does not work" in screen_text(app))
