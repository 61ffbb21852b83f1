"""Pages of a view that a filter narrows, in the view's own order."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from omnidesk.core.identity import dialled
from omnidesk.core.model import Row
from omnidesk.store.sqlite.connection import fold_yo
from omnidesk.store.sqlite.conversation_rows import select_rows
from omnidesk.store.sqlite.inbox import INDEX, VIEWS, in_order
from omnidesk.store.sqlite.matching import TEXT
from omnidesk.store.sqlite.narrowing import narrowed
from omnidesk.store.sqlite.search import SearchReads

if TYPE_CHECKING:
    from omnidesk.core.filters import Filter, Term

_MOST_HITS = 3000
"""How many of the newest messages with its words a filter looks at."""

_MOST_PEOPLE = 3000
"""How many of the newest contacts with a name a filter looks at."""

_FEW_PEOPLE = 200
_FEW_TAGGED = 2000
_FEW_COUNTED = 1000
"""So many rows of a view are looked at for a number beside its name: a millisecond or two."""

_SMALL_VIEW = 5000
"""So many rows of a view are looked at one by one; above that only an index is."""

_ACTIVE = ("inbox", "mine", "unassigned")
_COLUMNS = ("tag", "channel", "assignee", "state", "is", "priority", "waiting", "before", "after")
_WORD = re.compile(r"[^\W_]+")
_TAGGED = "SELECT DISTINCT conversation FROM tagged WHERE tag IN ({})"


class FilterReads(SearchReads):
    """Look-ups of what a filter leaves of a view."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def rows_filtered(
        self,
        filter: Filter,
        view: str,
        *,
        agent: str = "",
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 60,
        typing: bool = False,
        newest: bool = False,
    ) -> list[Row]:
        if filter.of(*TEXT) and self.matching(filter, TEXT) == (None, None):
            return []  # there is no letter and no digit in it
        where, arguments = narrowed(filter.of(*_COLUMNS))
        arguments["agent"] = agent
        by, index, whole = in_order(view, newest=newest)
        source = (
            _first(self._by_words(filter, where, typing), self._by_people(filter, where))
            or self._by_tags(filter, arguments)
            or self._by_column(filter, view)
            or (f"INDEXED BY {index}" if newest else self._by_view(view, agent))
        )
        where += whole
        return select_rows(self.db, source, where, arguments, after, before, limit, by)

    def count_filtered(
        self, filter: Filter, view: str, *, agent: str = "", most: int = 100
    ) -> int | None:
        if filter.of(*TEXT, "from", "number"):
            return None
        where, arguments = narrowed(filter.of(*_COLUMNS))
        arguments |= {"agent": agent, "most": most, "few": _FEW_COUNTED}
        if tagged := self._by_tags(filter, arguments):
            rows = f"SELECT 1 FROM conversation c {tagged} WHERE {VIEWS[view]}"
            return self._count(rows, where, arguments)
        rows = (
            f"SELECT 1 FROM (SELECT * FROM conversation c INDEXED BY {INDEX[view]}"
            f" WHERE {VIEWS[view]} ORDER BY c.rank, c.number LIMIT :few) c WHERE 1"
        )
        found = self._count(rows, where, arguments)
        whole = self.counts(agent)[view] <= _FEW_COUNTED
        return found if whole or found >= most else None

    def _count(self, rows: str, where: list[str], arguments: dict[str, Any]) -> int:
        narrow = "".join(f" AND {one}" for one in where)
        counted = f"SELECT count(*) FROM ({rows}{narrow} LIMIT :most)"
        return int(self.db.execute(counted, arguments).fetchone()[0])

    def _by_words(self, filter: Filter, where: list[str], typing: bool) -> str | None:
        """Conversations by their words or numbers, whatever their order."""
        wanted, unwanted = self.matching(filter, TEXT, typing=typing)
        if unwanted:
            where.append(f"c.number NOT IN ({_marks(self._said(unwanted))})")
        numbers = filter.of("number")
        for term in numbers:
            assert isinstance(term.value, int)
            compare = "<>" if term.negated else "="
            where.append(f"c.number {compare} {self.kept_by(term.value)}")
        if wanted is None:
            return "NOT INDEXED" if any(not t.negated for t in numbers) else None
        said = self._said(wanted)
        where.append(f"c.number IN ({_marks([*said, *self._typed_number(filter)])})")
        return "NOT INDEXED"

    def _said(self, match: str) -> list[int]:
        found = self.db.execute(
            "SELECT DISTINCT m.conversation FROM (SELECT rowid AS id FROM search"
            " WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?) s JOIN message m ON m.id = s.id",
            (match, _MOST_HITS),
        )
        return [number for (number,) in found]

    def _typed_number(self, filter: Filter) -> list[int]:
        """A bare number may be a conversation's, where nothing else was typed."""
        words = filter.of("word")
        value = words[0].value if len(filter.terms) == len(words) == 1 else ()
        word = value[0] if isinstance(value, tuple) and value else ""
        if word.isascii() and word.isdigit() and len(word) < 19:
            return [self.kept_by(int(word))]
        return []

    def _by_people(self, filter: Filter, where: list[str]) -> str | None:
        """Conversations of whoever has a name or a handle; few people have few of them."""
        few = False
        for term in filter.of("from"):
            assert isinstance(term.value, tuple)
            roots = self._people(" ".join(term.value))
            inside = f"c.contact IN (SELECT id FROM contact WHERE root IN ({_marks(roots)}))"
            where.append(f"NOT {inside}" if term.negated else inside)
            few = few or (len(roots) <= _FEW_PEOPLE and not term.negated)
        return "INDEXED BY conversation_contact" if few else None

    def _people(self, typed: str) -> list[int]:
        numbers = dialled(typed)
        words = numbers or (" ".join(_WORD.findall(fold_yo(typed.lower()))),)
        if not words[0]:
            return []
        match = " OR ".join(f'"{word}" *' for word in words)
        found = self.db.execute(
            "SELECT DISTINCT k.root FROM (SELECT rowid AS id FROM people WHERE people MATCH ?"
            " ORDER BY rowid DESC LIMIT ?) s JOIN contact k ON k.id = s.id",
            (match, _MOST_PEOPLE),
        )
        return [root for (root,) in found]

    def _by_tags(self, filter: Filter, arguments: dict[str, Any]) -> str | None:
        """Conversations by a tag that few have."""
        for at, term in enumerate(filter.of(*_COLUMNS)):
            if term.key != "tag" or term.negated or not isinstance(term.value, tuple):
                continue
            names = ", ".join(f":f{at}_{i}" for i in range(len(term.value)))
            few = self.db.execute(
                f"SELECT count(*) FROM ({_TAGGED.format(names)} LIMIT {_FEW_TAGGED + 1})",
                {k: v for k, v in arguments.items() if k.startswith(f"f{at}_")},
            ).fetchone()
            if few[0] <= _FEW_TAGGED:
                return (
                    f"NOT INDEXED JOIN ({_TAGGED.format(names)}) g0 ON g0.conversation = c.number"
                )
        return None

    def _by_column(self, filter: Filter, view: str) -> str | None:
        """Conversations by a column that has an index in the views' order."""
        plain = [term for term in filter.terms if not term.negated]
        if any(term.key == "is" and term.value == ("failed",) for term in plain):
            return f"INDEXED BY {INDEX['failed']}"
        whose = [term for term in plain if term.key == "assignee" and len(_names(term)) == 1]
        if whose and view in _ACTIVE:
            return f"INDEXED BY {INDEX['mine']}"
        return None

    def _by_view(self, view: str, agent: str) -> str:
        small = self.counts(agent)[view] <= _SMALL_VIEW
        return f"INDEXED BY {INDEX[view] if small else 'conversation_narrow'}"


def _names(term: Term) -> tuple[str, ...]:
    return term.value if isinstance(term.value, tuple) else ()


def _first(*sources: str | None) -> str | None:
    return next((source for source in sources if source), None)


def _marks(numbers: Iterable[int]) -> str:
    return ",".join(str(int(number)) for number in numbers)
