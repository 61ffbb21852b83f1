"""An automatic answer says what it can, and no placeholder ever goes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.wording import PLACEHOLDERS, fill, person

ALL = {"number": "5", "desk": "Acme", "name": "Ann", "expected": "4 hours"}


def test_every_placeholder_gets_its_value() -> None:
    said = fill("Hello, {name}! {desk} has it (no. {number}). Wait {expected}.", ALL)
    assert said == "Hello, Ann! Acme has it (no. 5). Wait 4 hours."


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hello, {name}!", "Hello!"),
        ("Hello {name}, we have it.", "Hello, we have it."),
        ("{name}, we have it.", "We have it."),
        ("Спасибо, {name}, мы ответим.", "Спасибо мы ответим."),
        ("{name}", ""),
    ],
)
def test_without_a_name_the_word_and_its_comma_go(template: str, said: str) -> None:
    assert fill(template, ALL | {"name": ""}) == said


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("We have it (no. {number}). Wait {expected}. Bye.", "We have it (no. 5). Bye."),
        ("Wait {expected}.\nBye.", "Bye."),
        ("We have it.\n\nWait {expected}!\n\n{desk}", "We have it.\n\nAcme"),
        ("Wait {expected}", ""),
    ],
)
def test_a_sentence_that_cannot_be_said_is_left_out(template: str, said: str) -> None:
    assert fill(template, ALL | {"expected": ""}) == said


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("{desk}", ALL | {"desk": "{number} {nobody}"}) == "{number} {nobody}"


PIECES = st.sampled_from(
    ["{name}", "{expected}", "{number}", "{desk}", ", ", ". ", "!", "\n", "Hi"]
)


@given(st.lists(PIECES).map("".join), st.sets(st.sampled_from(sorted(PLACEHOLDERS))))
def test_no_brace_goes_out_whatever_is_missing(template: str, missing: set[str]) -> None:
    said = fill(template, {k: "" if k in missing else v for k, v in ALL.items()})
    assert "{" not in said
    assert "}" not in said


@pytest.mark.parametrize(
    "name", ["Ann", "Ольга Ким", "J. R. Smith", "Anne-Marie O'Neil", "  Ann   Smith "]
)
def test_a_persons_name_may_be_said(name: str) -> None:
    assert person(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "buy.example",
        "https://buy.example",
        "ann@example.org",
        "Win 1000 now",
        "We sell the best lamps in town",
        "Ann\u202e",
        "Ann {number}",
        "x" * 60,
    ],
)
def test_an_advertisement_in_place_of_a_name_is_not_sent_on(name: str) -> None:
    assert person(name) == ""
