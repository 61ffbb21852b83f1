"""Customer bytes turned into text that a terminal may show.

Every widget, notification and log line of customers' text demands `SafeText`, so that
forgetting to clean is a type error. All of it runs in linear time.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NewType
from urllib.parse import urlsplit

from omnidesk.core.language import _, ngettext

SafeText = NewType("SafeText", str)
"""Text without terminal controls: no C0 but newline and tab, DEL, C1, bidi, tags, surrogates."""

_C0 = r"\x00-\x08\x0b-\x1f"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SINGLE = rf"[{_C0}\x7f-\x9f{_BIDI}\u2028\u2029\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
_INSIDE = r"[^\x00-\x08\x0a-\x1f\x7f-\x9f]*"  # what a control string may hold on its line
_ENDED = r"(?:\x07|\x1b\\|\x9c)"
_HIDDEN = (
    rf"\x1b[\]PX^_]{_INSIDE}{_ENDED}?"  # OSC, DCS, SOS, PM, APC; unterminated: to the line's end
    rf"|[\x90\x98\x9d\x9e\x9f]{_INSIDE}{_ENDED}"  # the same in eight bits
    rf"|\x9d[0-9]+;{_INSIDE}"  # unterminated, and no mis-decoded letter
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"  # nF, Fp, Fe, Fs
    rf"|{_SINGLE}"
)
_SUSPECT = re.compile(_SINGLE)
_LINE_ENDS = frozenset("\r\u2028\u2029")

_SPACES = re.compile(r"[ \t\n\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NO_CELL = re.compile(
    "[\u00ad\u034f\u180b-\u180f\u200b-\u200d\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)
_TAME = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205e]*"
)
_MARKS_KEPT = 2
_LINE_READ = 2000  # no one-line field shows more

_LINK_SCHEMES = frozenset({"http", "https", "mailto"})
_HOST_IN_LABEL = r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,63}(?![\w.@-])"
_CJK = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA"})

_NAME_BYTES = 200
_RUN_NAMES = (
    "apk app appimage bat bin cmd com cpl deb desktop dll dmg docm elf exe gadget hta htm html iso "
    "jar js jse lnk mht msc msi msix pif pl pptm ps1 py rb reg rpm run scf scr sh svg url vb vbe "
    "vbs wsf xlsm"
)
_RUNS = frozenset(_RUN_NAMES.split())
_HARMLESS_NAMES = "csv doc docx gif jpeg jpg mp3 mp4 odt pdf png ppt pptx rtf txt webp xls xlsx zip"
_LOOKS_HARMLESS = frozenset(_HARMLESS_NAMES.split())


def strip_codes(text: str) -> tuple[SafeText, int]:
    """The text without what a terminal would obey, and how many codes were taken out."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _SUSPECT.search(text) is None:
        return SafeText(text), 0
    clean, count = _hidden().subn(_instead, text)
    return SafeText(clean), count


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile(_HIDDEN)  # few letters need it, and no first frame should pay for it


def _instead(found: re.Match[str]) -> str:
    code = found[0]
    if code in _LINE_ENDS:
        return "\n"
    return "\ufffd" if "\ud800" <= code <= "\udfff" else ""


def hidden_codes(count: int) -> SafeText:
    """The words that tell a reader how many codes were taken out."""
    said = ngettext("[{n} hidden code]", "[{n} hidden codes]", count)
    return SafeText(said.format(n=count))


def safe(text: str) -> SafeText:
    """A body for the screen; newlines and tabs stay, hidden codes are counted at its end."""
    clean, count = strip_codes(text)
    if not count:
        return clean
    gap = "\n" if "\n" in clean else " " if clean else ""
    return SafeText(f"{clean}{gap}{hidden_codes(count)}")


def safe_line(text: str, width: int | None = None) -> SafeText:
    """A one-line field, cut to `width` cells with an ellipsis where it is longer.

    Drops what terminals and libraries measure differently: variation selectors, joiners,
    skin tones, further combining marks.
    """
    clean, count = strip_codes(text[:_LINE_READ])
    line = _SPACES.sub(" ", _NO_CELL.sub("", clean)).strip()
    if not _TAME.fullmatch(line):
        line = _fewer_marks(line)
    said = f" {hidden_codes(count)}" if count else ""
    if width is None:
        return SafeText((line + said).strip())
    if len(said) * 2 > width:
        said = ""
    return SafeText((_cut(line, width - len(said)) + said).strip())


def _fewer_marks(line: str) -> str:
    kept: list[str] = []
    marks = _MARKS_KEPT  # a mark without a letter would stick to what we write before it
    for char in line:
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > _MARKS_KEPT:
                continue
        else:
            marks = _MARKS_KEPT if char == " " else 0
        kept.append(char)
    return "".join(kept)


