"""What slipped through every other guard is stopped before the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.color import Color
from textual.strip import Strip

from omnidesk.ui.lastline import NoControls
from tests.ui.house import screen_text, until

if TYPE_CHECKING:
    import pytest

    from omnidesk.ui.thread import ThreadView
    from tests.ui.house import House

RAW = "a\x1b]0;T\x07b\x9bc\u202ed\x00"


def test_a_raw_control_becomes_a_visible_sign() -> None:
    painted = Strip([Segment(RAW), Segment("plain")]).apply_filter(NoControls(), Color(0, 0, 0))
    assert painted.text == "a\ufffd]0;T\ufffdb\ufffdc\ufffdd\ufffdplain"


def test_clean_lines_are_passed_on_as_they_are() -> None:
    segments = [Segment("Заказ №4412 — ✓ 日本")]
    assert NoControls().apply(segments, Color(0, 0, 0)) is segments


async def test_the_filter_stands_behind_every_widget(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from omnidesk.ui.thread import ThreadView

    def careless(self: ThreadView, y: int) -> Strip:
        return Strip([Segment(RAW)]).adjust_cell_length(self.content_size.width)

    monkeypatch.setattr(ThreadView, "render_line", careless)
    app = acme.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: "a\ufffd]0;T" in screen_text(app))
        assert not set(screen_text(app)) & set("\x1b\x07\x9b\u202e\x00")
