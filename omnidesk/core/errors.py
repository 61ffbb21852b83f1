"""What can go wrong, in words for a person: what, why, and what to do."""

from __future__ import annotations


class OmnideskError(Exception):
    """The root: its text is one line that a person can act on."""


class ConfigError(OmnideskError):
    """The TOML does not say what a desk needs; `problems` lists everything at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ChannelError(OmnideskError):
    """A channel cannot go on as it is."""


class Blocked(ChannelError):
    """Only a person can help: credentials refused, a wrong certificate, a revoked token."""


class Unreachable(ChannelError):
    """The provider does not answer now; trying again later helps.

    `retry_after` is in seconds, where the provider named a time.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class StoreError(OmnideskError):
    """The store cannot be used as it is."""


class StoreFull(StoreError):
    """The disk took no more; nothing of the transaction was kept."""


class StoreBusy(StoreError):
    """Another process held the store for longer than we wait."""


class LeaseLost(StoreError):
    """Another engine serves this channel now; nothing of the transaction was kept."""


class NotFound(OmnideskError):
    """There is no such conversation, contact or message."""


class CannotReply(OmnideskError):
    """This reply cannot leave, and why; nothing was written."""


class CannotLog(OmnideskError):
    """This call cannot be written down, and why; nothing was written."""


class CannotJoin(OmnideskError):
    """These cannot be joined or parted, and why."""


class CannotUndo(OmnideskError):
    """It cannot be taken back any more, and why."""


class BadFilter(OmnideskError):
    """This filter or search cannot be understood, and what is wrong with it."""


class BadTemplate(OmnideskError):
    """This template cannot be filled in, and why."""


class Overtaken(OmnideskError):
    """Something was said since the conversation was opened; nothing was written.

    `changes` are sentences: who said what, and when.
    """

    def __init__(self, changes: tuple[str, ...]) -> None:
        super().__init__("; ".join(changes))
        self.changes = changes
