"""One line above the last one that asks for a number of a conversation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import Input

from omnidesk.core.safetext import SafeText
from omnidesk.ui import keymap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.screen import Screen

_NUMBER = re.compile(r"\s*(?:\[?#)?\s*(\d{1,15})\s*\]?\s*")


def read_number(typed: str) -> int | None:
    """`12`, `#12`, `[#12]`; None where it is none."""
    found = _NUMBER.fullmatch(typed)
    return int(found[1]) if found else None


class NumberLine(Input):
    """Asks; Enter answers, Esc does not."""

    place = keymap.NUMBER
    DEFAULT_CSS = """
    NumberLine { dock: bottom; margin-bottom: 1; height: 1; background: $ink-cursor-back; }
    """

    def __init__(self, question: str, answered: Callable[[int], Awaitable[None] | None]) -> None:
        super().__init__("", placeholder=SafeText(question), compact=True)
        self._answered = answered

    async def answer(self) -> None:
        """Take what is typed, if it is a number."""
        number = read_number(self.value)
        if number is None:
            self.value = ""
            return
        await self.leave()
        done = self._answered(number)
        if done is not None:
            await done

    async def leave(self) -> None:
        """Give the hand back."""
        self.screen.set_focus(self._before)
        await self.remove()

    def on_mount(self) -> None:
        self._before = self.screen.focused
        self.screen.set_focus(self)


async def ask_number(
    screen: Screen[None], question: str, answered: Callable[[int], Awaitable[None] | None]
) -> None:
    """Ask for a conversation; nothing happens where none is named."""
    await screen.mount(NumberLine(question, answered))
