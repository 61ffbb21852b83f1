"""The messages of a conversation laid out as lines, each line with the message that it is of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk.core.model import Direction
from omnidesk.ui.held import due

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from omnidesk.core.model import Draft, Message
    from omnidesk.ui.lines import Line
    from omnidesk.ui.talk import Setting

_Key = tuple[object, ...]


def unread_in(messages: Sequence[Message], until: int | None) -> dict[int, int]:
    """Each message that nobody has read, with how many there are from it on.

    `until` is the last one that somebody has read; None: all are.
    """
    if until is None:
        return {}
    came = [m.id for m in messages if m.direction is Direction.IN and m.id > until]
    return {message: len(came) - at for at, message in enumerate(came)}


class Sheet:
    """Lines, where each message begins, and where the unread ones do; what was laid is kept."""

    def __init__(self) -> None:
        self.lines: list[tuple[Line, int]] = []
        self.starts: dict[int, int] = {}
        self.unread: int | None = None
        self._laid: dict[_Key, list[Line]] = {}

    def lay(
        self,
        messages: Sequence[Message],
        shown: Setting,
        *,
        unfolded: Collection[int],
        headed: Collection[int],
        pinned: Collection[int],
        read_until: int | None,
    ) -> None:
        """Lay these out; nothing that is as it was is laid again."""
        from omnidesk.ui.talk import own_lines, parting  # the first frame shows no message yet

        unread = unread_in(messages, read_until)
        first = next(iter(unread), None)
        self.lines, self.starts, self.unread = [], {}, None
        laid: dict[_Key, list[Line]] = {}
        before: Message | None = None
        last: Message | None = None
        for message in messages:
            id_ = message.id
            setting = replace(
                shown, unfolded=id_ in unfolded, headed=id_ in headed, pinned=id_ in pinned
            )
            key = (id_, message.version, setting.looks, due(message.delivery, shown.now))
            lines = self._laid.get(key)
            if lines is None:
                lines = own_lines(message, setting)
            laid[key] = lines
            begins = id_ == first
            if begins:
                self.unread = len(self.lines)
            parted = parting(
                message,
                before,
                last,
                setting,
                unread=unread.get(id_, 0),
                begins=begins and last is not None,
            )
            self.lines.extend((line, id_) for line in parted)
            self.starts[id_] = len(self.lines)
            self.lines.extend((line, id_) for line in lines)
            last = message
            if message.direction is not Direction.NOTE:
                before = message
        self._laid = laid

    def add_draft(self, draft: Draft, width: int) -> None:
        """What was begun and not sent, below everything."""
        from omnidesk.ui.talk import draft_lines

        self.lines.extend((line, 0) for line in draft_lines(draft, width))
