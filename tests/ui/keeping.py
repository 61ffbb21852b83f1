"""Where what every screen shows is kept, and how it is compared with what is shown now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.ui.gallery import SIZES, Painting, paintings

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).with_name("snapshots")


def folder_of(language: str, size: tuple[int, int]) -> Path:
    """Where the screens of a language and a size are kept."""
    return FOLDER / language / f"{size[0]}x{size[1]}"


async def differing(language: str, size: tuple[int, int]) -> list[str]:
    """The screens that are not as they are kept; what was seen of each is written beside it."""
    folder = folder_of(language, size)
    for seen in folder.glob("*.seen.*"):
        seen.unlink()
    found = []
    shown = set()
    folder.mkdir(parents=True, exist_ok=True)
    async for painting in paintings(language, size):
        name = painting.scene.name
        shown.add(name)
        if kept(folder, name) != painting.told:
            found.append(name)
            (folder / f"{name}.seen.txt").write_text(painting.told, encoding="utf-8")
            _draw(painting, folder / f"{name}.seen")
    gone = {file.stem for file in folder.glob("*.txt") if ".seen" not in file.name} - shown
    return found + [f"{name} (there is no such screen any more)" for name in sorted(gone)]


def kept(folder: Path, name: str) -> str:
    """What is kept of a screen; empty where it was never kept."""
    file = folder / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.exists() else ""


async def keep(languages: tuple[str, ...], sizes: tuple[tuple[int, int], ...] = SIZES) -> int:
    """Keep every screen as it is now; how many files that changed."""
    changed = 0
    for language in languages:
        for size in sizes:
            folder = folder_of(language, size)
            folder.mkdir(parents=True, exist_ok=True)
            old = {file for file in folder.iterdir() if file.name != ".gitignore"}
            async for painting in paintings(language, size):
                file = folder / f"{painting.scene.name}.txt"
                changed += kept(folder, painting.scene.name) != painting.told
                file.write_text(painting.told, encoding="utf-8")
                old.discard(file)
            for file in old:
                file.unlink()
                changed += ".seen" not in file.name
    return changed


async def draw(languages: tuple[str, ...], target: Path, say: Callable[[str], None]) -> None:
    """Write every screen as an SVG in each theme."""
    for language in languages:
        for size in SIZES:
            folder = target / language / f"{size[0]}x{size[1]}"
            folder.mkdir(parents=True, exist_ok=True)
            async for painting in paintings(language, size):
                _draw(painting, folder / painting.scene.name)
            say(f"{folder}")


def _draw(painting: Painting, name: Path) -> None:
    for theme, svg in painting.drawn.items():
        name.with_name(f"{name.name}.{theme}.svg").write_text(svg, encoding="utf-8")
