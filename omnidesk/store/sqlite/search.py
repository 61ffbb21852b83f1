"""Full-text search: word forms by stem through the index's own vocabulary, newest first."""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache

import snowballstemmer

from omnidesk.core.model import Hit
from omnidesk.store.sqlite.connection import fold_yo
from omnidesk.store.sqlite.values import when

_TOKEN = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_MOST_FORMS = 200
"""How many forms one word of a query may stand for; a short stem would stand for too many."""

_SNIPPET = "snippet(search, -1, char(2), char(3), '…', 14)"


class SearchReads:
    """Look-ups by what was said."""

    db: sqlite3.Connection

    def search(self, query: str, *, before: int | None = None, limit: int = 50) -> list[Hit]:
        match = self._match(query)
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

    def _match(self, query: str) -> str | None:
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
        return " AND ".join(wanted) or None

    def _forms(self, word: str) -> str:
        """One word and the forms of it that occur in the index."""
        stem = stemmed(word)
        found = self.db.execute(
            "SELECT term FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?",
            (stem, stem + "\U0010ffff", _MOST_FORMS * 10),
        )
        forms = [term for (term,) in found if stemmed(term) == stem][:_MOST_FORMS]
        if word not in forms:
            forms.append(word)
        return "(" + " OR ".join(f'"{form}"' for form in forms) + ")"


@lru_cache(maxsize=20_000)
def stemmed(word: str) -> str:
    """The stem of a Russian or an English word (Snowball)."""
    stemmer = _stemmer("russian" if _CYRILLIC.search(word) else "english")
    stem: str = stemmer.stemWord(word)
    return stem


@lru_cache(maxsize=2)
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(language)
