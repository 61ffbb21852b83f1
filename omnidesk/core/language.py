"""The language that the screen speaks: one for a process, chosen before its first frame.

English sentences stand in the code and are the keys of the catalogs (GNU gettext).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

LANGUAGES = ("en", "ru")
"""The languages that the screen can speak; the first is the one in the code."""

_DOMAIN = "omnidesk"
_FOLDER = Path(__file__).parents[1] / "locale"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # POSIX.1-2017 8.2: the first that is set decides

_catalog: NullTranslations | None = None
_spoken = LANGUAGES[0]


def language_of(environment: Mapping[str, str]) -> str:
    """The language that a session asks for, as POSIX reads its variables; English where unknown."""
    asked = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    name = asked.partition("@")[0].partition(".")[0].partition("_")[0].lower()
    return name if name in LANGUAGES else LANGUAGES[0]


def speak(language: str) -> None:
    """Say everything from now on in one of LANGUAGES; English costs no catalog."""
    global _catalog, _spoken
    _spoken = language
    if language == LANGUAGES[0]:
        _catalog = None
        return
    import gettext

    _catalog = gettext.translation(_DOMAIN, _FOLDER, languages=[language])


def spoken() -> str:
    """The language that is spoken now."""
    return _spoken


def _(text: str) -> str:
    """The sentence in the language that is spoken; itself where it has no translation."""
    return _catalog.gettext(text) if _catalog is not None else text


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the sentence that goes with a count; put the count into it yourself."""
    if _catalog is not None:
        return _catalog.ngettext(one, many, count)
    return one if count == 1 else many


def pgettext(context: str, text: str) -> str:
    """The same English word with different meanings: `context` tells which one is meant."""
    return _catalog.pgettext(context, text) if _catalog is not None else text


def N_(text: str) -> str:  # noqa: N802
    """Mark a sentence of a table for the catalogs; it is translated where it is shown."""
    return text
