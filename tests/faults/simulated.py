"""A provider and a channel to it, in memory, whose every step can be cut."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Self

from omnidesk.core.channel import (
    Batch,
    Capabilities,
    Incoming,
    IncomingFile,
    Outcome,
    Outgoing,
    Sent,
    Unknown,
)
from omnidesk.core.model import Address, Handle
from omnidesk.core.placing import PlacingRules
from omnidesk.engine.line import Served
from omnidesk.engine.rules import Rules

NAME = "sim"
QUIET = 0.05
KEY = b"0123456789abcdef0123456789abcdef"

Step = Callable[[str], None]
"""Told of each step as it comes; what it raises cuts the walk there."""


def go_on(step: str) -> None:
    """Cut nothing."""


class Clock:
    """The time of a test: the real one, moved as the test says."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


class Provider:
    """What the other side knows: what customers wrote, and what it took from us."""

    def __init__(self, *, idempotent: bool = False) -> None:
        self.written: list[Incoming] = []
        self.taken: list[Outgoing] = []
        self.batches = 0
        self.answers: Iterator[Outcome | Exception] = iter(())
        self._idempotent = idempotent

    def write(self, text: str, who: str = "ann", *files: bytes) -> None:
        """A customer writes."""
        number = len(self.written)
        self.written.append(
            Incoming(
                external_id=f"in-{number}",
                raw=f"raw {number}".encode(),
                handle=Handle(NAME, who),
                sender=Address(who.title(), who),
                text=text,
                files=tuple(
                    IncomingFile(name="f.bin", media_type="x/y", size=len(f), content=f)
                    for f in files
                ),
            )
        )

    def take(self, outgoing: Outgoing) -> str:
        """Take a reply; where there is an idempotency key, once only."""
        known = [o for o in self.taken if o.key == outgoing.key]
        if not (known and self._idempotent):
            self.taken.append(outgoing)
        return f"out-{outgoing.key}"

    @property
    def copies(self) -> Counter[str]:
        """How often each reply went to a customer."""
        return Counter(outgoing.text for outgoing in self.taken)


class SimulatedChannel:
    """The cursor is the number of messages received; a batch has at most `at_once`."""

    name = NAME

    def __init__(
        self,
        provider: Provider,
        capabilities: Capabilities,
        step: Step = go_on,
        *,
        at_once: int = 2,
        patience: float | None = None,
    ) -> None:
        self.capabilities = capabilities
        self._provider = provider
        self._step = step
        self._at_once = at_once
        self._patience = QUIET if patience is None else patience

    async def __aenter__(self) -> Self:
        self._step("enter")
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def receive(self, cursor: str | None) -> Batch:
        self._step("before receive")
        start = int(cursor or 0)
        items = self._provider.written[start : start + self._at_once]
        if not items:
            await asyncio.sleep(self._patience)
            return Batch(items=(), cursor=cursor)
        self._provider.batches += 1
        self._step("after receive")
        return Batch(items=items, cursor=str(start + len(items)))

    async def send(self, outgoing: Outgoing) -> Outcome:
        self._step("before send")
        answer = next(self._provider.answers, None)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None and not isinstance(answer, Sent | Unknown):
            return answer
        external_id = self._provider.take(outgoing)
        self._step("after send")
        return answer or Sent(external_id=external_id)

    async def check(self) -> str:
        return "ok"

    async def count(self) -> int | None:
        return len(self._provider.written)


def able(*, idempotent: bool = False) -> Capabilities:
    """What the simulated channel can do."""
    return Capabilities(
        handle_scheme=NAME,
        receive=True,
        send=True,
        attachments=True,
        joins=True,
        idempotent_send=idempotent,
        quiet=QUIET,
    )


def served(
    provider: Provider, capabilities: Capabilities | None = None, step: Step = go_on
) -> Served:
    """What an engine needs to serve the simulated channel."""
    capabilities = capabilities or able()
    placing = PlacingRules(
        channel=NAME,
        desk_key=KEY,
        joins=True,
        join_window=timedelta(hours=24),
        reopen_within=timedelta(days=14),
        own=frozenset(),
    )
    rules = Rules(
        channel=NAME, capabilities=capabilities, placing=placing, own_address="", desk="Desk"
    )
    return Served(
        name=NAME,
        open=lambda patience: SimulatedChannel(provider, capabilities, step, patience=patience),
        rules=rules,
        signature=lambda author: "",
    )
