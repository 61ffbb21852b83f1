"""Words, lines and paragraphs put together to a text whose offsets stay."""

from __future__ import annotations


class Flow:
    """Text under construction; a position that it gave never moves again."""

    def __init__(self) -> None:
        self.verbatim = 0
        self.flat = False
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._given = 0
        self._lines = self._row = 0
        self._space = self._cell = self._slash = False
        self._at_start = True
        self._depth = 0
        self._broken_at = 0
        self._bullet = ""
        self._link: tuple[int, int] | None = None
        self._linked = False

    def text(self) -> str:
        return "".join(self._pieces)

    def here(self) -> int:
        """Where the text ends now."""
        return self._length

    def mark(self) -> int:
        """Where the next word will stand: what was asked for before it is written now."""
        if self._pieces and self._breaks:
            self._break()
        return self._length

    def need(self, breaks: int) -> None:
        """What follows stands on a new line (1) or after an empty one (2)."""
        self._space = False
        if self._cell:
            return
        if self.flat:
            self._slash = True
            return
        self._breaks = max(self._breaks, breaks - self._given)
        self._broken_at = min(self._broken_at, self._depth)

    def line(self) -> None:
        """One explicit line break; a slash where a row is to stay one line."""
        if self.flat:
            self._slash = not self._cell
            return
        self._breaks = min(self._breaks + 1, 3)
        self._space = self._cell = False

    def cell(self) -> None:
        """What follows stands in another cell: beside the last one if that was one line."""
        self._slash = False
        if self._at_start:
            return
        if self._row == self._lines:
            self._breaks = 0
            self._cell = True
        else:
            self.need(1)
            self._row = self._lines + 1

    def row(self) -> None:
        """What follows stands in a row of its own."""
        self._cell = self._slash = self.flat = False
        self.need(1)
        self._row = self._lines + bool(self._breaks and self._pieces)

    def item(self, bullet: str, depth: int) -> None:
        """What follows is an item of a list."""
        self._bullet = "  " * min(max(depth - 1, 0), 8) + bullet

    def quote(self, step: int) -> None:
        """What follows is quoted one level deeper or less deep."""
        self._depth += step
        self._broken_at = min(self._broken_at, self._depth)

    def open_link(self) -> None:
        self._link, self._linked = (len(self._pieces), self._length), False

    def close_link(self, address: str) -> None:
        """Name the address, unless the words of the link already are it."""
        if self._link is None:
            return
        since, length = self._link
        self._link = None
        words = "".join(self._pieces[since:]).strip()
        bare = address.partition(":")[2].strip("/").lower()
        if self._length > length and words.strip("/").lower() not in {
            bare,
            address.lower().strip("/"),
            bare.removeprefix("www."),
        }:
            self._space = True
            self.say(f"<{address}>")

    def cut(self) -> None:
        """Say that the rest is left out."""
        self.need(2)
        self.say("[…]")

    def say(self, words: str) -> None:
        """Add words; white space in them counts as one space unless it is verbatim."""
        if self.verbatim:
            self._say_lines(words)
            return
        plain = " ".join(words.split())
        if not plain:
            self._space = self._space or bool(words)
            return
        if words[0].isspace():
            self._space = True
        self._lead()
        self._put(plain)
        self._space = words[-1].isspace()

    def _say_lines(self, words: str) -> None:
        for number, line in enumerate(words.replace("\r\n", "\n").split("\n")):
            if number:
                self.line()
            if line.strip():
                self._lead()
                self._put(line.rstrip())

    def _lead(self) -> None:
        """Write what must stand before the next word."""
        if self._breaks:
            self._break()
        if self._at_start:
            prefix = "> " * min(self._depth, 20) + self._bullet
            if prefix:
                self._put(prefix)
        elif self._cell:
            self._put(" | ")
        elif self._slash:
            self._put(" / ")
        elif self._space:
            self._put(" ")
        self._given = 0
        self._at_start = self._cell = self._slash = self._space = False
        self._bullet = ""
        self._broken_at = self._depth
        if self._link is not None and not self._linked:
            self._link, self._linked = (len(self._pieces), self._length), True

    def _break(self) -> None:
        if self._pieces:
            empty = (">" + " >" * (min(self._broken_at, 20) - 1)) if self._broken_at > 0 else ""
            self._put("\n" + (empty + "\n") * (self._breaks - 1))
            self._lines += 1
            self._given += self._breaks
        self._breaks = 0
        self._at_start = True

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
