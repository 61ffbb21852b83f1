"""Gather the screen's sentences into the catalogs, and compile these.

A new sentence comes into each catalog empty; one that is said nowhere any more goes. A catalog's
own comment at its top, with the words to keep to, stays.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from omnidesk.core.language import LANGUAGES
from omnidesk.ui.keymap import ACTIONS, VIEWS

ROOT = Path(__file__).parents[1]
_SOURCES = ROOT / "omnidesk"
_SAYERS = ("_", "N_", "ngettext", "pgettext")
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)  # a date would change the file at every run


def catalog_file(language: str) -> Path:
    """Where the sentences of a language are written."""
    return _SOURCES / "locale" / language / "LC_MESSAGES" / "omnidesk.po"


def said() -> Catalog:
    """Every sentence of the code, without translations."""
    found = Catalog(project="omnidesk", charset="utf-8", fuzzy=False)
    for file in sorted(_SOURCES.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        for sentence in sentences(file.read_text(encoding="utf-8")):
            text = (sentence.text, sentence.many) if sentence.many else sentence.text
            found.add(text, locations=[(name, 0)], context=sentence.context)
    for words in _of_the_keymap():
        found.add(words, locations=[("omnidesk/ui/keymap.py", 0)])
    return found


class Sentence(NamedTuple):
    """What a call says: in the singular, for many, and in which of its meanings."""

    text: str
    many: str = ""
    context: str | None = None


def sentences(source: str) -> list[Sentence]:
    """The sentences of a source text, as they stand in it; those inside f-strings, too."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _SAYERS
    ]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [one for call in calls if (one := _sentence(call)) is not None]


def _sentence(call: ast.Call) -> Sentence | None:
    """None for a call that says what stands in a variable: its table marked that by `N_`."""
    assert isinstance(call.func, ast.Name)
    words = [
        arg.value
        for arg in call.args
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]
    match call.func.id, words:
        case "ngettext", [one, many]:
            return Sentence(one, many)
        case "pgettext", [context, text]:
            return Sentence(text, context=context)
        case "_" | "N_", [text]:
            return Sentence(text)
    return None


def _of_the_keymap() -> Iterator[str]:
    """The words of the tables that are made when the screen is imported."""
    for action in ACTIONS:
        yield from filter(None, (action.words, action.hint, action.brief))
    for _, title, order in VIEWS:
        yield from (title, order)


def brought_up_to_date(language: str) -> Catalog:
    """The catalog of a language with exactly the sentences of the code."""
    file = catalog_file(language)
    if file.exists():
        with file.open("rb") as opened:
            kept = read_po(opened, locale=language)
    else:
        kept = Catalog(locale=language)
    kept.project, kept.version = "omnidesk", ""
    if not file.exists():
        kept.header_comment = "# The sentences of omnidesk; `make messages` brings new ones in."
    kept.update(said(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.msgid_bugs_address = kept.last_translator = kept.language_team = ""
    kept.creation_date = kept.revision_date = _UNDATED
    kept.fuzzy = False
    return kept


def written(catalog: Catalog) -> bytes:
    """The catalog as its file has it."""
    text = io.BytesIO()
    write_po(text, catalog, width=98, sort_by_file=True, include_lineno=False)
    lines = text.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"Generated-By:'))


def compiled(catalog: Catalog) -> bytes:
    """The catalog as the program reads it (GNU MO)."""
    packed = io.BytesIO()
    write_mo(packed, catalog)
    return packed.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """What has no words yet in the catalog's language, not in all its plural forms."""
    return [
        message
        for message in catalog
        if message.id
        and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]


def main() -> None:
    """Write every catalog, and say what still has to be translated."""
    for language in LANGUAGES[1:]:
        catalog = brought_up_to_date(language)
        file = catalog_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(catalog))
        file.with_suffix(".mo").write_bytes(compiled(catalog))
        for message in untranslated(catalog):
            sys.stdout.write(f"{language}: {message.id!r}\n")


if __name__ == "__main__":
    main()
