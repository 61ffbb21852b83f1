"""Cyrillic letters mapped back to the physical keys that they stand on."""

from __future__ import annotations

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_UKRAINIAN = "йцукенгшщзхїфівапролджєячсмитьбюґ"
_BELARUSIAN = "йцукенгшўзх'фывапролджэячсмітьбюё"
_SHIFTED = {"[": "{", "]": "}", ";": ":", "'": '"', ",": "<", ".": ">", "`": "~"}
_SIGNS = {"№": "#"}
_NAMED = {"numero_sign": "№"}
"""Signs that Textual calls by their Unicode name."""


def _table(letters: str) -> dict[str, str]:
    pairs = {there: here for there, here in zip(letters, _LATIN, strict=True) if there.isalpha()}
    shifted = {there.upper(): _SHIFTED.get(here, here.upper()) for there, here in pairs.items()}
    return pairs | shifted


class Layouts:
    """What a key would have been on a Latin keyboard.

    The letter і stands on s in the Ukrainian layout and on b in the Belarusian one; the
    language of the session decides, and then the letters that only one of them has.
    """

    def __init__(self, language: str = "") -> None:
        ukrainian, belarusian = _table(_UKRAINIAN), _table(_BELARUSIAN)
        common = _table(_RUSSIAN) | _SIGNS
        self._as_ukrainian = belarusian | ukrainian | common
        self._as_belarusian = ukrainian | belarusian | common
        self._only_ukrainian = frozenset("їєґЇЄҐ")
        self._only_belarusian = frozenset("ўЎ")
        self._now = self._as_belarusian if language.startswith("be") else self._as_ukrainian

    def latin(self, key: str) -> str | None:
        """The key by its place on the keyboard, modifiers kept; None where it is Latin already."""
        modifiers, plus, letter = key.rpartition("+")
        letter = _NAMED.get(letter, letter)
        if len(letter) != 1 or letter.isascii():
            return None
        if letter in self._only_belarusian:
            self._now = self._as_belarusian
        elif letter in self._only_ukrainian:
            self._now = self._as_ukrainian
        found = self._now.get(letter)
        return None if found is None else f"{modifiers}{plus}{found}"
