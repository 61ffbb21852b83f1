"""The files of a message, fetched: into memory while small, into the spool when large."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from telegram.error import BadRequest

from omnidesk.channels.telegram.fields import string, table, whole
from omnidesk.channels.telegram.settings import BOT_DOWNLOAD, TelegramSettings, is_loopback
from omnidesk.channels.telegram.trouble import said
from omnidesk.core.channel import Content, IncomingFile
from omnidesk.core.errors import Unreachable
from omnidesk.core.language import _

if TYPE_CHECKING:
    from omnidesk.channels.telegram.contents import Wanted
    from omnidesk.channels.telegram.link import Link

_IN_MEMORY = 256 * 2**10


async def fetch(
    link: Link, wanted: Wanted, settings: TelegramSettings, spool: Path
) -> IncomingFile:
    """The file, or why it can never be had; TelegramError or Unreachable where a try may help."""
    if wanted.size is not None and wanted.size > settings.max_download:
        return missing(wanted, too_large(settings.max_download, wanted.size))
    try:
        found = table(await link.call("getFile", {"file_id": wanted.file_id}))
    except BadRequest as error:
        if "temporarily" in error.message:
            raise
        if "too big" in error.message:
            return missing(wanted, too_large(BOT_DOWNLOAD, wanted.size))
        return missing(wanted, _("Telegram does not give it: {why}").format(why=said(error)))
    path, size = string(found.get("file_path")), whole(found.get("file_size"))
    if not path:
        return missing(wanted, _("Telegram does not say where it lies"))
    if size is not None and size > settings.max_download:
        return missing(wanted, too_large(settings.max_download, size))
    if Path(path).is_absolute():
        return await _beside_us(link, wanted, Path(path), settings, spool)
    data = await link.fetch(path)
    if data is None:
        return missing(wanted, _("Telegram no longer has it"))
    content = (
        data if len(data) <= _IN_MEMORY else await asyncio.to_thread(_spooled, link, data, spool)
    )
    return _present(wanted, content, len(data))


def missing(wanted: Wanted, reason: str) -> IncomingFile:
    """A file of which only the name came, and why."""
    return IncomingFile(
        name=wanted.name,
        media_type=wanted.media_type,
        size=wanted.size or 0,
        content=None,
        missing=reason,
    )


def too_large(limit: int, size: int | None) -> str:
    """Why a file is not fetched, in megabytes."""
    larger = _("larger than the {n:.0f} MB a bot may fetch").format(n=limit / 2**20)
    return larger if size is None else f"{larger}: {size / 2**20:.0f} MB"


async def _beside_us(
    link: Link, wanted: Wanted, path: Path, settings: TelegramSettings, spool: Path
) -> IncomingFile:
    """A file that a server of ours with --local keeps on this very machine.

    Any other server could name any file of ours by such a path.
    """
    if not is_loopback(urlsplit(settings.api_url).hostname or ""):
        return missing(wanted, _("the Bot API server keeps it on its own disk (--local)"))
    target = _place(spool)
    try:
        await asyncio.to_thread(shutil.copyfile, path, target)
        return _present(wanted, target, target.stat().st_size)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        target.unlink(missing_ok=True)
        return missing(
            wanted, _("the Bot API server's copy cannot be read: {why}").format(why=error.strerror)
        )
    except OSError as error:
        target.unlink(missing_ok=True)
        raise _spool_full(link, error) from error


def _present(wanted: Wanted, content: Content, size: int) -> IncomingFile:
    return IncomingFile(name=wanted.name, media_type=wanted.media_type, size=size, content=content)


def _spooled(link: Link, data: bytes, spool: Path) -> Path:
    path = _place(spool)
    try:
        path.write_bytes(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _spool_full(link, error) from error
    return path


def _spool_full(link: Link, error: OSError) -> Unreachable:
    return Unreachable(
        _("{channel}: the spool takes no more: {why}").format(
            channel=link.name, why=error.strerror or error
        )
    )


def _place(spool: Path) -> Path:
    return spool / f"telegram-{uuid4().hex}"
