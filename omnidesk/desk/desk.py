"""The desk: what an agent can do, whichever face he does it through."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from omnidesk.core.channel import Capabilities
from omnidesk.core.errors import CannotReply
from omnidesk.core.model import Agent, Attachment, Draft, Handle, Health, Hit, Message, Row
from omnidesk.core.routing import Refused, Route
from omnidesk.core.safetext import safe_file_name
from omnidesk.core.store import Store, Transaction
from omnidesk.core.value import dataclass
from omnidesk.core.views import SavedView
from omnidesk.desk import changing, telling, writing
from omnidesk.desk.calling import Calling
from omnidesk.desk.joins import Joins
from omnidesk.desk.opening import Opened, open_conversation

_NEWEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """What the desk's faces need of the config."""

    name: str = "Support"
    undo_send: timedelta = timedelta(seconds=10)
    theme: str | None = None
    region: str | None = None
    join_window: timedelta = timedelta(hours=24)
    reopen_within: timedelta = timedelta(days=7)
    agents: tuple[Agent, ...] = ()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    views: tuple[SavedView, ...] = ()
    templates: Path | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Desk(Joins, Calling):
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
        self.region = settings.region
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
    ) -> list[Row]:
        """A page of a view, longest wait first; of it what the filter `query` leaves.

        `view` is a built-in one or one of the config. BadFilter says what is wrong with either.
        """
        me = self.agent.id
        saved = next((one for one in self.settings.views if one.name == view), None)
        if saved is None and not query.strip():
            return await self.store.read(
                lambda r: r.rows(view, agent=me, after=after, before=before, limit=limit)
            )
        from omnidesk.desk.finding import narrowed  # a screen starts without a filter

        inside, wish = narrowed(
            view, saved, query, agent=me, channels=self.channels, now=self._now()
        )
        return await self.store.read(
            lambda r: r.rows_filtered(
                wish, inside, agent=me, after=after, before=before, limit=limit, typing=True
            )
        )

    async def counts(self) -> dict[str, int]:
        """How many conversations each view has."""
        return await self.store.read(lambda r: r.counts(self.agent.id))

    async def open(self, number: int) -> Opened:
        """A conversation with all that stands beside it; NotFound where there is none."""
        return await self.store.read(
            lambda r: open_conversation(r, number, self.agent.id, self._now(), newest=_NEWEST)
        )

    async def route(
        self, number: int, via: str | None = None, *, everyone: bool = True
    ) -> Route | Refused:
        """Where a reply would go now, exactly as `reply` would send it; or why it cannot."""
        return await self.store.read(
            lambda r: writing.way_out(r, number, self._now(), via=via, everyone=everyone)
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

    # -- writing

    async def reply(
        self,
        number: int,
        text: str,
        *,
        via: str | None = None,
        to: Handle | None = None,
        everyone: bool = True,
        files: Sequence[Path] = (),
    ) -> Message:
        """Queue a reply; CannotReply says why nothing was written."""
        attached = await asyncio.to_thread(self._attach, files)
        written = writing.Written(
            text=text,
            agent=self.agent,
            nonce=secrets.token_hex(8),
            undo_send=self.settings.undo_send,
            via=via,
            to=to,
            everyone=everyone,
            files=attached,
        )
        return await self.store.write(lambda tx: writing.reply(tx, number, written, self._now()))

    async def tell_elsewhere(self, number: int, text: str) -> list[Message]:
        """Write the same on every other way that waits for an answer in a conversation."""
        written = writing.Written(
            text=text, agent=self.agent, nonce="", undo_send=self.settings.undo_send
        )
        return await self.store.write(
            lambda tx: telling.tell_elsewhere(
                tx, number, written, self._now(), lambda: secrets.token_hex(8)
            )
        )

    async def note(self, number: int, text: str) -> Message:
        """Add a note that only the team sees."""
        return await self.store.write(
            lambda tx: writing.note(tx, number, text, self.agent, self._now())
        )

    async def send_again(self, message: int) -> None:
        """Send a failed reply, or one that may have gone out, once more."""
        await self.store.write(lambda tx: writing.send_again(tx, message, self.agent, self._now()))

    async def let_be(self, message: int) -> None:
        """Take a reply that may have gone out for sent."""
        await self.store.write(lambda tx: writing.let_be(tx, message, self.agent, self._now()))

    async def save_draft(
        self, number: int, text: str, note: bool = False, channel: str | None = None
    ) -> None:
        """Keep what is being typed."""
        draft = Draft(
            conversation=number,
            agent=self.agent.id,
            note=note,
            text=text,
            channel=channel,
            changed_at=self._now(),
        )
        await self.store.write(lambda tx: tx.save_draft(draft))

    async def drop_draft(self, number: int) -> None:
        """Forget what was being typed."""
        await self.store.write(lambda tx: tx.drop_draft(number, self.agent.id))

    # -- changing

    async def close(self, number: int) -> bool:
        """Close a conversation; False where it was closed."""
        return await self.store.write(
            lambda tx: changing.close(tx, number, self.agent.id, self._now())
        )

    async def reopen(self, number: int) -> bool:
        """Open it again."""
        return await self.store.write(
            lambda tx: changing.reopen(tx, number, self.agent.id, self._now())
        )

    async def assign(self, number: int, agent: str | None) -> bool:
        """Give it to an agent, or to nobody."""
        return await self.store.write(
            lambda tx: changing.change(tx, number, self.agent.id, self._now(), assignee=agent)
        )

    async def snooze(self, number: int, until: datetime) -> bool:
        """Put it aside until a time, or until the customer writes."""
        return await self.store.write(
            lambda tx: changing.snooze(tx, number, until, self.agent.id, self._now())
        )

    async def tag(self, number: int, add: Sequence[str] = (), drop: Sequence[str] = ()) -> bool:
        """Add and drop tags."""

        def retag(tx: Transaction) -> bool:
            found = tx.conversation(tx.kept_by(number))
            had = found.tags if found else ()
            tags = tuple(dict.fromkeys(t for t in (*had, *add) if t not in drop))
            return changing.change(tx, number, self.agent.id, self._now(), tags=tags)

        return await self.store.write(retag)

    async def mark_read(self, number: int) -> None:
        await self._read(number, unread=False)

    async def mark_unread(self, number: int) -> None:
        await self._read(number, unread=True)

    async def _read(self, number: int, *, unread: bool) -> None:
        await self.store.write(
            lambda tx: changing.read(tx, number, self.agent.id, self._now(), unread=unread)
        )

    async def undo(self, number: int | None = None) -> str:
        """Take back what this agent did last (in one conversation); what it was, in words."""
        return await self.store.write(
            lambda tx: changing.undo(tx, self.agent.id, self._now(), number)
        )

    def _attach(self, files: Sequence[Path]) -> list[Attachment]:
        """Copy files of the agent's into the store; CannotReply where one cannot be read."""
        copies = [self._copy(file) for file in files]
        stored = self.store.blobs.put(copies)
        return [
            Attachment(
                id=0,
                name=safe_file_name(file.name),
                media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
                size=size,
                sha256=sha256,
            )
            for file, (sha256, size) in zip(files, stored, strict=True)
        ]

    def _copy(self, file: Path) -> Path:
        copy = self.store.spool / f"attach-{secrets.token_hex(8)}"
        try:
            shutil.copyfile(file.expanduser(), copy)
        except OSError as error:
            copy.unlink(missing_ok=True)
            raise CannotReply(f"{file}: {error.strerror}; nothing was sent") from error
        return copy
