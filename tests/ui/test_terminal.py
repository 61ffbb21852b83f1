"""What reaches a real terminal, byte by byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Attachment, State
from tests.ui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.house import House

HOSTILE = (
    "\x1b]0;TITLE\x07\x1b]52;c;Q0xJUA==\x07\x1b]8;;http://evil\x1b\\L\x1b]8;;\x1b\\"
    "\x1b[777z\x9b778z\x9d0;C1TITLE\x9c\x90qSIXEL\x9c\x07\x08\x0e\x1bc"
    "\u202egnp\u2066\u200f\u061c\ufff9\U000e0041[bold]m[/x][@click=app.quit]a[/]"
)
OURS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\](?:22;[a-z]*|2;omnidesk(?: \(\d+\))?)(?:\x07|\x1b\\)"
)
"""What we write ourselves: places and colours, the pointer's shape, the title."""

FORBIDDEN = re.compile(
    "[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029"
    "\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def store_of(acme: House) -> Path:
    return acme.store.path


def assert_only_ours(raw: bytes) -> None:
    """No byte of a customer's is a control: all that is there, we wrote ourselves."""
    for planted in (b"777z", b"778z", b"TITLE", b"Q0xJUA", b"SIXEL", b"http://evil"):
        assert planted not in raw
    rest = OURS.sub("", raw.decode())
    assert "\x1b" not in rest, rest[max(0, rest.index("\x1b") - 40) :][:80]
    found = FORBIDDEN.search(rest)
    assert found is None, rest[max(0, found.start() - 40) :][:80]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_hostile_strings_arrive_as_text(acme: House, size: tuple[int, int]) -> None:
    file = Attachment(
        id=0,
        name=f"../{HOSTILE}report.pdf.exe",
        media_type="a/b",
        size=9,
        sha256=None,
        missing=HOSTILE,
    )
    number = await acme.says(
        "eve", f"first {HOSTILE}\nbody {HOSTILE} end", subject=f"Subj {HOSTILE}",
        name=f"Eve {HOSTILE}", files=(file,),
    )  # fmt: skip
    await acme.says("eve", f"chat {HOSTILE}", name=HOSTILE, channel="shop-bot")
    await acme.desk.note(number, f"note {HOSTILE}")
    await acme.desk.save_draft(number, f"draft {HOSTILE}", False, None)
    with Terminal(store_of(acme), size=size) as terminal:
        terminal.wait_for("Subj")
        terminal.type("\r")
        terminal.wait_for("[att]")
        terminal.type("p")
        terminal.wait_for("first seen")
        terminal.type("p")
        terminal.type("r")
        terminal.wait_for("REPLY by support")
        terminal.type("\x1b")
        terminal.wait_for("BEFORE IT GOES")
        terminal.type("p")
        terminal.wait_for("draft kept")
        terminal.type("q")
        terminal.type("." + "first")
        terminal.type("\r")
        terminal.wait_for("Inbox: first")
        terminal.forget()
        terminal.type("q")
        terminal.wait_for("Inbox, longest")
        terminal.type("/" + "first")
        terminal.type("\r")
        terminal.wait_for("other words")
        terminal.forget()
        terminal.type("\x1b")
        terminal.wait_for("Enter open")
        terminal.type("q")
        assert terminal.ended() == 0
    assert_only_ours(terminal.raw)


async def test_cyrillic_keys_work_as_letters(acme: House) -> None:
    await acme.crowd(3)
    first = (await acme.desk.rows("inbox"))[0].number
    with Terminal(store_of(acme)) as terminal:
        terminal.wait_for("Order 2")
        terminal.type("у")
        terminal.wait_for(f"#{first} closed")
        terminal.type("й")
        assert terminal.ended() == 0
    assert (await acme.row(first)).state is State.CLOSED


async def test_cyrillic_keys_work_in_the_kitty_protocol(acme: House) -> None:
    await acme.crowd(3)
    first = (await acme.desk.rows("inbox"))[0].number
    with Terminal(store_of(acme)) as terminal:
        terminal.wait_for("Order 2")
        terminal.type("\x1b[1091;;1091u")
        terminal.wait_for(f"#{first} closed")
        terminal.type("\x1b[1082;;1082u")
        terminal.wait_for("REPLY by support")
        terminal.type("\x1b[1091;;1091u")
        terminal.wait_for("draft saved")
        terminal.type("\x1b[1081;5u")
        assert terminal.ended() == 0
    drafts = [await acme.desk.open(row.number) for row in await acme.desk.rows("all")]
    assert [opened.draft.text for opened in drafts if opened.draft] == ["у"]


async def test_keys_that_come_all_at_once_are_taken_in_their_order(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(store_of(acme)) as terminal:
        terminal.wait_for("Order")
        terminal.type("rOn its way since this very morning\x1b[27;;u" + "s")
        terminal.wait_for("z takes it back")
        terminal.type("q")
        terminal.wait_for("A take")
        terminal.type("q")
        assert terminal.ended() == 0
    assert (await acme.said(number))[-1] == ("out", "support", "On its way since this very morning")


async def test_an_invalid_byte_on_the_keyboard_is_dropped(acme: House) -> None:
    await acme.crowd(3)
    rows = [row.number for row in await acme.desk.rows("inbox")]
    with Terminal(store_of(acme)) as terminal:
        terminal.wait_for("Order 2")
        terminal.type(b"\xff\xfe\xc3j\xd0e")
        terminal.wait_for(f"#{rows[1]} closed")
        terminal.type("q")
        assert terminal.ended() == 0


async def test_a_window_that_changes_its_size_is_followed(acme: House) -> None:
    await acme.says("ann", "the whole story", subject="Order")
    with Terminal(store_of(acme), size=(80, 24)) as terminal:
        terminal.wait_for("Enter open")
        terminal.forget()
        terminal.resize(200, 50)
        terminal.wait_for("first seen")
        terminal.forget()
        terminal.resize(50, 10)
        terminal.wait_for("omnidesk needs 60x16")
        terminal.forget()
        terminal.resize(100, 30)
        terminal.wait_for("the whole story")
        terminal.type("q")
        assert terminal.ended() == 0


async def test_without_colour_the_screen_is_grey(acme: House) -> None:
    await acme.crowd(3)
    with Terminal(store_of(acme), NO_COLOR="1", COLORTERM="truecolor") as terminal:
        terminal.wait_for("Order 2")
        terminal.wait_for("> ")
        terminal.type("q")
        assert terminal.ended() == 0
    colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.raw))
    assert colours
    assert all(red == green == blue for red, green, blue in colours)


async def test_a_store_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "desk.db"
    broken.write_bytes(b"this is no database, and it is long enough to be read as one" * 99)
    with Terminal(broken) as terminal:
        assert terminal.ended() == 1
    assert "Traceback" not in terminal.text
    assert "desk.db" in terminal.text


async def test_a_hang_up_keeps_what_was_typed(acme: House) -> None:
    number = await acme.says("ann", "Hello", subject="Order")
    with Terminal(store_of(acme)) as terminal:
        terminal.wait_for("Order")
        terminal.type("rhalf")
        terminal.wait_for("half")
        terminal.hang_up()
        terminal.ended()
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == "half"
