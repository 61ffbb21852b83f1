"""What a letter says and what it carries: its text, its HTML source, its files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from omnidesk.channels.email import charset
from omnidesk.channels.email.filenames import honest_name, safe_name
from omnidesk.channels.email.flowed import unflow
from omnidesk.channels.email.headers import text_of
from omnidesk.channels.email.htmltext import html_text, lean
from omnidesk.channels.email.invite import invite_line
from omnidesk.channels.email.mime import DEEPEST, Part, Tree, inner_tree
from omnidesk.core.channel import Content, IncomingFile
from omnidesk.core.language import _

_SMALL = 65_536
_SMALL_TOGETHER = 4 << 20
_LONGEST_TEXT = 1 << 20
_TEXT_TOGETHER = 2 << 20
_LONGEST_HTML = 1 << 20
_SHOWN = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PICTURE = re.compile(rb"[A-Za-z0-9+/=]{1024,}")
_META = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.-]{1,40})", re.I)
_STUB = re.compile(
    r"html.{0,80}(?:e-?mail|message|mail|view|client|format|version|support|reader|письм|сообщ)"
    r"|(?:e-?mail|message|client|view|support|reader|письм|сообщ|формат|браузер|просмотр).{0,80}html"
    r"|view (?:this|it).{0,30}(?:browser|online)|в браузере",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class Body:
    """A body as far as it was read; `quoted` are ranges of `text` that its HTML marks.

    `hidden` counts characters that it conceals.
    """

    text: str = ""
    quoted: tuple[tuple[int, int], ...] = ()
    html: str | None = None
    files: list[IncomingFile] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)
    hidden: int = 0


def read_body(tree: Tree, spool: Path | None) -> Body:
    """Read every part; without `spool` files are left out (a letter shown within a letter).

    Large files go to fresh files in `spool`; OSError where those cannot be written.
    """
    reader = _Reader(spool)
    try:
        reader.take(tree.root)
    except OSError:
        drop_files(reader.files)
        raise
    text, quoted = reader.joined()
    body = Body(text, quoted, reader.source(), reader.files, dict(tree.problems))
    body.problems |= reader.problems
    body.hidden = reader.hidden
    letters = reader.letters
    for _depth in range(DEEPEST):
        if body.text or len(letters) != 1 or reader.leaves != 1:
            break
        inner = inner_tree(letters[0], _TEXT_TOGETHER)
        reader = _Reader(None)
        reader.take(inner.root)
        body.text, body.quoted = reader.joined()
        body.hidden = reader.hidden
        letters = reader.letters
    else:
        body.problems[_("letters are nested deeper than {n}").format(n=DEEPEST)] = None
    return body


def drop_files(files: Iterable[IncomingFile]) -> None:
    """Remove what files of a letter that is not taken in left in the spool."""
    for file in files:
        if isinstance(file.content, Path):
            file.content.unlink(missing_ok=True)


class _Reader:
    """One walk over the parts of a letter, in their order."""

    def __init__(self, spool: Path | None) -> None:
        self.files: list[IncomingFile] = []
        self.letters: list[Part] = []
        self.problems: dict[str, None] = {}
        self.leaves = 0
        self.hidden = 0
        self._spool = spool
        self._texts: list[tuple[str, tuple[tuple[int, int], ...]]] = []
        self._sources: list[str] = []
        self._room = _TEXT_TOGETHER
        self._small = _SMALL_TOGETHER

    def joined(self) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The texts of all shown parts, an empty line between them."""
        pieces: list[str] = []
        quoted: list[tuple[int, int]] = []
        length = 0
        for text, ranges in self._texts:
            if not text.strip():
                continue
            if pieces:
                pieces.append("\n\n")
                length += 2
            quoted += [(start + length, end + length) for start, end in ranges]
            pieces.append(text)
            length += len(text)
        return "".join(pieces), tuple(quoted)

    def source(self) -> str | None:
        """The HTML as it came, capped; None where there was none."""
        return "\n".join(self._sources)[:_LONGEST_HTML] if self._sources else None

    def take(self, part: Part, *, silent: bool = False, related: bool = False) -> None:
        """Show or keep a part; a silent one shows nothing, for another one says the same."""
        if part.children:
            self._take_children(part, silent=silent)
            return
        self.leaves += 1
        if part.media_type in _SHOWN and self._is_shown(part):
            self._show(part, silent=silent)
            return
        if part.media_type == "text/calendar" and not silent:
            self._texts.append((invite_line(self._text(part)[0]), ()))
        if part.media_type in _SEALED and part.content.get("smime-type") != "certs-only":
            opaque = part.content.get("smime-type").lower() == "signed-data"
            sealed = _("the letter is sealed in its signature (S/MIME)")
            self.problems[sealed if opaque else _("the letter is encrypted (S/MIME)")] = None
        if part.media_type in {"message/rfc822", "message/global"}:
            self.letters.append(part)
        self._keep(part, related=related)

    def _take_children(self, part: Part, *, silent: bool) -> None:
        first, *others = part.children
        match part.media_type:
            case "multipart/alternative":
                self._choose(part, silent=silent)
            case "multipart/related":
                self.take(first, silent=silent)
                for other in others:
                    self.take(other, silent=silent, related=True)
            case _:
                if part.media_type == "multipart/encrypted":
                    self.problems[_("the letter is encrypted (PGP/MIME)")] = None
                for child in part.children:
                    self.take(child, silent=silent)

    def _choose(self, part: Part, *, silent: bool) -> None:
        """The plain version, the HTML one where the plain one says nothing; both are kept."""
        kinds = [(_kind(child), child) for child in part.children]
        plain = next((child for kind, child in kinds if kind == "text/plain"), None)
        html = [child for kind, child in kinds if kind == "text/html"][-1:]
        prefer_html = False
        if plain is not None:
            before = len(self._texts)
            self.take(plain, silent=silent)
            said = "".join(text for text, _quoted in self._texts[before:])
            prefer_html = bool(html) and not silent and _is_stub(said)
            if prefer_html:
                del self._texts[before:]
        for child in html:
            self.take(child, silent=silent or (plain is not None and not prefer_html))
        for kind, child in kinds:
            if child is plain or child in html:
                continue
            if plain is None and not html and child is part.children[0]:
                self.take(child, silent=silent)
            elif kind == "text/calendar" or not kind.startswith("text/"):
                self.take(child, silent=silent and kind != "text/calendar")

    def _is_shown(self, part: Part) -> bool:
        if self._room <= 0 or part.disposition.value == "attachment":
            return False
        return not (part.disposition.get("filename") or part.content.get("name"))

    def _show(self, part: Part, *, silent: bool) -> None:
        text, whole = self._text(part)
        self._room -= len(text)
        if part.media_type == "text/html":
            self._sources.append(lean(text))
            if not silent:
                found = html_text(text)
                self.hidden += found.hidden
                self._texts.append((found.text, found.quoted))
        elif not silent:
            if part.content.get("format").lower() == "flowed":
                text = unflow(text, delsp=part.content.get("delsp").lower() == "yes")
            self._texts.append((text.strip("\n").rstrip(), ()))
        if not whole:
            if not silent:
                self._texts.append(("[…]", ()))
            self._keep(part, related=False)

    def _text(self, part: Part) -> tuple[str, bool]:
        data, whole = part.decoded(_LONGEST_TEXT)
        if not whole and part.media_type == "text/html":
            data, whole = _without_pictures(part)
        label = part.content.get("charset")
        if not label and part.media_type == "text/html" and (meta := _META.search(data[:4096])):
            label = meta[1].decode("ascii")
        text = charset.decode(data, label)
        return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text), whole

    def _keep(self, part: Part, *, related: bool) -> None:
        if self._spool is None:
            return
        content, size = self._content(part, self._spool)
        identity = part.head.get("content-id").strip(b"<> \t")
        disposition = part.disposition.value
        self.files.append(
            IncomingFile(
                name=_name(part, self.leaves),
                media_type=part.media_type,
                size=size,
                content=content,
                inline=disposition == "inline" or (related and disposition != "attachment"),
                content_id=text_of(identity)[:500] or None if identity else None,
            )
        )

    def _content(self, part: Part, spool: Path) -> tuple[Content, int]:
        if part.size < _SMALL * 3 // 2:
            data = b"".join(part.stream())
            if len(data) < min(_SMALL, self._small):
                self._small -= len(data)
                return data, len(data)
        with tempfile.NamedTemporaryFile(dir=spool, prefix="part-", delete=False) as file:
            try:
                for piece in part.stream():
                    file.write(piece)
                file.flush()
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
            return Path(file.name), file.tell()


