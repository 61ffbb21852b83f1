"""list, show, search and contact: what people read and what scripts read."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli, chat, letter, received

CONVERSATION = [
    "number",
    "subject",
    "state",
    "assignee",
    "contact",
    "channels",
    "unread",
    "waiting_since",
    "last_at",
    "tags",
    "priority",
    "linked",
]
MESSAGE = [
    *("id", "conversation", "channel", "direction", "from", "to", "cc", "reply_to", "subject"),
    *("text", "folded", "html", "attachments", "external_id", "message_id", "references"),
    *("sent_at", "received_at", "automatic", "bounce", "unreadable", "why", "delivery"),
    *("forwards", "pinned"),
]
EVENT = [
    *("seq", "at", "actor", "kind", "conversation", "message", "contact", "channel"),
    *("data", "undoes"),
]


def test_a_list_in_json_has_the_promised_keys(filled: Cli) -> None:
    ran = filled.program("list", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert [list(one) for one in ran.objects] == [CONVERSATION] * 3
    first = ran.objects[0]
    assert first == {
        "number": 1,
        "subject": "Where is it?",
        "state": "open",
        "assignee": None,
        "contact": {"id": 1, "name": "Ann Smith", "handles": ["mailto:ann@customers.test"]},
        "channels": ["support"],
        "unread": True,
        "waiting_since": "2026-03-01T12:00:00Z",
        "last_at": "2026-03-01T12:00:00Z",
        "tags": [],
        "priority": 0,
        "linked": [],
    }


def test_a_list_in_a_pipe_is_plain_with_tabs(filled: Cli) -> None:
    ran = filled.program("list")
    assert ran.code == 0
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[2][5:] == ["Иван", "Счёт - Thanks."]


def test_a_list_on_a_terminal_fits_its_width(filled: Cli) -> None:
    for columns in (40, 60, 80, 200):
        shown = filled.on_terminal("list", columns=columns).splitlines()
        assert shown[0].startswith("NUM")
        assert len(shown) == 4
        assert all(len(line) <= columns for line in shown)
        assert ("Where is" in shown[1]) == (columns > 40)


def test_a_long_list_has_every_conversation_once(cli: Cli) -> None:
    received(
        cli.config,
        "support",
        [letter(f"s{n}", address=f"a{n}@customers.test", day=n % 7) for n in range(450)],
    )
    numbers = [one["number"] for one in cli("list", "-o", "json").objects]
    assert sorted(numbers) == list(range(1, 451))


@pytest.mark.parametrize("view", ["inbox", "mine", "waiting", "snoozed", "closed", "failed", "all"])
def test_an_empty_view_says_so_and_prints_nothing_for_scripts(cli: Cli, view: str) -> None:
    ran = cli("list", "--view", view)
    assert (ran.code, ran.out) == (0, "")
    assert len(ran.err.splitlines()) == 1
    assert cli("list", "--view", view, "-o", "json") == type(ran)(0, "", "")


def test_views_show_what_they_are_called(filled: Cli) -> None:
    filled("assign", "1")
    filled("close", "2")
    filled("snooze", "3", "2d")

    def numbers(view: str) -> list[int]:
        return [one["number"] for one in filled("list", "--view", view, "-o", "json").objects]

    assert numbers("mine") == numbers("inbox") == [1]
    assert numbers("closed") == [2]
    assert numbers("snoozed") == [3]
    assert sorted(numbers("all")) == [1, 2, 3]
    assert filled("--agent", "boris", "list", "--view", "mine").out == ""


def test_an_unknown_view_is_wrong_usage(cli: Cli) -> None:
    assert cli.program("list", "--view", "secret").code == 2


def test_a_conversation_in_json_has_its_messages_and_events(filled: Cli) -> None:
    filled("note", "3", "--text", "a note")
    ran = filled.program("show", "3", "-o", "json")
    assert ran.code == 0
    found = ran.object
    assert list(found) == [*CONVERSATION, "messages", "events"]
    inward, noted = found["messages"]
    assert list(inward) == list(noted) == MESSAGE
    assert [list(event) for event in found["events"]] == [EVENT] * 2
    assert inward["from"] == {"name": "Иван", "address": "ivan@customers.test"}
    assert inward["to"] == [{"name": "", "address": "support@desk.test"}]
    assert inward["text"] == "Thanks.\n> one\n> two\n-- \nAnn"
    assert inward["folded"] == [[8, 27]]
    (file,) = inward["attachments"]
    assert list(file) == ["name", "media_type", "size", "sha256", "inline"]
    assert (inward["sent_at"], inward["received_at"]) == ("2026-03-03T12:00:00Z",) * 2
    assert inward["delivery"] is None
    assert (noted["direction"], noted["channel"]) == ("note", None)


def test_a_bounce_and_a_delivery_have_the_promised_keys(filled: Cli) -> None:
    from omnidesk.core.model import Bounce

    bounce = Bounce(recipients=("x@y.test",), status="5.1.1", permanent=True, reason="unknown")
    received(filled.config, "support", [letter("Undelivered", bounce=bounce, day=5)])
    filled("reply", "1", "--text", "here")
    whole = filled("export").objects
    messages = [one for one in whole if one["type"] == "message"]
    assert {"recipients": ["x@y.test"], "status": "5.1.1", "permanent": True} in [
        one["bounce"] for one in messages
    ]
    assert [one["delivery"] for one in messages if one["delivery"]] == [
        {"state": "held", "reason": None, "attempt": 0}
    ]


def test_what_is_folded_is_told_in_one_line(filled: Cli) -> None:
    out = filled.program("show", "3").out
    assert "  Thanks.\n  > 4 quoted lines\n" in out
    assert "> one" not in out
    assert "[att] photo.jpg 4 B image/jpeg" in out


def test_a_note_cannot_be_taken_for_a_message(filled: Cli) -> None:
    filled("note", "1", "--text", "promised\na refund")
    out = filled("show", "1").out
    assert "== NOTE by anna" in out
    assert "customers never see this" in out
    assert "  note| promised\n  note| a refund\n" in out


def test_a_customer_cannot_forge_a_line_of_ours(cli: Cli) -> None:
    forged = "== NOTE by anna, customers never see this ==\n-- Anna <a@b> by support --"
    received(cli.config, "support", [letter(text=forged)])
    lines = cli("show", "1").out.splitlines()
    assert not [line for line in lines if line.startswith("==")]
    assert len([line for line in lines if line.startswith("--")]) == 1


@pytest.mark.parametrize("words", [("show", "99"), ("show", "99", "-o", "json")])
def test_a_conversation_that_is_not_there_fails_with_one_line(
    cli: Cli, words: tuple[str, ...]
) -> None:
    ran = cli.program(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "there is no conversation 99; omnidesk list --view all shows them\n"


@pytest.mark.parametrize("number", ["x", "0", "-1", "9" * 30, "1.5", "²"])
def test_what_is_no_number_is_wrong_usage(cli: Cli, number: str) -> None:
    ran = cli("show", "--", number)
    assert ran.code == 2
    assert "number" in ran.err.lower()


def test_a_search_gives_conversation_message_and_snippet(filled: Cli) -> None:
    ran = filled.program("search", "waiting", "-o", "json")
    assert ran.code == 0
    assert ran.objects == [{"conversation": 1, "message": 1, "snippet": "I wait for three days."}]


def test_hits_are_bold_on_a_terminal_and_plain_in_a_pipe(filled: Cli) -> None:
    assert "\x1b[1mwait\x1b[22m" in filled.on_terminal("search", "wait")
    filled.environment["TERM"] = "dumb"
    assert "\x1b" not in filled.on_terminal("search", "wait")
    out = filled.program("search", "wait").out
    assert "I wait for" in out
    assert not set("\x1b\x02\x03") & set(out)


def test_a_search_without_hits_says_so(filled: Cli) -> None:
    ran = filled("search", "zebra")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing was found for zebra\n")
    assert filled("search", "zebra", "-o", "json").err == ""


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "*", "a:b", "(((", "'; DROP", "^x", "-y"])
def test_no_query_is_an_error(filled: Cli, query: str) -> None:
    assert filled("search", "--", query).code == 0


def test_contacts_are_listed_found_and_shown(filled: Cli) -> None:
    listed = filled.program("contact", "list", "-o", "json").objects
    assert listed == [
        {"id": 1, "name": "Ann Smith", "handles": ["mailto:ann@customers.test"]},
        {"id": 2, "name": "Kirill", "handles": ["telegram:77"]},
        {"id": 3, "name": "Иван", "handles": ["mailto:ivan@customers.test"]},
    ]
    assert [one["id"] for one in filled("contact", "list", "ИВАН", "-o", "json").objects] == [3]
    shown = filled("contact", "show", "mailto:ANN@customers.test", "-o", "json").object
    assert list(shown) == ["id", "name", "handles", "wish", "merged", "conversations"]
    assert [one["number"] for one in shown["conversations"]] == [1]
    assert "mailto:ann@customers.test (seen)" in filled("contact", "show", "1").out


@pytest.mark.parametrize("who", ["99", "mailto:nobody@x.test", "nobody", "9" * 40])
def test_a_contact_that_is_not_there_fails_with_one_line(filled: Cli, who: str) -> None:
    ran = filled("contact", "show", who)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)


def test_a_contact_list_that_finds_nobody_says_so(cli: Cli) -> None:
    assert cli("contact", "list").err == "there is no contact yet\n"
    assert cli("contact", "list", "zz").err == "no contact has zz in it\n"


def test_two_lines_of_a_chat_are_one_conversation(cli: Cli) -> None:
    received(cli.config, "bot", [chat("one"), chat("two")])
    assert len(cli("list", "-o", "json").objects) == 1
