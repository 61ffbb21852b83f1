"""The colours that lines are painted in, by name, as the theme has them.

Not component classes: Textual styles each of those for each widget at each change, and that
alone cost as much as half of a bare application's start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

_INKS: tuple[tuple[str, str, str, bool], ...] = (
    ("text", "text", "", False),
    ("subject", "text", "", False),
    ("name", "text", "", False),
    ("muted", "muted", "", False),
    ("rule", "rule", "", False),
    ("title", "title", "", True),
    ("unread", "unread", "", True),
    ("hit", "unread", "", True),
    ("alert", "alert", "", True),
    ("ok", "ok", "", False),
    ("note", "note", "note-back", False),
    ("own", "own", "", False),
    ("mark", "mark", "", False),
    ("key", "title", "", True),
    ("view", "paper", "title", True),
    ("cursor", "", "cursor-back", True),
    ("away", "", "away-back", False),
)
"""Name, ink, what lies under it, bold."""

_mixed: dict[tuple[str, str], dict[str, Style]] = {}


def inks_of(app: App[Any], ground: str) -> dict[str, Style]:
    """The inks of the theme that is on, upon a ground: `paper` or `bar`."""
    inks = _mixed.get((app.theme, ground))
    if inks is None:
        inks = _mixed[app.theme, ground] = _mix(app.get_css_variables(), ground)
    return inks


def _mix(variables: Mapping[str, str], ground: str) -> dict[str, Style]:
    return {
        name: Style(
            color=variables[f"ink-{ink}"] if ink else None,
            bgcolor=variables[f"ink-{under or ground}"],
            bold=bold or None,
            underline=True if name == "hit" else None,
        )
        for name, ink, under, bold in _INKS
    }
