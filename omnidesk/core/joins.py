"""The part of the Store protocol about joins: what is one, what was, and what may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from omnidesk.core.model import Handle, Known
from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Two contacts, or two conversations, that may be one, why, and how sure it is (0 to 1)."""

    what: str
    one: int
    other: int
    reason: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """How a conversation stands to others.

    `apart`: its columns without what was merged into it. `aside`: its columns while it is
    merged, with the seq of the merge's event as `order`; times are as events keep them.
    """

    merged_into: int | None = None
    split_from: int | None = None
    apart: Mapping[str, Any] | None = None
    aside: Mapping[str, Any] | None = None


class JoinReads(Protocol):
    """Look-ups of joins."""

    def merged_contact(self, id: int) -> tuple[int, int] | None:
        """The contact that a merge pointed this one to, a single step, and the merge's event."""
        ...

    def pointers(self, number: int) -> Pointers | None:
        """How a conversation stands to others."""
        ...

    def inside(self, number: int) -> list[int]:
        """The conversations that were merged right into this one."""
        ...

    def placed_in(self, number: int) -> list[int]:
        """The ids of all messages of a conversation, oldest first."""
        ...

    def belongs_to(self, number: int, after: int = 0) -> list[int]:
        """Ids above `after` of what belongs to a conversation and all that was merged into it."""
        ...

    def moved_by(self, event: int) -> list[int]:
        """The messages that a move, not taken back yet, put elsewhere."""
        ...

    def came_to(self, number: int, after: int) -> list[int]:
        """Ids above `after` of what came to a conversation by itself, moved since or not."""
        ...

    def path_of(self, message: int, event: int) -> tuple[int, int] | None:
        """From where to where a move, not taken back yet, put a message."""
        ...

    def members(self, what: str, id: int) -> list[int]:
        """A contact or conversation with all that was merged into it, or into its whole."""
        ...

    def was_moved(self, message: int) -> bool:
        """Whether an agent put a message where it stands."""
        ...

    def moves_of(self, message: int) -> list[int]:
        """The events of the moves, not taken back yet, that put a message where it stands."""
        ...

    def part_of(self, number: int, contact: int) -> int | None:
        """What was merged into a conversation and is a contact's: the latest active one."""
        ...

    def said_in_other(self, contact: int, other: int, after: int) -> list[int]:
        """Messages above id `after` of a contact that belong to conversations of another."""
        ...

    def last_message(self) -> int:
        """The id of the newest message of all."""
        ...

    def suggested_among(
        self, what: str, ones: Sequence[int], others: Sequence[int]
    ) -> list[Suggested]:
        """Undecided suggestions between any of these and any of those."""
        ...

    def decided_never(self, what: str, one: int, other: int) -> bool:
        """Whether two, or any that were merged with them, shall never be suggested."""
        ...

    def decided(self, what: str, one: int, other: int) -> str | None:
        """What was decided of two: `joined`, `never` or nothing yet."""
        ...

    def offered(self, contact: int, *, limit: int = 10) -> list[Handle]:
        """Handles that stood in a contact's messages and that nobody has, the newest first."""
        ...

    def offered_by(self, handle: Handle, *, limit: int = 10) -> list[int]:
        """Contacts (after merges) in whose messages a handle stood when nobody had it."""
        ...

    def named_in(self, handle: Handle, *, limit: int = 10) -> list[int]:
        """The newest messages in which a handle stood when nobody had it, one of a contact."""
        ...

    def vouched(self, contact: int) -> list[Handle]:
        """Handles that a channel vouched for as the contact's, whoever has them."""
        ...

    def namesakes(self, names: Sequence[str], *, limit: int = 20) -> list[int]:
        """Contacts (after merges) with exactly one of these names."""
        ...

    def echoes(self, marks: Sequence[int], since: datetime, *, limit: int = 200) -> list[int]:
        """Messages since then that share marks, those that share most first."""
        ...

    def suggestions(self, what: str, id: int) -> list[Suggested]:
        """Undecided suggestions about a contact or conversation and all merged into it.

        The surest first; `one` is the one that was asked about, after merges, as is `other`.
        """
        ...

    def suggested(self, what: str, limit: int = 50) -> list[Suggested]:
        """All undecided suggestions, the surest first; each pair once, as merges have made it."""
        ...


class JoinWrites(JoinReads, Protocol):
    """Changes of joins."""

    def point_contact(self, id: int, to: int | None, event: int | None) -> None:
        """Merge a contact into another by an event, or take that back."""
        ...

    def point_conversation(self, number: int, to: int | None) -> None:
        """Put a conversation and all that was merged into it into another, or take it out again.

        Messages and deliveries go along; what belongs to `number` comes back with it.
        """
        ...

    def move_message(self, id: int, to: int, event: int, why: str) -> None:
        """Make a message belong to a conversation; what the event changed can be taken back."""
        ...

    def stand(self, id: int, home: int, why: str) -> None:
        """Make a message belong to a conversation as if it had come there."""
        ...

    def came_from(self, id: int, home: int) -> None:
        """Where a message goes whose moves will all be taken back."""
        ...

    def move_back(self, id: int, event: int) -> bool:
        """Take one move of a message out of all its moves, whichever came later.

        False where that move was taken back before.
        """
        ...

    def refresh(self, number: int) -> None:
        """Work out anew what a conversation's messages say: last activity, snippet, failures."""
        ...

    def suggest(
        self, what: str, one: int, other: int, *, reason: str, score: float, at: datetime
    ) -> bool:
        """Note that two may be one; False where that was suggested, or decided, before."""
        ...

    def decide(self, what: str, one: int, other: int, decided: str | None, at: datetime) -> None:
        """Remember `joined` or `never`, suggested or not; None: undecided again."""
        ...

    def offer(self, contact: int, handle: Handle, message: int) -> None:
        """Note a handle that stood in a contact's message."""
        ...

    def leave_marks(self, message: int, marks: Sequence[int], at: datetime) -> None:
        """Note what nearly the same words would share with a message."""
        ...

    def drop_marks(self, before: datetime) -> None: ...

    def know(self, handle: Handle, known: Known) -> None:
        """Note how we know a handle, be it better or less well than before."""
        ...

    def remove_handle(self, handle: Handle) -> bool:
        """Unbind a handle; False where messages stand under it."""
        ...
