"""Bytes of a letter to text, whatever their label says."""

from __future__ import annotations

import re
from encodings.aliases import aliases
from functools import lru_cache
from typing import Final

_SAMPLE = 16_384
_LETTERS = 2_048
_RUN = re.compile(rb"[\x80-\xff]+")
_JAPANESE = re.compile(rb"\x1b(?:\$[@B(]|\([BIJ])")
_LATIN: Final = frozenset({"", "ascii", "latin_1", "cp1252", "iso8859_15", "mac_roman"})
_CYRILLIC: Final = frozenset({"cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic"})
_MULTIBYTE: Final = frozenset(
    """big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk
    hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr
    johab shift_jis shift_jis_2004 shift_jisx0213 utf_16 utf_16_be utf_16_le utf_32 utf_32_be
    utf_32_le utf_7""".split()  # noqa: SIM905
)
_STATEFUL: Final = frozenset(
    name for name in _MULTIBYTE if name.startswith(("hz", "iso2022", "utf_"))
)
_SINGLE: Final = frozenset(
    """cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865
    cp869 cp874 cp1006 cp1125 cp1250 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859_2 iso8859_3
    iso8859_4 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14
    iso8859_16 koi8_t kz1048 mac_greek mac_iceland mac_latin2 mac_turkish ptcp154 tis_620 hp_roman8
    """.split()  # noqa: SIM905
)
_KNOWN: Final = _LATIN | _CYRILLIC | _MULTIBYTE | _SINGLE | {"utf_8"}

# What a label means in practice, where that is more than its registered set (WHATWG Encoding).
_MEANT: Final = {
    "latin_1": "cp1252", "iso8859_9": "cp1254", "iso8859_11": "cp874", "tis_620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
    "big5": "big5hkscs", "iso2022_jp": "iso2022_jp_ext",
}  # fmt: skip
_SPOKEN: Final = {
    "windows_874": "cp874", "iso_8859_8_i": "iso8859_8", "iso_8859_6_i": "iso8859_6",
    "iso_8859_8_e": "iso8859_8", "koi8": "koi8_r", "koi8_ru": "koi8_u", "koi": "koi8_r",
    "utf8mb4": "utf_8", "utf": "utf_8", "unicode_1_1_utf_8": "utf_8", "cp65001": "utf_8",
    "unicode_1_1_utf_7": "utf_7", "dos_866": "cp866", "alt": "cp866", "gb_2312_80": "gb18030",
    "gb18030_2000": "gb18030", "ks_c_5601": "cp949", "windows_949": "cp949",
    "windows_936": "gb18030", "windows_31j": "cp932", "windows_932": "cp932",
    "windows_950": "cp950", "sjis_win": "cp932",
    "eucjp": "euc_jp", "euckr": "cp949", "eucgb2312_cn": "gb18030", "macintosh": "mac_roman",
    "macos_roman": "mac_roman", "ansi": "", "ansi_x3_110_1983": "", "unknown_8bit": "", "8bit": "",
}  # fmt: skip
_TOUCHING = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_GUESSED = ("cp1251", "koi8_r", "cp866", "iso8859_5")
_TURNED = re.compile(r"[а-яёіїє][А-ЯЁІЇЄ]")
_FREQUENT = {  # letters of Russian text in tenths of a per cent; Ukrainian ones beside them
    "о": 110, "е": 85, "а": 80, "и": 74, "н": 67, "т": 63, "с": 55, "р": 47, "в": 45, "л": 44,
    "к": 35, "м": 32, "д": 30, "п": 28, "у": 26, "я": 20, "ы": 19, "ь": 17, "г": 17, "з": 16,
    "б": 16, "ч": 14, "й": 12, "х": 10, "ж": 9, "ш": 7, "ю": 6, "ц": 5, "щ": 4, "э": 3, "ф": 3,
    "ё": 15, "ъ": 1, "і": 30, "ї": 10, "є": 10,
}  # fmt: skip
_WEIGHT = (
    {letter.upper(): count - 13 for letter, count in _FREQUENT.items()}
    | {letter: count - 10 for letter, count in _FREQUENT.items()}
    | {" ": 0, "«": 0, "»": 0, "—": 0, "–": 0, "№": 0, "\xa0": 0, "…": 0}
)
_SIGNS = re.compile(r"[^a-z0-9]+")
_WINDOWS = re.compile(r"(?:windows|win|cp|ansi|ibm)_?(\d{3,4})")


