"""new, forward, tell-elsewhere, and what may be one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnidesk.config import load
from omnidesk.core.store import Transaction
from omnidesk.wiring import open_store
from tests.cli.conftest import Cli

SOON = "leaves in 10 s (omnidesk undo takes it back)"


def written(cli: Cli, act: Callable[[Transaction], Any]) -> None:
    async def write() -> None:
        async with open_store(load(cli.config)) as store:
            await store.write(act)

    asyncio.run(write())


def shown(cli: Cli, number: int) -> dict[str, Any]:
    return cli("show", str(number), "-o", "json").object


def test_new_begins_a_conversation(filled: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("prices")
    ran = filled(
        "new", "Dan@new.test", "Dear Dan", "--subject", "Our offer", "--name", "Dan",
        "--cc", "Cat <cat@new.test>", "--attach", file,
    )  # fmt: skip
    assert (ran.code, ran.out) == (
        0,
        f"#4: message to dan@new.test, cat@new.test by support, {SOON}\n",
    )
    assert "no engine is running" in ran.err
    found = shown(filled, 4)
    assert (found["subject"], found["state"], found["contact"]["name"]) == (
        "Our offer",
        "waiting",
        "Dan",
    )
    (sent,) = found["messages"]
    assert sent["cc"] == [{"name": "Cat", "address": "cat@new.test"}]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("new", "telegram:78", "hi"), 1, "the contact never wrote to bot"),
        (("new", "nobody", "hi"), 1, "no contact is called so"),
        (("new", "dan@e.org", "hi", "--via", "fax"), 1, "there is no channel fax"),
        (("new", "dan@e.org", "hi", "--cc", "dan"), 2, "'dan' is no address"),
        (("forward", "1", "hi"), 2, "give --to ADDRESS"),
        (("forward", "1", "--to", "ann@customers.test"), 1, "the customer's own address"),
        (("forward", "9", "--to", "bob@e.org"), 1, "there is no received message in [#9]"),
        (("forward", "1", "--to", "bob@e.org", "--message", "2"), 1, "does not stand in [#1]"),
    ],
)
def test_what_cannot_be_written_is_refused(
    filled: Cli, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = filled(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert len(filled("list", "--view", "all", "-o", "json").objects) == 3


def test_forward_passes_the_last_letter_on_with_its_files(filled: Cli, tmp_path: Path) -> None:
    ran = filled("forward", "3", "--to", "bob@supplier.test", "--text", "Is it covered?")
    assert (ran.code, ran.out) == (0, f"message 3 to bob@supplier.test by support, {SOON}\n")
    sent = shown(filled, 3)["messages"][-1]
    assert sent["subject"] == "Fwd: Счёт [#3]"
    assert sent["text"].startswith("Is it covered?\n\n---------- Forwarded message")
    assert [one["name"] for one in sent["attachments"]] == ["photo.jpg"]
    assert shown(filled, 3)["state"] == "open", "the customer waits as before"
    more = tmp_path / "more.txt"
    more.write_text("x")
    filled("forward", "3", "--to", "bob@e.org", "--attach", more)
    filled("forward", "3", "--to", "bob@e.org", "--no-files")
    files = [[f["name"] for f in m["attachments"]] for m in shown(filled, 3)["messages"][-2:]]
    assert files == [["photo.jpg", "more.txt"], []]


def test_the_other_channels_are_told_the_same(filled: Cli) -> None:
    filled("contact", "merge", "mailto:ann@customers.test", "telegram:77")
    filled("merge", "1", "2")
    assert filled("reply", "1", "Yes.", "--via", "support").code == 0
    ran = filled("tell-elsewhere", "1", "Answered by letter.")
    assert (ran.code, ran.out) == (0, f"message to 77 by bot, {SOON}\n")
    again = filled("tell-elsewhere", "1", "Answered by letter.")
    assert (again.code, again.err) == (1, "nothing waits for an answer in #1\n")


def test_conversations_that_may_be_one_are_listed_until_somebody_says_never(filled: Cli) -> None:
    assert filled("suggestions").err == "no two conversations look like one\n"
    now = datetime.now(UTC)
    written(
        filled,
        lambda tx: tx.suggest("conversation", 3, 1, reason="the same words", score=0.8, at=now),
    )
    found = filled.program("suggestions", "-o", "json").object
    assert {found["one"]["number"], found["other"]["number"]} == {1, 3}
    assert (found["what"], found["reason"], found["score"]) == (
        "conversation",
        "the same words",
        0.8,
    )
    assert filled("suggestions").out == "#1 Ann Smith = #3 Иван? the same words\n"
    said = filled("never", "1", "3")
    assert (said.code, said.out) == (0, "conversations 1 and 3 are not suggested as one again\n")
    assert filled("suggestions").out == ""
    assert filled("undo").code == 0
    assert len(filled("suggestions", "-o", "json").objects) == 1


def test_contacts_that_are_two_are_not_suggested_again(filled: Cli) -> None:
    now = datetime.now(UTC)
    written(filled, lambda tx: tx.suggest("contact", 1, 2, reason="a name", score=0.9, at=now))
    assert filled("contact", "suggestions").out != ""
    ran = filled("contact", "never", "mailto:ann@customers.test", "telegram:77")
    assert (ran.code, ran.out) == (0, "Ann Smith and Kirill are not suggested as one again\n")
    assert filled("contact", "suggestions").out == ""
    assert "there is no such contact: 99" in filled("contact", "never", "1", "99").err
    assert filled("never", "1", "99").code == 1


def test_a_chat_is_begun_with_whoever_wrote(filled: Cli) -> None:
    ran = filled("new", "telegram:77", "Good news", "--via", "bot")
    assert (ran.code, ran.out.partition(",")[0]) == (0, "#4: message to 77 by bot")


def test_what_is_passed_on_is_told_in_json(filled: Cli) -> None:
    assert filled("forward", "1", "Look", "--to", "bob@e.org").code == 0
    came, passed = shown(filled, 1)["messages"]
    assert (came["forwards"], passed["forwards"]) == (None, came["id"])
