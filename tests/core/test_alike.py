"""Texts that tell of the same fault share their words, others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.alike import likeness, marks, words
from omnidesk.core.radar import SAME_WORDS

SAME = [
    (
        "Здравствуйте! Не проходит оплата картой, пишет ошибка 500. Заказ 4412.",
        "не проходит оплата картой ошибка 500 заказ 4412",
    ),
    (
        "Добрый день, принтер Kyocera не печатает после обновления драйвера",
        "после обновления драйвера принтер kyocera перестал печатать!!!",
    ),
    (
        "Hello, the export to Excel fails with error E-1042 since this morning.",
        "hi! export to excel fails, error E-1042",
    ),
    (
        "The mobile app crashes when I open the invoice list",
        "App crashes on opening invoice list (mobile)",
    ),
    (
        "Ещё раз: курьер не приехал, посылка RU123456789 висит на складе",
        "еще раз курьер не приехал посылка RU123456789 висит на складе",
    ),
]
OTHER = [
    ("Здравствуйте", "Здравствуйте"),
    ("Добрый день! Помогите, пожалуйста", "добрый день помогите пожалуйста"),
    ("Hello, can you help me please?", "Hello, can you help me please?"),
    ("Спасибо, всё работает", "спасибо все работает"),
    ("ничего не работает", "ничего не работает"),
    (
        "Не проходит оплата картой, пишет ошибка 500. Заказ 4412.",
        "Курьер привёз не тот размер, хочу обменять кроссовки из заказа 4412",
    ),
    (
        "The export to Excel fails with error E-1042",
        "The invoice for March has the wrong address, please correct the company name",
    ),
    (
        "Принтер Kyocera не печатает после обновления драйвера",
        "Монитор Samsung мерцает после замены кабеля питания",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_fault_told_twice_is_alike_and_found(one: str, other: str) -> None:
    first, second = words(one), words(other)
    assert likeness(first, second) >= SAME_WORDS, (first, second)
    assert set(marks(first)) & set(marks(second))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_faults_and_greetings_are_not_alike(one: str, other: str) -> None:
    assert likeness(words(one), words(other)) < SAME_WORDS, (words(one), words(other))


def test_quotes_signatures_and_folded_parts_do_not_count() -> None:
    quote = "\n> принтер Kyocera не печатает после обновления"
    text = "спасибо, жду\nИван Петров, отдел закупок, Ромашка"
    assert words(text + quote, ((12, len(text)),)) == words("спасибо, жду")


def test_a_subject_counts_without_its_re_and_number() -> None:
    assert words("", (), "Re: Printer broken [#12]") == words("", (), "Printer broken")


def test_too_little_leaves_no_marks() -> None:
    assert marks(words("ничего не работает")) == ()


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    first, second = words(one), words(other)
    assert 0.0 <= likeness(first, second) <= 1.0
    assert likeness(first, second) == likeness(second, first)
    assert len(marks(first)) in (0, 20)
