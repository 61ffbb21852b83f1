"""A morning is worked off with few presses, and the store has exactly what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.triage import triage
from bench.triage_plan import KINDS, left_in_inbox, morning
from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.house import House

_PRESSES_EACH = 3.5


async def test_a_third_of_a_morning_is_decided_as_planned(tmp_path: Path) -> None:
    told = await triage(tmp_path, share=3)
    print(f"\n{told.table}")
    assert told.amiss == []
    assert told.conversations == len(morning(3))
    assert told.commands / told.conversations <= _PRESSES_EACH


def test_the_morning_has_fifty_conversations_and_leaves_a_dozen() -> None:
    assert len(morning()) == 50
    assert left_in_inbox(morning()) == 12
    assert {key for kind in KINDS for key in kind.keys if len(key) > 1} == {
        "^T", "Esc", "Enter", "next", "words",
    }  # fmt: skip


async def test_back_in_the_list_the_thread_shows_what_is_under_the_cursor(acme: House) -> None:
    await acme.says("ann", "where is it", subject="Parcel")
    await acme.says("bob", "and mine?", subject="Letter")
    with Terminal(acme.store.path, words=("--undo", "0")) as terminal:
        terminal.wait_shown("where is it")
        terminal.type("gu")
        terminal.wait_shown("Unassigned, nobody's yet")
        terminal.type("rSoon")
        terminal.wait_shown("draft saved")
        terminal.type("\x1b[27;;us")
        terminal.wait_shown("A take")
        terminal.type("q")
        terminal.wait_shown("> * em  2d  -    Bob")
        terminal.wait(lambda: "#2 Letter" in terminal.glass.rows[1])
        terminal.type("\x11")
        assert terminal.ended() == 0
