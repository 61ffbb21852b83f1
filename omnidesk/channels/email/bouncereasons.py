"""Why a letter did not arrive, in words for a person (RFC 3463 and what servers really say)."""

from __future__ import annotations

import re

from omnidesk.channels.email.bouncewords import DELAYED, SERVER_LINE
from omnidesk.core.language import N_, _

_I = re.IGNORECASE
_READ = 60_000
"""Code points of a report that are looked at."""

_BY_STATUS = {
    "1.0": N_("the address was refused"),
    "1.1": N_("mailbox does not exist"),
    "1.2": N_("the mail domain does not exist"),
    "1.3": N_("the address is written wrongly"),
    "1.4": N_("the address is ambiguous"),
    "1.6": N_("the mailbox has moved"),
    "1.7": N_("our sender address was refused"),
    "1.8": N_("our sender address was refused"),
    "1.10": N_("the address takes no mail"),
    "2.0": N_("the mailbox has a problem"),
    "2.1": N_("the mailbox is switched off"),
    "2.2": N_("mailbox is full"),
    "2.3": N_("the letter is too large"),
    "2.4": N_("the mailing list has a problem"),
    "3.0": N_("the receiving server has a problem"),
    "3.1": N_("the receiving server's disk is full"),
    "3.2": N_("the receiving server takes no mail now"),
    "3.4": N_("the letter is too large"),
    "4.0": N_("the receiving server could not be reached"),
    "4.1": N_("the receiving server does not answer"),
    "4.2": N_("the connection to the receiving server broke"),
    "4.3": N_("the mail domain could not be looked up"),
    "4.4": N_("the mail domain could not be looked up"),
    "4.5": N_("the receiving server is overloaded"),
    "4.6": N_("the letter went round in a loop"),
    "4.7": N_("the receiving server did not take it in time"),
    "5.3": N_("too many recipients"),
    "6.0": N_("the letter's content was refused"),
    "7.0": N_("refused by the receiving server's rules"),
    "7.1": N_("refused by the receiving server's rules"),
    "7.23": N_("our server is not trusted (SPF)"),
    "7.25": N_("our server is not trusted (reverse DNS)"),
    "7.26": N_("our server is not trusted (SPF, DKIM)"),
    "7.27": N_("our sender address was refused"),
}
_VAGUE = {
    "",
    "0.0",
    "1.0",
    "2.0",
    "3.0",
    "4.0",
    "5.0",
    "6.0",
    "7.0",
    "7.1",
    "7.12",
    "4.1",
    "1.8",
    "1.10",
}
"""Subject and detail that servers use for anything: their words tell more."""

