"""A real desk on a real store, filled by what customers wrote."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.channel import Capabilities, Incoming
from omnidesk.core.model import Address, Agent, Attachment, Handle, Row
from omnidesk.core.placing import PlacingRules
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine import arrivals
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore
from omnidesk.ui.app import OmnideskApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from textual.pilot import Pilot

    from omnidesk.core.store import Transaction

    Furnished = tuple[str, Capabilities, tuple[str, ...]]

LETTERS = Capabilities(
    handle_scheme="mailto",
    label="E-mail",
    code="em",
    receive=True,
    send=True,
    initiate=True,
    subject=True,
    copies=True,
    attachments=True,
)
CHAT = Capabilities(
    handle_scheme="telegram",
    label="Telegram",
    code="tg",
    receive=True,
    send=True,
    joins=True,
    max_text=4096,
)
PHONE = Capabilities(
    handle_scheme="tel", label="Phone", code="ph", receive=True, logs=True, joins=True
)
CHANNELS = {"support": ("email", LETTERS, ("support@x.org",)), "shop-bot": ("telegram", CHAT, ())}
ANNA = Agent(id="anna", name="Anna Petrova")
_PATIENCE = 10.0


@dataclass(slots=True)
class House:
    """The store, Anna's desk at it, and a way to let customers write."""

    store: SqliteStore
    desk: Desk
    key: bytes
    channels: Mapping[str, Furnished]
    written: int = 0
    start: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=3))

    @asynccontextmanager
    async def open_desk(self) -> AsyncIterator[Desk]:
        yield self.desk

    def app(self) -> OmnideskApp:
        """Anna's screen."""
        return OmnideskApp(self.open_desk)

    def incoming(
        self, who: str, text: str, *, subject: str = "", name: str | None = None, channel: str
    ) -> Incoming:
        """A message of somebody whom an address or a chat number names."""
        self.written += 1
        scheme = self.channels[channel][1].handle_scheme
        if scheme == "tel":
            address = who
        else:
            address = f"{who}@e.org" if scheme == "mailto" else str(1000 + sum(map(ord, who)))
        return Incoming(
            external_id=f"x{self.written}",
            raw=b"",
            handle=Handle(scheme, address),
            sender=Address(who.title() if name is None else name, address),
            to=(Address("", "support@x.org"),) if scheme == "mailto" else (),
            subject=subject,
            text=text,
            message_id=f"<m{self.written}@e.org>" if scheme == "mailto" else None,
            sent_at=self.start + timedelta(minutes=self.written),
        )

    def arrive(
        self, tx: Transaction, channel: str, incoming: Incoming, files: tuple[Attachment, ...] = ()
    ) -> None:
        """Take a message in as an engine does."""
        rules = self.rules(channel)
        assert arrivals.arrive(tx, rules, incoming, None, files, incoming.sent_at or self.start)

    def rules(self, channel: str) -> Rules:
        """By which rules an engine takes in what comes by a channel."""
        _, able, own = self.channels[channel]
        return Rules(
            channel=channel,
            capabilities=able,
            placing=PlacingRules(
                channel=channel, desk_key=self.key, own=frozenset(own), joins=able.joins
            ),
            own_address="".join(own),
            desk="Acme",
        )

    async def says(
        self,
        who: str,
        text: str,
        *,
        subject: str = "",
        name: str | None = None,
        channel: str = "support",
        files: tuple[Attachment, ...] = (),
    ) -> int:
        """A customer writes; the number of the conversation in which it stands."""
        incoming = self.incoming(who, text, subject=subject, name=name, channel=channel)
        await self.store.write(lambda tx: self.arrive(tx, channel, incoming, files))
        seen = await self.store.read(lambda r: r.seen_external(channel, incoming.external_id))
        assert seen is not None
        return seen.conversation

    async def know_as_one(self, number: int, other: int) -> None:
        """Two conversations turn out to be one person's: their handles go to the first."""

        def join(tx: Transaction) -> None:
            one, two = tx.conversation(number), tx.conversation(other)
            assert one is not None
            assert two is not None
            stranger = tx.contact(two.contact)
            assert stranger is not None
            for known in stranger.handles:
                tx.move_handle(known.handle, one.contact)

        await self.store.write(join)

    async def crowd(self, count: int) -> None:
        """So many customers write a letter each."""

        def all_of_them(tx: Transaction) -> None:
            for at in range(self.written, self.written + count):
                letter = self.incoming(
                    f"c{at}", f"Hello number {at}", subject=f"Order {at}", channel="support"
                )
                self.arrive(tx, "support", letter)

        await self.store.write(all_of_them)

    async def row(self, number: int) -> Row:
        """A conversation as a list shows it."""
        found = await self.store.read(lambda r: r.row(number))
        assert found is not None
        return found

    async def said(self, number: int) -> list[tuple[str, str, str]]:
        """Direction, channel and text of what stands in a conversation."""
        messages = (await self.desk.open(number)).messages
        return [(str(m.direction), m.channel, m.text) for m in messages]


@asynccontextmanager
async def house(
    path: Path,
    settings: DeskSettings | None = None,
    more: Mapping[str, Furnished] | None = None,
) -> AsyncIterator[House]:
    """A desk on a new store, with a mailbox, a bot and whatever `more` names."""
    channels = {**CHANNELS, **(more or {})}
    async with SqliteStore(path / "desk.db") as store:

        def furnish(tx: Transaction) -> bytes:
            for name, (kind, able, own) in channels.items():
                tx.configure(name, kind, able, own)
            for agent in (ANNA.id, "ivan"):
                tx.set_setting(f"tour:{agent}", "seen")
            key = tx.setting("key")
            assert key is not None
            return bytes.fromhex(key)

        key = await store.write(furnish)
        settings = replace(settings or DeskSettings(name="Acme"), agents=(ANNA,))
        able = {name: channel[1] for name, channel in channels.items()}
        yield House(store, Desk(store, ANNA, settings, able), key, channels)


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the screen go on until something holds; fail where it never does."""
    async with asyncio.timeout(_PATIENCE):
        while not holds():
            await pilot.pause(0.01)


def screen_text(app: OmnideskApp) -> str:
    """What stands on the screen, without its colours."""
    size = app.screen.size
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips(size)
    )
