"""The marks by which mail programs set off the letter that is answered or forwarded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_I = re.IGNORECASE

_LONGEST = 400
"""Code points that an attribution may have, all its lines together."""

_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz]"
    r"|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру"
    r"|сту|сак|кра|чэр|ліп|жні|кас|ліс|сне)\w{0,9}\.?"
)
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d)\b|{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|-?го|\.)?[\s-]+(?:of\s+)?{_MONTH}[\s,-]+{_YEAR}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR})"
)
_DAY = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so"
    r"|пн|вт|ср|чт|пт|сб|вс|нд|понед|вторн|среда|среду|четв|пятн|субб|воскр"
    r"|понеділ|вівтор|серед|четвер|п.ятн|субот|неділ"
    r"|панядз|аўт|серад|чацв|пятн|субот|нядз)\w{0,8}"
)
_VERB = (
    r"(?:wrote|writes|написал[аи]?|писал[аи]?|пишет|пишете|schrieb|написа[вл][аи]?|писа[вл][аи]?"
    r"|пише|напісаў|напісала|піша|a écrit|escribió)(?:\s?\((?:а|a|ла)\))?"
)

_LEAD = re.compile(
    rf"\W{{0,3}}(?:(?:on|am|в|во|у|ад|от|від|{_DAY})[.,]?\s+){{0,3}}(?:the\s+)?{_DATE}", _I
)
_NAME_FIRST = re.compile(rf"[^:]{{2,100}}?\s{_VERB}[\s,]+(?:on\s|am\s|в\s)?\s*{_DATE}", _I)
_DATED = re.compile(_DATE, _I)
_HOUR = re.compile(r"(?<!\d)\d{1,2}:\d\d")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{2,255}")
_SAYS = re.compile(rf"(?:\b{_VERB}[\"'»]?\s?[:：]$|\bschrieb\b)", _I)
_YOU_SAID = re.compile(rf"(?:вы|you|ви)\s{_VERB}", _I)
_PERSONAL = re.compile(
    r"\b(?:I|we|my|me|your|you|our|us|ich|wir|mir|uns|ihr\w{0,3}|(?i:я|мы|вы|мне|нам|меня|нас|мой"
    r"|наш\w{0,3}|ваш\w{0,3}|вам|вас|ви|ми|мені))\b"
)
"""Nobody is called so: it is a customer's sentence; `Your Shop` is a name."""

_ORIGINAL = re.compile(
    r"[-_=*–—]{2,}\s?(?:original message|original email|reply message|original appointment"
    r"|исходное сообщение|исходное письмо|оригинальное сообщение|первоначальное сообщение"
    r"|вихідне повідомлення|початкове повідомлення|оригінальне повідомлення"
    r"|зыходнае паведамленне|ursprüngliche nachricht|originalnachricht|original-nachricht)"
    r"\s?[-_=*–—]{2,}",
    _I,
)
_FORWARD = re.compile(
    r"[-_=*–—]{2,}\s{0,3}(?:forwarded (?:message|mail|by\b.{0,100})|(?:начало )?"
    r"(?:пересылаемо|пересланно|перенаправленно|переадресованно)\w{1,3} (?:сообщени|письм)\w"
    r"|(?:переслан|перенаправлен)\w{1,3} повідомлення|перасланае паведамленне"
    r"|weitergeleitete (?:nachricht|mail))\s{0,3}[-_=*–—]{2,}"
    r"|begin forwarded message:?|начало (?:переадресованного|пересылаемого|пересланного) "
    r"(?:сообщения|письма):?|anfang der weitergeleiteten (?:nachricht|e-mail):?"
    r"|початок (?:переадресованого|пересланого) (?:повідомлення|листа):?",
    _I,
)
_RULE = re.compile(r"[-_=–—]{3,200}")

_KEYS = {
    "from": "from от отправитель von від ад",
    "sent": "sent date отправлено дата gesendet datum надіслано відправлено адпраўлена",
    "to": "to кому получатель an каму",
    "copy": "cc копия kopie копія копія bcc reply-to",
    "subject": "subject тема betreff тэма",
    "other": "importance attachments важность вложения priority приоритет",
}
_KIND = {word: kind for kind, words in _KEYS.items() for word in words.split()}
_KIND["от кого"] = "from"
_WORDS = "|".join(sorted(_KIND, key=len, reverse=True))
_KEY = re.compile(rf"\*?({_WORDS})\s?:\*?(.*)", _I)
_FIRST = re.compile(rf"[-_=*–—]{{2}}|begin|начало|anfang|початок|\*?(?:{_WORDS})\s?:", _I)

