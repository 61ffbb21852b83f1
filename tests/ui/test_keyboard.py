"""What a keyboard, a mouse's paste and a shell can do to the screen, in a real terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import State
from tests.ui.terminal import ROOT, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.ui.house import House

_ESC = "\x1b[27;;u"
_MEGABYTE = 1_000_000
_SECONDS = 20.0


@pytest.mark.parametrize(
    ("down", "select", "close"),
    [
        ("о", "ч", "у"),
        ("\x1b[1086u", "\x1b[1095u", "\x1b[1091u"),
        ("\x1b[1086;;1086u", "\x1b[1095;;1095u", "\x1b[1091;;1091u"),
    ],
    ids=["legacy", "kitty", "kitty with text"],
)
async def test_a_row_is_moved_to_selected_and_closed_on_a_cyrillic_layout(
    acme: House, down: str, select: str, close: str
) -> None:
    await acme.crowd(3)
    rows = [row.number for row in await acme.desk.rows("inbox")]
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order 2")
        terminal.type(down)
        terminal.wait_shown(f"│ #{rows[1]} ")
        terminal.type(select)
        terminal.wait_shown("1 selected")
        terminal.type(close)
        terminal.wait_shown(f"#{rows[1]} closed")
        terminal.type("й")
        assert terminal.ended() == 0
    assert [(await acme.row(n)).state for n in rows] == [State.OPEN, State.CLOSED, State.OPEN]


@pytest.mark.parametrize("capital", ["П", "\x1b[1087;2;1055u"], ids=["legacy", "kitty"])
async def test_a_capital_on_a_cyrillic_layout_is_that_capital(acme: House, capital: str) -> None:
    await acme.crowd(3)
    last = (await acme.desk.rows("inbox"))[-1].number
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order 2")
        terminal.type(capital)
        terminal.wait_shown(f"│ #{last} ")
        terminal.type("\x1b[1081;5u")
        assert terminal.ended() == 0


async def test_a_paste_is_text_where_one_writes_and_no_command_anywhere(acme: House) -> None:
    await acme.crowd(3)
    rows = [row.number for row in await acme.desk.rows("inbox")]
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order 2")
        terminal.paste("eee!\rq#")
        terminal.rest(0.5)
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        terminal.paste("one\r\ntwo\tthree\x07\x9b2J\x00 \u202egnp\nfour\x03\x11")
        terminal.wait_shown("draft saved")
        assert "four" in terminal.glass.text
        terminal.type("!")
        terminal.wait_shown("four!")
        terminal.type("\x11")
        assert terminal.ended() == 0
    assert [(await acme.row(number)).state for number in rows] == [State.OPEN] * 3
    draft = (await acme.desk.open(rows[0])).draft
    assert draft is not None
    assert re.sub(r"\s+", " ", draft.text) == "one two three gnp four!"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", draft.text)


async def test_an_escape_in_a_paste_makes_no_command_of_what_follows(acme: House) -> None:
    await acme.crowd(3)
    rows = [row.number for row in await acme.desk.rows("inbox")]
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order 2")
        terminal.paste("one\x1be \x1b[31me\x1b#")
        terminal.rest(0.5)
        assert "ERASE" not in terminal.glass.text
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        terminal.paste("two \x1b[31mred\x1b[0m \x1b")
        terminal.wait_shown("two red")
        terminal.type("\x11")
        assert terminal.ended() == 0
    assert [(await acme.row(number)).state for number in rows] == [State.OPEN] * 3


async def test_a_paste_that_never_ends_does_not_keep_the_keyboard(acme: House) -> None:
    await acme.crowd(3)
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order 2")
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        terminal.type("\x1b[200~the line was cut\x1be")
        terminal.wait_shown("the line was cut")
        terminal.wait_shown("draft saved")
        terminal.type("\x11")
        assert terminal.ended() == 0


@pytest.mark.timeout(90)
async def test_a_paste_of_a_megabyte_is_taken_whole_and_can_be_gone_on_with(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    line = "all work and no play makes the desk a dull place\n"
    text = line * (_MEGABYTE // len(line))
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order")
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        began = time.monotonic()
        terminal.paste(text)
        terminal.wait_shown("draft saved")
        took = time.monotonic() - began
        terminal.type("the end")
        terminal.wait_shown("the end")
        terminal.wait_shown("draft saved")
        terminal.type("\x11")
        assert terminal.ended() == 0
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert len(draft.text) == len(text) + len("the end")
    assert draft.text == text + "the end"
    print(f"\n{len(text):,} characters pasted, taken and saved in {took:.1f} s")


async def test_ctrl_z_stops_nothing(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order")
        terminal.type("\x1a")
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        terminal.type("Soon\x1a")
        terminal.rest(0.5)
        assert _state_of(terminal.pid) != "T"
        terminal.type("\x11")
        assert terminal.ended() == 0
    assert (await acme.row(number)).state is State.OPEN


async def test_a_stop_from_outside_gives_the_terminal_back_and_going_on_paints_anew(
    acme: House,
) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order")
        terminal.type("rhalf")
        terminal.wait_shown("draft saved")
        terminal.forget()
        os.kill(terminal.pid, signal.SIGTSTP)
        terminal.wait(lambda: _state_of(terminal.pid) == "T")
        terminal.rest(0.1)
        assert b"\x1b[?1049l" in terminal.raw
        terminal.forget()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait(lambda: b"\x1b[?1049h" in terminal.raw)
        terminal.wait_for("REPLY by support")
        terminal.type(" and whole")
        terminal.wait_shown("half and whole")
        terminal.wait_shown("draft saved")
        terminal.type("\x11")
        assert terminal.ended() == 0
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "half and whole"


async def test_a_window_pulled_to_and_fro_keeps_what_is_written(acme: House) -> None:
    number = await acme.says("ann", "the whole story", subject="Order")
    with Terminal(acme.store.path, size=(120, 40)) as terminal:
        terminal.wait_shown("Order")
        terminal.type("rhalf a")
        terminal.wait_shown("half a")
        for columns, lines in ((80, 24), (50, 10), (200, 60), (61, 17), (20, 5), (120, 40)) * 3:
            terminal.resize(columns, lines)
            terminal.rest(0.05)
            terminal.type(".")
        terminal.resize(90, 30)
        terminal.forget()
        terminal.resize(100, 30)
        terminal.wait_shown("half a")
        terminal.wait_shown("draft saved")
        terminal.type("\x11")
        assert terminal.ended() == 0
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "half a" + "." * 18


async def test_broken_bytes_while_writing_cost_no_letter(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order")
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        terminal.type(b"Co\xff\xc3(\xe2\x82me \xd0\xd0\xbeo\x80n")
        terminal.wait_shown("draft saved")
        terminal.type("\x11")
        assert terminal.ended() == 0
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert re.sub("[^a-z (]", "", draft.text.lower()) == "co(me on"


def _state_of(pid: int) -> str:
    """The letter of a process: R, S, T … (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A tmux server of one's own; what it is told, and what it answers."""
    if shutil.which("tmux") is None:
        pytest.skip("no tmux here")
    socket = str(tmp_path / "tmux")
    keep = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}

    def run(*words: str) -> str:
        told = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", socket, *words],
            env={**keep, "LANG": "C.UTF-8", "TERM": "xterm-256color"},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        return told.stdout

    yield run
    with contextlib.suppress(subprocess.CalledProcessError):  # a test has ended it
        run("kill-server")


