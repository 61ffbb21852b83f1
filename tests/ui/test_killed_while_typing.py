"""The screen is killed while somebody types: less than a second of what was typed is lost."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from tests.ui.house import House

_KILLS = int(os.environ.get("OMNIDESK_KILLS", "6"))
_KEYS_PER_SECOND = 12
_LONGEST = 4.0
_LOST_MS = 1000
_WORDS = "Здравствуйте! Your order is packed; курьер приедет завтра, between ten and noon.\n"


@pytest.mark.timeout(60 + 15 * _KILLS)
async def test_less_than_a_second_of_typing_is_lost_by_a_kill(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    chance = random.Random(16)
    worst_keys, worst_ms = 0, 0.0
    kept = ""
    for kill in range(_KILLS):
        with Terminal(acme.store.path, size=(80, 24)) as terminal:
            terminal.wait_shown("Order")
            terminal.type("r")
            terminal.wait_shown("REPLY by support")
            terminal.wait(lambda t=terminal, k=kept: not k or _last_word(k) in t.glass.text)  # type: ignore[misc]
            typed = kept
            moments = {len(kept): time.monotonic()}
            end = time.monotonic() + chance.uniform(0.3, _LONGEST)
            while time.monotonic() < end:
                key = _WORDS[len(typed) % len(_WORDS)]
                terminal.type("\r" if key == "\n" else key)
                typed += key
                moments[len(typed)] = time.monotonic()
                terminal.rest(chance.uniform(0.5, 1.5) / _KEYS_PER_SECOND)
            killed = time.monotonic()
            terminal.kill()
        draft = (await acme.desk.open(number)).draft
        kept, before = draft.text if draft else "", kept
        assert typed.startswith(kept), (kill, typed, kept)
        assert kept.startswith(before), (kill, before, kept)
        lost = len(typed) - len(kept)
        if lost:
            worst_ms = max(worst_ms, (killed - moments[len(kept) + 1]) * 1000)
        worst_keys = max(worst_keys, lost)
    print(
        f"\n{_KILLS} kills while typing {_KEYS_PER_SECOND} keys/s, {len(kept)} characters kept: "
        f"at most {worst_keys} characters, {worst_ms:.0f} ms of typing lost"
    )
    assert worst_ms < _LOST_MS
    assert await acme.said(number) == [("in", "support", "Hello")]


async def test_the_draft_is_there_when_the_screen_starts_again(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("Order")
        terminal.type("r")
        terminal.wait_shown("REPLY by support")
        for key in "On its way":
            terminal.type(key)
            terminal.rest(1 / _KEYS_PER_SECOND)
        terminal.wait_shown("draft saved")
        terminal.kill()
    with Terminal(acme.store.path) as terminal:
        terminal.wait_shown("your unsent REPLY, r goes on with it")
        terminal.type("r")
        terminal.wait_shown("── draft")
        assert "On its way" in terminal.glass.text
        terminal.type(" today\x1b[27;;u")
        terminal.wait_shown("BEFORE IT GOES")
        terminal.type("s")
        terminal.wait_shown("z takes it back")
        terminal.type("\x11")
        assert terminal.ended() == 0
    assert await acme.said(number) == [
        ("in", "support", "Hello"),
        ("out", "support", "On its way today"),
    ]


def _last_word(text: str) -> str:
    """The end of a text that must stand on the screen once it is open again."""
    return text.split()[-1] if text.split() else ""
