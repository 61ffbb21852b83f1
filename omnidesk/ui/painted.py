"""A widget that paints its own lines, cell by cell, in named inks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from omnidesk.ui.lines import Line, strip_of

if TYPE_CHECKING:
    from rich.style import Style

INKS = (
    *("text", "muted", "rule", "title", "name", "subject", "unread", "alert", "ok", "note", "own"),
    *("mark", "key", "cursor", "away", "view", "review"),
)


class Painted(Widget):
    """Fixed viewport: what it shows is exactly its own size, whatever lies behind it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{name}" for name in INKS}
    place: ClassVar[str] = ""

    def ink(self, *names: str) -> Style:
        """The style of an ink; a second one is laid over the first."""
        return self.get_component_rich_style(*(f"ink--{name}" for name in names))

    def paint(self, line: Line, over: str = "") -> Strip:
        """A line in its inks, filled to the widget's width."""
        lay = (over,) if over else ()
        width = self.content_size.width
        parts = ((text, self.ink(name, *lay)) for text, name in line)
        return strip_of(parts, width, self.ink("text", *lay))

    def refresh_line(self, y: int) -> None:
        """Paint one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))
