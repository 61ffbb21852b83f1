"""Every screen shows what it showed when somebody last looked at it and agreed."""

from __future__ import annotations

import pytest

from omnidesk.core.language import LANGUAGES, spoken
from tests.ui.gallery import SCENES, SIZES
from tests.ui.keeping import differing, folder_of


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_is_as_it_is_kept(language: str, size: tuple[int, int]) -> None:
    found = await differing(language, size)
    assert spoken() == LANGUAGES[0]
    assert not found, (
        f"not as in {folder_of(language, size)}: {', '.join(found)}; look at *.seen.*.svg there, "
        "and where it is meant so, `make snapshots` keeps it"
    )


def test_every_scene_has_a_name_of_its_own() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)
