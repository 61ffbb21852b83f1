"""A widget that paints its own lines, cell by cell, in named inks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from omnidesk.ui.inks import inks_of
from omnidesk.ui.lines import Line, strip_of

if TYPE_CHECKING:
    from rich.style import Style


class Painted(Widget):
    """Fixed viewport: what it shows is exactly its own size, whatever lies behind it."""

    place: ClassVar[str] = ""
    ground: ClassVar[str] = "paper"

    @property
    def fence(self) -> str:
        """At which edge a line parts this widget from the next: left, right or none."""
        return ""

    @property
    def inner_width(self) -> int:
        """The cells between the fences."""
        return self.size.width - (1 if self.fence else 0)

    def paint(self, line: Line, over: str = "") -> Strip:
        """A line in its inks, filled to the widget's width; `over` is an ink laid over all."""
        inks = inks_of(self.app, self.ground)
        fill = inks["text"]
        parts = [(text, inks[name]) for text, name in line]
        if over:
            lay: Style = inks[over]
            fill += lay
            parts = [(text, ink + lay) for text, ink in parts]
        strip = strip_of(parts, self.inner_width, fill)
        if not self.fence:
            return strip
        post = Strip([Segment("│", inks["rule"])], 1)
        return Strip.join([post, strip] if self.fence == "left" else [strip, post])

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: no border or padding is ours, so strips keep their own caches."""
        filters = self.get_line_filters()
        background = self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def refresh_line(self, y: int) -> None:
        """Paint one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))
