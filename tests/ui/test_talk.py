"""A message as lines: nothing lost, nothing wider than the screen, nothing to confuse."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from omnidesk.core.events import What
from omnidesk.core.model import (
    Address,
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Handle,
    Message,
)
from omnidesk.core.safetext import SafeText
from omnidesk.ui.happened import what_happened
from omnidesk.ui.lines import Line, age, cut, fit, wrap
from omnidesk.ui.local import size
from omnidesk.ui.talk import Setting, draft_lines, message_lines
from tests.ui.house import CHAT, LETTERS

NOW = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
SETTING = Setting(width=60, channels={"support": LETTERS, "shop-bot": CHAT}, now=NOW)
MESSAGE = Message(
    id=1,
    conversation=7,
    channel="support",
    direction=Direction.IN,
    sender=Address("Анна Петрова", "anna@example.ru"),
    handle=Handle("mailto", "anna@example.ru"),
    author=None,
    text="Где заказ?",
    received_at=NOW,
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def told(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_a_message_stands_under_its_sender_channel_and_time() -> None:
    head, body, end = told(message_lines(MESSAGE, None, SETTING))
    assert head.startswith("Анна Петрова <anna@example.ru> ")
    assert re.search(r"em \d\d:\d\d {2}16 Sep$", head)
    assert body == "Где заказ?"
    assert end == ""


def test_a_note_differs_from_a_reply_in_words_and_place_not_only_in_colour() -> None:
    note = replace(MESSAGE, direction=Direction.NOTE, sender=None, author="ivan", text="one\ntwo")
    lines = told(message_lines(note, None, SETTING))
    assert re.match(r"== NOTE ivan \d\d:\d\d, customers never see this =+$", lines[0])
    assert [line[:5].rstrip() for line in lines[1:3]] == ["= one", "= two"]
    assert set(lines[3]) == {"="}


def test_folded_parts_are_one_line_until_they_are_unfolded() -> None:
    quoted = replace(MESSAGE, text="Yes.\n> a\n> b\n> c\nPS", folded=((5, 16),))
    assert told(message_lines(quoted, None, SETTING))[1:-1] == [
        "Yes.",
        "> 3 quoted lines, Enter unfolds",
        "PS",
    ]
    shown = told(message_lines(quoted, None, replace(SETTING, unfolded=True)))
    assert shown[1:-1] == ["Yes.", "│ > a", "│ > b", "│ > c", "PS"]


def test_a_call_that_went_on_is_a_new_version_that_nobody_edited() -> None:
    went_on = replace(MESSAGE, version=2)
    assert not any("edited" in line for line in told(message_lines(went_on, None, SETTING)))
    edited = told(message_lines(replace(went_on, edited=True), None, SETTING))
    assert "edited, version 2" in edited


def test_what_the_html_conceals_is_told_in_a_line() -> None:
    lines = told(message_lines(replace(MESSAGE, hidden=11), None, SETTING))
    assert "11 hidden characters of the letter are not shown" in lines
    assert not any("hidden" in line for line in told(message_lines(MESSAGE, None, SETTING)))


def test_what_went_on_by_itself_is_not_said_to_be_edited() -> None:
    assert what_happened(What.MESSAGE_EDITED) == "message edited"
    assert what_happened(What.MESSAGE_EDITED, {"completes": True}) == "the call went on"


def test_a_folded_signature_is_called_one_and_a_quote_is_not() -> None:
    for folded, words in (
        ("-- \nIvan Smith\nACME", "> signature, 3 lines, Enter unfolds"),
        ("С уважением,\nИван", "> signature, 2 lines, Enter unfolds"),
        ("Best regards,\nIvan\n> you wrote", "> 3 quoted lines, Enter unfolds"),
        ("On Monday you wrote:\n> hello", "> 2 quoted lines, Enter unfolds"),
    ):
        text = f"Hello\n{folded}"
        message = replace(MESSAGE, text=text, folded=((6, len(text)),))
        assert words in told(message_lines(message, None, SETTING))


def test_a_reply_that_was_put_off_says_until_when() -> None:
    delivery = Delivery(
        message=1,
        channel="support",
        state=DeliveryState.QUEUED,
        key="k",
        attempt=1,
        due_at=NOW + timedelta(minutes=5),
        reason="451 try later",
    )
    reply = replace(MESSAGE, direction=Direction.OUT, author="ivan", delivery=delivery)
    at = delivery.due_at.astimezone()
    lines = told(message_lines(reply, None, replace(SETTING, width=100)))
    assert f"… queued, tried again at {at:%H:%M}" in lines[0]
    assert "451 try later" in "\n".join(lines)


def test_a_change_of_channel_is_told_by_its_name() -> None:
    chat = replace(MESSAGE, id=2, channel="shop-bot")
    assert "went on in Telegram" in told(message_lines(chat, MESSAGE, SETTING))[0]
    assert "went on" not in told(message_lines(MESSAGE, MESSAGE, SETTING))[0]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.HELD, "… held"),
        (DeliveryState.QUEUED, "… queued"),
        (DeliveryState.SENT, "✓ sent"),
        (DeliveryState.DELIVERED, "✓✓ delivered"),
        (DeliveryState.FAILED, "! NOT SENT"),
        (DeliveryState.UNKNOWN, "? MAY HAVE GONE OUT"),
    ],
)
def test_a_reply_says_in_words_how_far_it_has_come(state: DeliveryState, words: str) -> None:
    delivery = Delivery(
        message=1, channel="support", state=state, key="k", attempt=1, due_at=NOW, reason="550 no"
    )
    reply = replace(
        MESSAGE,
        direction=Direction.OUT,
        author="ivan",
        to=(Address("Анна", "anna@example.ru"),),
        delivery=delivery,
    )
    lines = told(message_lines(reply, None, replace(SETTING, width=100)))
    assert lines[0].startswith("ivan to Анна <anna@example.ru>")
    assert words in lines[0]
    if state in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        assert "550 no" in lines[2]


def test_what_could_not_be_read_says_why_and_a_missing_file_too() -> None:
    file = Attachment(
        id=1, name="a.pdf", media_type="x/y", size=5, sha256=None, missing="too large"
    )
    poor = replace(MESSAGE, text="", unreadable="broken MIME", attachments=(file,))
    lines = told(message_lines(poor, None, SETTING))
    assert "could not be read: broken MIME" in lines
    assert "[att] a.pdf 5 B, not here: too large" in lines


def test_a_letter_of_megabytes_is_shown_in_part_and_says_so() -> None:
    long = replace(MESSAGE, text="word " * 1_000_000)
    start = time.process_time()
    lines = told(message_lines(long, None, SETTING))
    assert time.process_time() - start < 1
    assert "> 4,980,000 more characters, Enter shows them" in lines


def test_an_unsent_draft_says_what_it_would_be() -> None:
    draft = Draft(conversation=7, agent="anna", note=False, text="Soon\nAnna", changed_at=NOW)
    assert told(draft_lines(draft, 50))[0].startswith("-- your unsent REPLY, r goes on with it --")
    assert "unsent NOTE" in told(draft_lines(replace(draft, note=True), 50))[0]


LONG = f"https://click.mail.shop.example/{'u' * 300}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"buy <{LONG}> or go <https://a.ru/>.", "buy [1 click.mail.shop.example] or go [2 a.ru]."),
        ("www.bank.ru <http://evil.example/x>", "www.bank.ru [1 ≠ evil.example]"),
        ("https://a.ru/x <https://b.ru/?a.ru>", "https://a.ru/x [2 ≠ b.ru]"),
        ("www.a.ru <https://a.ru/x>", "www.a.ru [1 a.ru]"),
        ("us <mailto:me@b.ru?subject=x>", "us [1 me@b.ru]"),
        ("see https://a.ru/, and me", "see https://a.ru/, and me"),
        (f"see {LONG}.", f"see {LONG[:52]}… [1]."),
        ("пиши <http://банк.рф/>", "пиши [1 xn--80ab2al.xn--p1ai]"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)  # fmt: skip
def test_a_link_is_told_by_its_number_and_host(text: str, shown: str) -> None:
    lines = told(message_lines(replace(MESSAGE, text=text), None, replace(SETTING, width=200)))
    assert lines[1].replace("\u00a0", " ") == shown


NASTY = st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]\x07\x9b\u202e\t\n 日本\u0301")))


@given(NASTY, NASTY, NASTY, st.lists(st.integers(0, 40), max_size=6), st.integers(20, 90))
def test_no_line_is_too_wide_or_holds_a_control(
    name: str, text: str, file: str, cuts: list[int], width: int
) -> None:
    edges = sorted(cuts[: len(cuts) // 2 * 2])
    message = replace(
        MESSAGE,
        sender=Address(name, name),
        text=text,
        folded=tuple(zip(edges[::2], edges[1::2], strict=True)),
        automatic=name,
        unreadable=text,
        marked=name,
        cc=(Address(text, name),),
        attachments=(
            Attachment(id=1, name=file, media_type="", size=1, sha256=None, missing=text),
        ),
    )
    for unfolded in (False, True):
        setting = replace(SETTING, width=width, unfolded=unfolded)
        for direction in Direction:
            for line in told(message_lines(replace(message, direction=direction), None, setting)):
                assert not CONTROL.search(line)
                assert cell_len(line) <= width


@given(st.text(st.sampled_from("ab  \n日本é\t")), st.integers(2, 30))
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    lines = wrap(SafeText(text), width)
    assert all(cell_len(line) <= width for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


@given(st.text(st.sampled_from("ab 日本é")), st.integers(1, 30))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fit(SafeText(text), width)) == width
    assert cell_len(cut(SafeText(text), width)) <= width


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "5s"),
        (240, "4m"),
        (7300, "2h"),
        (300000, "3d"),
        (5000000, "8w"),
        (10**8, "3y"),
        (-5, "0s"),
    ],
)
def test_ages_fit_into_four_cells(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_sizes_are_for_people() -> None:
    assert [size(n) for n in (0, 999, 1_234, 25_000_000, 3 * 10**9)] == [
        "0 B", "999 B", "1.2 KB", "25.0 MB", "3.0 GB",
    ]  # fmt: skip
