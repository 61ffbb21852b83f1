"""Handles: how they are normalised, which ones a text mentions, and who may be one person.

The libraries are imported on first use: the screen starts without them.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, normalize

from omnidesk.core.language import _
from omnidesk.core.model import Handle, Known, KnownHandle
from omnidesk.core.value import dataclass

_LONGEST = 512
_READ_CHARS = 20_000
_OFFERED = 20
_DIALLED = re.compile(r"\+?[\d\s().\-\u00a0\u2010-\u2015/]+")
_FEWEST_DIGITS = 2
_TELEGRAM = re.compile(r"-?[0-9]{1,19}")
_DOMAIN = re.compile(
    r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_LITERAL = re.compile(r"\[[0-9a-z.:]{2,64}\]")
_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,\".]+(?:\.[^\s()<>\[\]:;@\\,\".]+)*")
_TYPED = re.compile(
    r"(?<![\w.+%-])[\w+%-](?:[\w.+%-]{0,62}[\w+%-])?@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
)


def normalise(scheme: str, raw: str, *, region: str | None = None) -> Handle | None:
    """The one spelling of a handle; None where it cannot be one.

    `region` (ISO 3166, `RU`) reads phone numbers that are written without a country.
    """
    scheme, text = scheme.strip().lower(), raw.strip()
    if not scheme.isalnum() or not text or len(text) > _LONGEST:
        return None
    match scheme:
        case "mailto":
            value = _mail(_bare(text, "mailto:"))
        case "tel":
            value = _phone(_bare(text, "tel:"), region)
        case "telegram":
            value = str(int(text)) if _TELEGRAM.fullmatch(text) and int(text) else None
        case _:
            value = text if _printable(text) else None
    return Handle(scheme, value) if value else None


def handles_in(text: str, region: str | None = None) -> tuple[Handle, ...]:
    """Addresses and phone numbers typed into a message, in their order, at most 20.

    They are offered to an agent and never added by themselves. Reads the first 20,000 characters.
    """
    from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

    text = text[:_READ_CHARS]
    found: dict[int, Handle] = {}
    for mail in _TYPED.finditer(text):
        if handle := normalise("mailto", mail[0]):
            found[mail.start()] = handle
    for phone in PhoneNumberMatcher(_TYPED.sub(lambda hit: " " * len(hit[0]), text), region):
        number = format_number(phone.number, PhoneNumberFormat.E164)
        found[phone.start] = Handle("tel", number)
        if len(found) >= 2 * _OFFERED:
            break
    return tuple(dict.fromkeys(found[at] for at in sorted(found)))[:_OFFERED]


def number_words(value: str) -> tuple[str, ...]:
    """The digits of a number in E.164, with its country's and without them."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return (_digits(value),)
    return (_digits(value), str(phonenumbers.national_significant_number(number)))


def dialled(text: str, region: str | None = None) -> tuple[str, ...]:
    """How the digits that were typed so far may begin one of `number_words`; empty: no number.

    `region` says what is dialled before a number inside the country: 8 in `RU`.
    """
    text = _bare(text.strip(), "tel:")
    digits = _digits(text)
    if len(digits) < _FEWEST_DIGITS or len(text) > _LONGEST or not _DIALLED.fullmatch(text):
        return ()
    if text.startswith("+"):
        return (digits,)
    begins = (digits, digits.removeprefix("00"), digits.removeprefix(_trunk(region)))
    return tuple(dict.fromkeys(one for one in begins if len(one) >= _FEWEST_DIGITS))


def _trunk(region: str | None) -> str:
    """What is dialled before a number inside a country."""
    from phonenumbers import ndd_prefix_for_region

    return (ndd_prefix_for_region(region, True) or "") if region else ""


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a contact, as far as it may tell that two are one.

    `typed` are handles that stand in the contact's own messages and signatures.
    """

    contact: int
    name: str = ""
    company: str = ""
    handles: tuple[KnownHandle, ...] = ()
    typed: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two contacts who may be one person, why, and how sure it is (0 to 1)."""

    one: int
    other: int
    reason: str
    score: float


