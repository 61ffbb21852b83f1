"""A store of any size, written straight through the store's own connection, kept for next time."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.words import Writer
from omnidesk.store.sqlite.connection import prepare
from omnidesk.store.sqlite.migrate import migrate, migrations

CHANNEL = "support"
AGENT = "anna"
_FORM = 2
"""Raised when this file makes another store of the same size."""
_CONVERSATION = """
    INSERT INTO conversation (number, contact, subject, state, assignee, priority, unread,
        waiting_since, snoozed_until, last_at, created_at, closed_at, channel, snippet)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MESSAGE = """
    INSERT INTO message (id, conversation, home, channel, direction, external_id, message_id,
        handle, sender_name, sender_address, author, recipients, subject, text, sent_at,
        received_at, why)
    VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
"""
_EVENT = """
    INSERT INTO event (at, actor, kind, conversation, message, contact, channel, data)
    VALUES (?, 'omnidesk', 'message.received', ?, ?, ?, ?, '{"why":"","opened":false}')
"""
_CAPABILITIES = (
    '{"handle_scheme":"mailto","label":"E-mail","code":"em","receive":true,"send":true,'
    '"initiate":true,"subject":true,"threads":true,"html":true,"attachments":true,"copies":true}'
)
_PIECE = 5000
_UNUSED_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many conversations, how many messages, and whether all of them wait in the inbox."""

    conversations: int
    messages: int
    all_active: bool = False

    @property
    def name(self) -> str:
        shape = "-active" if self.all_active else ""
        return f"{self.conversations}-{self.messages}{shape}"


def folder() -> Path:
    """Where stores are kept: BENCH_FOLDER, else in the user's cache."""
    named = os.environ.get("BENCH_FOLDER")
    found = Path(named) if named else Path.home() / ".cache" / "omnidesk-bench"
    found.mkdir(parents=True, exist_ok=True)
    return found


def store_of(size: Size) -> Path:
    """A database of this size under this program's schema; made where there is none."""
    schema = hashlib.sha256(f"{_FORM}{migrations()}".encode()).hexdigest()[:10]
    place = folder() / f"store-{size.name}-{schema}"
    database = place / "omnidesk.db"
    if database.exists():
        os.utime(place)
        return database
    for old in folder().glob("store-*"):
        if time.time() - old.stat().st_mtime > _UNUSED_SECONDS:
            shutil.rmtree(old)
    began = time.monotonic()
    draft = folder() / f".{place.name}.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "omnidesk.db.files").mkdir(parents=True, mode=0o700)
    fill(draft / "omnidesk.db", size)
    draft.rename(place)
    seconds = time.monotonic() - began
    sys.stderr.write(f"bench: made a store of {size.name} in {seconds:.0f} s\n")
    return database


def copy_of(size: Size, into: Path) -> Path:
    """A copy that may be written to."""
    source = store_of(size)
    into.mkdir(parents=True, exist_ok=True)
    target = into / source.name
    shutil.copyfile(source, target)
    (into / f"{source.name}.files").mkdir(mode=0o700, exist_ok=True)
    return target


