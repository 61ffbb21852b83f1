"""The JSON is safe for a terminal, whatever a customer wrote into it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.cli import asjson
from omnidesk.core.safetext import strip_codes
from tests.cli.conftest import Cli, letter, received

HOSTILE = (
    "a\x1b[31mred\x1b]0;title\x07 \x9b31m \x9d52;c;x\x9c \u202eevil\u2066\u200e\u2028\u2029"
    "\ufff9\U000e0041\x7f\x00\x08\r\nend\ud83d"
)


@given(st.text())
def test_a_line_is_the_same_value_and_no_terminal_obeys_it(text: str) -> None:
    line = asjson.line({"text": text})
    assert json.loads(line) == {"text": text}
    assert strip_codes(line) == (line, 0)
    assert "\n" not in line
    line.encode()


@given(st.text())
def test_a_line_for_another_locale_is_ascii_and_the_same_value(text: str) -> None:
    line = asjson.ascii_only(asjson.line({"text": text}))
    assert line.isascii()
    assert json.loads(line) == {"text": text}


def test_times_are_utc_and_end_in_z() -> None:
    at = datetime(2026, 3, 1, 15, 0, tzinfo=timezone(timedelta(hours=3)))
    assert asjson.time(at) == "2026-03-01T12:00:00Z"
    assert asjson.time(datetime(2026, 3, 1, microsecond=5000, tzinfo=UTC)) == (
        "2026-03-01T00:00:00.005000Z"
    )
    assert asjson.time(None) is None


def test_hostile_strings_reach_no_terminal(cli: Cli) -> None:
    hostile = HOSTILE.removesuffix("\ud83d").replace("\x00", "")
    file_name = f"photo{hostile}.jpg"
    from omnidesk.core.channel import IncomingFile

    file = IncomingFile(name=file_name, media_type=hostile, size=1, content=b"x")
    received(
        cli.config,
        "support",
        [letter(hostile, f"findme {hostile}", name=hostile, files=(file,), unreadable=hostile)],
    )
    for words in (
        ("list",),
        ("show", "1"),
        ("search", "findme"),
        ("contact", "list"),
        ("contact", "show", "1"),
    ):
        for form in ((), ("-o", "json")):
            seen = cli.on_terminal(*words, *form).replace("\r\n", "\n")
            ours = seen.replace("\x1b[1m", "").replace("\x1b[22m", "")
            assert strip_codes(ours) == (ours, 0), words
            assert "evil" in seen, words
        plain = cli.program(*words).out
        assert strip_codes(plain) == (plain, 0), words
    exported = cli.on_terminal("export").replace("\r\n", "\n")
    assert strip_codes(exported) == (exported, 0)


def test_json_in_a_locale_that_is_not_utf_8_is_still_json(cli: Cli) -> None:
    received(cli.config, "support", [letter("Счёт")])
    ran = cli.program("list", "-o", "json", PYTHONIOENCODING="koi8-r")
    assert ran.object["subject"] == "Счёт"
    text = cli.program("list", PYTHONIOENCODING="ascii")
    assert text.code == 0
    assert "????" in text.out
