"""A screen that fits its parts to its size, and whose first frame is not an empty one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.screen import Screen

_WIDTHS = [(0, "-slim"), (60, "-narrow"), (120, "-wide"), (160, "-huge")]
_HEIGHTS = [(0, "-low"), (16, "-tall")]
SHEET_WIDTHS = [(0, "-narrow"), (120, "-wide")]
"""A sheet over a narrow screen takes its whole width: no half words stand beside it."""


def _class_for(size: int, classes: list[tuple[int, str]]) -> str:
    return next(name for least, name in reversed(classes) if size >= least)


@runtime_checkable
class KeepsAll(Protocol):
    """An application that keeps everything before it goes."""

    async def leave(self) -> None: ...


@runtime_checkable
class HasKeys(Protocol):
    """A screen whose keys are the keymap's: those of the place where the hand is."""

    @property
    def place(self) -> str: ...
    async def act(self, action: str) -> None: ...


class FittedScreen(Screen[None]):
    """Wears the class of its width and of its height; styles do the rest."""

    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(classes=f"{_class_for(columns, _WIDTHS)} {_class_for(lines, _HEIGHTS)}")
        self._covered = True

    def _compositor_refresh(self) -> None:
        if not self._covered:
            super()._compositor_refresh()

    def uncover(self) -> None:
        """Paint from now on: the first frame is one with rows, if they come soon enough."""
        if self._covered:
            self._covered = False
            self.refresh()