_BY_WORDS = [
    (
        (
            r"mailbox (?:is )?(?:full|over quota)|over ?quota|quota (?:is )?exceeded"
            r"|exceeded.{0,30}quota"
            r"|insufficient (?:system )?storage|out of storage|ящик\w? (?:\w+ )?(?:переполнен"
            r"|полон)"
            r"|переполнен|превышен\w? квот|квот\w (?:\w+ )?превышен"
        ),
        N_("mailbox is full"),
    ),
    (
        (
            r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|address)|no such (?:user"
            r"|mailbox"
            r"|recipient|person|address)|(?:user|mailbox|account|recipient"
            r"|address)\b.{0,60}(?:does not|"
            r"doesn't|not) (?:exist|found)|couldn't be found|invalid (?:mailbox|recipient|user)"
            r"|no mailbox"
            r"|mailbox (?:unavailable|not found)|recipient (?:address )?rejected: user"
            r"|not a valid mailbox"
            r"|(?:ящик|адрес|пользовател|получател|учетн)\w{0,4} (?:\S{1,80} )?не (?:существует"
            r"|найден"
            r"|зарегистрирован)|так\w{2,3} (?:пользователя|адреса|ящика) нет"
            r"|нет такого (?:пользователя|адреса|ящика)|несуществующ|no user"
            r"|recipientnotfound|unrouteable address|unroutable address"
        ),
        N_("mailbox does not exist"),
    ),
    (
        (
            r"(?:account|mailbox|user|address)\b.{0,40}(?:disabled|suspended|inactive|blocked"
            r"|locked"
            r"|deactivated)|(?:ящик|уч[её]тн\w{1,3} запис\w|пользовател\w)\b.{0,40}(?:заблокирован"
            r"|отключ[её]н|неактив|удал[её]н)"
        ),
        N_("the mailbox is switched off"),
    ),
    (
        (
            r"host (?:or domain name )?(?:unknown|not found)|domain (?:not found|does not exist"
            r"|couldn't be found)|no (?:mx|such host|such domain)|nxdomain|name service error"
            r"|name or "
            r"service not known|bad destination|домен\w? (?:\S{1,80} )?не (?:существует|найден)"
        ),
        N_("the mail domain does not exist"),
    ),
    (
        (
            r"too (?:large|big)|size (?:limit|exceed)|exceeds.{0,40}size|maximum.{0,20}size"
            r"|слишком большо|превышает.{0,40}размер|превышен.{0,20}размер"
        ),
        N_("the letter is too large"),
    ),
    (
        r"spf\b|dkim|dmarc|unauthenticated|not authenticated",
        N_("our server is not trusted (SPF, DKIM)"),
    ),
    (
        (
            r"\bspam|blacklist|blocklist|black list|block list|\brbl\b|spamhaus|reputation"
            r"|спам|ч[её]рн\w{1,3} спис"
        ),
        N_("taken for spam"),
    ),
    (r"greylist|grey-list|gray ?list|серы\w спис", N_("asked to come again later (greylisting)")),
    (
        (
            r"timed out|time-?out|no answer|connection refused|did not respond|unreachable"
            r"|не отвеча|превышено время|недоступ"
        ),
        N_("the receiving server does not answer"),
    ),
    (r"loop|too many hops|зациклен", N_("the letter went round in a loop")),
    (
        (
            r"relay(?:ing)? (?:access )?(?:denied|not permitted)|unable to relay"
            r"|not permitted to relay"
        ),
        N_("the receiving server does not serve this address"),
    ),
    (
        (
            r"access denied|policy|not (?:allowed|permitted|authorized)|denied|rejected|refused"
            r"|отклон|запрещ|отказ"
        ),
        N_("refused by the receiving server's rules"),
    ),
]
_MARKS = [(re.compile(pattern, _I), reason) for pattern, reason in _BY_WORDS]


def plain_reason(status: str, text: str) -> str:
    """Why a letter did not arrive, with the server's own line behind it."""
    text = text[:_READ]
    line = _server_line(status, text)
    detail = status[2:]
    known = _BY_STATUS.get(detail)
    reason = None if detail in _VAGUE else known
    for said in (line, text):
        if reason is None:
            reason = next((plain for mark, plain in _MARKS if mark.search(said)), None)
    reason = _(reason or known or _unnamed(status, text))
    return f"{reason}: {line}" if line else reason


def _unnamed(status: str, text: str) -> str:
    if status.startswith("4") or DELAYED.search(text):
        return N_("not delivered yet")
    return N_("the receiving server refused it")


def _server_line(status: str, text: str) -> str:
    """The line in which the server gives its reason, on one line, at most 200 code points."""
    lines = [words for line in text.splitlines() if (words := " ".join(line.split()))]
    coded = [line for line in lines if SERVER_LINE.search(line)]
    exact = re.compile(rf"(?<![\d.]){re.escape(status)}(?!\.?\d)") if status else None
    named = [line for line in coded if exact and exact.search(line)]
    if not coded and len(lines) == 1 and any(mark.search(text) for mark, _plain in _MARKS):
        coded = lines
    line = (named or coded or [""])[0]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line[:200])
