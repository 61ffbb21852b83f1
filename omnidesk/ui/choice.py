"""One of a few words, chosen by space, arrows or its first letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message as Posted

from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.lines import cut
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.strip import Strip


class Choice(Painted, can_focus=True):
    """What is chosen stands in brackets: `[in] out`; `shown` says a word to people."""

    place = keymap.CALL
    ground = "bar"

    class Changed(Posted):
        """Another word was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    class Misread(Posted):
        """Something was typed that chooses nothing; nothing was chosen by it."""

    def __init__(self, words: Sequence[str], *, id: str, shown: Callable[[str], str] = str) -> None:
        super().__init__(id=id)
        self.shown = shown
        self.words = tuple(words)
        self.at = 0
        self._typing = False

    @property
    def value(self) -> str:
        """What is chosen."""
        return self.words[self.at]

    @property
    def said(self) -> SafeText:
        """What is chosen, as it is said to people."""
        return safe_line(self.shown(self.value))

    def offer(self, words: Sequence[str]) -> None:
        """Other words to choose from; what was chosen stays, if it still is one."""
        before = self.value
        self.words = tuple(words)
        self.at = self.words.index(before) if before in self.words else 0
        self.refresh()

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Letters that a word begins with are not keys of another layout here."""
        return character is not None and bool(self._begun_with(character))

    def _begun_with(self, letter: str) -> list[int]:
        return [
            at
            for at, word in enumerate(self.words)
            if self.shown(word).casefold().startswith(letter.casefold())
        ]

    def on_key(self, event: events.Key) -> None:
        arrow = {"right": 1, "left": -1}.get(event.key)
        if arrow is not None:
            event.stop()
            self._typing = False
            self._choose((self.at + arrow) % len(self.words))
        elif event.character and event.is_printable:
            event.stop()
            self._read(event.character)

    def _read(self, letter: str) -> None:
        """A letter chooses; whoever types words is told so, and turns nothing by them."""
        begins = self._begun_with(letter) if letter != " " else [(self.at + 1) % len(self.words)]
        if self._typing or not begins:
            self._typing = True
            self.post_message(self.Misread())
        else:
            self._choose(begins[0])

    def _choose(self, at: int) -> None:
        self.at = at
        self.refresh()
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        self._choose((self.at + 1) % len(self.words))

    def on_focus(self) -> None:
        self._typing = False
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        line: list[tuple[SafeText, str]] = []
        if self._width > self.size.width:  # too many for one line: the chosen one alone
            which = f" {self.at + 1}/{len(self.words)}"
            said = cut(safe_line(self.shown(self.value)), self.size.width - len(which) - 2)
            line = [(SafeText(f"[{said}]"), self._ink), (SafeText(which), "muted")]
            return self.paint(tuple(line))
        for at, word in enumerate(self.words):
            chosen = at == self.at
            said = safe_line(self.shown(word))
            said = SafeText(f"[{said}]" if chosen else f" {said} ")
            line.append((said, self._ink if chosen else "muted"))
        return self.paint(tuple(line))

    @property
    def _width(self) -> int:
        return sum(cell_len(safe_line(self.shown(word))) + 2 for word in self.words)

    @property
    def _ink(self) -> str:
        return "view" if self.has_focus else "name"
