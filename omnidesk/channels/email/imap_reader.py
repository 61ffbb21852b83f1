"""IMAP's lines and literals, read iteratively from whatever chunks the network gives.

RFC 3501 section 4.3. Memory is bounded: a line, the literals of a command, and how much of a
literal stays in memory all have a limit, whatever the server announces.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from omnidesk.core.language import _

MAX_LINE = 8 << 20
MAX_SMALL = 1 << 20
MAX_LITERAL = 100 << 20
KEPT_OF_TOO_LARGE = 256 << 10
_HELD = 8 << 20
_LITERAL = re.compile(rb"~?\{(\d{1,18})\+?\}$")
_STATUS = re.compile(rb"(?:\+|\* (?:OK|NO|BAD|BYE|PREAUTH)\b|[A-Za-z0-9]+ (?:OK|NO|BAD)\b)", re.I)


class Nonsense(Exception):
    """The server sends what no answer may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Octets as they came: in memory, or in the spool; `size` is what was announced.

    Of a literal over MAX_LITERAL only the first KEPT_OF_TOO_LARGE bytes are in `content`.
    """

    size: int
    content: bytes | Path

    @property
    def cut(self) -> bool:
        """Whether the rest was thrown away."""
        return self.size > MAX_LITERAL

    def text(self) -> bytes:
        """The octets where they are few; Nonsense where a short text was expected."""
        if isinstance(self.content, Path):
            raise Nonsense(_("a text as long as a letter"))
        return self.content


Response = tuple[bytes | Literal, ...]
"""One response: pieces of its line, and the literals that stood between them."""


class _Sink:
    """A literal on its way in."""

    def __init__(self, size: int, spool: Path | None) -> None:
        self.size = size
        self.missing = size
        self._room = size if size <= MAX_LITERAL else KEPT_OF_TOO_LARGE
        self._held = bytearray()
        self.path: Path | None = None
        self._file = None
        if spool is not None:
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - lives as long as the sink
                dir=spool, prefix="letter-", delete=False
            )
            self.path = Path(self._file.name)

    def take(self, data: memoryview) -> int:
        """Take what belongs to the literal; the number of bytes used up."""
        taken = min(self.missing, len(data))
        kept = data[: min(taken, self._room)]
        if self._file is not None:
            self._file.write(kept)
        else:
            self._held += kept
        self._room -= len(kept)
        self.missing -= taken
        return taken

    def done(self) -> Literal:
        if self._file is None or self.path is None:
            return Literal(size=self.size, content=bytes(self._held))
        self._file.close()
        return Literal(size=self.size, content=self.path)

    def drop(self) -> None:
        if self._file is not None and self.path is not None:
            self._file.close()
            self.path.unlink(missing_ok=True)


class Reader:
    """Chunks in, whole responses out; large literals go to `spool` while they arrive."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._line = bytearray()
        self._parts: list[bytes | Literal] = []
        self._text = 0
        self._sink: _Sink | None = None
        self._literals = 0
        self._held = 0

    def allow(self, literals: int) -> None:
        """How many literals the next command may bring; more are Nonsense."""
        self._literals = literals
        self._held = 0

    @property
    def empty(self) -> bool:
        """Whether nothing of a further response has come yet."""
        return not (self._line or self._parts or self._sink)

    def feed(self, data: bytes) -> Iterator[Response]:
        """The responses that these bytes complete. Raises Nonsense; OSError of the spool."""
        view, at = memoryview(data), 0
        while at < len(data):
            if self._sink is not None:
                at += self._sink.take(view[at:])
                self._close_sink()
                continue
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end
            self._line += view[at:stop]
            if len(self._line) + self._text > MAX_LINE:
                raise Nonsense(_("a line without an end"))
            if end < 0:
                return
            at = end + 1
            line = bytes(self._line.removesuffix(b"\r"))
            self._line.clear()
            if self._take_line(line):
                yield self._finish()

    def drop(self) -> None:
        """Throw away what is under way, with its files."""
        if self._sink is not None:
            self._sink.drop()
            self._sink = None
        drop_files(tuple(self._parts))
        self._parts.clear()
        self._line.clear()

    def _take_line(self, line: bytes) -> bool:
        """Keep a piece of a line; whether the response ends with it."""
        status = not self._parts and _STATUS.match(line)
        found = None if status else _LITERAL.search(line)
        if found is None:
            self._parts.append(line)
            return True
        self._parts.append(line[: found.start()])
        self._text += found.start()
        self._open_sink(int(found[1]))
        return False

    def _open_sink(self, size: int) -> None:
        self._literals -= 1
        if self._literals < 0:
            raise Nonsense(_("a literal that was not asked for"))
        large = size > MAX_SMALL or self._held + size > _HELD
        if not large:
            self._held += size
        self._sink = _Sink(size, self._spool if large else None)
        self._close_sink()

    def _close_sink(self) -> None:
        if self._sink is not None and not self._sink.missing:
            self._parts.append(self._sink.done())
            self._sink = None

    def _finish(self) -> Response:
        response = tuple(self._parts)
        self._parts.clear()
        self._text = 0
        return response


def drop_files(response: Response) -> None:
    """Remove the files of a response that nobody wants."""
    for part in response:
        if isinstance(part, Literal) and isinstance(part.content, Path):
            part.content.unlink(missing_ok=True)
