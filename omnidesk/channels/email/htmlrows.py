"""Whether a row of an HTML table holds data, or only lays a letter out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from selectolax.lexbor import LexborNode

_LAYOUT: Final = frozenset(
    ("table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr")
)  # fmt: skip
_UNSEEN: Final = frozenset(("script", "style", "-comment", "template"))
_CELLS: Final = frozenset(("td", "th"))
_MOST_CELLS = 20
_MOST_NODES = 40
_MOST_LETTERS = 400
_PAIR_LETTERS = 60


def cells_of(row: LexborNode) -> list[LexborNode]:
    """The cells of a row, not many more than a table of data ever has."""
    found: list[LexborNode] = []
    for child in _children(row):
        if child.tag in _CELLS:
            found.append(child)
        if len(found) > _MOST_CELLS:
            break
    return found


def is_data(cells: Sequence[LexborNode]) -> bool:
    """Three cells that say something in a few words, or two that do in very few."""
    if len(cells) > _MOST_CELLS:
        return False
    said = [few_words(cell) for cell in cells]
    words = [text for text in said if text]
    if None in said:
        return False
    pair = all(len(text) <= _PAIR_LETTERS and "\n" not in text for text in words)
    return len(words) > 2 or (len(words) == 2 and pair)


def few_words(cell: LexborNode) -> str | None:
    """What a cell says, where that is short and no layout of its own; else None.

    It looks at a bounded number of nodes: cells of hostile HTML stand in each other.
    """
    said: list[str] = []
    nodes = list(reversed(list(_children(cell))))
    for _ in range(_MOST_NODES):
        if not nodes:
            return "".join(said).strip()
        node = nodes.pop()
        tag = node.tag or ""
        if tag in _LAYOUT or len(nodes) > _MOST_NODES:
            return None
        if tag == "-text":
            said.append(" ".join((node.text_content or "").split()))
        elif tag == "br":
            said.append("\n")
        elif tag == "img":
            said.append(node.attributes.get("alt") or "")
        elif tag not in _UNSEEN:
            nodes += reversed(list(_children(node)))
        if sum(map(len, said)) > _MOST_LETTERS:
            return None
    return None


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    for _ in range(_MOST_NODES * 2):
        if child is None:
            return
        yield child
        child = child.next
