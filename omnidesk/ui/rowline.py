"""A conversation as one line of the list."""

from __future__ import annotations

from omnidesk.core.model import Row, State
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import Line, cut, fit

_LETTERS = {State.OPEN: " ", State.WAITING: "~", State.SNOOZED: "z", State.CLOSED: "x"}
_WIDEST_TEXT = 300


def state_letter(row: Row) -> SafeText:
    """The one letter that says all that a colour says: `! failed, * waits for us, ~ z x`."""
    if row.failed:
        return SafeText("!")
    if row.state is State.OPEN and row.waiting_since is not None:
        return SafeText("*")
    return SafeText(_LETTERS[row.state])


def row_line(
    row: Row, waits: SafeText, code: SafeText, who: SafeText, width: int, *, own: bool
) -> Line:
    """A row after its cursor column; fixed fields first, customers' words last."""
    letter = state_letter(row)
    urgent = "+" if row.priority > 0 else "-" if row.priority < 0 else " "
    name_width = 13 if width < 52 else 15 if width < 60 else 18 if width < 100 else 24
    subject, snippet = safe_line(row.subject), safe_line(row.snippet)
    begun = snippet.startswith(subject.rstrip("…"))  # a chat's subject is how it began
    text = snippet if begun else " - ".join(filter(None, (subject, snippet)))
    loud = "unread" if row.unread else "name"
    return (
        (SafeText(f"{letter} "), "alert" if letter == "!" else "mark"),
        (fit(code, 2), "muted"),
        (SafeText(f"{waits:>4}{urgent} "), "alert" if urgent == "+" else "muted"),
        (fit(who, 5), "own" if own else "muted"),
        (fit(safe_line(row.name, name_width), name_width), loud),
        (SafeText("  "), "text"),
        (cut(SafeText(text[:_WIDEST_TEXT]), max(0, width - 19 - name_width)), "subject"),
    )
