"""The last line of defence: no control leaves the screen that we did not write ourselves."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class NoControls(LineFilter):
    """Puts a visible sign in the place of every raw control of a painted line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, with `\N{REPLACEMENT CHARACTER}` for each control."""
        search = _CONTROLS.search
        for text, _, control in segments:
            if control is None and search(text):
                break
        else:
            return segments
        return [
            segment
            if segment.control
            else Segment(_CONTROLS.sub("\ufffd", segment.text), segment.style)
            for segment in segments
        ]
