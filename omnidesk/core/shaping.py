"""A reply in the shape that a channel can carry: text in pieces, subjects with their number."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'»”)\]]{0,3}(?=\s)")
_SPACES = " \t\n\r\f\v"
_JOINER = "\u200d"
_TINIEST = 0.25
"""Share of a piece below which a paragraph, line or sentence is no reason to cut."""
_LONGEST_CLUSTER = 64

_PREFIX = re.compile(
    r"(?:(?:re|fwd?|ha|на|отв|ответ|пер|пересл|aw|wg|antw|sv|vs|tr|odp|від|ад)"
    r" ?(?:\[\d{1,4}\]|\(\d{1,4}\)|[*^]\d{1,4})? ?[:：] ?)+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\[#([0-9]{1,15})\]")


def utf16_len(text: str) -> int:
    """How many UTF-16 code units a text has, as the Bot API and SMS count."""
    return len(text) + sum(1 for sign in text if sign > "\uffff")


def split_text(text: str, limit: int, *, width: Callable[[str], int] = len) -> list[str]:
    """Cut a text into pieces no wider than `limit`; only white space at a cut is lost, and an
    indentation for which a word would be cut.

    Cuts after a paragraph, else a line, a sentence, a word, else between two characters as
    they are seen. A single code point wider than the limit is a piece of its own. `width`
    must not shrink as a text grows. No piece is blank; a blank text has none.
    """
    if limit < 1:
        raise ValueError(f"a piece of {limit} carries nothing")
    pieces = []
    start, stop = 0, len(text.rstrip(_SPACES))
    while start < stop:
        top = _furthest(text, start, stop, limit, width)
        cut = top if top == stop else _cut(text, start, top)
        if text[start] in _SPACES and cut < stop and not _at_space(text, cut):
            start = _skip(text, start, stop)
            continue
        piece = text[start:cut].rstrip(_SPACES)
        if piece:
            pieces.append(piece)
            start = _resume(text, cut, stop)
        else:
            start = _skip(text, start, stop)
    return pieces


def reply_subject(subject: str, number: int) -> str:
    """The subject of an answer: `Re: subject [#number]`, each of the three once."""
    return " ".join(part for part in ("Re:", bare_subject(subject), f"[#{number}]") if part)


def bare_subject(subject: str) -> str:
    """A subject without its `Re:`, `Fwd:`, `Отв:`, `Re[2]:` and `[#number]`, on one line."""
    words = " ".join(_NUMBER.sub(" ", subject).split())
    prefix = _PREFIX.match(words)
    return words[prefix.end() :] if prefix else words


def subject_number(subject: str) -> int | None:
    """The conversation that a subject names: its last `[#number]`."""
    numbers = _NUMBER.findall(subject)
    return int(numbers[-1]) if numbers else None


def same_subject(one: str, other: str) -> bool:
    """Whether two subjects are one, but for prefixes, numbers, case and white space."""
    return bare_subject(one).casefold() == bare_subject(other).casefold()


def _furthest(text: str, start: int, stop: int, limit: int, width: Callable[[str], int]) -> int:
    """The end of the longest piece from `start` that fits; at least one code point on."""
    low, step = start, limit
    while low < stop and width(text[start : min(low + step, stop)]) <= limit:
        low, step = min(low + step, stop), step * 2
    high = min(low + step, stop + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if width(text[start:middle]) <= limit:
            low = middle
        else:
            high = middle
    return max(low, start + 1)


def _cut(text: str, start: int, top: int) -> int:
    """Where to cut between `start` and `top`: the coarsest boundary that is far enough."""
    least = start + int((top - start) * _TINIEST)
    for boundary in (_PARAGRAPH, _LINE, _SENTENCE):
        cuts = [
            found.end() if boundary is _SENTENCE else found.start()
            for found in boundary.finditer(text, start, top + 1)
        ]
        if cuts and least < cuts[-1] <= top:
            return cuts[-1]
    for index in range(top, start, -1):
        if text[index] in _SPACES:
            return index
    for index in range(top, max(start, top - _LONGEST_CLUSTER), -1):
        if not _inside_cluster(text, start, index):
            return index
    return top


def _at_space(text: str, cut: int) -> bool:
    return text[cut] in _SPACES or text[cut - 1] in _SPACES


def _inside_cluster(text: str, start: int, index: int) -> bool:
    """Whether the code points round an index are seen as one character (UAX 29, in short)."""
    before, after = text[index - 1], text[index]
    if after == _JOINER or before == _JOINER or unicodedata.category(after) in {"Mn", "Mc", "Me"}:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if "\u1160" <= after <= "\u11ff" and "\u1100" <= before <= "\u11ff":
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    if not _flag_half(before) or not _flag_half(after):
        return False
    halves = index
    while halves > start and _flag_half(text[halves - 1]):
        halves -= 1
    return (index - halves) % 2 == 1


def _flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _resume(text: str, cut: int, stop: int) -> int:
    """Where the next piece begins: behind blank lines, but with its own indentation."""
    end = _skip(text, cut, stop)
    newline = text.rfind("\n", cut, end)
    return end if newline < 0 else newline + 1


def _skip(text: str, start: int, stop: int) -> int:
    while start < stop and text[start] in _SPACES:
        start += 1
    return start
