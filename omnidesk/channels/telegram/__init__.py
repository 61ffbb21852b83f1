"""Telegram through the Bot API; light to import, PTB comes with `kind.open`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.channels.telegram.settings import TelegramSettings
from omnidesk.core.channel import Capabilities

if TYPE_CHECKING:
    from omnidesk.core.channel import Channel, Surroundings

MAX_TEXT = 4096
MAX_UPLOAD = 50 * 2**20


class TelegramKind:
    """The channel kind `telegram`."""

    settings = TelegramSettings

    def capabilities(self, settings: TelegramSettings) -> Capabilities:
        """What a bot can do. A text over `max_text` goes out in several pieces."""
        return Capabilities(
            handle_scheme="telegram",
            label="Telegram",
            code="tg",
            receive=True,
            send=True,
            attachments=True,
            edit=True,
            receipts=True,
            joins=True,
            max_text=MAX_TEXT,
            max_file=MAX_UPLOAD,
            quiet=settings.poll.total_seconds(),
        )

    def addresses(self, settings: TelegramSettings) -> tuple[str, ...]:
        """None: a bot is written to in chats, not at an address of ours."""
        return ()

    def open(self, name: str, settings: TelegramSettings, surroundings: Surroundings) -> Channel:
        """The channel itself; nothing is sent before it is entered."""
        from omnidesk.channels.telegram.channel import TelegramChannel

        return TelegramChannel(name, settings, surroundings, self.capabilities(settings))


kind = TelegramKind()
