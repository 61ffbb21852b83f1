"""The words of a message as lines: quotes folded, links by their hosts, hidden codes counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from omnidesk.core.language import _, ngettext
from omnidesk.core.safetext import SafeText, hidden_codes, strip_codes
from omnidesk.ui.lines import Line, cut, wrap
from omnidesk.ui.linking import numbered, with_hosts
from omnidesk.ui.local import number

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.ui.talk import Setting

_SHOWN_AT_FIRST = 20_000
_SHOWN_AT_MOST = 1_000_000
_LONGEST_SIGNATURE = 12
_QUOTED = re.compile(r">|On .{3,200} wrote:|.{3,200} (?:пишет|писал\(?а?\)?|написал\(?а?\)?):")
_CLOSING = re.compile(
    r"(?:с уважением|с наилучшими|всего доброго|отправлено (?:с|из)|з повагою|з найкращими"
    r"|(?:best|kind|warm)? ?regards|best wishes|sincerely|yours|cheers|sent from|thanks,|спасибо,)",
    re.IGNORECASE,
)


def body_lines(message: Message, shown: Setting) -> list[Line]:
    """What was said, as much of it as is shown."""
    limit = _SHOWN_AT_MOST if shown.unfolded else _SHOWN_AT_FIRST
    text, hidden, lines = message.text[:limit], 0, list[Line]()
    links = numbered(message.text)
    at = 0
    for start, end in (*message.folded, (len(text), len(text))):
        start, end = max(start, at), max(end, at)
        plain, codes = strip_codes(text[at:start])
        hidden += codes
        if plain.strip():
            body = wrap(with_hosts(SafeText(plain.strip("\n")), links), shown.width)
            lines.extend(((line, "text"),) for line in body)
        folded, codes = strip_codes(text[start:end])
        hidden += codes
        if folded.strip():
            lines.extend(_folded(with_hosts(SafeText(folded.strip("\n")), links), shown))
        at = end
    if len(message.text) > limit:
        rest = len(message.text) - limit
        words = ngettext(
            "> {n} more character, Enter shows it", "> {n} more characters, Enter shows them", rest
        )
        if shown.unfolded:
            words = ngettext(
                "> {n} more character, save the letter to read it",
                "> {n} more characters, save the letter to read them",
                rest,
            )
        said = SafeText(words.format(n=number(rest)))
        lines.append(((cut(said, shown.width), "muted"),))
    if hidden:
        lines.append(((hidden_codes(hidden), "alert"),))
    if not lines and not message.attachments:
        lines.append(((SafeText(_("(no text)")), "muted"),))
    return lines


def _folded(text: SafeText, shown: Setting) -> list[Line]:
    if shown.unfolded:
        return [((SafeText("│ "), "rule"), (line, "muted")) for line in wrap(text, shown.width - 2)]
    count = text.count("\n") + 1
    said = ngettext("> {n} quoted line, Enter unfolds", "> {n} quoted lines, Enter unfolds", count)
    if _is_signature(text):
        said = ngettext(
            "> signature, {n} line, Enter unfolds", "> signature, {n} lines, Enter unfolds", count
        )
    return [((cut(SafeText(said.format(n=count)), shown.width), "muted"),)]


def _is_signature(text: str) -> bool:
    """Whether a folded range is how its writer ends, and nothing that he quotes."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > _LONGEST_SIGNATURE or any(_QUOTED.match(line) for line in lines):
        return False
    return lines[0] == "--" or _CLOSING.match(lines[0]) is not None
