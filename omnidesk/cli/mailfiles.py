"""Letters in files: .eml, mbox, Maildir, and folders of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LINE = 1 << 16
_HEAD = 1 << 18
_STAMPED = re.compile(rb"From .*\d\d:\d\d(?::\d\d)?.*\d{4}")
_FIELD = re.compile(rb"[!-9;-~]+:")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_LETTER_SUFFIXES = frozenset((".eml", ".mbox", ".mbx"))


@dataclass(frozen=True, slots=True)
class Found:
    """A letter: a whole file, or the bytes from `start` to `end` of an mbox."""

    path: Path
    start: int = 0
    end: int | None = None

    @property
    def size(self) -> int:
        return (self.path.stat().st_size if self.end is None else self.end) - self.start

    def head(self) -> bytes:
        """As many bytes as a header needs."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(_HEAD if self.end is None else min(_HEAD, self.end - self.start))

    def raw(self) -> bytes:
        """The letter as it was before an mbox quoted it."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            if self.end is None:
                return file.read()
            return _QUOTED.sub(rb"\1", file.read(self.end - self.start))


def find(path: Path) -> Iterator[Found]:
    """Every letter of a file or a folder, in the order of their names; OSError as it comes.

    A folder's files count as letters where they are .eml or mbox, in a Maildir all in cur and
    new; links out of the folder are not followed.
    """
    if not path.is_dir():
        yield from _in_file(path)
        return
    maildir = (path / "cur").is_dir() and (path / "new").is_dir()
    for inner in sorted(path.iterdir()):
        if inner.is_symlink():
            continue
        if maildir and inner.name in ("cur", "new", "tmp"):
            if inner.name != "tmp":
                yield from (Found(each) for each in sorted(inner.iterdir()) if each.is_file())
        elif inner.is_dir():
            yield from find(inner)
        elif inner.suffix.lower() in _LETTER_SUFFIXES or (not maildir and _is_mbox(inner)):
            yield from _in_file(inner)


def _is_mbox(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _STAMPED.match(file.readline(_LINE)) is not None


def _in_file(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        first = file.readline(_LINE)
        if not first.startswith(b"From "):
            yield Found(path)
            return
        file.seek(0)
        yield from _in_mbox(path, file)


def _in_mbox(path: Path, file: BinaryIO) -> Iterator[Found]:
    """The letters between `From ` lines; one counts after an empty line, if it has a time or if
    a header follows it."""
    start, at = None, 0
    blank, whole = True, True  # the line before was empty; it was read to its end
    line = file.readline(_LINE)
    while line:
        following = file.readline(_LINE)
        begins = whole and blank and line.startswith(b"From ")
        if begins and (_STAMPED.match(line) or _FIELD.match(following)):
            if start is not None:
                yield Found(path, start, _without_gap(file, start, at))
            start = at + len(line)
        blank = whole and line.strip(b"\r\n") == b""
        whole = line.endswith(b"\n")
        at += len(line)
        line = following
    if start is not None:
        yield Found(path, start, _without_gap(file, start, at))


def _without_gap(file: BinaryIO, start: int, end: int) -> int:
    """Where a letter ends without the empty line that an mbox puts behind it."""
    here = file.tell()
    file.seek(max(start, end - 4))
    tail = file.read(end - max(start, end - 4))
    file.seek(here)
    if tail.endswith(b"\r\n\r\n"):
        return end - 2
    return end - 1 if tail.endswith(b"\n\n") else end
