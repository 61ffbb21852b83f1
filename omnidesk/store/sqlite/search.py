"""Full-text search: word forms by stem through the index's own vocabulary, newest first."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from omnidesk.core.model import Hit, Row
from omnidesk.store.sqlite.connection import fold_yo
from omnidesk.store.sqlite.inbox import InboxReads
from omnidesk.store.sqlite.values import when

if TYPE_CHECKING:
    import snowballstemmer

_TOKEN = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_MOST_FORMS = 200
"""How many forms one word of a query may stand for; a short stem would stand for too many."""

_MOST_TERMS = 400
"""How many words of the index that begin with a stem are looked at for its forms."""

_SHORTEST_BEGINNING = 3
"""Letters of a word being typed before it stands for all words that begin so."""

_MOST_HITS = 500
"""How many of the newest hits a filter of the list looks at."""

_SNIPPET = "snippet(search, -1, char(2), char(3), '…', 14)"


class SearchReads(InboxReads):
    """Look-ups by what was said."""

    def rows_matching(
        self,
        query: str,
        view: str,
        *,
        agent: str = "",
        after: tuple[int, int] | None = None,
        limit: int = 60,
    ) -> list[Row]:
        numbers = {hit.conversation for hit in self.search(query, limit=_MOST_HITS, typing=True)}
        if query.strip().lstrip("#").isdigit():
            numbers.add(int(query.strip().lstrip("#")) & 0x7FFFFFFFFFFFFFFF)
        return self.rows_of(view, numbers, agent=agent, after=after, limit=limit)

    def search(
        self, query: str, *, before: int | None = None, limit: int = 50, typing: bool = False
    ) -> list[Hit]:
        match = self._match(query, typing)
        if match is None:
            return []
        found = self.db.execute(
            f"SELECT m.conversation, m.id, {_SNIPPET}, c.subject, p.name, m.received_at"
            " FROM search s JOIN message m ON m.id = s.rowid"
            " JOIN conversation c ON c.number = m.conversation"
            " JOIN contact k ON k.id = c.contact JOIN contact p ON p.id = k.root"
            " WHERE search MATCH ? AND s.rowid < ? ORDER BY s.rowid DESC LIMIT ?",
            (match, 1 << 62 if before is None else before, limit),
        )
        return [
            Hit(
                conversation=r[0],
                message=r[1],
                snippet=r[2],
                subject=r[3],
                name=r[4],
                at=when(r[5]),
            )
            for r in found
        ]

    def _match(self, query: str, typing: bool) -> str | None:
        """The query in FTS5's own language, every word of the user's inside quotes."""
        wanted: list[str] = []
        for phrase, word in _TOKEN.findall(fold_yo(query.lower())):
            words = _WORD.findall(phrase or word)
            if not words:
                continue
            if phrase or len(words) > 1:
                wanted.append(" ".join(words).join('""'))
            else:
                wanted.append(self._forms(words[0]))
        if typing and wanted and query[-1:].isalnum():
            last = _WORD.findall(fold_yo(query.lower()))[-1]
            if len(last) >= _SHORTEST_BEGINNING:
                wanted[-1] = f"({wanted[-1]} OR {self._begun(last)})"
        return " AND ".join(wanted) or None

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


def _any(words: list[str]) -> str:
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
