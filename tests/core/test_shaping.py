"""Texts cut to a channel's limit, and subjects with their number."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omnidesk.core.shaping import (
    bare_subject,
    reply_subject,
    same_subject,
    split_text,
    subject_number,
    utf16_len,
)

FAMILY = "👨‍👩‍👧‍👦"
texts = st.text(
    st.one_of(st.sampled_from(" \n\r\t.!?аяz1🙂👍🏽👨‍👩\u0301🇷🇺"), st.characters()), max_size=200
)
subjects = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["Re: ", "FWD:", "Re[2]: ", "Отв: ", "AW: ", "[#7]", "[#", "]", "Лампа "])
    ).map("".join),
)


def bare(text: str) -> str:
    return "".join(text.translate(dict.fromkeys(map(ord, " \t\n\r\f\v"))))


@given(texts, st.integers(1, 40), st.sampled_from([len, utf16_len]))
@settings(max_examples=500, deadline=None)
def test_nothing_is_lost_but_white_space_and_no_piece_is_blank(
    text: str, limit: int, width: Callable[[str], int]
) -> None:
    pieces = split_text(text, limit, width=width)
    assert bare("".join(pieces)) == bare(text)
    assert all(bare(piece) for piece in pieces)


@given(texts, st.integers(2, 40), st.sampled_from([len, utf16_len]))
@settings(max_examples=500, deadline=None)
def test_no_piece_is_wider_than_the_limit(
    text: str, limit: int, width: Callable[[str], int]
) -> None:
    assert all(width(piece) <= limit for piece in split_text(text, limit, width=width))


@given(texts)
def test_a_text_that_fits_is_left_as_it_is(text: str) -> None:
    pieces = split_text(text, 1000)
    assert pieces == ([text.rstrip(" \t\n\r\f\v")] if bare(text) else [])


@given(st.text("ab ", max_size=120), st.integers(5, 20))
@example(" aaaaa", 5)
def test_a_word_that_fits_is_never_cut(text: str, limit: int) -> None:
    whole = [word for word in text.split() if len(word) <= limit]
    cut = [word for piece in split_text(text, limit) for word in piece.split()]
    if len(whole) == len(text.split()):
        assert cut == whole


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("one two\n\nthree four", 14, ["one two", "three four"]),
        ("one. two\nthree four", 14, ["one. two", "three four"]),
        ("One two. Three four", 15, ["One two.", "Three four"]),
        ("He said “no.” Then more", 17, ["He said “no.”", "Then more"]),
        ("one two three", 9, ["one two", "three"]),
        ("one two three", 7, ["one two", "three"]),
        ("aaaaaaaaaa", 4, ["aaaa", "aaaa", "aa"]),
        ("Hi\n\n" + "word " * 8, 30, ["Hi\n\nword word word word word", "word word word"]),
        ("list:\n  a\n  b", 10, ["list:\n  a", "  b"]),
        ("one\r\n\r\ntwo", 5, ["one", "two"]),
        ("10\u00a0000 рублей", 7, ["10\u00a0000", "рублей"]),
        ("   ", 2, []),
        ("", 5, []),
        ("\n\n\n\n\na", 2, ["a"]),
    ],
)
def test_a_cut_falls_on_the_coarsest_boundary(text: str, limit: int, pieces: list[str]) -> None:
    assert split_text(text, limit) == pieces


@pytest.mark.parametrize(
    ("cluster", "limit"),
    [(FAMILY, 9), ("👍🏽", 3), ("🇷🇺", 3), ("e\u0301", 3), ("각", 4), ("❤\ufe0f", 3), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 10)],
)
def test_what_is_seen_as_one_character_stays_in_one_piece(cluster: str, limit: int) -> None:
    assert set("".join(split_text(cluster * 4, limit)).split(cluster)) == {""}
    assert all(piece == cluster * (len(piece) // len(cluster)) for piece in
               split_text(cluster * 4, limit))  # fmt: skip


def test_a_surrogate_pair_is_never_cut() -> None:
    assert split_text("🙂🙂🙂", 3, width=utf16_len) == ["🙂", "🙂", "🙂"]
    assert split_text("🙂🙂", 1, width=utf16_len) == ["🙂", "🙂"]
    assert split_text("\ud83d\ude42\ud83d\ude42", 3) == ["\ud83d\ude42", "\ud83d\ude42"]


def test_a_cluster_longer_than_the_limit_is_cut_after_all() -> None:
    assert split_text("e" + "\u0301" * 9, 5) == ["e" + "\u0301" * 4, "\u0301" * 5]


def test_bytes_can_be_counted_too() -> None:
    assert split_text("яяяя", 4, width=lambda text: len(text.encode())) == ["яя", "яя"]


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        split_text("a", 0)


@pytest.mark.parametrize("unit", ["a", " ", "\n", "\n ", "a. ", "🇷", "\u0301", "\n\n a", "a\n\n"])
def test_a_megabyte_is_cut_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begun = time.process_time()
    split_text(text, 4096, width=utf16_len)
    assert time.process_time() - begun < 3.0


@given(st.text(max_size=50))
def test_utf16_units_are_those_of_the_codec(text: str) -> None:
    assert utf16_len(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "subject",
    [
        "Лампа",
        "Re: Лампа",
        "RE: re: Re: Лампа",
        "Fwd: Лампа",
        "FW: Re: Лампа",
        "Re[2]: Лампа",
        "RE(3): Лампа",
        "Re^2: Лампа",
        "Ha: Лампа",
        "НА: Лампа",
        "Отв: Лампа",
        "Ответ: Re: Лампа",
        "AW: WG: Лампа",
        "Re: [#12] Лампа",
        "Re: Лампа [#12]",
        "[#12] Re: [#13] Лампа [#14]",
        "Re : Лампа",
        "Re:Лампа",
        "Re： Лампа",
        "  Re:\tЛампа \r\n [#12]",
    ],
)
def test_prefixes_and_numbers_are_stripped(subject: str) -> None:
    assert bare_subject(subject) == "Лампа"
    assert reply_subject(subject, 7) == "Re: Лампа [#7]"


@pytest.mark.parametrize(
    "subject",
    ["Reply: no", "Regarding: lamp", "Replacement of a lamp", "На складе: пусто", "Awning", "#12",
     "[#a]", "Отвёртка", "Лампа Re: Люстра"],
)  # fmt: skip
def test_a_subject_that_only_looks_prefixed_is_kept(subject: str) -> None:
    assert bare_subject(subject) == subject


def test_an_empty_subject_gets_its_number() -> None:
    assert reply_subject("", 7) == "Re: [#7]"
    assert reply_subject("Re: ", 7) == "Re: [#7]"


@given(subjects, st.integers(1, 10**9))
def test_answering_an_answer_changes_nothing(subject: str, number: int) -> None:
    once = reply_subject(subject, number)
    assert reply_subject(once, number) == once
    assert subject_number(once) == number
    assert once.count(f"[#{number}]") == 1
    assert same_subject(subject, once)
    assert "\n" not in once
    assert "\r" not in once


@given(subjects)
def test_a_bare_subject_is_bare(subject: str) -> None:
    assert bare_subject(bare_subject(subject)) == bare_subject(subject)


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: Лампа [#12]", 12),
        ("[#1] Re: x [#2]", 2),
        ("Лампа", None),
        ("#12", None),
        ("[12]", None),
        ("[#]", None),
        ("[#" + "9" * 5000 + "]", None),
        ("[#١٢]", None),
    ],
)
def test_the_last_number_in_brackets_counts(subject: str, number: int | None) -> None:
    assert subject_number(subject) == number


def test_same_subject_sees_through_prefixes_case_and_space() -> None:
    assert same_subject("RE:  лампа [#7]", "Лампа")
    assert not same_subject("Лампа", "Люстра")


@pytest.mark.parametrize("unit", ["Re: ", "[#", "[#1", " ", "Re", "Re[", "[#1]"])
def test_a_megabyte_of_subject_takes_under_a_second(unit: str) -> None:
    begun = time.process_time()
    reply_subject(unit * (1_000_000 // len(unit)), 7)
    assert time.process_time() - begun < 1.0
