"""A widget that paints its own lines, cell by cell, in named inks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.widget import Widget

from omnidesk.ui.inks import inks_of
from omnidesk.ui.lines import Line, strip_of

if TYPE_CHECKING:
    from rich.style import Style
    from textual.strip import Strip


class Painted(Widget):
    """Fixed viewport: what it shows is exactly its own size, whatever lies behind it."""

    place: ClassVar[str] = ""
    ground: ClassVar[str] = "paper"

    def paint(self, line: Line, over: str = "") -> Strip:
        """A line in its inks, filled to the widget's width; `over` is an ink laid over all."""
        inks = inks_of(self.app, self.ground)
        width = self.content_size.width
        if not over:
            return strip_of([(text, inks[name]) for text, name in line], width, inks["text"])
        lay: Style = inks[over]
        parts = [(text, inks[name] + lay) for text, name in line]
        return strip_of(parts, width, inks["text"] + lay)

    def refresh_line(self, y: int) -> None:
        """Paint one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))
