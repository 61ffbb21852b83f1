"""The links of a text: numbered in their order, and shown by their hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from omnidesk.core.safetext import SafeText, link_host, safe_line, show_link

if TYPE_CHECKING:
    from collections.abc import Mapping

LINKS_READ = 200_000  # characters
_URL = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\x02\x03]+", re.IGNORECASE)
_SHOWN = re.compile(r" ?<((?:https?://|mailto:)[^\s<>\"'\x02\x03]+)>|" + _URL.pattern, re.I)
_AFTER_A_LINK = ".,;:!?)]}»”’"
_LONG = 60
_TOKEN = 120
_TIED = "\u00a0"  # no line ends between a number and its host


def links_of(text: str) -> list[str]:
    """The links of a text, each once, in its order."""
    if "://" not in text and "mailto:" not in text:
        return []
    found = (match[0] for match in _URL.finditer(text[:LINKS_READ]))
    return list(dict.fromkeys(url.rstrip(_AFTER_A_LINK) for url in found))


def numbered(text: str) -> dict[str, int]:
    """The links of a text with their numbers, from 1."""
    return {url: number for number, url in enumerate(links_of(text), 1)}


def with_hosts(text: SafeText, numbers: Mapping[str, int]) -> SafeText:
    """The text with what its links lead to: `here [1 shop.example]`; a long one is cut.

    `≠` stands where the word before names another host.
    """
    if not numbers:
        return text

    def instead(found: re.Match[str]) -> str:
        if found[1] is not None:
            return _named(text, found, numbers.get(found[1].rstrip(_AFTER_A_LINK)))
        url = found[0].rstrip(_AFTER_A_LINK)
        rest = found[0][len(url) :]
        if len(url) <= _LONG:
            return found[0]
        return f"{url[: _LONG - 8]}… [{numbers.get(url, '?')}]{rest}"

    return SafeText(_SHOWN.sub(instead, text))


def _named(text: str, found: re.Match[str], number: int | None) -> str:
    """Where a link leads whose words stand before it."""
    url = found[1]
    host = link_host(url)
    if host is None or number is None:
        return found[0]
    word = text[max(0, found.start() - _TOKEN) : found.start()].split("\n")[-1].split(" ")[-1]
    sign = f"≠{_TIED}" if show_link(word, url).startswith(f"{host} ≠") else ""
    where = safe_line(url[7:].partition("?")[0]) if url[:7].lower() == "mailto:" else host
    return f"{found[0][:1].strip('<')}[{number}{_TIED}{sign}{where}]"
