"""Where a signature stands in what a customer wrote: delimiter, closing, device, disclaimer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_I = re.IGNORECASE
_Span = tuple[int, int]

_NEAR_END = 60
"""Lines before the end of a stretch in which a signature may begin."""
_TALLEST = 14
"""Lines that a signature may have."""

_CLOSING = re.compile(
    r"(?:[сc] (?:(?:глубоким|большим|искренним|неизменным) )?уважением(?: и \w+ \w+)?"
    r"|[сc] (?:наилучшими|добрыми|лучшими) пожеланиями|с благодарностью|всего (?:вам )?"
    r"(?:самого )?(?:доброго|хорошего|наилучшего)|искренне ваш\w?|хорошего (?:вам )?дня"
    r"|з повагою|з найкращими побажаннями|щиро ваш\w?|з павагай"
    r"|(?:with )?(?:my )?(?:best|kind|warm|kindest|warmest|very best)(?: (?:and|&) \w+)? "
    r"(?:regards|wishes)|regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)"
    r"|(?:thanks|thank you) (?:and|&) (?:best |kind )?regards|all the best|respectfully"
    r"|cordially|mit (?:freundlichen|besten|herzlichen) grüßen|hochachtungsvoll|mfg"
    r"|(?:viele|beste|liebe|freundliche|herzliche) grüße)\b[\s,.!—–-]{0,5}(.{0,80})",
    _I,
)
_LIGHT = re.compile(
    r"(?:best|cheers|br|thanks|thank you|many thanks|thanks in advance|спасибо|заранее спасибо"
    r"|заранее благодар\w{1,5}|с ув\.?|дякую|danke|lg|vg),",
    _I,
)
_THINGS = (
    r"(?:i ?phone|i ?pad|android\w{0,3}|galaxy|samsung|huawei|honor|xiaomi|redmi|poco|realme|oppo"
    r"|pixel|nokia|blackberry|windows|smartphone|смартфон\w{0,2}|телефон\w{0,2}|планшет\w{0,2}"
    r"|мобильн\w{2,4}|мобільн\w{2,4}|устройств\w|outlook|gmail|yahoo|proton ?mail|thunderbird"
    r"|mail\.ru|yandex|яндекс\w{0,3}|почт\w|mobile|phone|handy|mailbird|spark|mymail|телефону)"
)
_DEVICE = re.compile(
    r"(?:[-—–]{1,3}\s)?(?:(?:sent|envoyé|inviato) (?:from|via|with|using|by|through|on)"
    r"|отправлено (?:из|с|со|через|при помощи|с помощью)|надіслано (?:з|із|через)"
    r"|адпраўлена (?:з|са)|gesendet (?:von|mit|über)|von mein\w{2} \w{2,12} gesendet)"
    r".{0,120}"
    r"|(?:get|скачать|скачайте|завантажити|holen sie sich) outlook (?:for|для|für) .{1,90}",
    _I,
)
_THING = re.compile(rf"\b{_THINGS}\b|von mein\w{{2}} \w{{2,12}} gesendet", _I)
_DISCLAIMER = (
    re.compile(
        r"\b(?:this|the) (?:e-?mail|message|communication|transmission)\b|\bconfidentiality notice"
        r"|\bdisclaimer\b|\b(?:это|данное|настоящее|указанное)(?: электронное)? "
        r"(?:сообщение|письмо)|\bце(?:й)? (?:повідомлення|лист)|\bdiese (?:e-?mail|nachricht)",
        _I,
    ),
    re.compile(
        r"\bconfidential|\bprivileged\b|\bintended (?:only|solely|recipient|for)"
        r"|конфиденциальн|конфіденційн|предназначен\w{0,2} (?:только|исключительно|для)"
        r"|\bvertraulich|checked for viruses|virus-free|проверен\w на (?:наличие )?вирус",
        _I,
    ),
)
_FOOTER = re.compile(
    r"(?:please )?consider the environment before printing|virus-free\.? ?www\.|без вирусов\. ?www"
    r"|(?:подумайте|позаботьтесь|задумайтесь).{0,30}(?:природ|эколог|окружающ)"
    r"|(?:берегите|сохраним) (?:природу|лес)|пожалуйста, подумайте.{0,40}(?:печат|эколог|природ)",
    _I,
)
_REQUEST = re.compile(
    r"\?|\bp\.? ?s\b|\bз\. ?ы\b|\b(?:please|pls|could|would|can|need|want|waiting|not|\w+n't|when"
    r"|why|how|must|should|order(?:ed)?|refund|also|forgot|my|new)\b|\b(?:bitte|nicht|wann|warum)\b"
    r"|\b(?:пожалуйста|прош[уи]|просьба|можн?о|можете|могли|нужн\w|надо|хочу|хотел\w*|жд[уе]\w*|не"
    r"|когда|почему|как|где|верните|вернуть|пришлите|отправьте|сообщите|ответьте|позвоните|забыл\w?"
    r"|мой|моя|мо[её]|новый|новая|ещё|еще|также|будь ласка|прошу|потрібно|коли|чому)\b"
    r"|\b(?:заказ|заявк|сч[её]т|накладн|договор|акт|обращени|invoice|ticket|order)\w{0,4}"
    r"\W{0,3}(?:№|#|n|no\.?|номер)?\W{0,3}\d|\b(?:номер|number)\b",
    _I,
)
_CONTACT = re.compile(
    r"(?:\+|\b8[ (-]|\(\d)\d?[\d\s()./-]{6,}|\b\d{2,4}[\s-]\d{2,4}[\s-]\d{2,4}\b"
    r"|[^\s<>@]{1,64}@[^\s<>@]{2,255}|\bhttps?://|\bwww\.|\b[a-z0-9-]{2,40}\.(?:ru|com|org|by|ua"
    r"|de|net|рф|kz)\b|\b(?:тел|tel|phone|mob|моб|fax|факс|e-?mail|skype|telegram|whatsapp|viber"
    r"|адрес|address|сайт|инн|огрн|ооо|оао|зао|пао|ао|ип|тов|llc|ltd|gmbh|inc|отдел|department"
    r"|ул|street|г|офис|office)\b",
    _I,
)
_OFFICE = re.compile(
    r"\b(?:менеджер|директор|инженер|бухгалтер|специалист|руководитель|начальник|юрист|помощник"
    r"|manager|director|engineer|accountant|specialist|head|ceo|cto|cfo|lead|assistant)\w{0,3}\b",
    _I,
)
_INITIALS = re.compile(r"(?:\w{1,3}\.){1,3}")
_SEPARATOR = re.compile(r"[-—–_*=]{1,60}")


def find(raw: Sequence[str], lines: Sequence[str], first: int, last: int) -> list[_Span]:
    """The signatures in the stretch `[first, last)` of lines, as such stretches; may overlap."""
    last = _last_full(lines, first, last)
    index = max(first, last - _NEAR_END)
    found = _devices(lines, index, last)
    found += _disclaimers(lines, index, last, opened=index > first)
    taken = {line for span in found for line in range(*span)}
    while index < last:
        if _announced(lines, first, index):
            index += 1
            continue
        if raw[index] == "-- " or lines[index] in {"--", "—", "---"}:
            end = _delimited(lines, index, last, taken, strict=raw[index] == "-- ")
        else:
            end = _closed(lines, index, last, taken)
        if end > index:
            found.append((index, end))
        index = max(end, index + 1)
    return found


def _announced(lines: Sequence[str], first: int, index: int) -> bool:
    """Whether the words above say that a line is content: `My new address:`."""
    above = [line for line in lines[max(first, index - 2) : index] if line]
    return bool(above) and above[-1].endswith(":")


def _devices(lines: Sequence[str], first: int, last: int) -> list[_Span]:
    """Lines as `Sent from my iPhone`, with the dashes drawn above."""
    spans = []
    for index in range(first, last):
        line = lines[index]
        if len(line) > 160 or _DEVICE.fullmatch(line) is None or _THING.search(line) is None:
            continue
        if _REQUEST.search(line.replace(" my ", " ")) or (
            len(line.split()) > 9 and "http" not in line
        ):
            continue
        above = index > first and _SEPARATOR.fullmatch(lines[index - 1]) is not None
        spans.append((index - above, index + 1))
    return spans


def _disclaimers(lines: Sequence[str], first: int, last: int, *, opened: bool) -> list[_Span]:
    """Paragraphs of a lawyer's text; never the first thing that a customer says."""
    spans = []
    begin: int | None = None
    for index in range(first, last + 1):
        full = index < last and bool(lines[index])
        if full and begin is None:
            begin = index
        elif not full and begin is not None:
            words = " ".join(lines[begin : min(index, begin + 12)])[:1200]
            legal = all(mark.search(words) for mark in _DISCLAIMER) or _FOOTER.match(words)
            if legal and opened and "?" not in words:
                spans.append((begin, index))
            opened, begin = True, None
    return spans


