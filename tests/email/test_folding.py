"""What of a letter stays visible, and what is folded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.channels.email.folding import fold
from tests.email.folding_cases import CASES

PIECES = [
    "> quoted",
    ">",
    "Лампа не горит.",
    "16.09.2026 10:42, Анна пишет:",
    "On Wed, Sep 16, 2026 at 10:42 AM Anna <a@b.com> wrote:",
    "From: Anna <a@b.com>",
    "Sent: 16 September 2026 10:42",
    "To: Shop",
    "Subject: Lamp",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "________",
    "-- ",
    "С уважением,",
    "Анна",
    "+7 916 123-45-67",
    "Sent from my iPhone",
    "This e-mail is confidential and intended solely for you.",
    "",
    "?",
]
letters = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=30).flatmap(
        lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
    ),
)


def visible(text: str) -> str:
    """The text outside the folds, without blank lines."""
    kept, reached = [], 0
    for start, end in fold(text):
        kept.append(text[reached:start])
        reached = end
    kept.append(text[reached:])
    return "\n".join(line.rstrip() for line in "".join(kept).splitlines() if line.strip())


@pytest.mark.parametrize(("letter", "kept"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_the_customer_wrote_stays_visible_and_the_rest_is_folded(
    letter: str, kept: str
) -> None:
    assert visible(letter) == "\n".join(line.rstrip() for line in kept.splitlines() if line.strip())


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({name for name, _, _ in CASES}) == len(CASES) > 80


@given(letters)
@settings(max_examples=400, deadline=None)
def test_ranges_are_sorted_disjoint_full_and_inside_the_text(text: str) -> None:
    reached = -1
    for start, end in fold(text):
        assert reached < start < end <= len(text)
        assert text[start:end].strip()
        reached = end


@given(letters)
@settings(max_examples=400, deadline=None)
def test_a_letter_with_words_never_becomes_invisible(text: str) -> None:
    if any(letter.isalnum() for letter in text):
        assert visible(text).strip(" >-_=*|\n")


@given(letters)
@settings(max_examples=200, deadline=None)
def test_a_customers_plain_sentence_below_a_marked_quote_is_never_folded(text: str) -> None:
    said = "Лампа мигает, сделайте с ней что-нибудь, пожалуйста."
    assert said in visible(f"Раз.\n\n> {text.splitlines()[0] if text.strip() else ''}\n\n{said}\n")


@given(letters)
@settings(max_examples=200, deadline=None)
def test_a_letter_above_never_hides_in_the_quote_that_follows_it(text: str) -> None:
    letter = f"Лампа мигает, помогите!\n\n16.09.2026 10:42, Анна пишет:\n> {text!r}\n"
    assert visible(letter) == "Лампа мигает, помогите!"


def test_ranges_count_code_points() -> None:
    text = "🙂🙂\n> q"
    assert fold(text) == ((3, 6),)


def test_folds_with_only_blank_lines_between_become_one() -> None:
    text = "Да.\n\n-- \nАнна\n\n16.09.2026 10:42, Бор пишет:\n> q\n"
    assert fold(text) == ((5, len(text) - 1),)


@pytest.mark.parametrize(
    "unit",
    [
        ">", ">\n", "> a\nb\n", "On ", "On On:\n", ":\n", "\n", "\r", " ", "-", "--\n", "a@", "@",
        "On 16.09.2026 10:42 a\n", "On 16.09.2026 10:42 a:\n", "On 16.09.2026 ",
        "16.09.2026 10:42 ",
        "From: a\n", "From: a@b\nSent: 16.09.2026 10:42\n", "С уважением,\n", "Sent from ",
        "-----Original Message-----\n", "this message is ", "Sent from my iPhone\n", "wrote ",
        "---------- Forwarded message ---------\n", "> > ", "I wrote:\n> q\n", "A>\n", "см. ",
        "From: a@b\nSent: 16.09.2026 10:42\nTo: c\n> q\n\nFYI\n",
    ],
)  # fmt: skip
def test_a_megabyte_of_one_hostile_unit_takes_under_a_second(unit: str) -> None:
    letter = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    begun = time.process_time()
    fold(letter)
    assert time.process_time() - begun < 1.0
