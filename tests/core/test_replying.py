"""An automatic answer goes to a person who wrote, once, and to nobody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.channel import Incoming
from omnidesk.core.model import Address, Bounce, Direction, Handle
from omnidesk.core.replying import Facts, ReplyRules, why_silent
from omnidesk.core.silence import no_reply

RULES = ReplyRules(own=frozenset({"support@desk.example", "sales@desk.example"}))
KEYED = "support+12.nonce.aaaaaaaaaaaaaaaa@desk.example"


def letter(address: str = "ann@example.org", **more: Any) -> Incoming:
    given: dict[str, Any] = {
        "external_id": "1",
        "raw": b"",
        "handle": Handle("mailto", address),
        "sender": Address("Ann", address),
        "to": (Address("", "support@desk.example"),),
        "subject": "Broken",
        "text": "It does not start.",
    }
    return Incoming(**(given | more))


def test_a_person_who_writes_is_answered() -> None:
    assert why_silent(letter(), Facts(), RULES) is None


def test_a_person_who_writes_in_a_chat_is_answered() -> None:
    chat = letter(handle=Handle("telegram", "1234"), sender=Address("Ann", "1234"))
    assert why_silent(chat, Facts(), RULES) is None


BOUNCE = Bounce(recipients=("ann@example.org",), status="5.1.1", permanent=True)


@pytest.mark.parametrize(
    ("says", "incoming", "reason"),
    [
        ("an automatic letter", letter(automatic="auto-replied"), "it is automatic: auto-replied"),
        ("a bounce", letter(bounce=BOUNCE), "it is a delivery report"),
        ("a bounce without a status", letter(bounced_ids=("<a@b>",)), "it is a delivery report"),
        ("what cannot be read", letter(unreadable="no end"), "it could not be read"),
        ("what an agent wrote", letter(direction=Direction.OUT), "it is our own message"),
        ("a letter from nobody", letter(handle=None), "nobody is named to answer to"),
        (
            "our own address",
            letter("sales@desk.example"),
            "sales@desk.example is our own address",
        ),
        ("our own address with a key", letter(KEYED), f"{KEYED} is our own address"),
        (
            "our own address in other case",
            letter(sender=Address("", "Sales@Desk.Example")),
            "sales@desk.example is our own address",
        ),
        (
            "our own address as Reply-To",
            letter(reply_to=(Address("", "support@desk.example"),)),
            "support@desk.example is our own address",
        ),
        ("no-reply", letter("no-reply@x.example"), "nobody reads no-reply@x.example"),
        (
            "no-reply as Reply-To",
            letter(reply_to=(Address("", "noreply@x.example"),)),
            "nobody reads noreply@x.example",
        ),
        (
            "mailer-daemon",
            letter("mailer-daemon@x.example"),
            "nobody reads mailer-daemon@x.example",
        ),
        ("postmaster", letter("postmaster@x.example"), "postmaster@x.example is a machine's"),
        ("a list's owner", letter("owner-talk@x.example"), "owner-talk@x.example is a machine's"),
        (
            "a list's requests",
            letter("talk-request@x.example"),
            "talk-request@x.example is a machine's",
        ),
        ("a bounce address", letter("bounce+7=a@x.example"), "bounce+7=a@x.example is a machine's"),
        ("the empty sender", letter("@x.example"), "@x.example is a machine's"),
    ],
)
def test_some_messages_are_never_answered(says: str, incoming: Incoming, reason: str) -> None:
    assert why_silent(incoming, Facts(), RULES) == reason, says


@pytest.mark.parametrize(
    ("says", "facts", "reason"),
    [
        (
            "a conversation is acknowledged once",
            Facts(acknowledged=True),
            "this conversation has had its automatic answer",
        ),
        (
            "three an hour are enough",
            Facts(last_hour=3),
            "3 automatic answers went there within the hour",
        ),
        ("two an hour leave one", Facts(last_hour=2), None),
        (
            "five without a person's word are enough",
            Facts(unanswered=5),
            "5 automatic answers went there, and no person has written since",
        ),
        ("what lay there before", Facts(backlog=True), "it was there before the desk was"),
        ("a copy", Facts(copy=True), "it is a copy of a letter that is here"),
    ],
)
def test_what_went_before_silences(says: str, facts: Facts, reason: str | None) -> None:
    assert why_silent(letter(), facts, RULES) == reason, says


def test_nothing_is_answered_where_answers_are_off() -> None:
    assert (
        why_silent(letter(), Facts(), replace(RULES, enabled=False)) == "automatic answers are off"
    )


@given(
    st.builds(
        Facts,
        acknowledged=st.booleans(),
        last_hour=st.integers(0, 10),
        unanswered=st.integers(0, 10),
        backlog=st.booleans(),
        copy=st.booleans(),
    ),
    st.booleans(),
)
def test_more_history_never_makes_a_silent_desk_speak(facts: Facts, automatic: bool) -> None:
    incoming = letter(automatic="list" if automatic else None)
    if why_silent(incoming, facts, RULES):
        more = replace(facts, last_hour=facts.last_hour + 1, unanswered=facts.unanswered + 1)
        assert why_silent(incoming, more, RULES)


class Desk:
    """A desk that acknowledges what it is sent, and counts."""

    def __init__(self, address: str, *, flags: bool) -> None:
        self.rules = ReplyRules(own=frozenset({address}))
        self.address, self.flags = address, flags
        self.acknowledged: set[str] = set()
        self.sent: Counter[str] = Counter()

    def take(self, incoming: Incoming, conversation: str, hour: int) -> Incoming | None:
        assert incoming.sender
        peer = incoming.sender.address
        facts = Facts(
            acknowledged=conversation in self.acknowledged,
            last_hour=self.sent[f"{peer} {hour}"],
            unanswered=self.sent[peer],
        )
        if why_silent(incoming, facts, self.rules):
            return None
        self.acknowledged.add(conversation)
        self.sent[peer] += 1
        self.sent[f"{peer} {hour}"] += 1
        return letter(self.address, automatic="auto-replied" if self.flags else None)


@pytest.mark.parametrize(
    ("says", "flags", "threads", "letters"),
    [
        ("marked answers are not answered", True, True, 1),
        ("without marks the one conversation ends it", False, True, 2),
        ("without marks and threads the count since a person ends it", False, False, 10),
    ],
)
def test_two_desks_that_write_to_each_other_stop_by_themselves(
    says: str, flags: bool, threads: bool, letters: int
) -> None:
    here, there = Desk("a@one.example", flags=flags), Desk("b@two.example", flags=flags)
    flying = letter(there.address)
    for turn in range(10_000):
        taker = (here, there)[turn % 2]
        answer = taker.take(flying, "one" if threads else str(turn), hour=turn // 4)
        if answer is None:
            assert turn == letters, says
            return
        flying = answer
    pytest.fail(f"10,000 letters later they still write: {says}")


@pytest.mark.parametrize(
    ("address", "silent"),
    [
        ("noreply@example.org", True),
        ("No-Reply@example.org", True),
        ("do_not_reply@example.org", True),
        ("shop.noreply+77@example.org", True),
        ("bounces@example.org", True),
        ("mailer-daemon@example.org", True),
        ("ann@example.org", False),
        ("reply@example.org", False),
        ("ann@noreply.example.org", False),
        ("+79161234567", False),
        ("", False),
    ],
)
def test_addresses_that_nobody_reads_are_known(address: str, silent: bool) -> None:
    assert no_reply(address) is silent
