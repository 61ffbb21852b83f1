"""The words of an automatic answer: placeholders filled, and what cannot be filled left out."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS = frozenset({"number", "desk", "name", "expected"})
"""What a template may ask for."""

_ASKED = re.compile(r"\{([^{}]*)\}")
_NAME_BETWEEN = re.compile(r",[ \t]*\{name\}[ \t]*,")
_NAME_BEHIND = re.compile(r"(?<=\w)[ \t]*,?[ \t]*\{name\}")
_NAME_BEFORE = re.compile(r"\{name\}[ \t]*[,.:!]?[ \t]*(\w?)")
_END = re.compile(r"(?<=[.!?…])(?=\s)|(?<=\n)|(?=\n)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_PERSON = re.compile(r"(?:[^\W\d_]+[.’'-]?(?: |$|(?<=[’'-])))+")
_LONGEST_NAME = 40
_MOST_NAMES = 4


def asked(template: str) -> set[str]:
    """Every word that stands in braces."""
    return set(_ASKED.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its values; no placeholder ever goes out.

    Without a name, the word and its comma go. A sentence that asks for anything else that is
    empty is left out.
    """
    if not values.get("name"):
        template = _NAME_BETWEEN.sub("", template)
        template = _NAME_BEHIND.sub("", template)
        template = _NAME_BEFORE.sub(lambda found: found[1].upper(), template)
    known = {word for word in PLACEHOLDERS if values.get(word)}
    said = "".join(one for one in _sentences(template) if asked(one) <= known)
    return _ASKED.sub(lambda found: values[found[1]], _EMPTY_LINES.sub("\n\n", said)).strip()


def _sentences(text: str) -> list[str]:
    """A text cut behind sentences and lines; joined, it is the text. `no. 5` is no end."""
    found: list[str] = []
    for piece in _END.split(text):
        begins = piece.strip()[:1]
        if found and begins and not found[-1].endswith("\n") and not begins.isupper():
            found[-1] += piece
        else:
            found.append(piece)
    return found


def person(name: str) -> str:
    """A name that may stand in a letter of ours, else nothing.

    Who writes chooses his name, and perhaps to whom the answer goes: an advertisement or an
    address in its place would be sent on by us.
    """
    plain = " ".join(name.split())
    if len(plain) > _LONGEST_NAME or plain.count(" ") >= _MOST_NAMES:
        return ""
    return plain if _PERSON.fullmatch(plain) else ""
