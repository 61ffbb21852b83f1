"""What a person should look at once more before a reply leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText, safe_line

if TYPE_CHECKING:
    from omnidesk.core.routing import Route
    from omnidesk.desk import Opened

_FILE_WORDS = re.compile(
    r"\b(?:attach(?:ed|ment|ments|ing)?|enclosed|вложени\w*|вложил\w*|прикреп\w*|прилага\w*"
    r"|приклады\w*|вкладыва\w*|скан(?:ы|ом)?|скриншот\w*"
    r"|прилож(?:ил|ен|у|ение)\w*|во вложении|у вкладенні|додаю файл)\b",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|\$\{\w{1,40}\}|\{[a-z_.]{2,40}\}")


def doubts(
    text: str, route: Route, opened: Opened | None, seen: int, *, files: int = 0
) -> list[SafeText]:
    """A sentence on each; `seen` is the newest message when the writing began."""
    said: list[str] = []
    if route.marked:
        said.append(safe_line(route.marked))
    if not files and (word := _FILE_WORDS.search(_own_words(text))):
        said.append(_('"{word}", but no file is attached').format(word=safe_line(word[0])))
    if found := _VARIABLE.search(text):
        said.append(_("not filled in: {name}").format(name=safe_line(found[0])))
    since = [message for message in (opened.messages if opened else ()) if message.id > seen]
    answered = [message for message in since if message.direction is Direction.OUT]
    if answered:
        who = safe_line(answered[-1].author or _("somebody"))
        said.append(_("{author} answered meanwhile").format(author=who))
    elif any(message.direction is Direction.IN for message in since):
        said.append(_("the customer wrote again meanwhile"))
    said.extend(_addresses(route))
    limit = route.way.max_text
    if limit is not None and len(text) > limit:
        words = ngettext(
            "{n} character goes in pieces of {limit}",
            "{n} characters go in pieces of {limit}",
            len(text),
        )
        said.append(words.format(n=len(text), limit=limit))
    return [SafeText(line) for line in said]


def _own_words(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def _addresses(route: Route) -> list[str]:
    said = []
    if route.way.last_in is None:
        said.append(_("first message to this address"))
    letter = route.answers
    told = {person.address.casefold() for person in route.to} != {route.way.handle.value}
    if letter and letter.sender and letter.reply_to and not told:
        asked = {person.address.casefold() for person in letter.reply_to}
        if letter.sender.address.casefold() not in asked:
            words = _("goes to Reply-To, not to {address}")
            said.append(words.format(address=safe_line(letter.sender.address)))
    return said
