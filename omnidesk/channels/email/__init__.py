"""E-mail: letters by IMAP and SMTP. Importing this loads no mail library; opening does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.channels.email.settings import EmailSettings
from omnidesk.core.channel import Capabilities, Surroundings

if TYPE_CHECKING:
    from omnidesk.channels.email.channel import EmailChannel

_MAX_FILE = 25_000_000
_QUIET = 15 * 60.0


class Email:
    """The kind of channel that a mailbox is."""

    settings = EmailSettings

    def capabilities(self, settings: EmailSettings) -> Capabilities:
        """What a mailbox can do; the way in or out that is not configured is off."""
        return Capabilities(
            handle_scheme="mailto",
            label="E-mail",
            code="em",
            receive=settings.imap is not None,
            send=settings.smtp is not None,
            initiate=settings.smtp is not None,
            subject=True,
            threads=True,
            html=True,
            attachments=True,
            copies=True,
            receipts=settings.imap is not None,
            max_file=_MAX_FILE,
            quiet=_QUIET,
        )

    def addresses(self, settings: EmailSettings) -> tuple[str, ...]:
        """Our own addresses, as values of `mailto` handles."""
        from omnidesk.core.identity import normalise

        handles = (normalise("mailto", one) for one in (settings.address, *settings.aliases))
        return tuple(handle.value for handle in handles if handle is not None)

    def open(self, name: str, settings: EmailSettings, surroundings: Surroundings) -> EmailChannel:
        """The channel, not yet connected."""
        from omnidesk.channels.email.channel import EmailChannel

        return EmailChannel(
            name,
            settings,
            surroundings,
            self.capabilities(settings),
            frozenset(self.addresses(settings)),
        )


kind = Email()
