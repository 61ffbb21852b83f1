"""Lines that a sender wrapped softly, joined again (RFC 3676 section 4)."""

from __future__ import annotations

_DEEPEST = 20


def unflow(text: str, *, delsp: bool = False) -> str:
    """Paragraphs of format=flowed in one line each; quotes keep their depth as `> `."""
    lines: list[str] = []
    pieces: list[str] = []
    joining = 0
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        signature = bare == "-- "
        if pieces and (depth != joining or signature):
            lines.append(_line(pieces, joining))
            pieces = []
        flows = bare.endswith(" ") and not signature
        pieces.append(bare[:-1] if flows and delsp else bare)
        joining = depth
        if not flows:
            lines.append(_line(pieces, depth))
            pieces = []
    if pieces:
        lines.append(_line(pieces, joining))
    return "\n".join(lines)


def _line(pieces: list[str], depth: int) -> str:
    return "> " * min(depth, _DEEPEST) + "".join(pieces)
