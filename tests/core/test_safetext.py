"""Nothing that a customer writes reaches the terminal as a control."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.safetext import (
    cells,
    file_warning,
    safe,
    safe_file_name,
    safe_line,
    show_address,
    show_link,
)

FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
RAW = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Mn", "Zl", "Zp"]),
        st.sampled_from("\x1b[]P^_X\\\x07\x9b\x9c\x9d\x900;m\n\r/.@<>"),
    )
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain\ttext\nИван", "plain\ttext\nИван"),
        ("a\r\nb", "a\nb"),
        ("a\x1b[31mred\x1b[0m", "ared [2 hidden codes]"),
        ("a\x9b31mred", "ared [1 hidden code]"),
        ("a\x1b]0;owned\x07b", "ab [1 hidden code]"),
        ("a\x1b]52;c;aGk=\x1b\\b", "ab [1 hidden code]"),
        ("a\x9d52;c;aGk=\x9cb", "ab [1 hidden code]"),
        ("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\", "ab [2 hidden codes]"),
        ("a\x1bP+q544e\x1b\\b", "ab [1 hidden code]"),
        ("a\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\b", "ab [3 hidden codes]"),
        ("a\x1b(0b\x1bcc\x1b#8", "abc [3 hidden codes]"),
        ("a\x1b]0;unterminated\nnext", "a\nnext\n[1 hidden code]"),
        ("a\x9d0;unterminated", "a [1 hidden code]"),
        ("a\x1b[31;", "a [1 hidden code]"),
        ("a\x1b", "a [1 hidden code]"),
        ("a\x07\x08\x0c\x7f\x85b", "ab [5 hidden codes]"),
        ("a\rb", "a\nb\n[1 hidden code]"),
        ("a\u2028b\u2029c", "a\nb\nc\n[2 hidden codes]"),
        ("gpj\u202eexe.", "gpjexe. [1 hidden code]"),
        (
            "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
            "[12 hidden codes]",
        ),
        ("a\ufff9b\ufffac\ufffb", "abc [3 hidden codes]"),
        ("a\U000e0041\U000e007f", "a [2 hidden codes]"),
        ("a\udcffb", "a\ufffdb [1 hidden code]"),
    ],
)
def test_a_body_keeps_its_words_and_says_how_many_codes_it_hid(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_an_eight_bit_letter_that_was_decoded_wrongly_does_not_swallow_its_line() -> None:
    assert safe("Dvo\x9e\xe1k pí\x9ae dál") == "Dvo\xe1k píe dál [2 hidden codes]"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("two\nlines\tand  gaps", "two lines and gaps"),
        ("ok \u2764\ufe0f", "ok \u2764"),
        ("\U0001f44d\U0001f3fd \U0001f468\u200d\U0001f469", "\U0001f44d \U0001f468\U0001f469"),
        ("z\u0300\u0301\u0302\u0303\u0304algo", "z\u0300\u0301algo"),
        ("\u0301start", "start"),
        ("й" + "\u00ad" * 50, "й"),
        ("Re: \x1b]0;x\x07hello", "Re: hello [1 hidden code]"),
    ],
)
def test_a_line_is_one_line_of_measurable_text(raw: str, shown: str) -> None:
    assert safe_line(raw) == shown


@pytest.mark.parametrize(
    ("raw", "width", "shown"),
    [
        ("короткий", 8, "короткий"),
        ("длинноватый", 8, "длиннов…"),
        ("日本語テキスト", 8, "日本語…"),
        ("日本語テ", 8, "日本語テ"),
        ("x", 0, ""),
        ("ab\x07cdefghijklmnopqrstuvwxyzabcdefghij", 34, "abcdefghijklmnopq… [1 hidden code]"),
    ],
)
def test_a_line_is_cut_to_its_cells(raw: str, width: int, shown: str) -> None:
    assert safe_line(raw, width) == shown


@given(RAW)
def test_no_body_holds_a_control(raw: str) -> None:
    shown = safe(raw)
    assert not FORBIDDEN.search(shown)
    assert safe(shown) == shown
    shown.encode()


@given(RAW, st.integers(0, 60))
def test_no_line_holds_a_control_or_exceeds_its_width(raw: str, width: int) -> None:
    shown = safe_line(raw, width)
    assert not FORBIDDEN.search(shown)
    assert "\n" not in shown
    assert "\t" not in shown
    assert sum(map(cells, shown)) <= width


@given(RAW)
def test_a_file_name_stays_in_its_folder(raw: str) -> None:
    name = safe_file_name(raw)
    assert name
    assert not FORBIDDEN.search(name)
    assert not set(name) & set("/\\\n\t")
    assert not name.startswith((".", "-", " "))
    assert len(name.encode()) <= 200


@given(RAW, RAW)
def test_no_address_or_link_holds_a_control(one: str, two: str) -> None:
    for shown in (show_address(one, two), show_link(one, two), show_link(one, f"https://{two}")):
        assert not FORBIDDEN.search(shown)
        assert "\n" not in shown


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\report.pdf", "report.pdf"),
        ("C:evil.exe", "evil.exe"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("", "file"),
        ("-rf", "_rf"),
        ("fatt\u202efdp.exe", "fattfdp.exe"),
        ("a\x1b]0;x\x07b\n.txt", "ab .txt"),
        ("и" * 300 + ".pdf", "и" * 98 + ".pdf"),
        ("folder/", "folder"),
    ],
)
def test_file_names_are_bare_names(raw: str, name: str) -> None:
    assert safe_file_name(raw) == name


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("photo.jpg", None),
        ("invoice.pdf.exe", "looks like .pdf, is .exe"),
        ("setup.msi", ".msi can run"),
        ("README", None),
    ],
)
def test_files_that_run_are_warned_of(name: str, warning: str | None) -> None:
    assert file_warning(name) == warning


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("Анна", "anna@example.ru", "Анна <anna@example.ru>"),
        ("", "anna@example.ru", "anna@example.ru"),
        ("Anna@Example.ru", "anna@example.ru", "anna@example.ru"),
        ("ceo@bank.com", "x@evil.org", '"ceo@bank.com" [address in the name] <x@evil.org>'),
        ("Kirill (@kirill_88)", "1234", "Kirill (@kirill_88) <1234>"),
        ("Boss", "a@аpple.com", "Boss <a@аpple.com> [mixed scripts: xn--pple-43d.com]"),
        (
            "Boss",
            "a@xn--pple-43d.com",
            "Boss <a@xn--pple-43d.com> [mixed scripts: xn--pple-43d.com]",
        ),
        ("Иван", "a@пример.рф", "Иван <a@пример.рф> [xn--e1afmkfd.xn--p1ai]"),
        ("An\nna", "+79161234567", "An na <+79161234567>"),
    ],
)
def test_an_address_stands_beside_its_name_and_tells_what_deceives(
    name: str, address: str, shown: str
) -> None:
    assert show_address(name, address) == shown


@pytest.mark.parametrize(
    ("label", "url", "shown"),
    [
        ("", "https://example.org/a", "example.org: https://example.org/a"),
        ("our shop", "https://example.org/a", "example.org: our shop <https://example.org/a>"),
        (
            "www.example.org",
            "http://example.org",
            "example.org: www.example.org <http://example.org>",
        ),
        ("bank.com", "https://evil.org/x", "evil.org ≠ bank.com <https://evil.org/x>"),
        ("x", "https://bank.com@evil.org/", "evil.org: x <https://bank.com@evil.org/>"),
        ("x", "https://evil.org\\@bank.com/", "evil.org: x <https://evil.org\\@bank.com/>"),
        ("x", "https://аpple.com/", "xn--pple-43d.com: x <https://аpple.com/>"),
        ("write", "mailto:a@example.org", "example.org: write <mailto:a@example.org>"),
        ("x", "javascript:alert(1)", "x [not a link that may be opened: javascript:alert(1)]"),
        ("x", "https://[::1", "x [not a link that may be opened: https://[::1]"),
    ],
)
def test_a_link_names_its_host_first(label: str, url: str, shown: str) -> None:
    assert show_link(label, url) == shown


@pytest.mark.parametrize(
    "piece", ["\x1b]", "\x9d", "\x1b[", "\x9b1;", "\x1bP", "a\u0301", "\x9d0;a", "\x1b("]
)
def test_cleaning_takes_linear_time(piece: str) -> None:
    def seconds(times: int) -> float:
        raw = piece * times
        best = 9.9
        for _ in range(3):
            start = time.process_time()
            safe(raw)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(200_000) < 20 * max(seconds(20_000), 0.001)
