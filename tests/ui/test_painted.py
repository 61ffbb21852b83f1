"""A widget that paints its own lines asks for its edges once, whatever it paints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

from omnidesk.ui.inbox import InboxList
from tests.ui.house import until

if TYPE_CHECKING:
    import pytest

    from tests.ui.house import House


async def test_a_whole_list_is_painted_with_one_question_for_its_edge(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await acme.crowd(30)
    app = acme.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.desk_screen.thread.opened is not None)
        inbox, asked = app.desk_screen.inbox, 0

        def count(self: InboxList) -> str:
            nonlocal asked
            asked += 1
            return "right"

        monkeypatch.setattr(InboxList, "fence", property(count))
        inbox._strips.clear()
        strips = inbox.render_lines(Region(0, 0, *inbox.size))
        assert len(strips) == inbox.size.height
        assert {strip.cell_length for strip in strips} == {inbox.size.width}
        assert all(strip.text.endswith("│") for strip in strips)
        assert asked == 1