def shown(tmux: Callable[..., str], words: str) -> str:
    """What stands on the screen as soon as these words do."""
    end = time.monotonic() + _SECONDS
    while words not in (seen := tmux("capture-pane", "-p", "-t", "desk")):
        assert time.monotonic() < end, seen
        time.sleep(0.05)
    return seen


async def test_in_tmux_a_reply_is_written_and_sent(acme: House, tmux: Callable[..., str]) -> None:
    number = await acme.says("ann", "Где заказ? 👍🏽", subject="Заказ №4412")
    program = [sys.executable, "-m", "tests.ui.run_screen", str(acme.store.path)]
    tmux("new-session", "-d", "-s", "desk", "-x", "120", "-y", "40", *program)

    shown(tmux, "Заказ №4412")
    tmux("send-keys", "-t", "desk", "-l", "к")
    shown(tmux, "REPLY by support")
    tmux("send-keys", "-t", "desk", "-l", "Уже едет")
    shown(tmux, "draft saved")
    tmux("resize-window", "-t", "desk", "-x", "80", "-y", "24")
    shown(tmux, "Уже едет")
    tmux("send-keys", "-t", "desk", "Escape")
    seen = shown(tmux, "BEFORE IT GOES")
    assert all(len(line) <= 80 for line in seen.splitlines())
    tmux("send-keys", "-t", "desk", "-l", "s")
    shown(tmux, "z takes it back")
    assert (await acme.said(number))[-1] == ("out", "support", "Уже едет")


def lives(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_closed_terminal_ends_the_screen_and_keeps_what_was_typed(
    acme: House, tmux: Callable[..., str]
) -> None:
    number = await acme.says("ann", "Где заказ?", subject="Заказ №4412")
    program = [sys.executable, "-m", "tests.ui.run_screen", str(acme.store.path)]
    tmux("new-session", "-d", "-s", "desk", "-x", "120", "-y", "40", *program)
    pid = int(tmux("display-message", "-p", "-t", "desk", "#{pane_pid}"))
    shown(tmux, "Заказ №4412")
    tmux("send-keys", "-t", "desk", "r")
    shown(tmux, "REPLY by support")
    tmux("send-keys", "-t", "desk", "-l", "Уже едет")
    shown(tmux, "Уже едет")
    tmux("kill-server")
    end = time.monotonic() + _SECONDS
    while lives(pid):
        assert time.monotonic() < end, "the screen lives on without a terminal"
        time.sleep(0.05)
    draft = await acme.store.read(lambda r: r.draft(number, "anna"))
    assert draft is not None
    assert draft.text == "Уже едет"