def suggest(a: Profile, b: Profile) -> Suggestion | None:
    """Why two contacts may be one person; None where nothing says so. An agent decides."""
    if a.contact == b.contact:
        return None
    reasons = [*_shared(a, b), *_mentioned(a, b), *_mentioned(b, a), *_namesake(a, b)]
    if not reasons:
        return None
    score, reason = max(reasons)
    one, other = sorted((a.contact, b.contact))
    return Suggestion(one=one, other=other, reason=reason, score=score)


def _shared(a: Profile, b: Profile) -> list[tuple[float, str]]:
    return [
        _same(one.handle, {one.known, other.known})
        for one in a.handles
        for other in b.handles
        if one.handle == other.handle
    ]


def _same(handle: Handle, known: set[Known]) -> tuple[float, str]:
    if known in ({Known.VERIFIED}, {Known.VERIFIED, Known.SEEN}):
        return 0.95, _("the same verified {value}").format(value=handle.value)
    if known == {Known.CLAIMED}:
        return 0.6, _("both claim {value}").format(value=handle.value)
    if Known.CLAIMED in known:
        return 0.8, _("one claims {value}, which the other has").format(value=handle.value)
    return 0.9, _("the same {value}").format(value=handle.value)


def _mentioned(a: Profile, b: Profile) -> list[tuple[float, str]]:
    typed = set(a.typed)
    return [
        (0.7, _("{value} stands in a message of the other").format(value=known.handle.value))
        for known in b.handles
        if known.handle in typed and known.known is not Known.CLAIMED
    ]


def _namesake(a: Profile, b: Profile) -> list[tuple[float, str]]:
    names = _words(a.name)
    if len(names) < 2 or names != _words(b.name):
        return []
    shared = _companies(a) & _companies(b)
    if not shared:
        return []
    same = _("the same name and company: {name}, {company}")
    return [(0.5, same.format(name=a.name.strip(), company=min(shared)))]


_FREE_MAIL: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yandex.ru",
        "ya.ru",
        "yandex.com",
        "mail.ru",
        "bk.ru",
        "inbox.ru",
        "list.ru",
        "internet.ru",
        "rambler.ru",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "icloud.com",
        "me.com",
        "proton.me",
        "protonmail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "aol.com",
    ]
)


def _companies(profile: Profile) -> set[str]:
    named = {" ".join(sorted(_words(profile.company)))} - {""}
    mails = (k.handle.value for k in profile.handles if k.handle.scheme == "mailto")
    return named | ({mail.rpartition("@")[2] for mail in mails} - _FREE_MAIL)


def _words(text: str) -> frozenset[str]:
    folded = normalize("NFKC", text[:_LONGEST]).casefold().replace("ё", "е")
    return frozenset(re.findall(r"\w+", folded))


def _bare(text: str, prefix: str) -> str:
    return text[len(prefix) :] if text[: len(prefix)].lower() == prefix else text


def _mail(text: str) -> str | None:
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    local, at, domain = text.rpartition("@")
    host = _host(domain)
    person = _local(local) if at else None
    return f"{person}@{host}" if host and person else None


def _local(text: str) -> str | None:
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    if quoted:
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    folded = normalize("NFC", normalize("NFC", text).lower())
    if not folded or len(folded) > 256 or not _printable(folded):
        return None
    if _ATOM.fullmatch(folded):
        return folded
    if not quoted:
        return None
    escaped = folded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _host(text: str) -> str | None:
    host = text.strip().removesuffix(".").lower()
    if not host or len(host) > 253:
        return None
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
        except UnicodeError:
            return None
    return host if _DOMAIN.fullmatch(host) or _LITERAL.fullmatch(host) else None


def _phone(text: str, region: str | None) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _printable(text: str) -> bool:
    return not any(category(char)[0] == "C" or category(char) in ("Zl", "Zp") for char in text)
