"""What presses mean: the table of actions with a user's own keys, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.value import dataclass
from omnidesk.ui.keymap import ACTIONS, Action, own_view_actions

if TYPE_CHECKING:
    from omnidesk.core.views import SavedView


class Keymap:
    """Which action a key means in a place; made of the table and a user's own keys by id.

    An own key that the screen cannot have is left out alone; `refused` says why.
    """

    def __init__(
        self,
        remaps: Mapping[str, Sequence[str]] | None = None,
        views: Sequence[SavedView] = (),
    ) -> None:
        table = {action.id: action for action in (*ACTIONS, *own_view_actions(views))}
        own = {
            f"view.{view.name}": (*table[f"view.{view.name}"].keys, view.key)
            for view in views
            if view.key
        }
        own.update((name, tuple(keys)) for name, keys in (remaps or {}).items())
        self.refused = [
            _("keys.{name}: there is no such action").format(name=name)
            for name in own
            if name not in table
        ]
        while clash := self._clash_of(table, own):
            name = max(clash.between & own.keys(), key=list(own).index)
            del own[name]
            self.refused.append(clash.told(name, table[name]))

    def _clash_of(
        self, table: Mapping[str, Action], own: Mapping[str, tuple[str, ...]]
    ) -> _Clash | None:
        """Bind every action, until two want the same."""
        self.actions = tuple(
            replace(action, keys=own.get(name, action.keys)) for name, action in table.items()
        )
        self._means: dict[tuple[str, tuple[str, ...]], Action] = {}
        self._leads: dict[tuple[str, tuple[str, ...]], Action] = {}
        wanted = (
            (place, tuple(map(_pressed_as, key.split(" "))), action)
            for action in self.actions
            for place in action.where
            for key in action.keys
        )
        return next(filter(None, (self._bind(*one) for one in wanted)), None)

    def _bind(self, place: str, presses: tuple[str, ...], action: Action) -> _Clash | None:
        begun = [(place, presses[:length]) for length in range(1, len(presses))]
        meant = ((place, presses), *begun)
        other = next((self._means[one] for one in meant if one in self._means), None)
        other = other or self._leads.get((place, presses))
        if other is not None and other is not action:
            return _Clash(place, " ".join(map(shown, presses)), other.id, action.id)
        self._means[place, presses] = action
        for one in begun:
            self._leads.setdefault(one, action)
        return None

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


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two actions that want one key in one place, or one of them a key that begins the other's."""

    place: str
    keys: str
    one: str
    other: str

    @property
    def between(self) -> frozenset[str]:
        return frozenset((self.one, self.other))

    def told(self, refused: str, action: Action) -> str:
        """What is the matter with the keys of the one that is left out, and what it keeps."""
        said = _("keys.{name}: {keys} belongs to {other} in the {place}; {name} keeps {kept}")
        if not action.keys:
            said = _("keys.{name}: {keys} belongs to {other} in the {place}; {name} has no key")
        other = self.other if refused == self.one else self.one
        kept = ", ".join(map(shown, action.keys))
        return said.format(name=refused, keys=self.keys, other=other, place=self.place, kept=kept)


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
