"""The parts of a letter and where their bodies lie (RFC 2045, RFC 2046).

A multipart is cut by its own boundary before its children are looked at, so that an outer
boundary ends whatever is open within, the work is linear, and bodies stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from omnidesk.channels.email import transfer
from omnidesk.channels.email.headers import Head, Valued, read_head, valued
from omnidesk.channels.email.source import Memory, Source
from omnidesk.core.language import _

MOST_PARTS = 2_000
DEEPEST = 30
_MOST_HITS = 50_000
_HEAD_WINDOW = 16_384
_LONGEST_HEAD = 4 << 20
_CHUNK = 256 * 1024
_SHORT = 65_536
_REPORT_PARTS = 60
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*")
_FIRST_DASHES = re.compile(rb"(?:^|[\r\n])--([^\s-][^\r\n]{0,69}|-[^\r\n]{4,69})[ \t]*\r?\n")
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")


@dataclass(slots=True)
class Part:
    """One part: its header, and its body as a range of the source."""

    source: Source
    head: Head
    start: int
    end: int
    media_type: str
    content: Valued
    disposition: Valued
    children: list[Part] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        raw = self.head.get("content-transfer-encoding")
        return raw[:64].decode("ascii", "replace").strip(" \t;\"'").lower() if raw else ""

    @property
    def major(self) -> str:
        return self.media_type.partition("/")[0]

    @property
    def size(self) -> int:
        """Bytes of the body as it was sent."""
        return self.end - self.start

    def decoded(self, limit: int) -> tuple[bytes, bool]:
        """The content, and whether that is all: at most about `limit` encoded bytes are read."""
        data = self.source.read(self.start, min(self.end, self.start + limit))
        return transfer.decode(data, self.encoding), self.size <= limit

    def stream(self) -> Iterator[bytes]:
        """The content in pieces."""
        return transfer.decode_chunks(self._chunks(), self.encoding)

    def _chunks(self) -> Iterator[bytes]:
        for start in range(self.start, self.end, _CHUNK):
            yield self.source.read(start, min(start + _CHUNK, self.end))


class Tree:
    """The parts of one letter; `problems` says in plain words what was too much of it."""

    def __init__(self, source: Source) -> None:
        self.problems: dict[str, None] = {}
        self._parts = 0
        self.root = self._part(source, 0, source.size, default="text/plain", first=True)
        pending = [(self.root, 0)]
        while pending:
            part, depth = pending.pop()
            if part.major == "multipart" and self._split(part, depth):
                pending += [(child, depth + 1) for child in reversed(part.children)]

    def _part(
        self, source: Source, start: int, end: int, *, default: str, first: bool = False
    ) -> Part:
        head = self._head(source, start, end, first=first)
        self._parts += 1
        raw = head.get("content-type")
        content = valued(raw) if raw else _NONE
        raw = head.get("content-disposition")
        kind = content.value if _TYPE.fullmatch(content.value) else default
        return Part(
            source=source, head=head, start=start + head.size, end=end, media_type=kind,
            content=content, disposition=valued(raw) if raw else _NONE,
        )  # fmt: skip

    def _head(self, source: Source, start: int, end: int, *, first: bool) -> Head:
        window = _HEAD_WINDOW
        while True:
            block = source.read(start, min(end, start + window))
            head = read_head(block, first=first)
            ended = head.ended or start + len(block) >= end
            if ended or window >= _LONGEST_HEAD:
                break
            window *= 16
        if not ended:
            self.problems[_("a header is longer than 4 MiB")] = None
        if head.cut:
            self.problems[_("a header has more than 10,000 fields")] = None
        return head

    def _split(self, part: Part, depth: int) -> bool:
        if depth >= DEEPEST:
            self.problems[_("parts are nested deeper than {n}").format(n=DEEPEST)] = None
            part.media_type = "application/octet-stream"
            return False
        boundary = part.content.get("boundary").encode("utf-8", "replace")[:200].rstrip()
        ranges = list(self._ranges(part, boundary)) if boundary else []
        if not ranges and (boundary := _likely(part)):
            ranges = list(self._ranges(part, boundary))
        default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        for start, end in ranges:
            part.children.append(self._part(part.source, start, end, default=default))
        if not part.children:
            part.media_type = "text/plain"
        return bool(part.children)

    def _ranges(self, part: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Where each child lies between two delimiter lines."""
        source, needle = part.source, b"--" + boundary
        at, opened, given = part.start, -1, 0
        for _hit in range(_MOST_HITS):
            at = source.find(needle, at, part.end)
            if at < 0:
                break
            tail = _delimiter(source, at, at + len(needle), part)
            if tail is None:
                at += len(needle)
                continue
            if opened >= 0:
                yield opened, max(opened, at - _line_break(source, opened, at))
                given += 1
            if tail < 0:
                return
            if self._parts + given >= MOST_PARTS:
                self.problems[_("there are more than {n} parts").format(n=MOST_PARTS)] = None
                return
            at = opened = tail
        if opened >= 0:
            yield opened, part.end


