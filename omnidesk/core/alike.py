"""Whether two messages tell of the same fault, by the words that they share.

Words are cut to their beginnings, so that Russian and English forms of one word meet; words
that everybody uses and greetings do not count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from omnidesk.core.shaping import bare_subject
from omnidesk.core.summary import visible

_READ_CHARS = 4_000
_STEM = 5
_FEWEST = 4
"""Shorter ones (greetings, thanks, "it does not work") say too little to be the same."""

_BANDS, _ROWS = 20, 2
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_COMMON_WORDS = """
    a about after all also am an and any are as at be been but by can could did do does doing for
    from get got had has have hello help her hey hi him his how i if im in into is it its just know
    let me morning my need no not now of on once one or our out please pls regards so some still
    team thank thanks that the their them then there they this to today too up us very want was we
    were what when where which who why will with would you your good day dear best kind sincerely
    evening afternoon since again

    а без бы был была были было быть в вам вас ваш весь во вот все всё всем всех вы где да
    даже для до добрый доброе день дня утро вечер его ее её если есть еще ещё же за здравствуйте
    здрасте и из или им их к как какой ко когда кто ли меня мне могу может можете можно мой моя мы
    на над нам нас наш не него нет ни но ну о об он она они оно от очень по пожалуйста помогите
    подскажите под пока потом почему почти при привет приветствую просто прошу раз с сам свой себя
    сегодня сейчас скажите со спасибо так такой там тебя тем теперь то тоже только тут ты у
    уважением     уважаемые уже хочу чего чем что чтобы эта эти это этот эту я
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_STOPPED = frozenset(word.replace("ё", "е")[:_STEM] for word in _COMMON if len(word) >= _STEM)
_SHORT = frozenset(word.replace("ё", "е") for word in _COMMON if len(word) < _STEM)


@lru_cache(maxsize=2_000)
def words(text: str, folded: Sequence[tuple[int, int]] = (), subject: str = "") -> frozenset[str]:
    """The telling words of what was said, without quotes, signatures and greetings."""
    said = f"{bare_subject(subject)}\n{_QUOTED.sub('', visible(text, folded))}"
    found = _WORD.findall(said[:_READ_CHARS].casefold().replace("ё", "е"))
    return frozenset(stem for word in found if (stem := _stem(word)))


def _stem(word: str) -> str:
    if any(map(str.isdigit, word)):
        return word
    stem = word[:_STEM]
    common = word in _SHORT or (len(word) >= _STEM and stem in _STOPPED)
    return "" if common or len(word) < 2 else stem


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of all their words two messages share (0 to 1); 0 where one says too little."""
    if min(len(one), len(other)) < _FEWEST:
        return 0.0
    return len(one & other) / len(one | other)


def marks(said: frozenset[str]) -> tuple[int, ...]:
    """Numbers of which texts share one the likelier, the more words they share (MinHash in bands).

    Empty where too little is said. Two texts that share half of their words meet in all but one
    of 300 cases, two that share a tenth in one of five.
    """
    if len(said) < _FEWEST:
        return ()
    hashes = [_hashes(word) for word in said]
    least = [min(column) for column in zip(*hashes, strict=True)]
    return tuple(_number(band, least[band * _ROWS : (band + 1) * _ROWS]) for band in range(_BANDS))


@lru_cache(maxsize=20_000)
def _hashes(word: str) -> tuple[int, ...]:
    """The word's place in as many shuffled dictionaries as the marks need."""
    size = 4 * _BANDS * _ROWS
    digest = hashlib.shake_128(word.encode()).digest(size)
    return tuple(int.from_bytes(digest[at : at + 4], "big") for at in range(0, size, 4))


def _number(band: int, least: Iterable[int]) -> int:
    text = f"{band}:{':'.join(map(str, least))}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")
