"""The links of a letter's HTML with the words that they stand under."""

from __future__ import annotations

from html.parser import HTMLParser


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._url: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end()
            self._url = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._url is not None:
            self._words.append(data)

    def _end(self) -> None:
        if self._url:
            self.found.append(("".join(self._words).strip(), self._url.strip()))
        self._url, self._words = None, []


def anchors(html: str) -> list[tuple[str, str]]:
    """Label and target of each link, in the order of the letter."""
    reader = _Anchors()
    reader.feed(html)
    reader.close()
    return reader.found