def _without_pictures(part: Part) -> tuple[bytes, bool]:
    """A large HTML part without the long runs of base64 in it, and whether that is all."""
    pieces: list[bytes] = []
    size = 0
    for chunk in part.stream():
        piece = _PICTURE.sub(b"", chunk)
        pieces.append(piece[: _LONGEST_TEXT - size])
        size += len(piece)
        if size > _LONGEST_TEXT:
            return b"".join(pieces), False
    return b"".join(pieces), True


def _kind(part: Part) -> str:
    """The type that a branch of an alternative shows first."""
    while part.children:
        part = part.children[0]
    return part.media_type


def _is_stub(text: str) -> bool:
    """Whether a plain version only says that there is another one."""
    bare = text.strip()
    return not bare or (len(bare) < 300 and _STUB.search(bare) is not None)


def _name(part: Part, number: int) -> str:
    given = part.disposition.get("filename") or part.content.get("name")
    if name := safe_name(given):
        return name
    if part.media_type == "application/ms-tnef":
        return "winmail.dat"
    if part.media_type in {"message/rfc822", "message/global"}:
        inner = inner_tree(part, _SMALL).root.head.get("subject")
        subject = safe_name(text_of(inner).replace("/", "_").replace("\\", "_")[:80])
        if subject:
            return f"{subject}.eml"
    return honest_name(part.media_type, number)
