"""The lists of a desk in the Store protocol: pages of conversations, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from omnidesk.core.filters import Filter
    from omnidesk.core.model import Contact, Conversation, Hit, Message, Row


class ListReads(Protocol):
    """Look-ups of conversations and of what was said. Lists are pages by key, never by offset."""

    def rows(
        self,
        view: str,
        *,
        agent: str = "",
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 60,
        newest: bool = False,
    ) -> list[Row]:
        """A page of a view in ascending (rank, number); `before` gives the page that ends there.

        With `newest` what happened last comes first, and a row's rank is its place in that order.
        """
        ...

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
        """A page of what a filter leaves of a view; `typing`: its last word may be unfinished."""
        ...

    def count_filtered(
        self, filter: Filter, view: str, *, agent: str = "", most: int = 100
    ) -> int | None:
        """How many a filter leaves of a view, `most` at most; None where that would take long."""
        ...

    def row(self, number: int) -> Row | None: ...
    def counts(self, agent: str) -> dict[str, int]: ...
    def conversation(self, number: int) -> Conversation | None: ...
    def kept_by(self, number: int) -> int:
        """The conversation itself, or the one that it was merged into."""
        ...

    def conversations_of(self, contact: int, *, limit: int = 50) -> list[Row]: ...
    def open_conversation_of(self, contact: int) -> Conversation | None:
        """The contact's open, waiting or snoozed conversation with the latest activity."""
        ...

    def snoozed_until(self, at: datetime) -> list[int]:
        """Snoozed conversations whose time has come."""
        ...

    def participants(self, number: int) -> frozenset[str]:
        """`scheme:value` of whoever wrote in or was written to in a conversation."""
        ...

    def inbound(self, number: int, *, limit: int) -> list[Message]:
        """The newest messages that were written to us in a conversation, newest first."""
        ...

    def search(
        self,
        query: Filter | str,
        *,
        before: int | None = None,
        limit: int = 50,
        typing: bool = False,
    ) -> list[Hit]:
        """The newest messages that match, older than message `before`; a text is words alone.

        `typing`: the last word may be unfinished.
        """
        ...

    def people_like(self, typed: Sequence[Sequence[str]], *, limit: int = 20) -> list[int]:
        """Contacts (after merges), newest first, whose name or handles begin a word with each.

        Of each thing typed any one spelling will do.
        """
        ...

    def search_names(self, text: str, *, limit: int = 20) -> list[Contact]: ...
