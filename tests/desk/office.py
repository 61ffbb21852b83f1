"""A desk with two mailboxes, a chat and a telephone: channels that can all that real ones can."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from omnidesk.core.channel import Capabilities, Incoming
from omnidesk.core.model import Address, Agent, Attachment, Direction, Handle, Message
from omnidesk.core.placing import PlacingRules
from omnidesk.core.replying import Answers, ReplyRules
from omnidesk.core.store import Reads, Transaction
from omnidesk.core.views import SavedView
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine.arrivals import arrive
from omnidesk.engine.rules import Acknowledging, Rules
from omnidesk.store.sqlite import SqliteStore
from tests.desk.house import NOON

_LETTERS = Capabilities(
    handle_scheme="mailto",
    receive=True,
    send=True,
    initiate=True,
    subject=True,
    threads=True,
    attachments=True,
    copies=True,
    max_file=1_000_000,
)
_CHAT = Capabilities(
    handle_scheme="telegram", receive=True, send=True, joins=True, attachments=True
)
_CALLS = Capabilities(handle_scheme="tel", logs=True, joins=True)
ABLE = {"bot": _CHAT, "phone": _CALLS, "sales": _LETTERS, "support": _LETTERS}
_ACKNOWLEDGING = Acknowledging(
    answers=Answers(text="{number} is yours", after_hours_text="{number} is yours"),
    rules=ReplyRules(),
)
OWN: dict[str, tuple[str, ...]] = {
    "bot": ("1",),
    "phone": (),
    "sales": ("sales@desk.test",),
    "support": ("support@desk.test",),
}


@dataclass
class Office:
    """The desks of Anna and Ivan at one store; `key` signs what leaves."""

    store: SqliteStore
    key: bytes
    views: Sequence[SavedView] = ()
    clock: list[datetime] = field(default_factory=lambda: [NOON])
    anna: Desk = field(init=False)
    ivan: Desk = field(init=False)
    count: int = 0
    answering: bool = False

    def __post_init__(self) -> None:
        settings = DeskSettings(undo_send=timedelta(seconds=10), views=tuple(self.views))
        self.anna, self.ivan = (
            Desk(self.store, Agent(id=id_, name=id_.title()), settings, ABLE, now=self.now)
            for id_ in ("anna", "ivan")
        )

    def now(self) -> datetime:
        return self.clock[0]

    def later(self, **more: float) -> None:
        self.clock[0] += timedelta(**more)

    async def comes(
        self, channel: str, who: str, text: str, files: dict[str, bytes] | None = None, **more: Any
    ) -> Message:
        """A message as the channel would hand it over; where it stands then."""
        self.count += 1
        self.later(seconds=1)
        incoming = self._incoming(channel, who, text, more)
        attached = self._files(files or {})
        rules = self._rules(channel)

        def take(tx: Transaction) -> Message:
            assert arrive(tx, rules, incoming, None, attached, self.now())
            return _message(tx, channel, incoming.external_id)

        return await self.store.write(take)

    async def leaves(self, message: int) -> Message:
        """A held reply goes out as the engine sends it: it gets its Message-ID."""
        self.later(minutes=1)

        def send(tx: Transaction) -> Message:
            found = tx.message(message)
            assert found is not None
            assert found.delivery is not None
            delivery = tx.claim(found.channel, "engine", self.now())
            assert delivery is not None
            assert delivery.message == message
            id_ = f"<{delivery.key}@desk.test>"
            tx.change_message(message, external_id=id_, message_id=id_, sent_at=self.now())
            tx.change_delivery(message, at=self.now(), state="sent")
            sent = tx.message(message)
            assert sent is not None
            return sent

        return await self.store.write(send)

    def _incoming(self, channel: str, who: str, text: str, more: dict[str, Any]) -> Incoming:
        scheme = ABLE[channel].handle_scheme
        letters = scheme == "mailto"
        given: dict[str, Any] = {
            "external_id": f"{channel}-{self.count}",
            "raw": b"",
            "handle": Handle(scheme, who),
            "sender": Address(who.partition("@")[0].title(), who),
            "text": text,
            "to": (Address("", OWN[channel][0]),) if letters else (),
            "message_id": f"<{self.count}@customer.test>" if letters else None,
            **more,
        }
        return Incoming(**given)

    def _files(self, files: dict[str, bytes]) -> list[Attachment]:
        stored = self.store.blobs.put(files.values())
        return [
            Attachment(id=0, name=name, media_type="image/png", size=size, sha256=sha256)
            for name, (sha256, size) in zip(files, stored, strict=True)
        ]

    def _rules(self, channel: str) -> Rules:
        own = frozenset(address for addresses in OWN.values() for address in addresses)
        able = ABLE[channel]
        placing = PlacingRules(channel=channel, desk_key=self.key, joins=able.joins, own=own)
        return Rules(
            channel=channel,
            capabilities=able,
            placing=placing,
            own_address=next(iter(OWN[channel]), ""),
            desk="Desk",
            acknowledging=_ACKNOWLEDGING if self.answering else None,
        )


def _message(reads: Reads, channel: str, external_id: str) -> Message:
    seen = reads.seen_external(channel, external_id)
    message = reads.message(seen.id) if seen else None
    assert message is not None
    return message


def people(found: Sequence[Address]) -> list[str]:
    return [person.address for person in found]


def configure(tx: Transaction) -> bytes:
    for name, able in ABLE.items():
        tx.configure(name, "test", able, OWN[name])
    key = tx.setting("key")
    assert key is not None
    return bytes.fromhex(key)


@contextlib.asynccontextmanager
async def office(folder: Path, views: Sequence[SavedView] = ()) -> AsyncIterator[Office]:
    async with SqliteStore(folder / "desk.db") as store:
        yield Office(store, await store.write(configure), views)


__all__ = ["ABLE", "Direction", "Office", "office", "people"]
