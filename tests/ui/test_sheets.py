"""What is laid over the desk leaves no half words beside it."""

from __future__ import annotations

import pytest

from omnidesk.core.language import LANGUAGES
from tests.ui.gallery import SCENES, painter, speaking

_SHEETS = {"assign": "Sheet", "status": "Sheet", "palette": "CommandList", "help": "HelpSheet"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sheet_over_a_narrow_screen_takes_its_whole_width(language: str) -> None:
    with speaking(language):
        async with painter((80, 24)) as hand:
            for scene in SCENES:
                if scene.name in _SHEETS:
                    await hand.go(scene)
                    sheet = hand.app.screen.query_one(_SHEETS[scene.name])
                    assert (sheet.region.x, sheet.region.width) == (0, 80), scene.name
                    assert hand.app.screen.region.contains_region(sheet.region), scene.name


async def test_a_sheet_over_a_wide_screen_stands_in_its_middle() -> None:
    with speaking("en"):
        async with painter((120, 40)) as hand:
            for scene in SCENES:
                if scene.name in _SHEETS:
                    await hand.go(scene)
                    region = hand.app.screen.query_one(_SHEETS[scene.name]).region
                    assert region.width <= 100, scene.name
                    assert abs(region.x - (120 - region.right)) <= 1, scene.name


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_search_has_a_title_line_of_its_own(language: str) -> None:
    with speaking(language):
        async with painter((80, 24)) as hand:
            for scene in SCENES:
                if scene.name in ("search-words", "search-hits"):
                    await hand.go(scene)
                    title, words = (strip.text for strip in hand.strips()[:2])
                    assert title.rstrip().endswith("──"), title
                    assert title.split("──")[0].strip(), title
                    assert not words.startswith("──"), words