def cells(char: str) -> int:
    """How many cells of a terminal one character takes."""
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(line: str, width: int) -> str:
    if len(line) * 2 <= width or (len(line) <= width and _TAME.fullmatch(line)):
        return line
    taken = 0
    fits = 0
    for at, char in enumerate(line):
        taken += cells(char)
        if taken <= width - 1:
            fits = at + 1
        if taken > width:
            return line[:fits].rstrip() + "…" if width > 0 else ""
    return line


def show_address(name: str, address: str) -> SafeText:
    """`Name <address>`, with a word on each thing about it that may deceive."""
    said = safe_line(name)
    bare = safe_line(address).replace(" ", "")
    marks = _host_mark(bare.rpartition("@")[2]) if "@" in bare else ""
    if not said or said.casefold() == bare.casefold():
        return SafeText(f"{bare}{marks}")
    if "@" in said and not _is_nickname(said, bare):
        said = SafeText(_('"{name}" [address in the name]').format(name=said))
    return SafeText(f"{said} <{bare}>{marks}")


def _is_nickname(name: str, address: str) -> bool:
    return "@" not in address and re.fullmatch(r"[^@]*@\w+\)?", name) is not None


def _host_mark(host: str) -> str:
    plain = "".join(_unpunycoded(label) + "." for label in host.split("."))[:-1]
    if plain.isascii():
        return ""
    mixed = _("mixed scripts: ") if any(map(_mixes, plain.split("."))) else ""
    return f" [{mixed}{punycode(plain)}]"


def _mixes(label: str) -> bool:
    scripts = {
        "CJK" if (script := unicodedata.name(char, "?").split()[0]) in _CJK else script
        for char in label
        if char.isalpha()
    }
    return len(scripts) > 1


def _unpunycoded(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def punycode(host: str) -> SafeText:
    """A host as it stands in the DNS: `xn--e1afmkfd.xn--p1ai` (RFC 3492)."""
    folded = unicodedata.normalize("NFKC", safe_line(host)).casefold().replace("。", ".")
    labels = (
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in folded.split(".")
    )
    return safe_line(".".join(labels))


def link_host(url: str) -> SafeText | None:
    """Where a link leads, as a browser reads it; None for what must not be opened."""
    plain = re.sub(r"[\t\r\n]", "", url).strip()
    scheme = plain.partition(":")[0].lower()
    if scheme not in _LINK_SCHEMES:
        return None
    if scheme == "mailto":
        return punycode(plain[7:].partition("?")[0].rpartition("@")[2]) or None
    try:
        host = urlsplit(re.sub(r"^(https?):[/\\]*", r"\1://", plain.replace("\\", "/"), flags=re.I))
        return punycode(host.hostname or "") or None
    except ValueError:
        return None


def show_link(label: str, url: str) -> SafeText:
    """A link with its host first; `≠` stands where its label names another host."""
    said = safe_line(label)
    target = safe_line(url)
    host = link_host(url)
    if host is None:
        return SafeText(
            _("{label} [not a link that may be opened: {target}]")
            .format(label=said, target=target)
            .strip()
        )
    if not said or said == target:
        return SafeText(f"{host}: {target}")
    named = [punycode(found[0]) for found in re.finditer(_HOST_IN_LABEL, said)]
    sign = ":" if all(_bare(name) == _bare(host) for name in named) else " ≠"
    return SafeText(f"{host}{sign} {said} <{target}>")


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def safe_file_name(name: str) -> SafeText:
    """A name for a file of ours: no folder, drive, control or leading dot; 200 bytes at most."""
    clean = strip_codes(name)[0]
    base = re.split(r"[/\\]", _SPACES.sub(" ", _NO_CELL.sub("", clean)).rstrip("/\\ "))[-1]
    base = re.sub(r"^(?:[A-Za-z]:)+", "", base).replace("\ufffd", "_")
    base = base.strip(" ").lstrip(".").rstrip(". ").lstrip(" ")
    if base.startswith("-"):
        base = "_" + base[1:]
    stem, dot, extension = base.rpartition(".")
    if dot and stem and len(extension.encode()) <= 16:
        room = _NAME_BYTES - len(extension.encode()) - 1
        base = f"{_bytes_cut(stem, room)}.{extension}"
    return SafeText(_bytes_cut(base, _NAME_BYTES) or "file")


def _bytes_cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def file_warning(name: str) -> SafeText | None:
    """Why a file of this name deserves a second look; None where nothing is odd."""
    parts = safe_file_name(name).lower().split(".")
    if len(parts) < 2 or parts[-1] not in _RUNS:
        return None
    if len(parts) > 2 and parts[-2].strip() in _LOOKS_HARMLESS:
        return SafeText(
            _("looks like .{shown}, is .{real}").format(shown=parts[-2].strip(), real=parts[-1])
        )
    return SafeText(_(".{extension} can run").format(extension=parts[-1]))
