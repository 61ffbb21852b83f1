"""Old letters brought into the store: dated as they were sent, threads kept, nothing twice."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.cli.mailfiles import Found
from omnidesk.core.channel import Batch, Incoming
from omnidesk.core.model import Direction

if TYPE_CHECKING:
    from omnidesk.core.store import Store
    from omnidesk.engine.intake import Intake
    from omnidesk.wiring import LetterHead

_AT_ONCE = 50
_BYTES_AT_ONCE = 16_000_000
_LARGE = 1_000_000
_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Headed:
    """A letter that was found, and what its header says of its place among the others."""

    found: Found
    head: LetterHead


def in_order(letters: Iterable[Headed]) -> Iterator[Headed]:
    """Oldest first, but never an answer before what it answers: clocks differ."""
    ordered = sorted(letters, key=lambda one: one.head.sent_at or _LAST)
    by_id = {
        id_: index for index, one in reversed(list(enumerate(ordered))) for id_ in one.head.ids
    }
    done: set[int] = set()
    for index in range(len(ordered)):
        path = [index]
        while path:
            here = path[-1]
            before = _before(ordered[here], by_id, done.union(path))
            if before is not None:
                path.append(before)
                continue
            path.pop()
            if here not in done:
                done.add(here)
                yield ordered[here]


def _before(one: Headed, by_id: dict[str, int], settled: set[int]) -> int | None:
    """A letter that it refers to and that is not settled."""
    for reference in reversed(one.head.references):
        index = by_id.get(reference)
        if index is not None and index not in settled:
            return index
    return None


@dataclass(slots=True)
class Tally:
    """What became of the letters so far."""

    new: int = 0
    known: int = 0
    unread: int = 0


class Importer:
    """Takes letters in, fifty a transaction; `read` makes an Incoming of a raw one."""

    def __init__(
        self,
        store: Store,
        channel: str,
        intake: Intake,
        read: Callable[[bytes | Path], Incoming],
        told: Callable[[Tally], None],
        failed: Callable[[Found, OSError], None],
    ) -> None:
        self.tally = Tally()
        self._store = store
        self._channel = channel
        self._intake = intake
        self._read = read
        self._told = told
        self._failed = failed
        self._seen: set[str] = set()

    async def take(self, letters: Iterable[Headed]) -> None:
        """Take all in, in the order given."""
        waiting: list[Incoming] = []
        amount = 0
        for letter in letters:
            try:
                incoming, size = await self._letter(letter)
            except OSError as error:
                self.tally.unread += 1
                self._failed(letter.found, error)
                continue
            if incoming is None:
                self.tally.known += 1
                self._told(self.tally)
                continue
            waiting.append(incoming)
            amount += size
            if len(waiting) >= _AT_ONCE or amount > _BYTES_AT_ONCE:
                await self._store_all(waiting)
                waiting, amount = [], 0
        await self._store_all(waiting)

    async def _letter(self, letter: Headed) -> tuple[Incoming | None, int]:
        """A letter and its size; None where it is here in any form."""
        raw = letter.found.raw()
        forms = forms_of(raw)
        if not self._seen.isdisjoint(forms) or await self._store.read(
            lambda reads: any(reads.seen_external(self._channel, form) for form in forms)
        ):
            return None, 0
        self._seen |= forms
        content: bytes | Path = raw
        if len(raw) > _LARGE:
            content = self._store.spool / f"import-{secrets.token_hex(8)}"
            content.write_bytes(raw)
        incoming = self._read(content)
        forms.discard(incoming.external_id)
        ours = incoming.direction is Direction.OUT and not letter.head.travelled
        return replace(incoming, parts=tuple(sorted(forms)), from_us=ours), len(raw)

    async def _store_all(self, letters: Sequence[Incoming]) -> None:
        new = 0
        if letters:
            new = await self._intake.take(Batch(items=letters, cursor=None), old=True)
        self.tally.new += new
        self.tally.known += len(letters) - new
        self._told(self.tally)


def forms_of(raw: bytes) -> set[str]:
    """The SHA-256 of a letter, and of what mail stores and IMAP servers make of it.

    They change the line ends, add one behind the last line, and quote lines that begin like a
    letter of an mbox.
    """
    lines = raw.replace(b"\r\n", b"\n")
    bare = lines.rstrip(b"\n")
    network = (form.replace(b"\n", b"\r\n") for form in (lines, bare + b"\n"))
    forms = (raw, *network, _QUOTED.sub(b"From ", bare))
    return {hashlib.sha256(form).hexdigest() for form in forms}
