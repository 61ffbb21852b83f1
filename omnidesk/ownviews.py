"""The views of the TOML: checked, and as the desk takes them."""

from __future__ import annotations

from datetime import UTC, datetime

from omnidesk.core.errors import BadFilter
from omnidesk.core.filters import Reader, read_filter
from omnidesk.core.store import VIEWS
from omnidesk.core.views import SavedView
from omnidesk.tables import Document, plain_name


def saved_views(document: Document) -> tuple[SavedView, ...]:
    """The views in the order of the file."""
    return tuple(
        SavedView(name=name, filter=view.filter, key=view.key, order=view.order)
        for name, view in document.views.items()
    )


def bad_views(document: Document) -> list[str]:
    """Views whose name is taken, or whose filter is none."""
    problems = []
    reader = Reader(now=datetime.now(UTC), channels=document.channels, strict=True)
    for name, view in document.views.items():
        try:
            plain_name(name, "a view's name")
            read_filter(view.filter, reader)
        except ValueError as error:
            problems.append(f"views.{name}: {error}")
        except BadFilter as error:
            problems.append(f"views.{name}.filter: {error}")
        if name in VIEWS:
            problems.append(f"views.{name}: a built-in view has this name; give it another")
    return problems
