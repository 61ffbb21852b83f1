"""The text of an HTML letter, with the places where programs say that they quote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from omnidesk.channels.email.htmlrows import cells_of, few_words, is_data
from omnidesk.channels.email.textflow import Flow

_MOST_NODES = 150_000
_PLAIN_TAGS = 1_000
_MOST_WORK = 1_000_000
_DEEPEST_WORK = 50_000_000
_LONGEST_TAG = 16_384
_DATA_URL = re.compile(r"(?i)data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=%\s]{64,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LONG_TAG = re.compile(r"<[^<>]{16384,}>?")
_ANY_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.S | re.I
)
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr", "p", "li",
     "td", "tr", "th", "dd", "dt", "option", "html", "body", "head", "tbody")
)  # fmt: skip
_FORMATTING: Final = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
     "u")
)  # fmt: skip
_SILENT: Final = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "math",
     "select", "textarea", "audio", "video", "canvas", "-comment", "map", "noframes", "xml")
)  # fmt: skip
_PARAGRAPHS: Final = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre")
)  # fmt: skip
_BLOCKS: Final = frozenset(
    ("div", "center", "section", "article", "header", "footer", "main", "nav", "aside", "address",
     "li", "dt", "dd", "tr", "caption", "form", "fieldset", "figure", "figcaption", "body", "html",
     "tbody", "thead", "tfoot", "hr", "details", "summary")
)  # fmt: skip
_STYLED_AWAY = re.compile(
    r"(?i)(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden"
    r"|max-height\s*:\s*0(?:px|pt|em)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$))"
)
_INDENT = re.compile(r"(?i)border\s*:\s*(?:none|0)|margin-right\s*:\s*0|^\s*margin[^;]*;?\s*$")
_OUTLOOK_LINE = re.compile(r"(?i)border-top\s*:\s*(?:solid|[#0-9a-z. ]*\bsolid)")
_HEADER_WORD = re.compile(
    r"\s*(?:From|От|Від|Von|De|Da|Van|Fra|Från|Od|Lähettäjä|Kimden|发件人|差出人)\s*:", re.I
)
_SHOWN_LINK = re.compile(r"(?i)(?:https?|ftp|tel|mailto):[^\s<>]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlText:
    """What an HTML body says: `quoted` are ranges of `text`, `hidden` counts unseen characters."""

    text: str
    quoted: tuple[tuple[int, int], ...] = ()
    hidden: int = 0


def html_text(html: str) -> HtmlText:
    """Read an HTML body in time linear to its length; nothing is fetched."""
    html = lean(html)
    if "<" not in html:
        return HtmlText(text=unescape(html).strip())
    if _is_hostile(html):
        return HtmlText(text=_stripped(html))
    root = LexborHTMLParser(html).root
    if root is None:
        return HtmlText(text="")
    walk = _Walk()
    walk.run(root)
    text = walk.flow.text()
    return HtmlText(text=text, quoted=walk.quoted(len(text)), hidden=walk.hidden)


def lean(html: str) -> str:
    """The same HTML without the pictures that stand in it as data: addresses."""
    return _DATA_URL.sub("data:,", html) if ";base64," in html else html


def _is_hostile(html: str) -> bool:
    """Whether its tree would be far larger, deeper or slower than a letter's ever is.

    An open formatting element is repeated in every block that follows it, an element with very
    many attributes and very deep nesting cost the square of their number (HTML 13.2.4.3).
    """
    if html.count("<") < _PLAIN_TAGS and len(html) < _LONGEST_TAG * 4:
        return False
    if _LONG_TAG.search(html):
        return True
    tags = _TAG.findall(html)
    depth = deepest = styled = most_styled = 0
    for slash, name in tags:
        name = name.lower()
        if name in _VOID:
            continue
        step = -1 if slash else 1
        depth = max(depth + step, 0)
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            styled = max(styled + step, 0)
            most_styled = max(most_styled, styled)
    return most_styled * len(tags) > _MOST_WORK or deepest * len(tags) > _DEEPEST_WORK


def _stripped(html: str) -> str:
    """The text between tags, for HTML of which no tree is made."""
    lines = unescape(_ANY_TAG.sub("\n", html)).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


class _Walk:
    """One way through a tree, from element to element without recursion."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.hidden = 0
        self._ranges: list[tuple[int, int]] = []
        self._tail: int | None = None
        self._lists: list[int] = []
        self._columns = 0
        self._fills = False

    def run(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode, str, int, str]] = []
        node: LexborNode | None = root
        for _ in range(_MOST_NODES):
            while node is None:
                if not stack:
                    return
                left, tag, since, link = stack.pop()
                self._leave(tag, since, link)
                node = left.next if stack else None
                if node is None and not stack:
                    return
            tag = node.tag or ""
            if tag == "-text":
                self.flow.say(node.text_content or "")
                node = node.next
                continue
            attributes = node.attributes if tag not in _SILENT else {}
            if tag in _SILENT or self._is_hidden(node, attributes):
                node = node.next
                continue
            since, link = self._enter(node, tag, attributes)
            stack.append((node, tag, since, link))
            node = node.first_child
        while stack:
            _, tag, since, link = stack.pop()
            self._leave(tag, since, link)
        self.flow.cut()

    def quoted(self, length: int) -> tuple[tuple[int, int], ...]:
        """Sorted, disjoint and not blank."""
        found = sorted(self._ranges)
        if self._tail is not None:
            found.append((self._tail, length))
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            end = min(end, length)
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif start < end:
                merged.append((start, end))
        return tuple(merged)

    def _is_hidden(self, node: LexborNode, attributes: dict[str, str | None]) -> bool:
        if not attributes:
            return False
        style = attributes.get("style")
        if "hidden" not in attributes and not (style and _STYLED_AWAY.search(style)):
            return False
        self.hidden += len((node.text() or "").strip())
        return True

    def _enter(
        self, node: LexborNode, tag: str, attributes: dict[str, str | None]
    ) -> tuple[int, str]:
        """Where a quotation opens (-1: none does) and the address to name at the end."""
        flow = self.flow
        if tag in _PARAGRAPHS:
            flow.need(1 if self._lists else 2)
        elif tag == "tr":
            flow.row()
        elif tag in _BLOCKS:
            flow.need(1)
        since = flow.mark() if attributes and self._quotes(node, tag, attributes) else -1
        link = ""
        match tag:
            case "a":
                link = _address(attributes.get("href") or "")
                if link:
                    flow.open_link()
            case "br":
                flow.line()
            case "li":
                flow.item(self._bullet(), len(self._lists))
            case "ul":
                self._lists.append(0)
            case "ol":
                start = attributes.get("start") or "1"
                self._lists.append(int(start) if start.isdecimal() and len(start) < 6 else 1)
            case "tr":
                self._begin_row(node)
            case "td" | "th":
                flow.cell()
                if self._fills and not few_words(node):
                    flow.say("-")
            case "img" if alt := " ".join((attributes.get("alt") or "").split())[:200]:
                flow.say(f"[{alt}]")
            case "hr":
                flow.say("_" * 32)
            case "pre":
                flow.verbatim += 1
            case "blockquote" if since >= 0 or not _INDENT.search(attributes.get("style") or ""):
                flow.quote(1)
                link = ">"
        return since, link

    def _leave(self, tag: str, since: int, link: str) -> None:
        flow = self.flow
        if tag == "a" and link:
            flow.close_link(link)
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            flow.verbatim -= 1
        elif link == ">":
            flow.quote(-1)
        if since >= 0:
            self._ranges.append((since, flow.here()))
        if tag in _PARAGRAPHS:
            flow.need(1 if self._lists else 2)
            self._columns = 0 if tag == "table" else self._columns
        elif tag == "tr":
            flow.row()
        elif tag in _BLOCKS:
            flow.need(1)

    def _begin_row(self, row: LexborNode) -> None:
        """A row of data stays one line, and one as wide as its header keeps empty cells."""
        cells = cells_of(row)
        self.flow.flat = is_data(cells)
        self._fills = self.flow.flat and len(cells) == self._columns
        if self.flow.flat and all(cell.tag == "th" for cell in cells):
            self._columns = len(cells)

    def _bullet(self) -> str:
        if self._lists and self._lists[-1]:
            self._lists[-1] += 1
            return f"{self._lists[-1] - 1}. "
        return "• "

    def _quotes(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether this element is a quotation; some only mark that the rest is one."""
        mark = attributes.get("id") or ""
        if mark in {"appendonsend", "divRplyFwdMsg"} or (
            tag == "div"
            and _OUTLOOK_LINE.search(attributes.get("style") or "")
            and _HEADER_WORD.match((node.text() or "")[:200])
        ):
            self._tail = self.flow.mark() if self._tail is None else self._tail
            return False
        if tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
            return True
        classes = (attributes.get("class") or "").split()
        if "gmail_quote" in classes:
            # Answers between its quotations stand inside the container: only those fold.
            return tag == "blockquote" or node.css_first("blockquote") is None
        return not {"gmail_attr", "moz-cite-prefix", "yahoo_quoted"}.isdisjoint(classes)


def _address(href: str) -> str:
    """The address of a link as it is shown; "" for what leads nowhere outside the letter."""
    href = "".join(href.split())[:2_000]
    return href if _SHOWN_LINK.match(href) else ""
