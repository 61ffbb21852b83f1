"""Moments on the command line, as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from omnidesk.core.dates import Unclear, read_moment


def moment(text: str, hint: str, now: datetime | None = None) -> datetime:
    """The moment to come that was typed; BadParameter at `hint` says what is not understood."""
    found = read_moment(text, now or datetime.now(UTC))
    if isinstance(found, Unclear):
        raise click.BadParameter(
            f"{found}; write 2h, tomorrow 10:00, monday, 25.12, 2026-03-01 or 2026-03-01 14:30",
            param_hint=hint,
        )
    return found
