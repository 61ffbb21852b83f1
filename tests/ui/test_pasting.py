"""A paste reaches the parser whole and harmless, however it comes in."""

from __future__ import annotations

import itertools

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from omnidesk.ui.pasting import BEGIN, END, Pastes

_EVIL = "one\x1be \x1b[31mtwo\x1b[m\x1b#\x07\x00\x08\x9b2J \x1b]0;title\x07three\r\nfour\tfive\x1b"


def test_a_paste_loses_its_codes_and_what_stands_around_it_stays() -> None:
    found = Pastes().feed(f"j{BEGIN}{_EVIL}{END}k", 0.0)
    head, rest = found.split(BEGIN)
    text, tail = rest.split(END)
    assert (head, tail) == ("j", "k")
    assert "\x1b" not in text
    assert not {c for c in text if c < " " or "\x7f" <= c <= "\x9f"} - {"\n", "\t"}
    assert text.endswith("four\tfive")


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7, 11, 64])
def test_a_paste_split_over_reads_is_the_same_paste(width: int) -> None:
    typed = f"j{BEGIN}{_EVIL}{END}k{BEGIN}x{END}{BEGIN}{END}m"
    pieces = ["".join(part) for part in itertools.zip_longest(*[iter(typed)] * width, fillvalue="")]
    pastes = Pastes()
    whole = Pastes().feed(typed, 0.0)
    assert "".join(pastes.feed(piece, 0.0) for piece in pieces) == whole
    parser, found = XTermParser(), []
    for one in parser.feed(whole):
        found.append(one.text if isinstance(one, events.Paste) else getattr(one, "key", ""))
    assert [found[0], *found[2:]] == ["j", "k", "x", "", "m"]
    assert found[1].endswith("four\tfive")


def test_a_paste_that_never_ends_is_given_back_after_a_silence() -> None:
    pastes, parser = Pastes(), XTermParser()
    first = pastes.feed(f"{BEGIN}half\x1be", 10.0)
    assert first == BEGIN
    assert pastes.silence(12.0) == ""
    assert pastes.feed(" more", 13.0) == ""
    assert pastes.silence(17.0) == ""
    rest = pastes.silence(18.0)
    found = [*parser.feed(first + rest), *parser.feed("q")]
    assert [type(one).__name__ for one in found] == ["Paste", "Key"]
    assert pastes.silence(99.0) == ""
    assert pastes.feed("\x1b[A", 99.0) == "\x1b[A"


def test_the_keys_between_pastes_pass_untouched() -> None:
    keys = "\x1b\x1b[A\x1b[1086;;1086u\x03\x11\x1b[200\x1b[201~й"
    assert Pastes().feed(keys, 0.0) == keys


@pytest.mark.parametrize("at", range(1, len(BEGIN)))
def test_a_paste_whose_beginning_comes_slowly_is_a_paste_all_the_same(at: int) -> None:
    pastes, parser = Pastes(), XTermParser()
    found = [*parser.feed(pastes.feed(BEGIN[:at], 1.0))]
    parser._timeout_time = 0.0  # the parser has waited long enough
    found += parser.tick()
    found += parser.feed(pastes.feed(f"{BEGIN[at:]}e#{END}", 1.4))
    *keys, paste = found
    assert isinstance(paste, events.Paste)
    assert paste.text == "e#"
    assert all(isinstance(key, events.Key) and key.key not in ("e", "number_sign") for key in keys)
