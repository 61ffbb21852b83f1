"""A mailbox that is open on a scripted server, and handlers for its bad moments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from omnidesk.channels.email.imap import Mailbox
from tests.email.scripted import Scripted, Session


@asynccontextmanager
async def opened(
    server: Scripted, spool: Path, timeout: str = "2s", **more: object
) -> AsyncIterator[Mailbox]:
    async with server.listening():
        mailbox = await Mailbox.open("support", server.settings(timeout, **more), spool)
        try:
            yield mailbox
        finally:
            await mailbox.close()


def saying(*lines: bytes) -> Callable[[Session, bytes], Awaitable[None]]:
    """A handler that says these lines, then OK."""

    async def handler(session: Session, rest: bytes) -> None:
        await session.ok(*lines)

    return handler


async def silence(session: Session, rest: bytes) -> None:
    await asyncio.sleep(3600)


async def hang_up(session: Session, rest: bytes) -> None:
    await session.cut()