_NONE = Valued("", {})


def _delimiter(source: Source, at: int, after: int, part: Part) -> int | None:
    """Where the line after a delimiter starts, -1 after the closing one, None if it is none."""
    if at > part.start and source.read(at - 1, at) not in (b"\n", b"\r"):
        return None
    tail = source.read(after, min(after + 256, part.end))
    line = tail.partition(b"\n")[0]
    mark = line.strip()
    if mark.startswith(b"--") and not mark[2:].strip(b"-"):
        return -1
    if not mark:
        return min(after + len(line) + 1, part.end)
    return None


def _line_break(source: Source, start: int, at: int) -> int:
    """How many bytes before a delimiter belong to it."""
    return 2 if source.read(max(start, at - 2), at) == b"\r\n" else 1


def _likely(part: Part) -> bytes:
    """The boundary of a multipart that does not name its own: a dashed line that comes twice."""
    window = part.source.read(part.start, min(part.end, part.start + _SHORT))
    first = _FIRST_DASHES.search(window)
    if first is None:
        return b""
    boundary = first[1].rstrip()
    return boundary if window.count(b"--" + boundary) > 1 else b""


def message_of(part: Part, left: list[int] | None = None) -> Message:
    """The part as the standard library's compat32 message, for those who read reports.

    Bodies are cut at 64 KiB and parts at 60: a report says what it has to say before.
    """
    left = [_REPORT_PARTS] if left is None else left
    left[0] -= 1
    message = _bare(part.head)
    if part.children:
        children: list[Message | str] = []
        children += [message_of(child, left) for child in part.children if left[0] > 0]
        message.set_payload(children)
    elif part.major == "message":
        data, _cut = part.decoded(_SHORT)
        message.set_payload(_inner(part.media_type, data))
    elif part.major == "text":
        data = part.source.read(part.start, min(part.end, part.start + _SHORT))
        message.set_payload(data.decode("ascii", "surrogateescape"))
    else:
        message.set_payload("")
    return message


def _inner(media_type: str, data: bytes) -> list[Message | str]:
    if not media_type.endswith(("delivery-status", "disposition-notification", "feedback-report")):
        blocks = [data]
    else:
        blocks = _BLANK.split(data.strip())[:_REPORT_PARTS]
    messages: list[Message | str] = []
    for block in blocks:
        head = read_head(block, first=True)
        message = _bare(head)
        message.set_payload(block[head.size :].decode("ascii", "surrogateescape"))
        messages.append(message)
    return messages


def _bare(head: Head) -> Message:
    message: Message = Message()
    for name, value in head.fields[:200]:
        message.set_raw(name, value.decode("utf-8", "replace"))
    return message


def inner_tree(part: Part, limit: int) -> Tree:
    """The parts of a letter within a letter; an encoded one is read up to `limit` bytes."""
    if part.encoding in {"", "7bit", "8bit", "binary"}:
        return Tree(_Slice(part))
    return Tree(Memory(part.decoded(limit)[0]))


class _Slice:
    """A part's body as a source of its own."""

    def __init__(self, part: Part) -> None:
        self._source, self._start, self.size = part.source, part.start, part.size

    def read(self, start: int, end: int) -> bytes:
        return self._source.read(self._start + start, self._start + min(end, self.size))

    def find(self, needle: bytes, start: int, end: int) -> int:
        end = self._start + min(end, self.size)
        found = self._source.find(needle, self._start + start, end)
        return found - self._start if found >= 0 else -1