def _last_full(lines: Sequence[str], first: int, last: int) -> int:
    while last > first and not lines[last - 1]:
        last -= 1
    return last


def _delimited(
    lines: Sequence[str], index: int, last: int, taken: set[int], *, strict: bool
) -> int:
    """Where the signature below a delimiter ends; the delimiter itself where it is none."""
    end = index + 1
    for begin, stop in _paragraphs(lines, index + 1, last):
        if begin in taken:
            end = stop
            continue
        if stop - index > (_TALLEST + 6 if strict else _TALLEST):
            break
        if not all(_short(line) or (strict and _lenient(line)) for line in lines[begin:stop]):
            break
        if not (strict or end > index + 1 or _opens(lines[begin])):
            break
        end = stop
    if end > index + 1:
        return end
    return end if strict and end == last else index


def _closed(lines: Sequence[str], index: int, last: int, taken: set[int]) -> int:
    """Where the signature ends that a closing begins; the closing itself where it is none."""
    line = lines[index]
    if len(line) > 120:
        return index
    match = _CLOSING.fullmatch(line)
    light = match is None and _LIGHT.fullmatch(line) is not None
    if not light and (match is None or (match[1] and not _signed(match[1]))):
        return index
    end = index + 1
    named = bool(match and match[1])
    for begin, stop in _paragraphs(lines, index + 1, last):
        if begin in taken:
            end = stop
            continue
        block = lines[begin:stop]
        fits = stop - index <= _TALLEST and all(_short(line) for line in block)
        if fits and (named or begin > end):
            fits = all(_named(line) or _telling(line) for line in block)
        elif fits:
            fits = _named(block[0]) or _telling(block[0]) or len(block[0].split()) <= 2
        if not fits:
            adjoining = begin == index + 1
            return index if not named and (adjoining or light) else end
        end, named = stop, True
    return end if named or not light else index


