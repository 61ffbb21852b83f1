"""Text is right whatever its label says."""

from __future__ import annotations

import pytest

from omnidesk.channels.email.charset import codec, decode, scrub

PHRASES = (
    "Здравствуйте! Не пришёл заказ", "ПРИВЕТ", "Привет", "Вопрос по счёту №5", "СЧЕТ НА ОПЛАТУ",
    "Да", "Re: возврат", "Жду ответа. С уважением, Щукин", "ООО «Ромашка»", "ок, спс",
    "Цена вопроса?", "Добрий день, коли буде замовлення?",
)  # fmt: skip


@pytest.mark.parametrize("name", ["cp1251", "koi8-r", "cp866"])
def test_unlabelled_cyrillic_is_told_by_its_letters(name: str) -> None:
    asked = right = 0
    for phrase in PHRASES:
        try:
            data = phrase.encode(name)
        except UnicodeEncodeError:
            continue
        asked += 1
        right += decode(data) == phrase
    print(f"{name}: {right} of {asked}")
    assert asked >= 9
    assert right == asked


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "utf-8", "x-unknown", "windows-1252"])
@pytest.mark.parametrize("real", ["cp1251", "koi8-r", "cp866", "utf-8"])
def test_a_label_that_lies_about_cyrillic_is_not_believed(label: str, real: str) -> None:
    text = "Добрый день, когда привезут заказ?"
    assert decode(text.encode(real), label) == text


@pytest.mark.parametrize("label", ["koi8-r", "windows-1251", "ibm866"])
@pytest.mark.parametrize("real", ["cp1251", "koi8-r", "cp866", "utf-8"])
def test_cyrillic_under_another_cyrillic_label_is_told_by_its_letters(
    label: str, real: str
) -> None:
    text = "Добрый день, когда привезут мой заказ? Жду уже неделю."
    assert decode(text.encode(real), label) == text


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Müller, größer, déjà", "cp1252", "iso-8859-1"),
        ("Müller, größer, déjà", "cp1252", ""),
        ("“quoted” – dash €5", "cp1252", "iso-8859-1"),
        ("Zażółć gęślą jaźń", "iso8859-2", "iso-8859-2"),
        ("Ελληνικά κείμενο", "cp1253", "windows-1253"),
        ("שלום עולם", "cp1255", "iso-8859-8-i"),
        ("İstanbul'da şişe", "cp1254", "iso-8859-9"),
        ("สวัสดีครับ", "cp874", "windows-874"),
        ("สวัสดีครับ", "cp874", "tis-620"),
        ("お世話になります", "iso2022_jp", "iso-2022-jp"),
        ("お世話になります", "iso2022_jp", ""),
        ("お世話になります①", "cp932", "shift_jis"),
        ("您好，订单", "gb18030", "gb2312"),
        ("안녕하세요 똠방", "cp949", "ks_c_5601-1987"),
        ("繁體中文", "big5", "big5"),
        ("с приветом", "utf-16", "utf-16"),
    ],
)
def test_every_other_charset_is_read_by_its_label(text: str, name: str, label: str) -> None:
    assert decode(text.encode(name), label) == text


def test_utf_8_that_was_cut_stays_utf_8() -> None:
    assert decode("Привет, мир".encode()[:-1], "utf-8") == "Привет, ми\ufffd"


def test_short_words_without_a_label_follow_their_surroundings() -> None:
    assert decode("Я".encode("koi8-r"), "", "koi8-r") == "Я"


@pytest.mark.parametrize(
    "label",
    ["zlib", "zip", "bz2", "hex", "base64", "quopri", "uu", "rot13", "rot_13", "idna", "punycode",
     "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "cp037", "../x", "\0", ""],
)  # fmt: skip
def test_a_codec_that_is_no_charset_is_never_looked_up(label: str) -> None:
    assert codec(label) == ""
    assert decode(b"text", label) == "text"


def test_no_charset_gives_lone_surrogates_or_nuls() -> None:
    assert decode(b"+2AA-", "utf-7").encode("utf-8")
    assert decode(b"\x00\xd8x\x00", "utf-16-le").encode("utf-8")
    assert decode(b"a\0b") == "a\ufffdb"
    assert scrub("a\ud800b\U0001f600") == "a\ufffdb\U0001f600"
