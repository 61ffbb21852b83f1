"""What tasks tell the screen; no task touches a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.message import Message as Posted

if TYPE_CHECKING:
    from omnidesk.core.model import Health, Message, Row
    from omnidesk.core.safetext import SafeText
    from omnidesk.desk import Opened
    from omnidesk.ui.window import Key, Side

How = Literal["reread", "first", "last"]
Listed = tuple[str, str, bool]
"""A view, the words that filter it, and whether the newest stand first."""


class Rows(Posted):
    """Rows of a list, read again around the cursor, or from one of its ends."""

    def __init__(
        self, of: Listed, how: How, after: Key | None, rows: list[Row], asked: int
    ) -> None:
        super().__init__()
        self.of = of
        self.how = how
        self.after = after
        self.rows = rows
        self.asked = asked


class Page(Posted):
    """Rows beside the loaded ones."""

    def __init__(self, of: Listed, side: Side, key: Key, rows: list[Row]) -> None:
        super().__init__()
        self.of = of
        self.side = side
        self.key = key
        self.rows = rows


class Counted(Posted):
    """The counters of the views, how the channels are, and why a config is not taken up."""

    def __init__(self, counts: dict[str, int], health: list[Health], problem: str) -> None:
        super().__init__()
        self.counts = counts
        self.health = health
        self.problem = problem

    def can_replace(self, message: Posted) -> bool:
        return isinstance(message, Counted)


class Loaded(Posted):
    """One conversation as it is now."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self.opened = opened


class Earlier(Posted):
    """Messages before those shown."""

    def __init__(self, number: int, messages: list[Message]) -> None:
        super().__init__()
        self.number = number
        self.messages = messages


class Said(Posted):
    """A line for the person at the keyboard."""

    def __init__(self, text: SafeText, *, alarm: bool = False) -> None:
        super().__init__()
        self.text = text
        self.alarm = alarm
