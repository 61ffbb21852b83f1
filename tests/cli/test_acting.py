"""reply, note, close, reopen, assign, snooze, tag and undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli.moments import moment
from tests.cli.conftest import Cli


def shown(cli: Cli, number: int = 1) -> dict[str, Any]:
    return cli("show", str(number), "-o", "json").object


def test_a_reply_says_what_happens_and_is_queued(filled: Cli, tmp_path: Path) -> None:
    file = tmp_path / "invoice.pdf"
    file.write_bytes(b"%PDF")
    ran = filled.program("reply", "1", "--text", "It left today.", "--attach", file)
    assert ran.code == 0
    assert ran.out == (
        "reply to ann@customers.test by support, leaves in 10 s (omnidesk undo takes it back)\n"
    )
    assert "no engine is running" in ran.err
    found = shown(filled)
    sent = found["messages"][-1]
    assert (sent["direction"], sent["text"]) == ("out", "It left today.")
    assert sent["delivery"]["state"] == "held"
    assert [one["name"] for one in sent["attachments"]] == ["invoice.pdf"]
    assert (found["state"], found["assignee"]) == ("waiting", "anna")


def test_a_reply_is_read_from_standard_input(filled: Cli) -> None:
    assert filled.program("reply", "1", "-", given="Привет\r\nвторая\n".encode()).code == 0
    assert filled.program("reply", "1", given=b"bare").code == 0
    assert filled.program("reply", "1", "--text", "-", given=b"dash").code == 0
    texts = [one["text"] for one in shown(filled)["messages"][1:]]
    assert texts == ["Привет\nвторая", "bare", "dash"]


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        (("1", "--text", "  "), b"", 1, "the reply is empty"),
        (("99", "--text", "x"), b"", 1, "there is no conversation 99"),
        (("1", "--text", "x", "--via", "nowhere"), b"", 1, "nowhere"),
        (("1", "--text", "x", "--attach", "/no/such"), b"", 1, "/no/such: No such file"),
        (("1", "-"), b"\xff\xfe", 1, "is not UTF-8"),
        (("1", "-"), b"a\0b", 1, "NUL"),
        (("1", "x", "--text", "y"), b"", 2, "given twice"),
        (("1", "--text", b"\xff".decode(errors="surrogateescape")), b"", 2, "not UTF-8"),
    ],
)
def test_a_reply_that_cannot_be_is_refused_and_nothing_is_written(
    filled: Cli,
    stdin: Callable[[bytes], None],
    words: tuple[str, ...],
    given: bytes,
    code: int,
    said: str,
) -> None:
    stdin(given)
    ran = filled("reply", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    if code == 1:
        assert len(ran.err.splitlines()) == 1
    assert len(shown(filled)["messages"]) == 1


def test_a_note_is_added_and_an_empty_one_refused(
    filled: Cli, stdin: Callable[[bytes], None]
) -> None:
    assert filled.program("note", "1", "--text", "call him").out == "note added to #1\n"
    assert filled("note", "1", "as words").code == 0
    stdin(b"from a pipe\n")
    assert filled("note", "1", "-").code == 0
    ran = filled("note", "1", "--text", "")
    assert (ran.code, ran.err) == (1, "the note is empty; write something first\n")
    texts = [one["text"] for one in shown(filled)["messages"][1:]]
    assert texts == ["call him", "as words", "from a pipe"]
    assert filled("note", "99", "--text", "x").code == 1


def test_conversations_are_closed_and_opened_again(filled: Cli) -> None:
    assert filled.program("close", "1", "#2").out == "#1 is closed\n#2 is closed\n"
    assert shown(filled)["state"] == "closed"
    assert filled.program("reopen", "1").out == "#1 is open\n"
    assert shown(filled)["state"] == "open"
    assert filled("close", "99").err.startswith("there is no conversation 99")
    assert filled("close").code == 2


def test_a_conversation_is_given_to_an_agent(filled: Cli) -> None:
    assert filled.program("assign", "1", "boris").out == "#1 is boris's\n"
    assert shown(filled)["assignee"] == "boris"
    assert filled("assign", "1").out == "#1 is anna's\n"
    assert filled("assign", "1").out == "#1 is anna's already\n"
    assert filled("assign", "1", "-").out == "#1 is nobody's\n"
    assert shown(filled)["assignee"] is None
    ran = filled("assign", "1", "bors")
    assert (ran.code, ran.err) == (1, "there is no agent bors; did you mean boris?\n")


def test_who_acts_is_said_before_or_after_the_command_or_in_the_environment(filled: Cli) -> None:
    filled.program("--agent", "boris", "note", "1", "a")
    filled.program("note", "1", "b", "--agent", "boris")
    filled.program("--agent", "anna", "note", "1", "c", "--agent", "boris")
    filled.program("note", "1", "d", OMNIDESK_AGENT="boris")
    filled.program("note", "1", "e")
    notes = shown(filled)["messages"][1:]
    assert [one["from"]["name"] for one in notes] == ["Boris Ivanov"] * 4 + ["Anna Petrova"]
    ran = filled("note", "1", "f", "--agent", "nobody")
    assert ran.code == 2
    assert "nobody has the id 'nobody'" in ran.err


def test_a_conversation_is_snoozed(filled: Cli) -> None:
    assert filled.program("snooze", "1", "2d").code == 0
    assert shown(filled)["state"] == "snoozed"
    assert filled("snooze", "99", "2d").code == 1
    for wrong in ("soon", "2020-01-01", "0s", "2026-13-01", "9" * 30 + "d"):
        ran = filled("snooze", "1", wrong)
        assert ran.code == 2, wrong
        assert "UNTIL" in ran.err


def test_a_conversation_is_snoozed_as_people_say_it(filled: Cli) -> None:
    ran = filled("snooze", "1", "через", "2", "часа")
    assert ran.code == 0
    assert "snoozed until 20" in ran.out
    ran = filled("snooze", "1")
    assert ran.out == "#1 is snoozed until the customer writes\n"
    assert shown(filled)["state"] == "snoozed"
    assert "'soonish' is not understood" in filled("snooze", "1", "tomorrow soonish").err


def test_a_time_is_a_duration_a_day_or_a_moment() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert moment("90m", "X", now) == now + timedelta(minutes=90)
    exact = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    assert moment("2026-03-05T14:30+00:00", "X", now) == exact
    for text in ("2026-03-05", "tomorrow"):
        assert moment(text, "X", now).astimezone().hour == 9


def test_a_reply_for_later_says_when_it_leaves_and_can_be_taken_back(filled: Cli) -> None:
    ran = filled("reply", "1", "--text", "Good morning", "--later", "tomorrow 9:00")
    assert ran.code == 0
    assert re.search(r"leaves on \d{4}-\d\d-\d\d at 09:00 \(omnidesk undo", ran.out)
    assert shown(filled)["messages"][-1]["delivery"]["state"] == "held"
    assert filled("undo").code == 0
    assert len(shown(filled)["messages"]) == 1
    assert filled("reply", "1", "--text", "x", "--later", "yesterday").code == 2


def test_a_template_is_listed_shown_and_sent(filled: Cli) -> None:
    assert "templates/NAME.txt" in filled("template", "list").err
    folder = filled.config.parent / "templates"
    folder.mkdir()
    (folder / "hello.txt").write_text(
        "# Greeting\nHello {{ contact.first_name }}, #{{ conversation.number }}"
    )
    (folder / "odd.txt").write_text("Hello {{ contact.nick }}")
    assert filled("template", "list").out == "hello\tGreeting\nodd\todd\n"
    listed = filled("template", "list", "-o", "json").objects
    assert listed[0] == {"name": "hello", "title": "Greeting", "variants": []}
    assert filled("template", "show", "hello", "1").out == "Hello Ann, #1\n"
    ran = filled("template", "show", "odd", "1")
    assert (ran.out, ran.err) == (
        "Hello {{ contact.nick }}\n",
        "not filled in: {{ contact.nick }}\n",
    )
    assert filled("reply", "1", "--template", "hello").code == 0
    assert shown(filled)["messages"][-1]["text"] == "Hello Ann, #1"
    ran = filled("reply", "1", "--template", "odd")
    assert (ran.code, "is not filled in" in ran.err) == (1, True)
    assert "did you mean hello?" in filled("template", "show", "helo", "1").err
    assert filled("reply", "1", "--template", "hello", "--text", "x").code == 2


def test_conversations_are_sorted(filled: Cli) -> None:
    assert filled("priority", "1", "up").out == "#1 has priority 1\n"
    assert filled("priority", "1", "down").out == "#1 has priority 0\n"
    assert filled("spam", "1", "2").out == "2 closed as spam\n"
    assert (shown(filled)["state"], shown(filled)["tags"]) == ("closed", ["spam"])
    assert filled("undo").out == "2 conversations as before\n"
    assert (shown(filled)["state"], shown(filled, 2)["state"]) == ("open", "open")
    message = str(shown(filled)["messages"][0]["id"])
    assert filled("pin", message).out == f"message {message} is pinned\n"
    assert filled("pin", message).out == f"message {message} is pinned already\n"
    assert [m["pinned"] for m in shown(filled)["messages"]] == [True]
    exported = [one for one in filled("export").objects if one["type"] == "message"]
    assert [one["id"] for one in exported if one["pinned"]] == [int(message)]
    assert filled("undo").code == 0
    assert [m["pinned"] for m in shown(filled)["messages"]] == [False]
    assert filled("pin", "--drop", message).out == f"message {message} is pinned no more already\n"
    assert filled("pin", "999").code == 1


def test_tags_are_put_on_and_taken_off(filled: Cli) -> None:
    assert filled.program("tag", "1", "billing", "vip").out == "#1 is tagged\n"
    assert filled("tag", "1", "vip").out == "#1 is tagged so already\n"
    assert filled("tag", "1", "new", "--drop", "billing").code == 0
    assert shown(filled)["tags"] == ["vip", "new"]
    assert filled("tag", "1").code == 2
    assert filled("tag", "99", "x").code == 1


def test_undo_takes_back_what_one_did_last(filled: Cli) -> None:
    filled("reply", "1", "--text", "oops")
    ran = filled.program("undo")
    assert (ran.code, ran.out) == (0, "the reply in [#1] is a draft again\n")
    found = shown(filled)
    assert (len(found["messages"]), found["state"]) == (1, "open")
    filled("close", "1")
    filled("close", "2")
    assert "[#1]" in filled("undo", "1").out
    assert shown(filled)["state"] == "open"
    assert shown(filled, 2)["state"] == "closed"
    filled("undo")
    ran = filled("undo")
    assert (ran.code, ran.err) == (1, "there is nothing to undo\n")
