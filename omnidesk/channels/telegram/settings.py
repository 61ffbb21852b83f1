"""The TOML of a Telegram channel."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from omnidesk.settings import Duration, Secret, Strict

BOT_DOWNLOAD = 20 * 2**20


class TelegramSettings(Strict):
    """A bot of ours at Telegram."""

    token: Secret
    """The bot's token, as @BotFather gave it."""
    api_url: str = "https://api.telegram.org"
    """The Bot API server; a self-hosted one, if not Telegram's own."""
    poll: Duration = timedelta(seconds=25)
    """How long the server holds a question for news open."""
    max_download: Annotated[int, Field(ge=1)] = BOT_DOWNLOAD
    """The largest file to fetch, in bytes; more than 20 MB only a self-hosted server gives."""

    @field_validator("api_url")
    @classmethod
    def _secured(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            host, port = url.hostname or "", url.port
        except ValueError:
            raise ValueError(
                f"is an address like https://api.telegram.org, not {value!r}"
            ) from None
        plain = not (url.query or url.fragment or url.username) and port != 0
        if url.scheme not in ("http", "https") or not host or not plain or "{" in value:
            raise ValueError(f"is an address like https://api.telegram.org, not {value!r}")
        if url.scheme == "http" and not is_loopback(host):
            raise ValueError(f"is https:// unless the server is on this machine, not {value!r}")
        return value.rstrip("/")

    @field_validator("poll")
    @classmethod
    def _bearable(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(seconds=50):
            raise ValueError("is between 1s and 50s")
        return value


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
