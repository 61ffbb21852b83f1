"""The channel kinds that are installed, found by entry point and imported only when asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from omnidesk.core.errors import OmnideskError

if TYPE_CHECKING:
    from omnidesk.core.channel import Kind

GROUP = "omnidesk.channel"


class UnknownKindError(OmnideskError):
    """No channel kind of this name can be had: why, and which ones there are."""


def kinds() -> tuple[str, ...]:
    """The names of all installed kinds, sorted; nothing of them is imported."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def kind(name: str) -> Kind:
    """The kind of this name, imported now; UnknownKindError says the known ones and the nearest."""
    points = list(entry_points(group=GROUP, name=name))
    if not points:
        raise UnknownKindError(_unknown(name))
    origins = {point.value for point in points}
    if len(origins) > 1:
        raise UnknownKindError(
            f"{name!r} is offered by several packages ({', '.join(sorted(origins))}); "
            "uninstall all but one"
        )
    return _load(points[0])


def _load(point: EntryPoint) -> Kind:
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as error:
        raise UnknownKindError(
            f"{point.name!r} cannot be loaded from {point.value}: {error}; "
            "repair or uninstall its package"
        ) from error
    for needed in ("settings", "capabilities", "open"):
        if not hasattr(loaded, needed):
            raise UnknownKindError(
                f"{point.name!r} is no channel kind: {point.value} has no {needed!r}; "
                "upgrade or uninstall its package"
            )
    return cast("Kind", loaded)


def _unknown(name: str) -> str:
    known = kinds()
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"unknown kind {name!r}, known are: {', '.join(known) or 'none'}{hint}"
