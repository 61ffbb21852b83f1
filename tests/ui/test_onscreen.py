"""What is on the terminal already is not written once more, and what is written is the screen."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from omnidesk.ui.onscreen import OnScreen
from tests.ui.house import House
from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

_QUIET = 0.6
_KEYS = (b"j", b"k", b"G", b"g", b"p", b"2", b"1", b"8", b"r", b"x", b"?", b"J", b"]")
_ENDS = (b"\x1b", b"\r", b"h")


def test_a_piece_that_stands_there_is_not_written() -> None:
    screen = OnScreen()
    assert "Anna" in screen.news([(0, 0, 4, "Anna"), (0, 4, 8, "Ivan")])
    assert screen.news([(0, 0, 4, "Anna"), (0, 4, 8, "Ivan")]) == ""
    assert screen.news([(0, 4, 8, "Olga")]) == "\x1b[1;5HOlga"


def test_what_stands_right_of_a_change_is_written_with_it() -> None:
    screen = OnScreen()
    screen.news([(0, 0, 4, "Anna"), (0, 4, 8, "Ivan"), (1, 0, 8, "same    ")])
    written = screen.news([(0, 0, 4, "Olga"), (0, 4, 8, "Ivan"), (1, 0, 8, "same    ")])
    assert written == "\x1b[1;1HOlga\x1b[1;5HIvan"


def test_a_piece_that_was_covered_is_written_again() -> None:
    screen = OnScreen()
    screen.news([(0, 0, 4, "Anna"), (0, 4, 8, "Ivan")])
    screen.news([(0, 2, 6, "over")])
    assert screen.news([(0, 4, 8, "Ivan")]) == "\x1b[1;5HIvan"
    assert screen.news([(0, 0, 4, "Anna")]) == "\x1b[1;1HAnna"
    screen.forget()
    assert screen.news([(0, 0, 4, "Anna")]) == "\x1b[1;1HAnna"


def store_of(acme: House) -> Path:
    return acme.store.path


def settled(terminal: Terminal) -> list[str]:
    """The lines above the last one, whose words pass, when nothing is written any more."""
    for _ in range(20):
        written = len(terminal.raw)
        terminal.rest(_QUIET)
        if len(terminal.raw) == written:
            break
    return terminal.glass.rows[:-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_terminal_shows_the_screen_whatever_was_pressed(
    acme: House, size: tuple[int, int]
) -> None:
    await acme.crowd(90)
    await acme.says("eve", "👩‍👩‍👧 日本語 and a very long line " * 5, subject="🏳️‍🌈 wide")
    chance = random.Random(f"{size}")
    with Terminal(store_of(acme), size=size) as terminal:
        terminal.wait_shown("Order 0")
        for _ in range(30):
            terminal.type(chance.choice(_KEYS))
            terminal.rest(0.02)
            if chance.random() < 0.5:
                terminal.type(chance.choice(_ENDS))
                terminal.rest(0.12)
        for _ in range(3):
            terminal.type(b"\x1b")
            terminal.rest(0.2)
        before = settled(terminal)
        terminal.type(b"\x0c")
        assert settled(terminal) == before


async def test_opening_a_conversation_does_not_write_the_screen_once_more(acme: House) -> None:
    await acme.crowd(60)
    with Terminal(store_of(acme), size=(120, 40)) as terminal:
        terminal.wait_shown("Order 0")
        terminal.rest(_QUIET)
        whole = len(terminal.raw)
        terminal.type(b"\r")
        terminal.rest(_QUIET)
        opened = len(terminal.raw) - whole
        assert 0 < opened < 4000
        await acme.says("zoe", "Hello there")
        terminal.rest(2 * _QUIET)
        assert len(terminal.raw) - whole - opened < 4000
