"""The links of a letter's HTML with the words that they stand under."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice

_BEGINS = re.compile(r"<a(?=[\s/])|</a\b|<!--", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"""(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_HREF = re.compile(r"""(?<![\w-])href\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_TAG = re.compile(r"<[^<>]*>")
_MOST_TAGS = 4_000
_LONGEST_TAG = 4_000
_LONGEST_LABEL = 2_000


def anchors(html: str) -> list[tuple[str, str]]:
    """Label and target of each link, in the order of the letter.

    It reads hostile HTML in bounded time: so many tags, each so long, and no more.
    """
    found: list[tuple[str, str]] = []
    url, since, after = "", 0, 0
    for begins in islice(_BEGINS.finditer(html), _MOST_TAGS):
        if begins.start() < after:
            continue
        if begins[0] == "<!--":
            end = html.find("-->", begins.end())
            if end < 0:
                break
            after = end + 3
            continue
        if url:
            found.append((_words(html[since : begins.start()]), url))
            url = ""
        if begins[0].startswith("</"):
            continue
        tag = _ATTRIBUTES.match(html[begins.end() : begins.end() + _LONGEST_TAG])
        href = _HREF.search(tag[0]) if tag is not None else None
        if tag is not None and href is not None:
            url = unescape(next(filter(None, href.groups()), "")).strip()
            since = after = begins.end() + tag.end()
    if url:
        found.append((_words(html[since:]), url))
    return found


def _words(html: str) -> str:
    return unescape(_TAG.sub("", html[:_LONGEST_LABEL])).strip()
