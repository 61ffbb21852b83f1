"""merge, unmerge, split, move-message, and the same for contacts; undo takes each back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from omnidesk.config import load
from omnidesk.core.store import Transaction
from omnidesk.wiring import open_store
from tests.cli.conftest import Cli, chat, letter, received


def shown(cli: Cli, number: int) -> dict[str, Any]:
    return cli("show", str(number), "-o", "json").object


def person(cli: Cli, who: str) -> dict[str, Any]:
    return cli("contact", "show", who, "-o", "json").object


def texts(cli: Cli, number: int) -> list[str]:
    return [one["text"] for one in shown(cli, number)["messages"]]


def numbers(cli: Cli) -> list[int]:
    return sorted(one["number"] for one in cli("list", "--view", "all", "-o", "json").objects)


def write(cli: Cli, change: Callable[[Transaction], object]) -> None:
    async def inside() -> None:
        async with open_store(load(cli.config)) as store:
            await store.write(change)

    asyncio.run(inside())


def before_and_after(cli: Cli) -> list[str]:
    """All that an export says of people, conversations and messages.

    A number that was given once stays: it leads to where its messages went back.
    """
    ran = cli("export")
    known = zip(ran.objects, ran.out.splitlines(), strict=True)
    return [text for one, text in known if one["type"] != "event" and one.get("number") != 4]


@pytest.fixture
def long(filled: Cli) -> Cli:
    """The same desk with two more lines in the chat (#2)."""
    received(filled.config, "bot", [chat("first thing", day=1), chat("another thing", day=1)])
    assert texts(filled, 2) == ["hello", "first thing", "another thing"]
    return filled


def test_two_conversations_are_merged_and_parted(filled: Cli) -> None:
    ran = filled.program("merge", "1", "#2")
    assert (ran.code, ran.out) == (0, "[#2] is now part of [#1]\n")
    assert numbers(filled) == [1, 3]
    assert texts(filled, 1) == ["I wait for three days.", "hello"]
    assert shown(filled, 2)["number"] == 1, "the other number leads to the kept one"
    assert filled("unmerge", "2").out == "[#2] stands on its own again\n"
    assert numbers(filled) == [1, 2, 3]
    assert texts(filled, 2) == ["hello"]


def test_a_message_and_what_follows_it_are_split_off(long: Cli) -> None:
    ids = [one["id"] for one in shown(long, 2)["messages"]]
    ran = long.program("split", "2", str(ids[1]))
    assert (ran.code, ran.out) == (0, "[#4] was split from [#2]\n")
    assert texts(long, 2) == ["hello"]
    assert texts(long, 4) == ["first thing", "another thing"]
    assert shown(long, 4)["linked"] == [2]
    assert all(one["why"].startswith("moved here by anna") for one in shown(long, 4)["messages"])


def test_one_message_is_moved(long: Cli) -> None:
    ids = [one["id"] for one in shown(long, 2)["messages"]]
    ran = long.program("move-message", "2", str(ids[1]), "--to", "1")
    assert (ran.code, ran.out) == (0, f"message {ids[1]} stands in [#1] now\n")
    assert texts(long, 2) == ["hello", "another thing"]
    assert texts(long, 1)[-1] == "first thing"
    assert long("move-message", str(ids[2]), "--new").out.endswith("stands in [#4] now\n")
    assert texts(long, 4) == ["another thing"]


@pytest.mark.parametrize(
    "words",
    [
        ("merge", "1", "2"),
        ("split", "2", "4"),
        ("move-message", "4", "--to", "1"),
        ("move-message", "2", "4", "--new"),
        ("contact", "merge", "1", "2"),
        ("contact", "add-handle", "1", "tel:+79161234567"),
        ("contact", "wish", "1", "bot"),
    ],
)
def test_undo_takes_each_of_them_back(long: Cli, words: tuple[str, ...]) -> None:
    before = before_and_after(long)
    assert long(*words).code == 0
    assert before_and_after(long) != before
    ran = long("undo")
    assert (ran.code, ran.err) == (0, "")
    assert before_and_after(long) == before
    ran = long("undo")
    assert (ran.code, ran.err) == (1, "there is nothing to undo\n")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("merge", "1", "2"), ("1", "2")),
        (("split", "2", "5"), ("2",)),
        (("split", "2", "5"), ("4",)),
        (("move-message", "4", "--to", "1"), ("2", "1")),
    ],
)
def test_undo_in_either_conversation_takes_a_join_back(
    long: Cli, words: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    for number in asked:
        assert long(*words).code == 0
        assert long("undo", number).code == 0, number
        assert texts(long, 1) == ["I wait for three days."]
        assert texts(long, 2) == ["hello", "first thing", "another thing"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("merge", "1", "1"), 1, "[#1] is one conversation already; nothing was merged"),
        (("merge", "1", "99"), 1, "there is no conversation 99"),
        (("merge", "1"), 2, "Missing argument"),
        (("unmerge", "1"), 1, "[#1] is not merged into another"),
        (("split", "1", "99"), 1, "message 99 does not stand in [#1]"),
        (("split", "1", "1"), 1, "[#1] begins with message 1; nothing was split"),
        (("move-message", "99", "--new"), 1, "there is no message 99"),
        (("move-message", "1", "2", "--to", "3"), 1, "message 2 does not stand in [#1]"),
        (("move-message", "1", "--new"), 1, "message 1 is all that [#1] has"),
        (("move-message", "1", "--to", "1"), 1, "message 1 stands in [#1] already"),
        (("move-message", "1"), 2, "say where"),
        (("move-message", "1", "--to", "2", "--new"), 2, "say where"),
        (("move-message", "1", "2", "3", "--new"), 2, "one message at a time"),
        (("contact", "merge", "1", "1"), 1, "Ann Smith is one person already"),
        (("contact", "merge", "1", "99"), 1, "there is no contact 99"),
        (("contact", "merge", "1", "mailto:no@one.test"), 1, "there is no contact mailto:no@"),
        (("contact", "unmerge", "1"), 1, "Ann Smith is not merged into another"),
        (("contact", "add-handle", "1", "12345"), 2, "is no handle"),
        (("contact", "add-handle", "1", "tel:12"), 1, "tel:12 is no address"),
        (("contact", "add-handle", "1", "mailto:ann@customers.test"), 1, "has mailto:ann@"),
        (("contact", "add-handle", "1", "telegram:77"), 1, "telegram:77 belongs to Kirill"),
        (("contact", "wish", "1", "nowhere"), 1, "there is no channel nowhere; known are"),
        (("contact", "wish", "99", "bot"), 1, "there is no contact 99"),
    ],
)
def test_what_cannot_be_joined_is_refused_in_one_line(
    filled: Cli, words: tuple[str, ...], code: int, said: str
) -> None:
    before = before_and_after(filled)
    ran = filled(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    if code == 1:
        assert len(ran.err.splitlines()) == 1
    assert before_and_after(filled) == before


def test_two_contacts_become_one_and_part_again(filled: Cli) -> None:
    ran = filled.program("contact", "merge", "mailto:ann@customers.test", "telegram:77")
    assert (ran.code, ran.out) == (0, "Kirill is now part of Ann Smith\n")
    found = person(filled, "1")
    assert found["handles"] == ["mailto:ann@customers.test", "telegram:77"]
    assert found["merged"] == [2]
    assert sorted(one["number"] for one in found["conversations"]) == [1, 2]
    assert "merged in: 2" in filled("contact", "show", "1").out
    assert (
        filled("contact", "unmerge", "telegram:77").out
        == "Kirill stands alone again, as before the merge\n"
    )
    assert person(filled, "1")["merged"] == []
    assert person(filled, "2")["handles"] == ["telegram:77"]


def test_a_handle_that_a_contact_named_is_added(filled: Cli) -> None:
    ran = filled.program("contact", "add-handle", "1", "tel:+7 (916) 123-45-67")
    assert (ran.code, ran.out) == (0, "tel:+79161234567 was added to Ann Smith\n")
    assert "tel:+79161234567 (claimed)" in filled("contact", "show", "1").out
    assert person(filled, "tel:+79161234567")["id"] == 1


def test_replies_follow_the_channel_that_a_contact_asked_for(filled: Cli) -> None:
    filled("contact", "merge", "1", "2")
    ran = filled.program("contact", "wish", "1", "bot")
    assert (ran.code, ran.out) == (0, "Ann Smith is answered by bot\n")
    assert "asked to be answered by bot" in filled("contact", "show", "1").out
    assert filled("reply", "1", "--text", "done").out.startswith("reply to 77 by bot")
    assert filled("reply", "1", "--text", "x", "--via", "support").out.startswith(
        "reply to ann@customers.test by support"
    )
    assert filled("contact", "wish", "1", "none").code == 0
    assert person(filled, "1")["wish"] is None
    assert filled("reply", "1", "--text", "by letter").out.startswith("reply to ann@customers.test")


def test_a_wish_that_cannot_be_met_is_told_with_each_reply(filled: Cli) -> None:
    assert filled("contact", "wish", "1", "bot").code == 0
    ran = filled("reply", "1", "--text", "done")
    assert ran.out.startswith("reply to ann@customers.test by support")
    assert "asked to be answered by bot, but bot does not reach this contact" in ran.err


def test_suggestions_are_listed_until_somebody_decides(filled: Cli) -> None:
    ran = filled("contact", "suggestions")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "no two contacts look like one person\n"
    now = datetime.now(UTC)
    write(
        filled,
        lambda tx: tx.suggest("contact", 2, 1, reason="the same telephone", score=0.9, at=now),
    )
    found = filled.program("contact", "suggestions", "-o", "json").object
    assert (found["one"]["id"], found["other"]["id"]) == (1, 2)
    assert (found["reason"], found["score"]) == ("the same telephone", 0.9)
    assert filled("contact", "suggestions").out == "1 Ann Smith = 2 Kirill? the same telephone\n"
    filled("contact", "merge", "1", "2")
    assert filled("contact", "suggestions", "-o", "json").objects == []
    filled("undo")
    assert len(filled("contact", "suggestions", "-o", "json").objects) == 1


def test_the_audit_trail_tells_who_joined_what_and_who_took_it_back(filled: Cli) -> None:
    filled("merge", "1", "2")
    filled("tag", "1", "vip")
    filled("undo")
    filled("undo")
    filled("contact", "wish", "1", "bot")
    trail = [one for one in shown(filled, 1)["events"] if one["actor"] == "anna"]
    assert [one["kind"] for one in trail] == [
        "conversation.merged",
        "conversation.changed",
        "undone",
        "undone",
    ]
    merged, tagged, untagged, unmerged = trail
    assert (merged["data"]["kept"], merged["data"]["merged"]) == (1, 2)
    assert tagged["data"] == {"before": {"tags": []}, "after": {"tags": ["vip"]}}
    assert (untagged["undoes"], unmerged["undoes"]) == (tagged["seq"], merged["seq"])
    exported = [one for one in filled("export").objects if one["type"] == "event"]
    assert [one["kind"] for one in exported][-1] == "contact.changed"
    assert exported[-1]["data"] == {"before": {"wish": None}, "after": {"wish": "bot"}}
    assert {one["seq"] for one in trail} <= {one["seq"] for one in exported}


def test_what_happened_in_a_merged_conversation_is_shown_in_the_kept_one(filled: Cli) -> None:
    filled("tag", "2", "urgent")
    filled("merge", "1", "2")
    told = [(one["kind"], one["conversation"]) for one in shown(filled, 1)["events"]]
    assert ("conversation.changed", 2) in told
    assert told[-1] == ("conversation.merged", 1)
    filled("unmerge", "2")
    told = [(one["kind"], one["conversation"]) for one in shown(filled, 2)["events"]]
    assert ("conversation.changed", 2) in told


def test_a_letter_after_a_merge_stands_in_the_kept_one(filled: Cli) -> None:
    filled("merge", "3", "1")
    first = shown(filled, 3)["messages"][0]["message_id"]
    answer = letter("Re: Where is it?", "Still waiting.", day=3, references=(first,))
    received(filled.config, "support", [answer])
    assert texts(filled, 3)[-1] == "Still waiting."
    filled("undo")
    assert texts(filled, 1)[-1] == "Still waiting."


def test_an_export_says_what_is_merged_into_what(filled: Cli) -> None:
    filled("merge", "1", "2")
    found = [one for one in filled("export").objects if one["type"] == "conversation"]
    assert [(one["number"], one["merged_into"]) for one in found] == [(1, None), (2, 1), (3, None)]