_POINTER = re.compile(
    r"\bf\.?y\.?i\b|\bforwarding\b|\bsiehe unten\b|\bzur info|\bдив\. нижче"
    r"|\b(?:see|read|look|answers?|comments?|repl(?:y|ies)|email|letter|message)\b.{0,40}"
    r"\b(?:below|inline)\b|\b(?:below|inline)\b.{0,30}\bin (?:red|blue)\b"
    r"|\b(?:см\.|смотр|ответ|коммент|письм|переписк|чита).{0,40}\b(?:ниже|внизу|в тексте)\b"
    r"|\bниже\b.{0,30}\b(?:письм|переписк|ответ|коммент)"
    r"|\b(?:пересыл|переслал|перенаправл)|\b(?:к|для) сведени|\bдля информации",
    _I,
)
_GREETING = re.compile(
    r"(?:hi|hello|dear|good (?:day|morning|evening|afternoon)|добр\w{2,3} (?:день|утро|вечер)"
    r"|добрый день|доброго (?:дня|времени суток)|здравствуй(?:те)?|привет|приветствую|добрий день"
    r"|вітаю|guten (?:tag|morgen|abend)|hallo)\b[^\n.?!]{0,40}[.!]?",
    _I,
)

_DEPTH = re.compile(r"[ \t]{0,4}((?:>[ \t]?)+)")
_COMPARED = re.compile(r"[ \t]{0,4}>\d")
_INITIALS = re.compile(r"[ \t]{0,4}[A-ZА-ЯЁ]{1,3}>+\s")


def depth(line: str) -> int:
    """How many `>` a line begins with."""
    found = _DEPTH.match(line, 0, 400)
    return found[1].count(">") if found else 0


def plainly(lines: Sequence[str]) -> bool:
    """Whether lines with `>` are a quote even without an attribution.

    Not so `>30 degrees`, and not the `>>>` of a Python prompt, which no quote begins with.
    """
    deepest = min((depth(line) for line in lines if depth(line)), default=1)
    return deepest < 3 and not all(_COMPARED.match(line) for line in lines if line.strip())


def initialled(line: str) -> bool:
    """Whether a line is quoted with its author's initials: `AP> text`."""
    return _INITIALS.match(line, 0, 12) is not None


def forward(line: str) -> bool:
    """Whether a line announces a forwarded letter."""
    return len(line) <= _LONGEST and _FORWARD.fullmatch(line) is not None


def may_begin(line: str) -> bool:
    """Whether a line may be one of those below: a cheap look at its first characters."""
    return _FIRST.match(line) is not None


def original(line: str) -> bool:
    """Whether a line announces the letter that is answered."""
    return len(line) <= _LONGEST and _ORIGINAL.fullmatch(line) is not None


def rule(line: str) -> bool:
    """Whether a line is only drawn: `________`."""
    return _RULE.fullmatch(line) is not None


def points_below(words: str) -> bool:
    """Whether a customer's words are about what stands below: `see below`, `FYI:`, or `Hello,`."""
    words = words.strip()
    if words.endswith(":") or _GREETING.fullmatch(words):
        return True
    return _POINTER.search(words[-1000:]) is not None


def attributes(words: str) -> bool:
    """Whether words are an attribution for sure: a date, an hour and an address or `wrote:`."""
    if len(words) > _LONGEST or not words.endswith((":", "：")) or _HOUR.search(words) is None:
        return False
    if leads(words):
        if _ADDRESS.search(words) is None and _SAYS.search(words) is None:
            return False
    elif _NAME_FIRST.match(words) is None:
        return False
    return _PERSONAL.search(_ADDRESS.sub("", words)) is None


def leads(words: str) -> bool:
    """Whether words begin as an attribution does: `On Tue, 16 Sep 2026`."""
    return _LEAD.match(words) is not None


def may_attribute(words: str) -> bool:
    """Whether words are an attribution provided that a quote follows them."""
    if len(words) > _LONGEST or not words.endswith((":", "：")):
        return False
    dated = _DATED.search(words) is not None or _HOUR.search(words) is not None
    says = _SAYS.search(words) is not None
    addressed = _ADDRESS.search(words) is not None
    if dated and (says or addressed):
        return True
    if _YOU_SAID.match(words):
        return True
    return says and (addressed or len(words) <= 60) and _PERSONAL.search(words) is None


def header_block(lines: Sequence[str], start: int, *, announced: bool = False) -> int | None:
    """Where the block `From: Sent: To: Subject:` that begins at a line ends, if there is one.

    Without an announcing line it must name a sender and a real date, and an address, or else
    an hour and a subject: `From: Moscow`, `To: Riga` is a customer's own text.
    """
    if _KEY.match(lines[start]) is None:
        return None
    values: dict[str, str] = {}
    last, end, blank = "", start, 0
    for index in range(start, min(start + 16, len(lines))):
        line = lines[index]
        if not line:
            blank += 1
            if blank > 1:
                break
            continue
        found = _KEY.match(line) if len(line) <= 4000 else None
        if found:
            last = _KIND[found[1].lower()]
            if last in values and last not in {"copy", "other"}:
                break
            values[last] = found[2].strip(" *")
        elif not blank and last in {"from", "to", "copy"} and "@" in line and len(line) < 1000:
            values[last] += " " + line
        else:
            break
        end, blank = index + 1, 0
    if "from" not in values or not values.keys() & {"to", "subject"}:
        return None
    if announced or _real(values):
        return end
    return None


def _real(values: dict[str, str]) -> bool:
    sent = values.get("sent", "")[:_LONGEST]
    if _DATED.search(sent) is None:
        return False
    if any(_ADDRESS.search(values.get(kind, "")[:_LONGEST]) for kind in ("from", "to")):
        return True
    return _HOUR.search(sent) is not None and "subject" in values
