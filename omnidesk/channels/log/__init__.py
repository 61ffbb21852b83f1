"""Calls, visits, post: what goes on elsewhere and is logged here; light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.channels.log.settings import LogSettings
from omnidesk.core.channel import Capabilities

if TYPE_CHECKING:
    from omnidesk.core.channel import Channel, Surroundings


class LogKind:
    """The channel kind `log`."""

    settings = LogSettings

    def capabilities(self, settings: LogSettings) -> Capabilities:
        """What is logged joins; it is received only where an exchange writes its events."""
        return Capabilities(
            handle_scheme=settings.scheme,
            label=settings.label,
            code=settings.code,
            receive=settings.events is not None,
            logs=True,
            joins=True,
            region=settings.region,
        )

    def addresses(self, settings: LogSettings) -> tuple[str, ...]:
        """None: our own numbers are the exchange's business."""
        return ()

    def open(self, name: str, settings: LogSettings, surroundings: Surroundings) -> Channel:
        """The channel itself; no file is touched before it is entered."""
        from omnidesk.channels.log.channel import LogChannel

        return LogChannel(name, settings, surroundings, self.capabilities(settings))


kind = LogKind()
