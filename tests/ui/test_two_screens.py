"""Two agents at two screens over one store: each sees the other, and nothing is sent twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from omnidesk.core.model import Direction
from tests.ui.terminal import Terminal, wait_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ui.house import House

_ESC = "\x1b[27;;u"
_IVANS = "It left this morning"
_ANNAS = "Your parcel is with the courier"


@contextmanager
def two_screens(acme: House) -> Iterator[tuple[Terminal, Terminal]]:
    """Anna's screen and Ivan's, both painted."""
    words = "--undo", "0"
    path = acme.store.path
    with (
        Terminal(path, words=(*words, "--agent", "anna", "--with", "ivan")) as anna,
        Terminal(path, words=(*words, "--agent", "ivan", "--with", "anna")) as ivan,
    ):
        both = anna, ivan
        wait_among(both, lambda: all("Parcel" in one.glass.text for one in both))
        wait_among(both, lambda: all("where is it" in one.glass.text for one in both))
        yield both


def shown(both: tuple[Terminal, Terminal], at: Terminal, words: str) -> None:
    """Wait until these words stand on one of the screens; both are read."""
    wait_among(both, lambda: words in at.glass.text)


def left(both: tuple[Terminal, Terminal]) -> None:
    """Both leave in good order."""
    for one in both:
        one.type("\x11")
        assert one.ended() == 0


async def answers(acme: House, number: int) -> list[tuple[str | None, str]]:
    """Who replied what in a conversation, as the store has it."""
    messages = (await acme.desk.open(number)).messages
    return [(m.author, m.text) for m in messages if m.direction is Direction.OUT]


async def test_each_sees_where_the_other_is_and_that_he_writes(acme: House) -> None:
    await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        shown(both, anna, "ivan here too")
        shown(both, ivan, "anna here too")
        ivan.type("r")
        shown(both, ivan, "REPLY by support")
        ivan.type("It left")
        wait_among(both, lambda: anna.glass.text.count("ivan is writing") == 2)
        title, listed = (row for row in anna.glass.rows if "writing" in row)
        assert "(ivan is writing)" in listed
        assert "#1 Parcel" in title
        ivan.type(_ESC)
        shown(both, ivan, "BEFORE IT GOES")
        ivan.type("D")
        shown(both, ivan, "thrown away")
        wait_among(both, lambda: "is writing" not in anna.glass.text)
        left(both)


async def test_an_answer_begun_before_anothers_is_held_back_and_sent_only_on_purpose(
    acme: House,
) -> None:
    number = await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        anna.type("r")
        shown(both, anna, "REPLY by support")
        anna.type(_ANNAS)
        shown(both, anna, "draft saved")
        anna.type(_ESC)
        shown(both, anna, "BEFORE IT GOES")
        ivan.type("r" + _IVANS + _ESC)
        shown(both, ivan, "BEFORE IT GOES")
        ivan.type("s")
        shown(both, ivan, "sent")
        assert await answers(acme, number) == [("ivan", _IVANS)]
        anna.type("s")
        shown(both, anna, "s again sends it even so")
        told = next(row for row in anna.glass.rows if "answered by support at" in row)
        assert "Ivan answered by support at" in told
        assert _IVANS in told
        assert await answers(acme, number) == [("ivan", _IVANS)]
        anna.type(_ESC)
        shown(both, anna, "Esc review and send")
        anna.type(" now" + _ESC)
        shown(both, anna, "BEFORE IT GOES")
        assert await answers(acme, number) == [("ivan", _IVANS)]
        anna.type("s")
        shown(both, anna, "A take")
        left(both)
    assert await answers(acme, number) == [("ivan", _IVANS), ("anna", f"{_ANNAS} now")]
    assert (await acme.desk.open(number)).draft is None


async def test_a_double_press_of_send_is_no_purpose(acme: House) -> None:
    number = await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        anna.type("r" + _ANNAS + _ESC)
        shown(both, anna, "BEFORE IT GOES")
        ivan.type("r" + _IVANS + _ESC)
        shown(both, ivan, "BEFORE IT GOES")
        ivan.type("ss")
        shown(both, ivan, "A take")
        anna.type("ss")
        shown(both, anna, "s again sends it even so")
        left(both)
    assert await answers(acme, number) == [("ivan", _IVANS)]
    draft = (await acme.desk.open(number)).draft
    assert draft is not None
    assert draft.text == _ANNAS


async def test_the_same_reply_from_both_at_one_moment_is_sent_by_one(acme: House) -> None:
    number = await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        for one in both:
            one.type("r" + _IVANS + _ESC)
            shown(both, one, "BEFORE IT GOES")
        for one in both:
            one.type("s")
        held = "s again sends it even so"
        wait_among(both, lambda: any(held in one.glass.text for one in both))
        left(both)
    assert [text for _, text in await answers(acme, number)] == [_IVANS]


async def test_the_other_screen_follows_whatever_is_done(acme: House) -> None:
    number = await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        ivan.type("a")
        shown(both, ivan, "whose?")
        ivan.type("a")
        shown(both, ivan, "given to anna")
        shown(both, anna, "2 Mine 1")
        assert "  me   Ann" in anna.glass.text
        ivan.type("n@anna please look" + _ESC)
        shown(both, ivan, "BEFORE IT GOES")
        ivan.type("s")
        shown(both, ivan, "note kept")
        shown(both, anna, "NOTE ivan")
        shown(both, anna, "@anna please look")
        left(both)
    assert (await acme.row(number)).assignee == "anna"


async def test_what_is_given_to_somebody_or_names_him_is_told_on_his_screen(acme: House) -> None:
    number = await acme.says("ann", "where is it", subject="Parcel")
    with two_screens(acme) as (anna, ivan):
        both = anna, ivan
        ivan.type("a")
        shown(both, ivan, "whose?")
        ivan.type("a")
        shown(both, ivan, "given to anna")
        wait_among(both, lambda: _is_told(anna, number))
        ivan.type("n@anna please look" + _ESC)
        shown(both, ivan, "BEFORE IT GOES")
        wait_among(both, lambda: not _is_told(anna, number))
        ivan.type("s")
        shown(both, ivan, "note kept")
        wait_among(both, lambda: _is_told(anna, number))
        left(both)


def _is_told(screen: Terminal, number: int) -> bool:
    """Whether the lines that tell news name the colleague and the conversation.

    Those at the foot alone: the title of the thread names both, too, while he looks at it.
    """
    rows = screen.glass.rows
    return any("ivan" in row.lower() and f"#{number}" in row for row in rows[-2:])
