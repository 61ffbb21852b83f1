"""The spool: what a channel laid down for the intake, and what was left there by accident."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

from omnidesk.core.channel import Content

_STALE_SECONDS = 86400.0
"""A file waits in the spool for seconds; one of a day is of an engine that was killed."""


def sweep(spool: Path) -> int:
    """Remove what nobody will come for any more; how many files it was."""
    swept = 0
    with contextlib.suppress(OSError):
        for file in spool.iterdir():
            with contextlib.suppress(OSError):
                if file.is_file() and abs(time.time() - file.stat().st_mtime) > _STALE_SECONDS:
                    file.unlink()
                    swept += 1
    return swept


def drop(spool: Path, contents: Iterable[Content]) -> None:
    """Remove files of a batch that was not taken: its channel will bring it once more."""
    for content in contents:
        if isinstance(content, Path) and content.parent == spool:
            with contextlib.suppress(OSError):
                content.unlink(missing_ok=True)
