"""Every action by its name, with its keys beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from omnidesk.core.language import _
from omnidesk.ui.fitted import SHEET_WIDTHS
from omnidesk.ui.keymap import Action
from omnidesk.ui.pressing import shown

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.style import Style

    from omnidesk.ui.deskscreen import DeskScreen

_HIDDEN = ("move.", "palette")


def _provider(desk: DeskScreen) -> type[Provider]:
    def keys_of(action: Action) -> str:
        return "  ".join(map(shown, action.keys))

    class Actions(Provider):
        """The actions of the keymap."""

        def __init__(self, screen: Screen[Any], match_style: Style | None = None) -> None:
            super().__init__(screen, match_style)
            place = desk.bottom.where
            self._actions = [a for a in desk.keys.of(place) if not a.id.startswith(_HIDDEN)]

        async def discover(self) -> Hits:
            for action in self._actions:
                words = _(action.words)
                yield DiscoveryHit(
                    Content(f"{keys_of(action):<14}  {words}"),
                    partial(desk.act, action.id),
                    text=words,
                )

        async def search(self, query: str) -> Hits:
            matcher = self.matcher(query)
            for action in self._actions:
                words = _(action.words)
                score = max(map(matcher.match, (f"{words} {action.id}", action.words)))
                if score > 0:
                    said = Content.assemble(f"{keys_of(action):<14}  ", matcher.highlight(words))
                    yield Hit(score, said, partial(desk.act, action.id), text=words)

    return Actions


class Palette(CommandPalette):
    """Textual's palette, without its pictogram and with our inks."""

    HORIZONTAL_BREAKPOINTS = SHEET_WIDTHS
    DEFAULT_CSS = """
    Palette { background: $ink-paper 60%; }
    Palette > Vertical { width: 72; margin-top: 2; }
    Palette.-narrow > Vertical { width: 100%; }
    Palette SearchIcon { display: none; }
    Palette #--input { background: $ink-bar; }
    Palette #--input, Palette #--input.--list-visible { border: none; padding: 0 1; }
    Palette CommandInput, Palette CommandInput:focus { border: none; padding: 0 1; }
    Palette CommandList, Palette CommandList:focus {
        background: $ink-bar; color: $ink-text; border: none;
        scrollbar-size-vertical: 1; scrollbar-color: $ink-rule; scrollbar-background: $ink-bar;
        scrollbar-color-active: $ink-muted; scrollbar-background-active: $ink-bar;
        scrollbar-color-hover: $ink-muted; scrollbar-background-hover: $ink-bar;
    }
    Palette CommandList > .option-list--option { color: $ink-text; text-style: none; }
    Palette CommandList > .option-list--option-highlighted {
        background: $ink-cursor-back; color: $ink-unread; text-style: bold;
    }
    Palette CommandList:nocolor > .option-list--option-highlighted { text-style: reverse; }
    """


def show(desk: DeskScreen) -> None:
    """Open the palette over the screen."""
    provider = _provider(desk)
    desk.app.push_screen(Palette(providers=[provider], placeholder=_("what to do")))
