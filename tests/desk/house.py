"""A desk over a real store, whose messages arrive through the engine's own rules."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from omnidesk.core.channel import Capabilities, Incoming
from omnidesk.core.model import Address, Agent, Handle, Message, State
from omnidesk.core.placing import PlacingRules
from omnidesk.core.store import VIEWS, Reads, Transaction
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine.arrivals import arrive
from omnidesk.engine.radar import Radar
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore

NOON = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
OWN = {
    "support": ("support@desk.test", "help@desk.test"),
    "sales": ("sales@desk.test",),
    "bot": ("1",),
    "other-bot": ("2",),
}
ABLE = {
    name: Capabilities(
        handle_scheme="mailto" if name in ("support", "sales") else "telegram",
        receive=True,
        send=True,
        initiate=name in ("support", "sales"),
        subject=name in ("support", "sales"),
        joins=name not in ("support", "sales"),
    )
    for name in OWN
}
SCHEMES = {name: able.handle_scheme for name, able in ABLE.items()}


@dataclass
class House:
    """The desk of Anna and that of Ivan at one store."""

    store: SqliteStore
    clock: list[datetime] = field(default_factory=lambda: [NOON])
    anna: Desk = field(init=False)
    ivan: Desk = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        settings = DeskSettings(undo_send=timedelta(seconds=10), region="RU")
        self.anna, self.ivan = (
            Desk(self.store, Agent(id=id_, name=id_), settings, ABLE, now=self.now)
            for id_ in ("anna", "ivan")
        )

    def now(self) -> datetime:
        return self.clock[0]

    def later(self, **more: float) -> None:
        self.clock[0] += timedelta(**more)

    async def comes(self, channel: str, who: str, text: str, **more: Any) -> Message:
        """A message as the channel would hand it over; where it stands then."""
        self.count += 1
        incoming = letter(channel, who, text, self.count, **more)
        self.later(seconds=1)
        rules = rules_of(channel)
        assert await self.store.write(lambda tx: arrive(tx, rules, incoming, None, (), self.now()))
        return await self.found(channel, incoming.external_id)

    async def look(self) -> None:
        """Let the radar look at all that happened."""
        radar = Radar(self.store, now=self.now, region="RU")
        while await radar.look():
            pass

    async def found(self, channel: str, external_id: str) -> Message:
        def look(r: Reads) -> Message:
            seen = r.seen_external(channel, external_id)
            assert seen is not None
            message = r.message(seen.id)
            assert message is not None
            return message

        return await self.store.read(look)

    async def texts(self, number: int) -> list[str]:
        return [m.text for m in await self.store.read(lambda r: r.messages(number))]

    async def person(self, channel: str, who: str) -> int:
        handle = Handle(SCHEMES[channel], who)
        found = await self.store.read(lambda r: r.contact_of(handle))
        assert found is not None
        return found

    async def numbers(self, view: str = "all") -> list[int]:
        return sorted(r.number for r in await self.anna.rows(view))

    async def check(self) -> None:
        """What must hold at every moment."""
        await self.store.read(check)


def letter(channel: str, who: str, text: str, count: int, **more: Any) -> Incoming:
    """An incoming message of a channel of the house."""
    scheme = SCHEMES[channel]
    given: dict[str, Any] = {
        "external_id": f"{channel}-{count}",
        "raw": b"",
        "handle": Handle(scheme, who),
        "sender": Address(who.partition("@")[0].capitalize(), who),
        "text": text,
        **more,
    }
    if scheme == "mailto":
        given.setdefault("message_id", f"<{count}@customer.test>")
        given.setdefault("to", (Address("", OWN[channel][0]),))
    return Incoming(**given)


def rules_of(channel: str) -> Rules:
    own = frozenset(address for addresses in OWN.values() for address in addresses)
    placing = PlacingRules(channel=channel, desk_key=b"k", joins=ABLE[channel].joins, own=own)
    return Rules(
        channel=channel,
        capabilities=ABLE[channel],
        placing=placing,
        own_address=OWN[channel][0],
        desk="Desk",
    )


def check(reads: Reads) -> None:
    """Every message stands in one conversation that is shown, and counters count what is shown."""
    messages = list(reads.every_message())
    for message in messages:
        assert message.home is not None
        kept = reads.kept_by(message.home)
        assert message.conversation == kept, f"message {message.id} stands where it belongs"
        row = reads.row(kept)
        assert row is not None
    shown = [r.number for r in reads.rows("all", limit=10_000)]
    placed = [id_ for number in shown for id_ in reads.placed_in(number)]
    assert sorted(placed) == sorted(m.id for m in messages), "each message is shown once"
    for agent in ("anna", "ivan"):
        counts = reads.counts(agent)
        for view in VIEWS:
            rows = reads.rows(view, agent=agent, limit=10_000)
            assert len(rows) == counts[view], view


def exported(reads: Reads, numbers: list[int], contacts: list[int]) -> Mapping[str, Any]:
    """All that an agent could see of some conversations and contacts."""
    return {
        "conversations": [reads.conversation(n) for n in numbers],
        "rows": [reads.row(n) for n in numbers],
        "kept": [reads.kept_by(n) for n in numbers],
        "messages": list(reads.every_message()),
        "contacts": [reads.contact(c) for c in contacts],
        "own": [c for c in reads.every_contact() if c.id in contacts],
        "counts": [reads.counts(a) for a in ("", "anna", "ivan")],
        "inbox": [r.number for r in reads.rows("all", limit=10_000)],
        "suggested": [reads.suggested(what) for what in ("contact", "conversation")],
    }


def configure(tx: Transaction) -> None:
    for name, able in ABLE.items():
        tx.configure(name, "test", able, OWN[name])


@contextlib.asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with SqliteStore(folder / "desk.db") as store:
        await store.write(configure)
        async with asyncio.timeout(60):
            yield House(store)


__all__ = ["ABLE", "NOON", "OWN", "House", "State", "check", "exported", "house", "letter"]
