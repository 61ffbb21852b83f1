"""Which parts of a letter's text are quoted or signature: folded on the screen, never cut."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from omnidesk.channels.email import quotes, signatures

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_BLANK = " \t\f\v\xa0\u200b\u200e\u200f\u202a\u202c\u202f\ufeff"
_SAID = re.compile(r"[^\s_=*>|–—-]")
"""More than a drawn line: a word, but `?`, `+` and a smile are answers too."""
_MOST_LINES = 50_000
"""Lines looked at; what stands below, in a letter that is really a file, stays visible."""
_WIDEST = 4
"""Lines that an attribution may be wrapped over."""


class _Walk(NamedTuple):
    """What a walk found: quoted stretches and the customer's own, as `[first, last)` lines."""

    quoted: list[tuple[int, int]]
    own: list[tuple[int, int]]


def fold(text: str) -> tuple[tuple[int, int], ...]:
    """The `[start, end)` code-point ranges of quoted text and signatures; sorted, disjoint.

    What the customer wrote stays outside. Where nothing would stay visible less is folded:
    first a letter quoted without `>`, then signatures, at last nothing at all.
    """
    bounds = [match.span(1) for match in islice(_LINE.finditer(text), _MOST_LINES)]
    letter = _Letter([text[start:end] for start, end in bounds])
    for loose, signed in ((True, True), (False, True), (False, False)):
        walk = letter.walk(loose=loose)
        folds = list(walk.quoted)
        if signed:
            for first, last in walk.own:
                folds += signatures.find(letter.raw, letter.lines, first, last)
        folds.sort()
        if _shows_words(letter.lines, folds):
            return _ranges(bounds, letter.lines, folds)
    return ()


class _Letter:
    """The lines of a letter, and what each of them can begin."""

    def __init__(self, raw: list[str]) -> None:
        self.raw = raw
        self.lines = [line.strip(_BLANK) for line in raw]
        self.marked = _marked(raw)
        self.next_full = _next_full(self.lines)
        self.attributions = self._attributions()
        self.marks = [
            index
            for index, line in enumerate(self.lines)
            if line and (self.marked[index] or index in self.attributions or quotes.may_begin(line))
        ]

    def walk(self, *, loose: bool) -> _Walk:
        """Divide the letter; `loose` takes what follows a header without `>` for its quote.

        A forwarded letter, or one that the customer points at, is content up to the end.
        """
        quoted: list[tuple[int, int]] = []
        own: list[tuple[int, int]] = []
        since, count = 0, len(self.lines)
        for index in self.marks:
            if index < since:
                continue
            if quotes.forward(self.lines[index]):
                break
            end = self._quote(index)
            if end is None:
                if not loose or quotes.points_below("\n".join(self.lines[since:index][-20:])):
                    break
                end = count
            if end > index:
                own.append((since, index))
                quoted.append((index, end))
                since = end
        else:
            index = count
        own.append((since, index))
        return _Walk(quoted, own)

    def _quote(self, index: int) -> int | None:
        """Where the quote that begins at a line ends; the line itself: none; None: unknown."""
        header = self._header(index)
        begin = self.next_full[index if header is None else header]
        if begin == len(self.lines):
            return index if header is None else begin
        if header is None:
            if not self.marked[index]:
                return index
            end = self._run(index)
            return end if quotes.plainly(self.raw[index:end]) else index
        return self._run(begin) if self.marked[begin] else None

    def _header(self, index: int) -> int | None:
        if index in self.attributions:
            return self.attributions[index]
        line = self.lines[index]
        if quotes.original(line):
            block = quotes.header_block(self.lines, self._after(index), announced=True)
            return block or index + 1
        if quotes.rule(line):
            return quotes.header_block(self.lines, self._after(index))
        return quotes.header_block(self.lines, index)

    def _after(self, index: int) -> int:
        """The next full line, or the last line where none follows."""
        return min(self.next_full[index + 1], len(self.lines) - 1)

    def _run(self, index: int) -> int:
        """Where the lines with `>` end that begin here, blank ones among them."""
        end = index
        while index < len(self.lines) and self.marked[index]:
            end = index + 1
            index = self.next_full[end]
        return end

    def _attributions(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for last, line in enumerate(self.lines):
            if line.endswith((":", "：")) and not self.marked[last]:
                first = self._attribution(last)
                if first is not None:
                    found[first] = last + 1
        return found

    def _attribution(self, last: int) -> int | None:
        """The line where the attribution begins that ends at a line; the shortest one counts."""
        widths = []
        for first in range(last, max(-1, last - _WIDEST), -1):
            line = self.lines[first]
            if not line or self.marked[first] or (first < last and line.endswith(":")):
                break
            widths.append(" ".join(self.lines[first : last + 1]))
            if quotes.attributes(widths[-1]):
                return first
            if quotes.leads(widths[-1]):
                break
        after = self.next_full[last + 1]
        if after == len(self.lines) or not self.marked[after]:
            return None
        for width, words in enumerate(widths):
            if not words[0].islower() and words[0] != "<" and quotes.may_attribute(words):
                return last - width
        return None


def _marked(raw: list[str]) -> list[bool]:
    """Which lines bear a quote's mark; initials count only beside another line of their kind."""
    initialled = [quotes.initialled(line) for line in raw]
    beside = [a or b for a, b in zip([False, *initialled], [*initialled[1:], False], strict=False)]
    return [
        quotes.depth(line) > 0 or (initials and near)
        for line, initials, near in zip(raw, initialled, beside, strict=True)
    ]


def _next_full(lines: list[str]) -> list[int]:
    """For each line, and the place behind the last, the first line from there that has text."""
    following = [len(lines)] * (len(lines) + 1)
    for index in range(len(lines) - 1, -1, -1):
        following[index] = index if lines[index] else following[index + 1]
    return following


def _shows_words(lines: list[str], folds: list[tuple[int, int]]) -> bool:
    index = 0
    for first, last in [*folds, (len(lines), len(lines))]:
        if any(_SAID.search(line) for line in lines[index:first]):
            return True
        index = max(index, last)
    return False


def _ranges(
    bounds: list[tuple[int, int]], lines: list[str], folds: list[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Folded lines as code points; folds with only blank lines between become one."""
    ranges: list[tuple[int, int]] = []
    reached = -1
    for first, last in folds:
        full = [index for index in range(max(first, reached, 0), last) if lines[index]]
        if not full:
            continue
        start, end = bounds[full[0]][0], bounds[full[-1]][1]
        if ranges and not any(lines[reached : full[0]]):
            start = ranges.pop()[0]
        ranges.append((start, end))
        reached = full[-1] + 1
    return tuple(ranges)
