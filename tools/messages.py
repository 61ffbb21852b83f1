"""Gather the screen's sentences into the catalogs, and compile these.

A new sentence comes into each catalog empty; one that is said nowhere any more goes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from omnidesk.core.language import LANGUAGES
from omnidesk.ui.keymap import ACTIONS, VIEWS

ROOT = Path(__file__).parents[1]
_SOURCES = ROOT / "omnidesk"
_KEYWORDS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)  # a date would change the file at every run


def catalog_file(language: str) -> Path:
    """Where the sentences of a language are written."""
    return _SOURCES / "locale" / language / "LC_MESSAGES" / "omnidesk.po"


def said() -> Catalog:
    """Every sentence of the code, without translations."""
    found = Catalog(project="omnidesk", charset="utf-8", fuzzy=False)
    extracted = extract_from_dir(
        _SOURCES, method_map=[("**.py", "python")], keywords=_KEYWORDS, comment_tags=("Tr:",)
    )
    for file, _, message, comments, context in extracted:
        found.add(
            message,
            locations=[(f"omnidesk/{file}", 0)],
            auto_comments=comments,
            context=context,
        )
    for text in _of_the_keymap():
        found.add(text, locations=[("omnidesk/ui/keymap.py", 0)])
    return found


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
    kept.header_comment = "# The sentences of omnidesk; `make messages` brings new ones in."
    kept.update(said(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.creation_date = kept.revision_date = _UNDATED
    kept.fuzzy = False
    return kept


def written(catalog: Catalog) -> bytes:
    """The catalog as its file has it."""
    text = io.BytesIO()
    write_po(text, catalog, width=98, sort_by_file=True, include_lineno=False)
    return text.getvalue()


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
