"""One line that asks for words, and says under the hand what they would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Container
from textual.widgets import Input

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.ui import keymap
from omnidesk.ui.lines import wrap
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.ui.deskscreen import DeskScreen

_COMPLETIONS_SHOWN = 8


class _Prompt(Painted):
    ground = "bar"

    def __init__(self, title: SafeText) -> None:
        super().__init__()
        self._title = title
        self.said = SafeText("")
        self.wrong = False
        self._below: list[SafeText] = []
        """What is said, where it has no room beside the title."""
        self._heads: list[SafeText] = [title]

    def tell(self, said: SafeText, *, wrong: bool, width: int) -> None:
        """Say this beside the title, or below it where both have no room in one line."""
        self.said, self.wrong = said, wrong
        fits = not self._below and cell_len(self._title) + cell_len(said) + 3 <= width
        self._heads = wrap(self._title, width - 2)
        self._below = [] if fits else wrap(said, width - 2)
        self.styles.height = len(self._heads) + len(self._below)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        ink = "alert" if self.wrong else "muted"
        lines = [(SafeText(f" {one} "), "title") for one in self._heads]
        lines += [(SafeText(f" {one} "), ink) for one in self._below]
        said = () if self._below else ((self.said, ink),)
        return self.paint((lines[y], *said) if y < len(lines) else ())


class _Line(Input):
    place = keymap.QUESTION


class Question(Container):
    """`told` turns what is typed into what it means, and whether it can be taken so.

    `known` are words that Tab completes the last word to.
    """

    DEFAULT_CSS = """
    Question { dock: bottom; margin-bottom: 1; height: auto; background: $ink-bar; }
    Question Input { height: 1; padding: 0 1; background: $ink-cursor-back; }
    """

    def __init__(
        self,
        over: DeskScreen,
        title: str,
        told: Callable[[str], tuple[str, bool]],
        take: Callable[[str], Awaitable[None] | None],
        *,
        value: str = "",
        known: Sequence[str] = (),
    ) -> None:
        super().__init__(id="question")
        self._over = over
        self._told = told
        self._take = take
        self._known = known
        self._before = over.focused
        self._prompt = _Prompt(SafeText(title))
        self.line = _Line(strip_codes(value)[0], compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self.line

    def on_mount(self) -> None:
        self._say()
        self._over.set_focus(self.line)

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        self._say()

    def _say(self) -> None:
        said, fine = self._told(self.line.value)
        offered = self._completions()[:_COMPLETIONS_SHOWN] if fine else []
        offers = _("Tab: {words}").format(words=" ".join(offered))
        words = f"{said}  {offers}" if offered else said
        self._prompt.tell(safe_line(words), wrong=not fine, width=self._over.size.width)

    def _completions(self) -> list[str]:
        typed = self.line.value.split(" ")
        last = typed[-1].lstrip("-").casefold()
        return [
            word for word in self._known if word.casefold().startswith(last) and word not in typed
        ]

    @property
    def completes(self) -> bool:
        """Whether there are words at all that Tab could complete to."""
        return bool(self._known)

    def complete(self) -> None:
        """Put the first word that fits in the place of the last one typed."""
        found = self._completions()
        if found:
            head, space, last = self.line.value.rpartition(" ")
            dash = "-" if last.startswith("-") else ""
            self.line.value = f"{head}{space}{dash}{found[0]} "
            self.line.cursor_position = len(self.line.value)

    async def take(self) -> None:
        """Take what is typed, if it means something."""
        typed = self.line.value
        if self._told(typed)[1]:
            await self.leave()
            done = self._take(typed)
            if done is not None:
                await done

    async def leave(self) -> None:
        """Give the hand back."""
        self._over.set_focus(self._before)
        await self.remove()


async def ask(question: Question, over: DeskScreen) -> None:
    """Lay the question above the last line; one at a time."""
    if not over.query(Question):
        await over.mount(question)
