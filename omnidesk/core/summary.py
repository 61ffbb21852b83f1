"""One line out of a message: what a list shows of it."""

from __future__ import annotations

from collections.abc import Sequence

_SNIPPET = 140
_TITLE = 80


def visible(text: str, folded: Sequence[tuple[int, int]]) -> str:
    """The text without its folded parts."""
    kept, at = [], 0
    for start, end in folded:
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))


def snippet(text: str, folded: Sequence[tuple[int, int]], files: Sequence[str] = ()) -> str:
    """The beginning of what was said, on one line; the files where nothing was said."""
    said = one_line(visible(text, folded), _SNIPPET) or one_line(text, _SNIPPET)
    return said or one_line(" ".join(f"[{name}]" for name in files), _SNIPPET)


def title(subject: str, text: str) -> str:
    """What a conversation is called: its subject, or how it began."""
    return one_line(subject, 300) or one_line(text, _TITLE)


def one_line(text: str, longest: int) -> str:
    """White space made single, cut at `longest` code points."""
    line = " ".join(text[: longest * 4].split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
