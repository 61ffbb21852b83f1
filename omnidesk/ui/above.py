"""A screen laid over the desk whose keys are the keymap's, with a last line that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen

from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.bars import BottomBar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from omnidesk.ui.deskscreen import DeskScreen

    Deed = Callable[[], Awaitable[None] | None]


class Above(ModalScreen[None]):
    """Deeds by action id; where nothing has the focus, `resting_place` says whose keys count."""

    resting_place: ClassVar[str] = ""
    by_letter: ClassVar[bool] = False

    def __init__(self, over: DeskScreen) -> None:
        super().__init__()
        self.over = over
        self.bottom = BottomBar(over.keys)
        self.bottom.where = self.resting_place

    @property
    def place(self) -> str:
        """Where the hand is, as the keymap calls it."""
        return str(getattr(self.focused, "place", "")) or self.resting_place

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each action does here."""
        return {}

    async def act(self, action: str) -> None:
        """Do a named action."""
        deed = self.deeds.get(action)
        done = deed() if deed else None
        if done is not None:
            await done

    def on_descendant_focus(self) -> None:
        self.bottom.where = self.place
        self.bottom.refresh()

    def tell(self, text: str, *, alarm: bool = False) -> None:
        """Say something in the last line, or nothing any more."""
        self.bottom.notice, self.bottom.alarm = SafeText(safe_line(text)), alarm
        self.bottom.refresh()
