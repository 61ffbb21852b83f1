"""The books of a demo: what its servers hold against what its store holds."""

from __future__ import annotations

import asyncio
import imaplib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from typing import TYPE_CHECKING

from omnidesk.core.model import DeliveryState, Direction
from omnidesk.demo import anna
from omnidesk.demo.matter import Matter, settle
from omnidesk.demo.world import read

if TYPE_CHECKING:
    from omnidesk.core.store import Reads, Store
    from omnidesk.demo.botapi_answers import Json
    from omnidesk.demo.mailserver import MailServer
    from omnidesk.demo.sandbox import Sandbox

_SECONDS = 10.0
_UNDER_WAY = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: what is outside, what of it is in the store, and what should not be."""

    what: str
    outside: int
    stored: int
    lost: int
    doubled: int

    def __str__(self) -> str:
        sign = "=" if self.agrees else "!"
        return (
            f"{self.what:<31} {self.outside:>3} {sign} {self.stored:<3} "
            f"{self.lost} lost, {self.doubled} doubled"
        )

    @property
    def agrees(self) -> bool:
        return not self.lost and not self.doubled and self.outside == self.stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All lines, and how many replies are neither sent nor failed yet, or in doubt.

    `matter` is what one customer said on every channel.
    """

    entries: tuple[Entry, ...]
    matter: Matter | None
    under_way: int
    in_doubt: int

    @property
    def agrees(self) -> bool:
        whole = self.matter is None or not self.matter.wrong
        done = not self.under_way and not self.in_doubt
        return whole and done and all(e.agrees for e in self.entries)

    def lines(self) -> list[str]:
        """The ledger as a person reads it."""
        lost, doubled = sum(e.lost for e in self.entries), sum(e.doubled for e in self.entries)
        last = f"{lost} lost, {doubled} doubled, {self.under_way} on their way"
        verdict = "the ledger agrees" if self.agrees else "THE LEDGER DOES NOT AGREE"
        doubt = f", {self.in_doubt} in doubt" if self.in_doubt else ""
        matter = [str(self.matter)] if self.matter else []
        return [*map(str, self.entries), *matter, f"{verdict}: {last}{doubt}"]


async def keep_books(sandbox: Sandbox, store: Store) -> Ledger:
    """What stands on the servers and in the store now."""
    letters = {
        address.partition("@")[0]: await asyncio.to_thread(_letters, sandbox.mail, address)
        for address in sandbox.mail.addresses
    }
    chats = [
        update["message"] for update in sandbox.bot.updates.ever.values() if "message" in update
    ]
    calls = await asyncio.to_thread(sandbox.exchange.calls)
    received = {
        **{f"letters at {name}": (name, _prints(found)) for name, found in letters.items()},
        "chat messages": ("shop-bot", _numbers(chats)),
        "calls": ("phone", calls),
    }
    hers = {
        **{name: _prints(filter(_is_hers, found)) for name, found in letters.items()},
        "phone": await asyncio.to_thread(sandbox.exchange.calls, anna.NUMBER),
        "shop-bot": _numbers(chat for chat in chats if chat["chat"]["id"] == anna.CHAT),
    }
    arrived = Counter(_arrived(sandbox))
    return await store.read(lambda reads: _ledger(reads, received, hers, arrived))


def _ledger(
    reads: Reads,
    received: dict[str, tuple[str, list[str]]],
    hers: dict[str, list[str]],
    arrived: Counter[str],
) -> Ledger:
    entries = [
        _incoming(reads, channel, f"{what} = stored", ids)
        for what, (channel, ids) in received.items()
    ]
    entries.append(_outgoing(reads, arrived))
    states = Counter(m.delivery.state for m in reads.every_message() if m.delivery)
    return Ledger(
        entries=tuple(entries),
        matter=settle(reads, hers, arrived),
        under_way=sum(states[state] for state in _UNDER_WAY),
        in_doubt=states[DeliveryState.UNKNOWN],
    )


def _incoming(reads: Reads, channel: str, what: str, ids: Iterable[str]) -> Entry:
    """Every id outside must be in the store, and nothing in the store must lack one.

    What an agent wrote down by hand came from nowhere outside.
    """
    outside = set(ids)
    found = [seen for one in outside if (seen := reads.seen_external(channel, one))]
    rows = sum(
        m.channel == channel and m.direction is Direction.IN and m.author is None
        for m in reads.every_message()
    )
    return Entry(
        what=what,
        outside=len(outside),
        stored=len(found),
        lost=len(outside) - len(found),
        doubled=rows - len({seen.id for seen in found}),
    )


def _outgoing(reads: Reads, arrived: Counter[str]) -> Entry:
    """What left by the store's account against what arrived; an album of two is two."""
    sent = {
        m.message_id or m.external_id
        for m in reads.every_message()
        if m.direction is Direction.OUT and m.delivery and (m.message_id or m.external_id)
    }
    there = sum(arrived.values())
    known = sum(one in arrived for one in sent)
    return Entry(
        what="replies that arrived = sent",
        outside=there,
        stored=len(sent),
        lost=len(sent) - known,
        doubled=there - known,
    )


def _arrived(sandbox: Sandbox) -> Iterable[str]:
    for posted in sandbox.mail.sent:
        yield str(read(posted.letter)["Message-ID"])
    for (chat, number), message in sandbox.bot.answers.messages.items():
        if message["from"]["id"] == sandbox.bot.user["id"]:
            yield f"{chat}:{number}"


def _numbers(messages: Iterable[Json]) -> list[str]:
    return [f"{message['chat']['id']}:{message['message_id']}" for message in messages]


def _prints(letters: Iterable[bytes]) -> list[str]:
    return [sha256(letter).hexdigest() for letter in letters]


def _is_hers(letter: bytes) -> bool:
    return parseaddr(str(read(letter)["From"]))[1] == anna.ADDRESS


def _letters(mail: MailServer, address: str) -> list[bytes]:
    """Every letter in a mailbox, asked of the server by another client."""
    with imaplib.IMAP4(mail.host, mail.imap.port, timeout=_SECONDS) as client:
        client.login(address, mail.password)
        client.select("INBOX", readonly=True)
        numbers = client.search(None, "ALL")[1][0].split()
        parts = [client.fetch(n.decode(), "(BODY.PEEK[])")[1][0] for n in numbers]
    return [part[1] for part in parts if isinstance(part, tuple)]
