"""Messages found by what was said, by whom, where and when: newest first, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from omnidesk.core.model import Hit
from omnidesk.store.sqlite.inbox import InboxReads
from omnidesk.store.sqlite.matching import TEXT, MatchReads
from omnidesk.store.sqlite.naming import NAME
from omnidesk.store.sqlite.narrowing import narrowed
from omnidesk.store.sqlite.values import ms, when

if TYPE_CHECKING:
    from omnidesk.core.filters import Filter

_SNIPPET = "snippet(search, -1, char(2), char(3), '…', 14)"
_DAY = 86_400_000
_NEWEST = 1 << 62
_FEW = 3000
"""Conversations whose messages are gathered before a search, rather than asked of each hit."""

_HIT = f"""
    SELECT m.conversation, m.id, {{snippet}}, c.subject, {NAME}, m.received_at
    FROM {{source}} JOIN conversation c ON c.number = m.conversation
    JOIN contact k ON k.id = c.contact JOIN contact p ON p.id = k.root
"""
_STANDING = ("tag", "assignee", "state", "is", "priority", "waiting", "number")
"""The keys that ask how the conversation stands."""


class SearchReads(InboxReads, MatchReads):
    """Look-ups by what was said."""

    def search(
        self,
        query: Filter | str,
        *,
        before: int | None = None,
        limit: int = 50,
        typing: bool = False,
    ) -> list[Hit]:
        wish = self._with_kept(_words(query) if isinstance(query, str) else query)
        wanted, unwanted = self.matching(wish, (*TEXT, "from", "channel"), typing=typing)
        if not wish or (not wanted and wish.of(*TEXT) and not unwanted):
            return []
        where, arguments = narrowed(wish.of(*_STANDING))
        first, last = self._ids(wish)
        if wanted is None and wish.of("number"):
            return self._of_numbers(wish, where, arguments, before, limit)
        few = self._few(wish, where, arguments) if where else None
        if few == []:
            return []
        if few is not None:
            marks = ",".join(map(str, few))
            # Without the + each id would be looked up in the index by itself.
            where = [f"+s.rowid IN (SELECT id FROM message WHERE conversation IN ({marks}))"]
        match = wanted or self.everything()
        if unwanted:
            match = f"({match}) NOT ({unwanted})"
        where += ["search MATCH :match", "s.rowid BETWEEN :first AND :last", *_dated(wish)]
        arguments |= {"match": match, "first": first, "last": last, "limit": limit}
        arguments["last"] = min(last, _NEWEST if before is None else before - 1)
        sql = _HIT.format(snippet=_SNIPPET, source="search s JOIN message m ON m.id = s.rowid")
        found = self.db.execute(
            f"{sql} WHERE {' AND '.join(where)} ORDER BY s.rowid DESC LIMIT :limit", arguments
        )
        hits = [_hit(row) for row in found]
        return [*self._numbered(wish, hits), *hits][:limit] if before is None else hits

    def _few(self, wish: Filter, where: list[str], arguments: dict[str, Any]) -> list[int] | None:
        """The conversations that stand as is asked; None where they are many.

        Few of them are found at once, and hardly at all by looking at every hit of a word.
        """
        source = "INDEXED BY conversation_narrow"
        conditions = ["c.state <> 'merged'", *where]
        for at, term in enumerate(wish.of(*_STANDING)):
            if term.key == "tag" and not term.negated and isinstance(term.value, tuple):
                names = ", ".join(f":f{at}_{i}" for i in range(len(term.value)))
                source = "NOT INDEXED"
                conditions.append(
                    f"c.number IN (SELECT conversation FROM tagged WHERE tag IN ({names}))"
                )
        found = self.db.execute(
            f"SELECT c.number FROM conversation c {source} WHERE {' AND '.join(conditions)} "
            f"LIMIT {_FEW + 1}",
            arguments,
        ).fetchall()
        return None if len(found) > _FEW else [number for (number,) in found]

    def _with_kept(self, filter: Filter) -> Filter:
        """The filter with the numbers of what conversations were merged into."""
        return replace(
            filter,
            terms=tuple(
                replace(term, value=self.kept_by(term.value)) if term.key == "number" else term  # type: ignore[arg-type]
                for term in filter.terms
            ),
        )

    def _numbered(self, filter: Filter, hits: list[Hit]) -> list[Hit]:
        """The newest message of the conversation whose number is all that was typed."""
        typed = filter.terms[0].value if len(filter.terms) == 1 else ()
        word = typed[0] if isinstance(typed, tuple) and typed else ""
        if filter.of("word") and word.isascii() and word.isdigit() and len(word) < 19:
            found = self._of_numbers(
                filter, ["c.number = :n"], {"n": self.kept_by(int(word))}, None, 1
            )
            have = {hit.message for hit in hits}
            return [hit for hit in found if hit.message not in have]
        return []

    def _of_numbers(
        self,
        filter: Filter,
        where: list[str],
        arguments: dict[str, Any],
        before: int | None,
        limit: int,
    ) -> list[Hit]:
        """What was said in conversations that were named, newest first."""
        sql = _HIT.format(snippet="substr(m.text, 1, 120)", source="message m")
        conditions = [*where, *_dated(filter), "m.id < :before"]
        found = self.db.execute(
            f"{sql} WHERE {' AND '.join(conditions)} ORDER BY m.id DESC LIMIT :limit",
            {**arguments, "before": _NEWEST if before is None else before, "limit": limit},
        )
        return [_hit(row) for row in found]

    def _ids(self, filter: Filter) -> tuple[int, int]:
        """Between which ids all messages of the asked days are; others may be there, too."""
        first, last = 0, _NEWEST
        for term in filter.of("before", "after"):
            assert isinstance(term.value, datetime)
            day = ms(term.value) // _DAY
            if (term.key == "before") is not term.negated:
                row = self.db.execute("SELECT max(last) FROM day WHERE day <= ?", (day,)).fetchone()
                last = min(last, row[0] or 0)
            else:
                row = self.db.execute(
                    "SELECT min(first) FROM day WHERE day >= ?", (day,)
                ).fetchone()
                first = max(first, _NEWEST if row[0] is None else row[0])
        return first, last


def _words(text: str) -> Filter:
    from omnidesk.core.filters import words  # a screen starts without searching

    return words(text)


def _dated(filter: Filter) -> list[str]:
    """Conditions on when it was said; the moments are numbers of our own."""
    found = []
    for term in filter.of("before", "after"):
        assert isinstance(term.value, datetime)
        earlier = (term.key == "before") is not term.negated
        found.append(f"m.received_at {'<' if earlier else '>='} {ms(term.value)}")
    return found


def _hit(r: tuple[Any, ...]) -> Hit:
    return Hit(
        conversation=r[0], message=r[1], snippet=r[2], subject=r[3], name=r[4], at=when(r[5])
    )