def fill(database: Path, size: Size) -> None:
    """Write the store: all that the schema keeps (counters, search) its own triggers write."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        prepare(db, writer=True)
        migrate(db, database, database.parent / "backups")
        db.executescript(
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000;"
        )
        filler = _Filler(size)
        db.execute("BEGIN")
        db.execute(
            "INSERT INTO channel (name, kind, capabilities, addresses, configured, state)"
            " VALUES (?, 'email', ?, '[\"support@example.org\"]', 1, 'up')",
            (CHANNEL, _CAPABILITIES),
        )
        db.execute("COMMIT")
        numbers = range(1, size.conversations + 1)
        for start in range(0, len(numbers), _PIECE):
            db.execute("BEGIN")
            filler.write(db, numbers[start : start + _PIECE])
            db.execute("COMMIT")
        db.executescript("PRAGMA wal_checkpoint(TRUNCATE);")


class _Filler:
    """Rows of a made-up desk. The newest message was written when the store was."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._writer = Writer()
        self._dice = random.Random(2)
        self._now = round(time.time() * 1000)
        self._message = 0
        self._step = max(1, 3 * 365 * 86_400_000 // max(1, size.messages))

    def write(self, db: sqlite3.Connection, numbers: range) -> None:
        """Conversations of these numbers, each of a contact of its own or of an older one."""
        conversations: list[tuple[Any, ...]] = []
        messages: list[tuple[Any, ...]] = []
        contacts: list[tuple[Any, ...]] = []
        for number in numbers:
            contact = number if number % 4 else max(1, number // 4)
            if contact == number:
                contacts.append(self._person(number))
            own = list(self._talk(number, contact))
            messages += own
            conversations.append(self._conversation(number, contact, own))
        db.executemany(
            "INSERT INTO contact (id, name, root, created_at) VALUES (?1, ?2, ?1, ?4)", contacts
        )
        db.executemany(
            "INSERT INTO handle (id, scheme, value, contact, known, name, first_seen)"
            " VALUES (?1, 'mailto', ?3, ?1, 'seen', ?2, ?4)",
            contacts,
        )
        db.executemany(
            f"INSERT INTO reached VALUES ('{CHANNEL}', ?1, ?4, NULL)",
            contacts,
        )
        db.executemany(_CONVERSATION, conversations)
        db.executemany(_MESSAGE, messages)
        db.executemany(_EVENT, ((m[14], m[1], m[0], None, CHANNEL) for m in messages))

    def _person(self, number: int) -> tuple[Any, ...]:
        customer = self._writer.customer(number)
        return number, customer.name, customer.address, self._now

    def _length(self, number: int) -> int:
        """How many messages: five on average, some have forty, one in a thousand 205."""
        mean = self._size.messages // self._size.conversations
        if mean <= 1:
            return mean
        if number % 1000 == 0:
            return 41 * mean
        if number % 100 == 0:
            return 8 * mean
        return self._dice.choice((1, 2, 3, 4, 5, 6, 7)) * mean // 4 or 1

    def _talk(self, number: int, contact: int) -> Iterator[tuple[Any, ...]]:
        customer = self._writer.customer(contact)
        subject = self._writer.subject(number)
        for index in range(self._length(number)):
            self._message += 1
            at = self._now - (self._size.messages * 11 // 10 - self._message) * self._step
            inbound = index % 3 != 1
            ours = (None, None, AGENT, f'{{"to":[["","{customer.address}"]]}}')
            theirs = (customer.name, customer.address, None, '{"to":[["","support@example.org"]]}')
            yield (
                self._message,
                number,
                CHANNEL,
                "in" if inbound else "out",
                f"bench-{self._message}",
                f"<{self._message}@bench.example.org>",
                contact,
                *(theirs if inbound else ours),
                subject if index == 0 else f"Re: {subject}",
                self._writer.text(number, self._dice.randint(1, 5)),
                at,
                at,
                "a new subject" if index == 0 else "it answers a letter",
            )

    def _conversation(
        self, number: int, contact: int, own: list[tuple[Any, ...]]
    ) -> tuple[Any, ...]:
        dice = self._dice
        last = own[-1]
        states = ("open",) * 9 + ("waiting",) * 2 + ("snoozed",) + ("closed",) * 8
        state = dice.choice(states[:11] if self._size.all_active else states)
        waits = state == "open" and dice.random() < 0.9
        return (
            number,
            contact,
            own[0][11],
            state,
            dice.choice((None, None, AGENT, "boris")),
            1 if dice.random() < 0.02 else 0,
            int(state == "open" and dice.random() < 0.5),
            last[14] if waits else None,
            self._now + 86_400_000 if state == "snoozed" else None,
            last[14],
            own[0][14],
            last[14] if state == "closed" else None,
            CHANNEL,
            " ".join(last[12].split())[:140],
        )