def codec(label: str) -> str:
    """The name of the text codec that a label means; "" where it names none that we trust.

    A stranger's label never reaches the codec registry: `zlib` and `idna` are codecs too.
    """
    return _codec(label[:64].lower()) if label else ""


@lru_cache(maxsize=256)
def _codec(label: str) -> str:
    name = _SIGNS.sub("_", label).strip("_").removeprefix("x_")
    if name in _SPOKEN:
        return _SPOKEN[name]
    name = aliases.get(name, name)
    if name not in _KNOWN and (windows := _WINDOWS.fullmatch(name)):
        name = f"cp{windows[1]}"
    if name not in _KNOWN and name.startswith("iso_8859_"):
        name = f"iso8859_{name[9:]}"
    return _MEANT.get(name, name) if name in _KNOWN else ""


def decode(data: bytes, label: str = "", hint: str = "") -> str:
    """The text of `data`; `label` is what its sender says, `hint` what its surroundings say.

    Valid UTF-8 wins over every label but those of stateful and multi-byte sets. Never raises;
    bytes that mean nothing become U+FFFD, and so do NULs.
    """
    name = codec(label)
    if data.isascii() and name not in _STATEFUL and b"\x1b" not in data:
        return scrub(data.decode("ascii"))
    if name in _MULTIBYTE:
        return scrub(_multibyte(data, name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return scrub(_legacy(data, name, codec(hint)))
    if name not in {"utf_8", *_CYRILLIC, *_SINGLE} and _JAPANESE.search(data):
        text = data.decode("iso2022_jp_ext", "replace")
    return scrub(text)


def guess_cyrillic(data: bytes) -> str:
    """The Cyrillic codec in which the letters of `data` are as frequent as in Russian, or "".

    Latin letters with accents stand among ASCII ones; Cyrillic ones stand together.
    """
    runs = _RUN.findall(data[:_SAMPLE])
    letters = sum(map(len, runs))
    touching = len(_TOUCHING.findall(data[:_SAMPLE]))
    if letters < 2 or letters < 2 * len(runs) or touching * 3 > len(runs):
        return ""
    sample = b" ".join(runs)[:_LETTERS]
    scores = {name: _score(sample, name) for name in _GUESSED}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > 0 else ""


def _score(sample: bytes, name: str) -> int:
    """Frequent letters count for; signs, and capitals after small letters, against."""
    text = sample.decode(name, "replace")
    return sum(_WEIGHT.get(char, -40) for char in text) - 60 * len(_TURNED.findall(text))


def scrub(text: str) -> str:
    """Text that every encoder takes: no lone surrogates, no NUL."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _multibyte(data: bytes, name: str) -> str:
    for attempt in (name, "utf_8"):
        try:
            return data.decode(attempt)
        except UnicodeDecodeError:
            continue
    return data.decode(name, "replace")


def _legacy(data: bytes, name: str, hint: str) -> str:
    if name == "utf_8" or (not name and hint == "utf_8"):
        broken = data.decode("utf-8", "replace")
        right = sum(1 for char in broken[:_SAMPLE] if "\x7f" < char != "\ufffd")
        if right > broken.count("\ufffd", 0, _SAMPLE):
            return broken
    if name in _CYRILLIC:
        return data.decode(_better(data, name), "replace")
    if name in _SINGLE:
        return data.decode(name, "replace")
    if guessed := guess_cyrillic(data):
        return data.decode(guessed, "replace")
    if hint and hint not in {"utf_8", "ascii"} | _STATEFUL:
        return data.decode(hint, "replace")
    return data.decode(name if name in _LATIN - {"", "ascii"} else "cp1252", "replace")


def _better(data: bytes, name: str) -> str:
    """The labelled codec, unless another one's text is far more of a language."""
    guessed = guess_cyrillic(data)
    if guessed in {"", name}:
        return name
    sample = b" ".join(_RUN.findall(data[:_SAMPLE]))[:_LETTERS]
    return guessed if _score(sample, guessed) > max(1.5 * _score(sample, name), 0) else name
