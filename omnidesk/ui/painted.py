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
    _painting: tuple[int, str] | None = None

    @property
    def fence(self) -> str:
        """At which edge a line parts this widget from the next: left, right or none."""
        return ""

    @property
    def _measured(self) -> tuple[int, str]:
        """The width and the fence; while lines are painted both are asked for but once."""
        return self._painting or (self.size.width, self.fence)

    @property
    def fenced(self) -> bool:
        """Whether there is such a line."""
        return bool(self._measured[1])

    @property
    def inner_width(self) -> int:
        """The cells between the fences."""
        width, fence = self._measured
        return width - 1 if fence else width

    def paint(self, line: Line, over: str = "") -> Strip:
        """A line in its inks, filled to the widget's width; `over` is an ink laid over all."""
        inks = inks_of(self.app, self.ground)
        fill = inks["text"]
        parts = [(text, inks[name]) for text, name in line]
        if over:
            lay: Style = inks[over]
            fill += lay
            parts = [(text, ink + lay) for text, ink in parts]
        width, fence = self._measured
        strip = strip_of(parts, width - 1 if fence else width, fill)
        if not fence:
            return strip
        post = Strip([Segment("│", inks["rule"])], 1)
        return Strip.join([post, strip] if fence == "left" else [strip, post])

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: no border or padding is ours, so strips keep their own caches."""
        self._painting = self._measured
        try:
            strips = [self.render_line(y) for y in crop.line_range]
        finally:
            self._painting = None
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def refresh_line(self, y: int) -> None:
        """Paint one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))
