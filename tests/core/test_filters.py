"""One small language narrows views, lists and searches, and says what it does not understand."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.errors import BadFilter
from omnidesk.core.filters import KEYS, Filter, Reader, Term, Value, read_filter, words

NOW = datetime(2026, 9, 16, 12, 30, tzinfo=UTC)
READER = Reader(now=NOW, zone=UTC, agent="anna", channels=("support", "shop-bot"))


def read(text: str) -> list[tuple[str, Value, str, bool]]:
    return [(t.key, t.value, t.compare, t.negated) for t in read_filter(text, READER).terms]


def one(key: str, value: Value, compare: str = "=", *, negated: bool = False) -> object:
    return [(key, value, compare, negated)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tag:vip", one("tag", ("vip",))),
        ("TAG:vip,new", one("tag", ("vip", "new"))),
        ('tag:"very important"', one("tag", ("very important",))),
        ("-tag:x", one("tag", ("x",), negated=True)),
        ("channel:shop-bot", one("channel", ("shop-bot",))),
        ("from:anna@example.org", one("from", ("anna@example.org",))),
        ('from:"Анна Петрова"', one("from", ("Анна Петрова",))),
        ("assignee:me", one("assignee", ("anna",))),
        ("assignee:none", one("assignee", ("",))),
        ("assignee:ivan,me", one("assignee", ("ivan", "anna"))),
        ("state:open,waiting", one("state", ("open", "waiting"))),
        ("is:unread", one("is", ("unread",))),
        ("is:snoozed", one("state", ("snoozed",))),
        ("is:mine", one("is", ("mine", "anna"))),
        ("waiting:>2h", one("waiting", NOW - timedelta(hours=2), "<=")),
        ("waiting:2h", one("waiting", NOW - timedelta(hours=2), "<=")),
        ("waiting:<30m", one("waiting", NOW - timedelta(minutes=30), ">")),
        ("priority:>0", one("priority", 0, ">")),
        ("priority:-1", one("priority", -1)),
        ("priority:>=2", one("priority", 2, ">=")),
        ("before:2026-09-01", one("before", datetime(2026, 9, 1, tzinfo=UTC), "<")),
        ("after:monday", one("after", datetime(2026, 9, 14, tzinfo=UTC), ">=")),
        ("after:2d", one("after", NOW - timedelta(days=2), ">=")),
        ('after:"1 сентября"', one("after", datetime(2026, 9, 1, tzinfo=UTC), ">=")),
        ("file:invoice.pdf", one("file", ("invoice.pdf",))),
        ("анна", one("word", ("анна",))),
        ('"точная фраза"', one("phrase", ("точная фраза",))),
        ("«точная фраза»", one("phrase", ("точная фраза",))),
        ('-"a phrase"', one("phrase", ("a phrase",), negated=True)),
        ("-анна", one("word", ("анна",), negated=True)),
        ("#4412", one("number", 4412)),
        ("4412", one("word", ("4412",))),
        ("10:30", one("word", ("10:30",))),
        ("https://shop.test/order", one("word", ("https://shop.test/order",))),
        ("Re:order", one("word", ("Re:order",))),
        ("тег:vip", one("word", ("тег:vip",))),
        ("-", one("word", ("-",))),
        ("", []),
        ('""', []),
    ],
)
def test_a_condition_is_read(typed: str, meant: object) -> None:
    assert read(typed) == meant


def test_conditions_stand_side_by_side() -> None:
    found = read_filter('tag:vip заказ is:unread "не пришёл" -channel:support', READER)
    assert [t.key for t in found.terms] == ["tag", "word", "is", "phrase", "channel"]
    assert [t.key for t in found.of("word", "phrase")] == ["word", "phrase"]
    assert found
    assert not Filter()


def test_a_quote_that_is_not_closed_yet_goes_to_the_end() -> None:
    assert read('"точная фр') == [("phrase", ("точная фр",), "=", False)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tga:vip", "unknown tga:; did you mean tag?"),
        ("chanel:support", "did you mean channel?"),
        ("channel:suport", "unknown channel:suport; did you mean support?"),
        ("state:opened", "unknown state:opened; did you mean open?"),
        ("is:unred", "unknown is:unred; did you mean unread?"),
        ("tag:", "nothing stands behind tag:; write tag:vip"),
        ('tag:" "', "nothing stands behind tag:"),
        ("priority:high", "priority:high is no number"),
        ("waiting:>long", "waiting:>long is no time"),
        ("before:someday", "before: 'someday' is not understood"),
        ("before:31.02", "before: '31.02' is no date"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(typed: str, said: str) -> None:
    with pytest.raises(BadFilter) as caught:
        read(typed)
    assert said in str(caught.value)


def test_a_filter_that_is_kept_has_no_key_that_is_none() -> None:
    with pytest.raises(BadFilter, match=r'unknown sender:; known are tag, .*write "sender:anna"'):
        read_filter("sender:anna", Reader(now=NOW, strict=True))


def test_an_example_of_each_key_is_understood() -> None:
    for key, example in KEYS.items():
        for typed in example.split(", "):
            assert [t.key for t in read_filter(typed, READER).terms] == [key]


def test_words_alone_are_never_conditions() -> None:
    assert words('tag:vip "a b"').terms == (
        Term(key="word", value=("tag:vip",)),
        Term(key="phrase", value=("a b",)),
    )


PIECES = [*(f"{key}:" for key in KEYS), '"', "-", "#", "1", ">", "<", "2h", "x", " ", ",", "ё", ":"]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)))
def test_whatever_is_typed_is_a_filter_or_said_to_be_none(text: str) -> None:
    with contextlib.suppress(BadFilter):
        assert all(term.value != () for term in read_filter(text, READER).terms)
