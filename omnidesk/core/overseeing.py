"""What looks over everything, in the Store protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.core.events import Event
    from omnidesk.core.overview import Leaving, Said, Standing


class OverviewReads(Protocol):
    """Look-ups over everything, each of bounded work."""

    def outbox(self, *, after: tuple[int, int] | None = None, limit: int = 60) -> list[Leaving]:
        """What is UNSETTLED: what is in trouble, the latest first, then the rest, the next first.

        `after` is the `key` of the page before.
        """
        ...

    def said_since(self, since: datetime, *, limit: int) -> list[Said]:
        """The newest messages that persons wrote since then, oldest first; no notes, no copies."""
        ...

    def standing(self) -> list[Standing]:
        """What is open or waiting now."""
        ...

    def journal(
        self, *, before: int | None = None, limit: int = 60, conversation: int | None = None
    ) -> list[Event]:
        """What was done, newest first, of one conversation and all merged into it, or of all.

        Without what is no act: readings, typing, and the steps of a delivery that goes well.
        """
        ...
