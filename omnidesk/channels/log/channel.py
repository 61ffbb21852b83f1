"""The log channel: the exchange's events in, nothing out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from omnidesk.channels.log.events import Reading, read_event
from omnidesk.channels.log.pipe import Busy, Pipe, is_pipe
from omnidesk.channels.log.tail import Piece, Tail
from omnidesk.core.channel import (
    Batch,
    Capabilities,
    Item,
    Outcome,
    Outgoing,
    Rejected,
    Ringing,
)
from omnidesk.core.errors import Blocked, ChannelError, Unreachable
from omnidesk.core.identity import normalise
from omnidesk.core.language import _

if TYPE_CHECKING:
    from omnidesk.channels.log.settings import LogSettings
    from omnidesk.core.channel import Surroundings

_LOOK_SECONDS = 0.05
"""How often to look: a call that rings must be on the screen before the agent takes it."""


class LogChannel:
    """Tails the file, or the journal of the named pipe, that an exchange's script writes to."""

    def __init__(
        self,
        name: str,
        settings: LogSettings,
        surroundings: Surroundings,
        capabilities: Capabilities,
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        given = surroundings.patience
        self._patience = capabilities.quiet if given is None else given
        self._reading = Reading(
            scheme=settings.scheme, region=settings.region or surroundings.region
        )
        self._path = Path(settings.events) if settings.events else None
        self._journal = (surroundings.kept or surroundings.spool) / f"{name}.calls"
        self._pipe: Pipe | None = None
        self._tail: Tail | None = None
        self._looking = threading.Lock()
        self._live = False

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._enter)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.to_thread(self._leave)

    async def receive(self, cursor: str | None) -> Batch:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience
        while True:
            items, piece = await asyncio.to_thread(self._look, cursor)
            if items or piece.gap or piece.cursor != cursor:
                return Batch(items=items, cursor=piece.cursor, gap=piece.gap)
            left = end - loop.time()
            if left <= 0:
                return Batch(items=(), cursor=cursor)
            await asyncio.sleep(min(_LOOK_SECONDS, left))

    async def send(self, outgoing: Outgoing) -> Outcome:
        return Rejected(
            reason=_("{channel}: nothing leaves here by itself; call, and log the call").format(
                channel=self.name
            )
        )

    async def check(self) -> str:
        """Look at the file without reading it: `calls.jsonl is there, 12 KB`."""
        return await asyncio.to_thread(self._check)

    async def count(self) -> int | None:
        """None: a rotated file does not tell how many calls there were."""
        return None

    def _enter(self) -> None:
        normalise(self._reading.scheme, "+12015550123")  # its library must not delay a ring
        self._leave()

    def _leave(self) -> None:
        with self._looking:
            self._close()

    def _close(self) -> None:
        tail, pipe = self._tail, self._pipe
        self._tail = self._pipe = None
        self._live = False
        if tail is not None:
            tail.close()
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.finish()

    def _look(self, cursor: str | None) -> tuple[list[Item], Piece]:
        """What is new. A look that was given up on may still go on: the next one waits for it."""
        with self._looking:
            try:
                piece = self._opened().after(cursor)
                if self._pipe is not None and not piece.lines:
                    self._pipe.shorten(cursor)
            except OSError as error:
                self._close()
                raise self._trouble(error) from error
            live, self._live = self._live, not piece.lines
        now = datetime.now(UTC)
        items = [read_event(line, self._reading, now) for line in piece.lines]
        return [_now(item, now) if live else item for item in items], piece

    def _opened(self) -> Tail:
        assert self._path is not None, "without a file nothing is received"
        piped = is_pipe(self._path)
        if piped != (self._pipe is not None) or (
            self._pipe is not None and not self._pipe.lies_at(self._path)
        ):
            self._close()
        if self._tail is None:
            if piped:
                self._pipe = Pipe(self._path, self._journal)
                self._tail = Tail(self._journal, ours=True)
            else:
                self._require_place(self._path)
                self._tail = Tail(self._path)
        if self._pipe is not None:
            self._pipe.drain()
        return self._tail

    def _require_place(self, path: Path) -> None:
        if path.is_dir():
            raise IsADirectoryError(_("is a folder"))
        if not path.exists() and not path.parent.is_dir():
            raise NotADirectoryError(_("its folder is not there"))

    def _check(self) -> str:
        if self._path is None:
            return "logged by hand"
        try:
            self._require_place(self._path)
            if is_pipe(self._path):
                return f"{self._path.name} is a named pipe"
            if not self._path.exists():
                return f"{self._path.name} is not there yet; the first call makes it"
            with self._path.open("rb"):
                return f"{self._path.name} is there, {self._path.stat().st_size / 1000:.1f} kB"
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> ChannelError:
        where = f"{self.name}: {self._path}: {error.strerror or error}"
        match error:
            case Busy():
                return Unreachable(where, retry_after=5.0)
            case PermissionError():
                return Blocked(_("{where}; let this user read it").format(where=where))
            case IsADirectoryError() | NotADirectoryError():
                return Blocked(
                    _("{where}; check channels.{channel}.events").format(
                        where=where, channel=self.name
                    )
                )
        return Unreachable(where)


def _now(item: Item, now: datetime) -> Item:
    """A ring that came while we watched rings now, whatever the exchange's clock says."""
    return replace(item, at=now) if isinstance(item, Ringing) else item
