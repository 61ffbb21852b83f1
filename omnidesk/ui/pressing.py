"""What presses mean: the table of actions with a user's own keys, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk.ui.keymap import ACTIONS, Action, own_view_actions

if TYPE_CHECKING:
    from omnidesk.core.views import SavedView


class KeyClashError(ValueError):
    """Two actions want one key in one place, or there is no such action."""


class Keymap:
    """Which action a key means in a place; made of the table and a user's own keys by id."""

    def __init__(
        self,
        remaps: Mapping[str, Sequence[str]] | None = None,
        views: Sequence[SavedView] = (),
    ) -> None:
        remaps = remaps or {}
        self.actions = tuple(
            replace(action, keys=tuple(remaps.get(action.id, action.keys)))
            for action in (*ACTIONS, *own_view_actions(views))
        )
        if unknown := remaps.keys() - {action.id for action in self.actions}:
            raise KeyClashError(f"{', '.join(sorted(unknown))}: there is no such action")
        self._means: dict[tuple[str, tuple[str, ...]], Action] = {}
        self._leads: set[tuple[str, tuple[str, ...]]] = set()
        for action in self.actions:
            for place in action.where:
                for key in action.keys:
                    self._bind(place, tuple(map(_pressed_as, key.split(" "))), action)

    def _bind(self, place: str, presses: tuple[str, ...], action: Action) -> None:
        other = self._means.get((place, presses))
        if other is not None:
            keys = " ".join(presses)
            raise KeyClashError(f"{keys} means {other.id} and {action.id} in the {place}")
        self._means[place, presses] = action
        self._leads.update((place, presses[:length]) for length in range(1, len(presses)))

    def means(self, place: str, presses: tuple[str, ...]) -> Action | None:
        """The action of these presses, if they are complete."""
        return self._means.get((place, presses))

    def leads(self, place: str, presses: tuple[str, ...]) -> bool:
        """Whether more presses may follow."""
        return (place, presses) in self._leads

    def following(self, place: str, presses: tuple[str, ...]) -> Iterable[tuple[str, Action]]:
        """What may follow a leader: the next press, and the action that it completes."""
        size = len(presses)
        for (where, keys), action in self._means.items():
            if where == place and keys[:size] == presses and len(keys) == size + 1:
                yield shown(keys[size]), action

    def key_of(self, id: str) -> str:
        """The first key of an action as people read it; empty where it has none."""
        return next((shown(a.keys[0]) for a in self.actions if a.id == id and a.keys), "")

    def of(self, place: str) -> tuple[Action, ...]:
        """The actions of a place, in the table's order."""
        return tuple(action for action in self.actions if place in action.where)


_NAMES = {"Enter": "enter", "Esc": "escape", "Space": "space", "Tab": "tab"}
_SHOWN = {
    "enter": "Enter", "escape": "Esc", "space": "Space", "tab": "Tab", "up": "↑", "down": "↓",
    "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "f1": "F1", "f2": "F2",
    "f4": "F4",
}  # fmt: skip


def _pressed_as(key: str) -> str:
    if len(key) == 2 and key[0] == "^":
        return f"ctrl+{key[1].lower()}"
    return _NAMES.get(key, key)


def shown(key: str) -> str:
    """A key as it stands in help, footer and palette."""
    presses = [_pressed_as(press) for press in key.split(" ")]
    return " ".join(
        f"^{press[5:].upper()}" if press.startswith("ctrl+") else _SHOWN.get(press, press)
        for press in presses
    )


def press(key: str, character: str | None) -> str:
    """What the table calls a key press: its character, or its name where it has none."""
    if (
        character is not None
        and len(character) == 1
        and character.isprintable()
        and character != " "
    ):
        return character
    return key
