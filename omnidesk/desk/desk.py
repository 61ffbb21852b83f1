"""The desk: what an agent can do, whichever face he does it through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from omnidesk.core.channel import Capabilities
from omnidesk.core.model import Address, Agent, Handle, Health, Hit, Message, Row
from omnidesk.core.store import Store
from omnidesk.desk.acting import Acting
from omnidesk.desk.calling import Calling
from omnidesk.desk.company import Company
from omnidesk.desk.joins import Joins
from omnidesk.desk.overseeing import Overseeing
from omnidesk.desk.phrases import Phrases
from omnidesk.desk.saying import Saying
from omnidesk.desk.settings import DeskSettings

if TYPE_CHECKING:
    from omnidesk.core.routing import Refused, Route
    from omnidesk.desk.opening import Opened

_NEWEST = 100


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Desk(Saying, Acting, Phrases, Company, Joins, Calling, Overseeing):
    """One agent at one store. Every method is one read or one write."""

    def __init__(
        self,
        store: Store,
        agent: Agent,
        settings: DeskSettings,
        channels: Mapping[str, Capabilities],
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.store = store
        self.agent = agent
        self.settings = settings
        self.agents = settings.agents or (agent,)
        self.channels = channels
        self.region = settings.region or _region(channels)
        self._now = now

    # -- looking

    async def rows(
        self,
        view: str,
        *,
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 60,
        query: str = "",
        newest: bool = False,
    ) -> list[Row]:
        """A page of a view, longest wait or newest first; of it what the filter `query` leaves.

        `view` is a built-in one or one of the config. BadFilter says what is wrong with either.
        """
        me = self.agent.id
        saved = next((one for one in self.settings.views if one.name == view), None)
        if saved is None and not query.strip():
            return await self.store.read(
                lambda r: r.rows(
                    view, agent=me, after=after, before=before, limit=limit, newest=newest
                )
            )
        from omnidesk.desk.finding import narrowed  # a screen starts without a filter

        inside, wish = narrowed(
            view, saved, query, agent=me, channels=self.channels, now=self._now()
        )
        return await self.store.read(
            lambda r: r.rows_filtered(
                wish,
                inside,
                agent=me,
                after=after,
                before=before,
                limit=limit,
                typing=True,
                newest=newest,
            )
        )

    async def counts(self) -> dict[str, int]:
        """How many conversations each view has.

        A view of the config is counted up to `counting.MOST`; it has no number where counting it
        would take long: where it looks for words or people, or through a very long list.
        """
        if not self.settings.views:
            return await self.store.read(lambda r: r.counts(self.agent.id))
        from omnidesk.desk.counting import counted  # a screen may have no views of its own

        return await self.store.read(
            lambda r: counted(
                r, self.settings.views, self.agent.id, channels=self.channels, now=self._now()
            )
        )

    async def open(self, number: int) -> Opened:
        """A conversation with all that stands beside it; NotFound where there is none."""
        from omnidesk.desk.opening import open_conversation  # the list is painted first

        return await self.store.read(
            lambda r: open_conversation(r, number, self.agent.id, self._now(), newest=_NEWEST)
        )

    async def route(
        self,
        number: int,
        via: str | None = None,
        *,
        to: Handle | None = None,
        everyone: bool = True,
        cc: Sequence[Address] | None = None,
        bcc: Sequence[Address] = (),
    ) -> Route | Refused:
        """Where a reply would go now, exactly as `reply` would send it; or why it cannot.

        With `to` it goes by that handle, to all whom the letter that came from it names.
        """
        from omnidesk.desk.writing import way_out  # nobody answers before the first frame

        return await self.store.read(
            lambda r: way_out(
                r,
                number,
                self._now(),
                via=via,
                to=to,
                everyone=everyone,
                cc=cc,
                bcc=bcc,
                alone=False,
            )
        )

    async def earlier(self, number: int, before: int) -> list[Message]:
        """The page of messages that ends before message `before`."""
        return await self.store.read(lambda r: r.messages(number, before=before, limit=_NEWEST))

    async def health(self) -> list[Health]:
        """How every configured channel is doing."""
        return await self.store.read(lambda r: r.health())

    async def search(
        self, query: str, *, before: int | None = None, limit: int = 50, typing: bool = False
    ) -> list[Hit]:
        """Messages that match a filter, newest first; BadFilter says what is wrong with it.

        `before` is the last hit of the page before; `typing`: the last word may be unfinished.
        """
        from omnidesk.desk.finding import asked

        wish = asked(query, agent=self.agent.id, channels=self.channels, now=self._now())
        return await self.store.read(
            lambda r: r.search(wish, before=before, limit=limit, typing=typing)
        )

    def changes(self) -> AsyncIterator[int]:
        """The newest event's seq, now and after each commit of anybody."""
        return self.store.changes()


def _region(channels: Mapping[str, Capabilities]) -> str | None:
    """The country of numbers where only the channels that have them name it, all the same one."""
    named = {able.region for able in channels.values() if able.region is not None}
    return named.pop() if len(named) == 1 else None
