"""The words of a filter in FTS5's own language: each with its forms from the index itself."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from omnidesk.core.identity import dialled
from omnidesk.store.sqlite.connection import fold_yo

if TYPE_CHECKING:
    import snowballstemmer

    from omnidesk.core.filters import Filter, Term

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_MOST_FORMS = 200
"""How many forms one word of a query may stand for; a short stem would stand for too many."""

_MOST_TERMS = 400
"""How many words of the index that begin with a stem are looked at for its forms."""

_SHORTEST_BEGINNING = 3
"""Letters of a word being typed before it stands for all words that begin so."""

_CHANNEL = "zzchannel"
"""What the index's word for a channel begins with; its name follows in hexadecimal digits."""

TEXT = ("word", "phrase", "file", "subject")
"""The keys of what was said."""

_COLUMNS = {"file": "files", "subject": "subject", "from": "people"}


class MatchReads:
    """What a filter's words are in the index."""

    db: sqlite3.Connection

    def matching(
        self, filter: Filter, keys: Iterable[str], *, typing: bool = False
    ) -> tuple[str | None, str | None]:
        """What must be found and what must not, as FTS5 takes it; None: nothing of the kind.

        `typing`: the filter's last word may be unfinished.
        """
        terms = filter.of(*keys)
        begun = filter.terms[-1] if typing and filter.unfinished and filter.terms else None
        wanted = [m for t in terms if not t.negated and (m := self._match(t, t is begun))]
        unwanted = [m for t in terms if t.negated and (m := self._match(t, False))]
        found = " AND ".join(wanted) or None
        if found and (numbers := _telephone(terms)):
            found = f"({found}) OR {_any(numbers)}"
        return found, " OR ".join(unwanted) or None

    def everything(self) -> str:
        """What every message has."""
        return _any(self._terms(_CHANNEL, _MOST_TERMS) or [_CHANNEL])

    def _match(self, term: Term, begun: bool) -> str | None:
        assert isinstance(term.value, tuple)
        if term.key == "channel":
            return _any([_CHANNEL + name.encode().hex() for name in term.value])
        words = [w for part in term.value for w in _WORD.findall(fold_yo(part.lower()))]
        if not words:
            return None
        if term.key == "phrase" or len(words) > 1:
            found = " ".join(words).join('""')
        elif term.key in ("file", "from"):
            found = self._begun(words[0])
        else:
            found = self._forms(words[0])
        if begun and term.key in ("word", "subject") and len(words[-1]) >= _SHORTEST_BEGINNING:
            found = f"({found} OR {self._begun(words[-1])})"
        column = _COLUMNS.get(term.key)
        return f"({column} : {found})" if column else found

    def _forms(self, word: str) -> str:
        """One word and the forms of it that occur in the index."""
        stem = stemmed(word)
        terms = self._terms(stem, _MOST_TERMS)
        forms = [term for term in terms if stemmed(term) == stem][:_MOST_FORMS]
        if word not in forms:
            forms.append(word)
        return _any(forms)

    def _begun(self, word: str) -> str:
        """All words of the index that begin so.

        FTS5's own prefix search gathers every hit of every word before it gives the newest.
        """
        if len(word) < _SHORTEST_BEGINNING:
            return f'"{word}"'
        terms = self._terms(word, _MOST_FORMS)
        return _any(terms) if 0 < len(terms) < _MOST_FORMS else f'"{word}"*'

    def _terms(self, beginning: str, most: int) -> list[str]:
        """At most so many words of the index that begin so, in their order.

        One look for each: a range over the vocabulary reads every hit of every word in it.
        """
        found: list[str] = []
        start = beginning
        while len(found) < most:
            row = self.db.execute(
                "SELECT term FROM vocabulary WHERE term >= ? LIMIT 1", (start,)
            ).fetchone()
            if row is None or not row[0].startswith(beginning):
                break
            found.append(row[0])
            start = row[0] + "\0"
        return found


def _telephone(terms: Iterable[Term]) -> list[str]:
    """The one number that all words together are, as the index has it."""
    said = " ".join(
        part
        for t in terms
        if t.key == "word" and not t.negated and isinstance(t.value, tuple)
        for part in t.value
    )
    numbers = dialled(said)
    return [number for number in numbers if len(number) >= _SHORTEST_NUMBER]


_SHORTEST_NUMBER = 7


def _any(words: Iterable[str]) -> str:
    return "(" + " OR ".join(f'"{word}"' for word in words) + ")"


@lru_cache(maxsize=20_000)
def stemmed(word: str) -> str:
    """The stem of a Russian or an English word (Snowball)."""
    stemmer = _stemmer("russian" if _CYRILLIC.search(word) else "english")
    stem: str = stemmer.stemWord(word)
    return stem


@lru_cache(maxsize=2)
def _stemmer(language: str) -> snowballstemmer.stemmer:
    import snowballstemmer  # twenty-five languages, and a screen starts without searching

    return snowballstemmer.stemmer(language)
