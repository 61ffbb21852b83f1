"""Whatever is painted can be read: 4.5 to 1 in both themes and in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.color_triplet import ColorTriplet

from tests.ui.gallery import SCENES, Painting, painter, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.style import Style
    from textual.strip import Strip

_LEAST = 4.5  # WCAG 2.2, 1.4.3
_DRAWN = set("─│═▔▁▏▕▎▊┃━╸╺▌▐█▄▀▅▂▃▆▇= ")
"""Rules and bars: no text."""


def contrast(ink: ColorTriplet, ground: ColorTriplet) -> float:
    """How much lighter one is than the other, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_measure_is_the_one_of_the_guidelines() -> None:
    white, black, grey = (ColorTriplet(n, n, n) for n in (255, 0, 0x77))
    assert contrast(white, black) == pytest.approx(21.0)
    assert contrast(black, black) == pytest.approx(1.0)
    assert 4.47 < contrast(grey, white) < _LEAST


@pytest.mark.timeout(200)
async def test_every_word_on_every_screen_can_be_read() -> None:
    faults: dict[str, str] = {}
    with speaking("en"):
        async with painter((120, 40)) as hand:
            for scene in SCENES:
                if scene.size is None:
                    await hand.go(scene)
                    dark, light = hand.strips(alone=True), await hand.light(alone=True)
                    await hand.leave(scene)
                    painting = Painting(scene=scene, dark=dark, light=light)
                    for theme, words, found in _pale(painting):
                        faults.setdefault(f"{theme} {found}", f"{scene.name}: {words!r}")
    assert not faults, "\n".join(f"{style}  {where}" for style, where in faults.items())


async def test_the_cursor_is_seen_without_colour() -> None:
    with speaking("en"):
        async with painter((80, 24)) as hand:
            painting = await hand.paint(SCENES[0])
    rows = painting.grey
    cursor = next(strip for strip in rows if strip.text.startswith("> "))
    other = next(strip for strip in rows if strip.text.startswith("  * "))
    assert all(style.bold or style.reverse for _, style in _styled(cursor))
    assert not all(style.bold or style.reverse for _, style in _styled(other))


def _styled(strip: Strip) -> Iterator[tuple[str, Style]]:
    for text, style, _ in strip:
        if style is not None and set(text) - _DRAWN:
            yield text, style


def _pale(painting: Painting) -> Iterator[tuple[str, str, str]]:
    """Theme, words and colours of what stands out too little."""
    themes = ("dark", painting.dark), ("light", painting.light), ("grey", painting.grey)
    for theme, strips in themes:
        for strip in strips:
            for text, style in _styled(strip):
                ink, ground = _triplet(style, back=False), _triplet(style, back=True)
                if style.reverse:
                    ink, ground = ground, ink
                found = contrast(ink, ground)
                if found < _LEAST:
                    yield theme, text.strip(), f"{ink.hex} on {ground.hex} {found:.2f}"


def _triplet(style: Style, *, back: bool) -> ColorTriplet:
    colour = style.bgcolor if back else style.color
    assert colour is not None, f"{style} leaves a colour to the terminal"
    return colour.get_truecolor()
