"""Everything that may be one, decided pair by pair: one key for yes, one for never again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import keymap
from omnidesk.ui.deciding import Deciding
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.local import percent
from omnidesk.ui.painted import Painted
from omnidesk.ui.supposing import joining, parting, who

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.app import ComposeResult
    from textual.strip import Strip

    from omnidesk.desk import Desk
    from omnidesk.desk.maybes import Maybe, Side
    from omnidesk.ui.above import Deed
    from omnidesk.ui.deskscreen import DeskScreen

_TALL = 4


class Pairs(Painted, can_focus=True):
    """Four lines a pair: how sure, why, and both sides."""

    place = keymap.SUGGESTIONS
    ground = "bar"

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self._over = over
        self.found: list[Maybe] | None = None
        self.at = 0
        self._first = 0

    @property
    def chosen(self) -> Maybe | None:
        """The pair under the hand."""
        return self.found[self.at] if self.found else None

    def show(self, found: list[Maybe]) -> None:
        """The pairs as they are now; the hand stays at its height."""
        self.found = found
        self.move(0)

    def move(self, by: int) -> None:
        """To another pair."""
        self.at = max(0, min(self.at + by, len(self.found or ()) - 1))
        room = max(1, (self.size.height - 1) // _TALL)
        self._first = max(min(self._first, self.at), self.at - room + 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if y == 0:
            count = len(self.found) if self.found is not None else ""
            title = SafeText(f" {_('May be one: {n}').format(n=count)} ")
            return self.paint(((title, "title"), (SafeText("─" * width), "rule")))
        found = self.found
        if not found:
            words = _("nothing is suggested") if found is not None else _("looking")
            return self.paint(((SafeText(f"  {words}"), "muted"),) if y == 2 else ())
        at = self._first + (y - 1) // _TALL
        if at >= len(found):
            return self.paint(())
        line = self._lines(found[at], width)[(y - 1) % _TALL]
        mark = "> " if at == self.at and (y - 1) % _TALL == 0 else "  "
        over = "cursor" if at == self.at and (y - 1) % _TALL < _TALL - 1 else ""
        return self.paint(((SafeText(mark), "mark"), *line), over)

    def _lines(self, maybe: Maybe, width: int) -> list[Line]:
        kind = _("one person?")  # how sure that is, its reason says
        if maybe.what == "conversation":
            kind = f"{_('one fault?')} {percent(maybe.score)}"
        told = f"{kind}  {safe_line(maybe.reason)}"
        why = cut(SafeText(told), width - 2)
        return [
            ((why, "note"),),
            self._side(maybe.what, maybe.one, width),
            self._side(maybe.what, maybe.other, width),
            (),
        ]

    def _side(self, what: str, side: Side, width: int) -> Line:
        number = f"#{side.id} " if what == "conversation" else ""
        head = SafeText(f"  {number}{who(self._over, side, self._over.clock())}: ")
        return (
            (cut(head, width - 2), "name"),
            (cut(safe_line(side.words), width - len(head) - 2), "muted"),
        )


class Doubtful(Deciding["list[Maybe]"]):
    """The queue; what is decided leaves it, and z brings it back."""

    resting_place = keymap.SUGGESTIONS
    by_letter = True
    DEFAULT_CSS = """
    Doubtful { align: center top; layout: vertical; background: $ink-paper 60%; }
    Pairs { width: 100%; max-width: 130; height: 1fr; margin-top: 1; background: $ink-bar; }
    """

    def __init__(self, over: DeskScreen) -> None:
        super().__init__(over)
        self.pairs = Pairs(over)

    def compose(self) -> ComposeResult:
        yield self.pairs
        yield self.bottom

    async def read(self, desk: Desk) -> list[Maybe]:
        return await desk.maybes()

    def show(self, found: list[Maybe]) -> None:
        self.pairs.show(found)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "suggestions.down": lambda: self.pairs.move(1),
            "suggestions.up": lambda: self.pairs.move(-1),
            "suggestions.yes": lambda: self._decide(joining),
            "suggestions.never": lambda: self._decide(parting),
            "suggestions.undo": lambda: self.then(lambda desk: desk.undo()),
            "suggestions.open": self._open,
            "suggestions.leave": self._leave,
        }

    def _leave(self) -> None:
        self.dismiss()

    def _decide(self, deed: Callable[[Desk, Maybe], Awaitable[str]]) -> None:
        maybe = self.pairs.chosen
        if maybe is not None:
            self.then(lambda desk: deed(desk, maybe))

    async def _open(self) -> None:
        maybe = self.pairs.chosen
        if maybe is None or maybe.what != "conversation":
            return
        from omnidesk.ui.going import go_to

        self.dismiss()
        await go_to(self.over, maybe.one.id)


async def show(screen: DeskScreen) -> None:
    """Lay the queue over the screen."""
    await screen.app.push_screen(Doubtful(screen))