def _paragraphs(lines: Sequence[str], first: int, last: int) -> list[_Span]:
    spans: list[_Span] = []
    begin: int | None = None
    for index in range(first, min(last, first + _NEAR_END) + 1):
        full = index < last and bool(lines[index])
        if full and begin is None:
            begin = index
        elif not full and begin is not None:
            spans.append((begin, index))
            begin = None
    return spans


def _opens(line: str) -> bool:
    """Whether a signature can begin with a line: a drawn rule alone may part two thoughts."""
    return _named(line) or _telling(line) or _CLOSING.fullmatch(line) is not None


def _short(line: str) -> bool:
    """Whether a line can stand in a signature: short, no sentence, no request."""
    words = len(line.split())
    if len(line) > 100 or words > 12 or "! " in line or _REQUEST.search(line):
        return False
    return bool(_CONTACT.search(line)) or words <= 4 or not line.endswith((".", "!", "…"))


def _lenient(line: str) -> bool:
    return len(line) <= 200 and _REQUEST.search(line) is None


def _telling(line: str) -> bool:
    return _CONTACT.search(line) is not None or _OFFICE.search(line) is not None


def _signed(words: str) -> bool:
    """Whether words behind a closing are a name, or a name and a telephone."""
    return _named(words) or (words[0].isupper() and _short(words) and _telling(words))


def _named(words: str) -> bool:
    """Whether words can be a name: few, capitalised, no sentence."""
    parts = words.strip("\"'«»(), ").split()
    if not 0 < len(parts) <= 6:
        return False
    if words.endswith((".", "!", ":")) and not _INITIALS.fullmatch(parts[-1]):
        return False
    if _REQUEST.search(words):
        return False
    return all(not part[0].islower() or len(part) < 4 for part in parts)
