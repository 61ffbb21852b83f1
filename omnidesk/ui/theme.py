"""One dark and one light theme; both keep their contrast in grey."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

_DARK: Final = {
    "ink-text": "#d7dde5",
    "ink-muted": "#a9b5c3",
    "ink-rule": "#46525f",
    "ink-title": "#9cc4ff",
    "ink-unread": "#ffffff",
    "ink-alert": "#ff9d7e",
    "ink-ok": "#86cf96",
    "ink-note": "#f6d98f",
    "ink-note-back": "#2c2818",
    "ink-own": "#8fd4cb",
    "ink-mark": "#c3b3f5",
    "ink-cursor-back": "#2a4264",
    "ink-away-back": "#222c39",
    "ink-paper": "#10151b",
    "ink-bar": "#1a212a",
}
_LIGHT: Final = {
    "ink-text": "#1c2733",
    "ink-muted": "#525d6a",
    "ink-rule": "#b5bec8",
    "ink-title": "#0b4f9c",
    "ink-unread": "#000000",
    "ink-alert": "#a3290f",
    "ink-ok": "#1c6a34",
    "ink-note": "#573e00",
    "ink-note-back": "#fff0c4",
    "ink-own": "#0d5c60",
    "ink-mark": "#573aa2",
    "ink-cursor-back": "#c4daf6",
    "ink-away-back": "#e3eaf3",
    "ink-paper": "#fcfcfa",
    "ink-bar": "#eceff3",
}

INKS_BY_DEFAULT = _DARK
"""Ink variables for themes that are not ours."""


def _selected(inks: dict[str, str]) -> dict[str, str]:
    """Textual's own names for what is selected in a text."""
    return {
        "input-selection-background": inks["ink-cursor-back"],
        "input-selection-foreground": inks["ink-unread"],
    }


DARK, LIGHT = (
    Theme(
        name=name,
        primary=inks["ink-title"],
        secondary=inks["ink-mark"],
        accent=inks["ink-mark"],
        warning=inks["ink-note"],
        error=inks["ink-alert"],
        success=inks["ink-ok"],
        foreground=inks["ink-text"],
        background=inks["ink-paper"],
        surface=inks["ink-bar"],
        panel=inks["ink-away-back"],
        dark=dark,
        variables=inks | _selected(inks),
    )
    for name, inks, dark in (("dark", _DARK, True), ("light", _LIGHT, False))
)
