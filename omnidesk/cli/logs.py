"""The engine's log: one line a fact, no secret and no control character in it."""

from __future__ import annotations

import logging
import re
import sys

from omnidesk.core.safetext import strip_codes

_CHATTY = ("httpx", "httpcore", "telegram", "aioimaplib", "aiosmtplib", "asyncio")
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
"""A bot's token, as it stands in the address of every call."""


class PlainFormatter(logging.Formatter):
    """Facts on a line of their own, tracebacks below, tokens taken out of both."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return " ".join(super().formatMessage(record).splitlines())

    def format(self, record: logging.LogRecord) -> str:
        return strip_codes(_TOKEN.sub("[token]", super().format(record)))[0]


def log_to_stderr() -> logging.Logger:
    """Send the log to standard error, once; the logger of the command line."""
    root = logging.getLogger()
    if not any(isinstance(one.formatter, PlainFormatter) for one in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(
            PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        )
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
    return logging.getLogger("omnidesk.cli")
