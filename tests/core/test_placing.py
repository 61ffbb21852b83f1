"""A message stands where it belongs, says why, and no stranger gets in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.channel import Incoming, IncomingFile
from omnidesk.core.model import (
    Address,
    Attachment,
    Bounce,
    Contact,
    Conversation,
    Direction,
    Handle,
    Known,
    KnownHandle,
    Message,
    Row,
    State,
)
from omnidesk.core.placing import Placed, PlacingRules, Placings, place
from omnidesk.core.signing import keyed_address, make_key
from omnidesk.core.store import Reads, Seen

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DESK_KEY, FOREIGN_KEY = b"k" * 32, b"f" * 32
SUPPORT = "support@desk.example"
LETTERS = PlacingRules(
    channel="support", desk_key=DESK_KEY, own=frozenset({SUPPORT, "sales@desk.example"})
)
CHAT = replace(LETTERS, channel="shop-bot", joins=True)

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@evil.example"
ANN_AT_HOME, BOB_AT_HOME = "ann@home.example", "bob@home.example"
KEY = make_key(DESK_KEY, 12, "one")
TO_KEY = (Address("", keyed_address(SUPPORT, KEY)),)
OURS, HERS = f"<{KEY}@desk.example>", "<hers@example.org>"
"""Our letter and Ann's letter before it, both in conversation 12."""


@dataclass
class Here:
    """A desk in memory: what the rules may ask of a store, and how often they do."""

    contacts: dict[int, Contact] = field(default_factory=dict)
    conversations: dict[int, Conversation] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def seen_message_ids(self, ids: Sequence[str]) -> dict[str, list[Seen]]:
        self.asked["seen_message_ids"] += 1
        found: dict[str, list[Seen]] = {}
        for message in self.messages.values():
            if message.message_id in ids:
                found.setdefault(str(message.message_id), []).append(_seen(message))
        return found

    def seen_key(self, key: str) -> Seen | None:
        self.asked["seen_key"] += 1
        return _seen(self.messages[self.keys[key]]) if key in self.keys else None

    def seen_external(self, channel: str, external_id: str) -> Seen | None:
        self.asked["seen_external"] += 1
        place = (channel, external_id)
        every = self.messages.values()
        return next((_seen(m) for m in every if (m.channel, m.external_id) == place), None)

    def seen_last_out(self, channel: str, handle: Handle) -> Seen | None:
        self.asked["seen_last_out"] += 1
        out = [m for m in self.messages.values() if m.direction is Direction.OUT]
        there = [m for m in out if (m.channel, m.handle) == (channel, handle)]
        return _seen(max(there, key=lambda m: m.id)) if there else None

    def message(self, id: int) -> Message | None:
        self.asked["message"] += 1
        return self.messages.get(id)

    def conversation(self, number: int) -> Conversation | None:
        self.asked["conversation"] += 1
        return self.conversations.get(number)

    def kept_by(self, number: int) -> int:
        self.asked["kept_by"] += 1
        return self.merged.get(number, number)

    def participants(self, number: int) -> frozenset[str]:
        self.asked["participants"] += 1
        owner = self.contacts[self.conversations[number].contact]
        found = {str(known.handle) for known in owner.handles}
        for message in self.messages.values():
            if message.conversation == number:
                found |= {str(message.handle)} if message.handle else set()
                found |= {f"mailto:{a.address}" for a in (*message.to, *message.cc)}
        return frozenset(found)

    def contact(self, id: int) -> Contact | None:
        self.asked["contact"] += 1
        return self.contacts.get(id)

    def open_conversation_of(self, contact: int) -> Conversation | None:
        self.asked["open_conversation_of"] += 1
        return next((c for c in self._of(contact) if c.state is not State.CLOSED), None)

    def conversations_of(self, contact: int, *, limit: int = 50) -> list[Row]:
        self.asked["conversations_of"] += 1
        return [_row(c) for c in self._of(contact)[:limit]]

    def _of(self, contact: int) -> list[Conversation]:
        theirs = [c for c in self.conversations.values() if c.contact == contact]
        return sorted(theirs, key=lambda c: c.last_at, reverse=True)


def a_store_answers_what_placing_asks(reads: Reads) -> Placings:
    """Holds for the type checker: a transaction can be handed to `place` as it is."""
    return reads


def _seen(m: Message) -> Seen:
    return Seen(
        id=m.id,
        conversation=m.conversation,
        channel=m.channel,
        direction=m.direction,
        handle=m.handle,
        message_id=m.message_id,
        subject=m.subject,
        received_at=m.received_at,
        text_size=len(m.text),
    )


def _row(c: Conversation) -> Row:
    return Row(
        number=c.number,
        rank=0,
        state=c.state,
        channel="support",
        assignee=None,
        name="",
        subject=c.subject,
        snippet="",
        unread=False,
        failed=0,
        priority=0,
        waiting_since=None,
        last_at=c.last_at,
    )


def person(id: int, *addresses: str) -> Contact:
    handles = tuple(
        KnownHandle(
            handle=Handle("mailto" if "@" in a else "telegram", a),
            known=Known.SEEN,
            name="",
            first_seen=NOW,
        )
        for a in addresses
    )
    return Contact(id=id, name="", created_at=NOW, handles=handles)


def talk(number: int, contact: int, subject: str = "Broken kettle", **more: Any) -> Conversation:
    given: dict[str, Any] = {
        "number": number,
        "contact": contact,
        "subject": subject,
        "state": State.OPEN,
        "assignee": None,
        "priority": 0,
        "unread": False,
        "waiting_since": None,
        "snoozed_until": None,
        "last_at": NOW - 2 * DAY,
        "created_at": NOW - 9 * DAY,
        "closed_at": None,
    }
    return Conversation(**(given | more))


def said(id: int, conversation: int, **more: Any) -> Message:
    given: dict[str, Any] = {
        "id": id,
        "conversation": conversation,
        "channel": "support",
        "direction": Direction.IN,
        "sender": Address("Ann", ANN),
        "handle": Handle("mailto", ANN),
        "author": None,
        "to": (Address("", SUPPORT),),
        "subject": "Broken kettle",
        "text": "It does not boil.",
        "received_at": NOW - 2 * DAY,
    }
    return Message(**(given | more))


def here(**changes: Any) -> Here:
    """Ann, who has two addresses and a chat, wrote with Bob in Cc; we answered: number 12."""
    first = said(1, 12, message_id=HERS, external_id="h1", cc=(Address("", BOB),))
    answer = said(
        2,
        12,
        direction=Direction.OUT,
        sender=Address("Support", SUPPORT),
        to=(Address("", ANN),),
        message_id=OURS,
        external_id="o2",
        subject="Re: Broken kettle [#12]",
        text="Is it plugged in?",
    )
    thanks = said(4, 12, to=TO_KEY, text="Yes.")
    return Here(
        contacts={
            1: person(1, ANN, ANN_AT_HOME, "77"),
            2: person(2, EVE),
            3: person(3, BOB, BOB_AT_HOME),
        },
        conversations={12: talk(12, 1, **changes), 13: talk(13, 2, "Invoice")},
        messages={1: first, 2: answer, 4: thanks},
        keys={KEY: 2},
    )


def letter(address: str = ANN, **more: Any) -> Incoming:
    given: dict[str, Any] = {
        "external_id": "new",
        "raw": b"",
        "handle": Handle("mailto", address),
        "sender": Address("", address),
        "to": (Address("", SUPPORT),),
        "subject": "Re: Broken kettle",
        "text": "Yes, it is.",
        "message_id": "<new@example.org>",
    }
    return Incoming(**(given | more))


def line(**more: Any) -> Incoming:
    given: dict[str, Any] = {
        "handle": Handle("telegram", "77"),
        "sender": Address("Ann", "77"),
        "to": (),
        "subject": "",
        "message_id": None,
    }
    return letter(**(given | more))


def contact_of(desk: Here, incoming: Incoming) -> int | None:
    for contact in desk.contacts.values():
        if incoming.handle in {known.handle for known in contact.handles}:
            return contact.id
    return None


def placed(desk: Here, incoming: Incoming, rules: PlacingRules = LETTERS) -> Placed:
    return place(incoming, contact_of(desk, incoming), desk, NOW, rules)


@pytest.mark.parametrize(
    ("says", "incoming", "why"),
    [
        (
            "a key in the address it was sent to",
            letter(to=TO_KEY, subject=""),
            "answers our letter of 12 Sep",
        ),
        ("a key in Cc", letter(cc=TO_KEY), "answers our letter of 12 Sep"),
        ("a reference to our letter", letter(references=(OURS,)), "answers our letter of 12 Sep"),
        ("a reference to his own", letter(references=(HERS,)), "follows the letter of 12 Sep"),
        (
            "the newest of several references that is known",
            letter(references=(HERS, OURS, "<lost@example.org>")),
            "answers our letter of 12 Sep",
        ),
        (
            "the root of a very long chain",
            letter(references=(HERS, *(f"<{n}@x>" for n in range(500)))),
            "follows the letter of 12 Sep",
        ),
        (
            "the number in the subject",
            letter(subject="AW: kettle [#12]"),
            "[#12] in the subject",
        ),
        (
            "a second address of the same contact with a reference",
            letter(ANN_AT_HOME, references=(OURS,)),
            "answers our letter of 12 Sep",
        ),
        (
            "a second address of the same contact with the number",
            letter(ANN_AT_HOME, subject="[#12]"),
            "[#12] in the subject",
        ),
        (
            "somebody from Cc who answers",
            letter(BOB, references=(HERS,)),
            "follows the letter of 12 Sep",
        ),
        (
            "a second address of somebody from Cc",
            letter(BOB_AT_HOME, references=(HERS,)),
            "follows the letter of 12 Sep",
        ),
        (
            "an answer without a subject",
            letter(references=(OURS,), subject=""),
            "answers our letter of 12 Sep",
        ),
        (
            "an answer whose subject a gateway has marked",
            letter(references=(OURS,), subject="[EXTERNAL] Re: broken KETTLE"),
            "answers our letter of 12 Sep",
        ),
        (
            "another subject that names the number",
            letter(references=(OURS,), subject="Thermos flask [#12]"),
            "answers our letter of 12 Sep",
        ),
        (
            "an automatic answer, whatever its subject",
            letter(references=(OURS,), subject="I am away", automatic="auto-replied"),
            "answers our letter of 12 Sep",
        ),
    ],
)
def test_who_takes_part_comes_in_by_a_clue(says: str, incoming: Incoming, why: str) -> None:
    assert placed(here(), incoming) == Placed(conversation=12, why=why), says


def test_somebody_from_cc_comes_in_before_he_is_a_contact() -> None:
    incoming = letter(BOB, references=(HERS,))
    assert place(incoming, None, here(), NOW, LETTERS).conversation == 12


def test_a_key_serves_when_its_letter_is_not_stored_yet() -> None:
    key = make_key(DESK_KEY, 12, "unsent")
    found = placed(here(), letter(references=(f"<{key}@desk.example>",)))
    assert (found.conversation, found.why) == (12, "answers our letter, by its reply key")


def test_a_key_follows_its_letter_into_another_conversation() -> None:
    desk = here()
    desk.conversations[20] = talk(20, 1)
    desk.messages[2] = replace(desk.messages[2], conversation=20)
    assert placed(desk, letter(to=TO_KEY)).conversation == 20
    assert placed(desk, letter(references=(OURS,))).conversation == 20


@pytest.mark.parametrize(
    "incoming", [letter(subject="[#11]"), letter(to=(Address("", "x+11.a.b@y"),), subject="[#11]")]
)
def test_a_merged_conversation_is_found_under_its_old_number(incoming: Incoming) -> None:
    desk = here()
    desk.conversations[11] = talk(11, 1, state=State.CLOSED)
    desk.merged[11] = 12
    assert placed(desk, incoming).conversation == 12


def test_a_copy_of_a_letter_in_a_merged_conversation_stands_in_the_kept_one() -> None:
    desk = here(state=State.CLOSED)
    desk.conversations[20] = talk(20, 1)
    desk.merged[12] = 20
    found = placed(desk, letter(**COPY))
    assert (found.conversation, found.copy_of) == (20, 1)


FORGED = make_key(FOREIGN_KEY, 12, "one")


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("a key", letter(EVE, to=TO_KEY)),
        ("a signed reference", letter(EVE, references=(OURS,))),
        ("a reference to a customer's letter", letter(EVE, references=(HERS,))),
        ("a number in the subject", letter(EVE, subject="Re: Broken kettle [#12]")),
        ("all of them", letter(EVE, to=TO_KEY, references=(HERS, OURS), subject="[#12]")),
        (
            "Cc to a participant",
            letter(EVE, references=(OURS,), cc=(Address("", ANN),)),
        ),
        (
            "a participant's name",
            letter(EVE, references=(OURS,), sender=Address(ANN, EVE)),
        ),
        (
            "a Reply-To of a participant",
            letter(EVE, references=(OURS,), reply_to=(Address("", ANN),)),
        ),
        (
            "an automatic letter",
            letter(EVE, references=(OURS,), automatic="auto-replied"),
        ),
        ("nobody we know", letter("new@evil.example", references=(OURS,))),
        ("nobody at all", letter(references=(OURS,), handle=None, sender=None)),
        ("our own address in From", letter(SUPPORT, references=(OURS,))),
        ("our keyed address in From", letter(TO_KEY[0].address, references=(OURS,))),
        (
            "our own address in From, in other case",
            letter(sender=Address("", SUPPORT.upper()), references=(OURS,)),
        ),
    ],
)
def test_a_stranger_is_kept_out_linked_and_marked(says: str, incoming: Incoming) -> None:
    found = placed(here(), incoming)
    assert found.conversation is None, says
    assert found.linked == 12, says
    assert found.marked, says
    assert "does not take part in [#12]" in found.marked, says
    assert found.why.startswith("kept out of [#12]"), says


NOT_PROVEN = "DMARC failed at mx.example.ru"


def unproven(address: str = ANN, **more: Any) -> Incoming:
    return letter(address, **({"unproven": NOT_PROVEN} | more))


@pytest.mark.parametrize(
    ("says", "incoming", "clue"),
    [
        ("a key", unproven(to=TO_KEY), "answers our letter of 12 Sep"),
        ("our letter's Message-ID", unproven(references=(OURS,)), "answers our letter of 12 Sep"),
        ("her own Message-ID", unproven(references=(HERS,)), "follows the letter of 12 Sep"),
        ("the number", unproven(subject="Re: Broken kettle [#12]"), "[#12] in the subject"),
        ("her second address", unproven(ANN_AT_HOME, subject="[#12]"), "[#12] in the subject"),
        ("somebody from Cc", unproven(BOB, references=(OURS,)), "answers our letter of 12 Sep"),
        (
            "another subject",
            unproven(references=(OURS,), subject="Thermos flask"),
            "answers our letter of 12 Sep",
        ),
        (
            "an automatic letter",
            unproven(references=(OURS,), automatic="auto-replied"),
            "answers our letter of 12 Sep",
        ),
        (
            "our own address, as if it came back",
            unproven(SUPPORT, message_id=OURS, direction=Direction.OUT, references=(HERS,)),
            "follows the letter of 12 Sep",
        ),
        ("a stranger", unproven(EVE, references=(OURS,)), "answers our letter of 12 Sep"),
        (
            "a letter of hers once more, and a word behind its footer",
            unproven(message_id=HERS, text="It does not boil.\n__\nPay me.", references=(OURS,)),
            "answers our letter of 12 Sep",
        ),
        (
            "a delivery report in her name",
            unproven(bounced_ids=(OURS,), references=(OURS,)),
            "answers our letter of 12 Sep",
        ),
        (
            "a delivery report in our name",
            unproven(SUPPORT, bounced_ids=(OURS,), references=(OURS,)),
            "answers our letter of 12 Sep",
        ),
    ],
)
def test_whose_address_is_not_proven_never_comes_in_whoever_he_says_he_is(
    says: str, incoming: Incoming, clue: str
) -> None:
    assert placed(here(), incoming) == Placed(
        why=f"kept out of [#12]: {clue}, but nothing proves who wrote it",
        linked=12,
        marked=f"the sender's address is not proven: {NOT_PROVEN}",
    ), says


def test_whose_address_is_not_proven_does_not_join_what_the_contact_is_talking_about() -> None:
    incoming = line(unproven="the provider does not vouch for it")
    found = placed(here(last_at=NOW), incoming, CHAT)
    assert (found.conversation, found.linked) == (None, 12)
    assert found.marked == "the sender's address is not proven: the provider does not vouch for it"


def test_whose_address_is_not_proven_begins_as_anybody_does_but_is_marked() -> None:
    found = placed(here(), unproven(subject="Thermos flask"))
    assert found == Placed(
        why="starts a new conversation",
        marked=f"the sender's address is not proven: {NOT_PROVEN}",
    )


def test_a_delivery_report_of_a_machine_needs_no_proof() -> None:
    report = letter("mailer-daemon@mx.example", unproven=NOT_PROVEN, bounced_ids=(OURS,))
    assert placed(here(), report) == Placed(conversation=12, why="reports on our letter of 12 Sep")


@pytest.mark.parametrize("address", [FORGED + "@desk.example", f"support+{FORGED}@desk.example"])
def test_a_forged_key_is_no_clue_at_all(address: str) -> None:
    incoming = letter(EVE, to=(Address("", address),), references=(f"<{address}>",))
    found = placed(here(), incoming)
    assert (found.conversation, found.linked) == (None, None)
    assert found.why == "answers a message that is not here"


def test_a_stranger_who_was_kept_out_goes_on_in_his_own_conversation() -> None:
    desk = here()
    desk.messages[3] = said(3, 13, message_id="<e1@evil>", handle=Handle("mailto", EVE))
    found = placed(desk, letter(EVE, references=(OURS, "<e1@evil>")))
    assert (found.conversation, found.marked) == (13, None)


def test_an_unknown_number_is_no_clue() -> None:
    found = placed(here(), letter(subject="Order [#999]"))
    assert found == Placed(why="starts a new conversation")


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("a reference", letter(references=(OURS,), subject="Thermos flask")),
        ("a key from the address book", letter(to=TO_KEY, subject="Thermos flask")),
        ("a second address", letter(ANN_AT_HOME, references=(HERS,), subject="Thermos flask")),
    ],
)
def test_a_really_different_subject_opens_a_new_linked_conversation(
    says: str, incoming: Incoming
) -> None:
    found = placed(here(), incoming)
    assert (found.conversation, found.linked, found.marked) == (None, 12, None), says
    assert found.why.startswith("a new subject, though it "), says


def test_a_new_subject_is_linked_to_his_own_conversation_and_not_to_a_strangers() -> None:
    desk = here()
    desk.messages[3] = said(3, 13, message_id="<e1@evil>", handle=Handle("mailto", EVE))
    incoming = letter(references=(OURS, "<e1@evil>"), subject="Thermos flask")
    found = placed(desk, incoming)
    assert (found.conversation, found.linked, found.marked) == (None, 12, None)


def test_a_conversation_that_an_agent_renamed_still_takes_answers_to_its_letters() -> None:
    desk = here(subject="KT-100 does not heat")
    assert placed(desk, letter(references=(OURS,))).conversation == 12
    assert placed(desk, letter(references=(OURS,), subject="Re: KT-100 does not heat")).conversation


def test_an_older_reference_with_the_same_subject_goes_before_a_newer_one_with_another() -> None:
    desk = here()
    desk.conversations[20] = talk(20, 1, "Thermos flask")
    desk.messages[3] = said(3, 20, message_id="<flask@example.org>", subject="Thermos flask")
    assert placed(desk, letter(references=(OURS, "<flask@example.org>"))).conversation == 12


@pytest.mark.parametrize(
    ("says", "closed", "incoming", "conversation", "linked", "reopened"),
    [
        ("soon after", DAY, letter(references=(OURS,)), 12, None, True),
        ("to the last moment", 14 * DAY, letter(references=(OURS,)), 12, None, True),
        ("later", 14 * DAY + timedelta(seconds=1), letter(references=(OURS,)), None, 12, False),
        ("later, by its number", 30 * DAY, letter(subject="[#12]"), None, 12, False),
        ("soon, by its number", DAY, letter(subject="[#12]"), 12, None, True),
        ("with a clock that went back", -DAY, letter(references=(OURS,)), 12, None, True),
        (
            "a machine never reopens",
            DAY,
            letter(references=(OURS,), automatic="auto-replied"),
            12,
            None,
            False,
        ),
        (
            "a machine opens nothing later either",
            30 * DAY,
            letter(references=(OURS,), automatic="auto-replied"),
            12,
            None,
            False,
        ),
    ],
)
def test_a_closed_conversation_reopens_for_a_while(
    says: str,
    closed: timedelta,
    incoming: Incoming,
    conversation: int | None,
    linked: int | None,
    reopened: bool,
) -> None:
    found = placed(here(state=State.CLOSED, closed_at=NOW - closed), incoming)
    assert (found.conversation, found.linked, found.reopened) == (
        conversation,
        linked,
        reopened,
    ), says
    assert found.marked is None, says


def test_what_was_closed_long_ago_is_named_with_its_day() -> None:
    desk = here(state=State.CLOSED, closed_at=datetime(2025, 12, 31, tzinfo=UTC))
    found = placed(desk, letter(subject="[#12]"))
    assert found.why == "[#12] in the subject, but [#12] was closed 31 Dec 2025"


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("says", "changes", "conversation", "linked", "reopened", "why"),
    [
        (
            "soon after a letter: the conversation of the letter",
            {"last_at": NOW - HOUR},
            12,
            None,
            False,
            "the contact's conversation, last active 60 min ago",
        ),
        (
            "one that waits for him",
            {"last_at": NOW - 3 * HOUR, "state": State.WAITING},
            12,
            None,
            False,
            "the contact's conversation, last active 3 h ago",
        ),
        (
            "one that is snoozed",
            {"last_at": NOW - HOUR, "state": State.SNOOZED},
            12,
            None,
            False,
            None,
        ),
        ("to the last moment", {"last_at": NOW - 24 * HOUR}, 12, None, False, None),
        (
            "after the window: a new one, linked",
            {"last_at": NOW - 72 * HOUR},
            None,
            12,
            False,
            "after a pause: [#12] was last active 11 Sep",
        ),
        (
            "thanks after it was closed",
            {"last_at": NOW - HOUR, "state": State.CLOSED, "closed_at": NOW - HOUR},
            12,
            None,
            True,
            "the contact's conversation, closed but last active 60 min ago",
        ),
        (
            "long after it was closed",
            {"last_at": NOW - 48 * HOUR, "state": State.CLOSED, "closed_at": NOW - HOUR},
            None,
            12,
            False,
            None,
        ),
    ],
)
def test_a_chat_joins_what_the_contact_is_talking_about_on_whatever_channel(
    says: str,
    changes: dict[str, Any],
    conversation: int | None,
    linked: int | None,
    reopened: bool,
    why: str | None,
) -> None:
    found = placed(here(**changes), line(), CHAT)
    assert (found.conversation, found.linked, found.reopened) == (
        conversation,
        linked,
        reopened,
    ), says
    assert why is None or found.why == why, says


def test_a_chat_joins_the_latest_of_several_and_no_closed_one_before_an_open_one() -> None:
    desk = here(last_at=NOW - 2 * HOUR)
    desk.conversations[20] = talk(20, 1, last_at=NOW - HOUR)
    desk.conversations[21] = talk(21, 1, last_at=NOW, state=State.CLOSED, closed_at=NOW)
    assert placed(desk, line(), CHAT).conversation == 20


def test_a_stale_open_one_does_not_hide_what_was_closed_a_minute_ago() -> None:
    desk = here(last_at=NOW - 9 * DAY)
    desk.conversations[20] = talk(20, 1, state=State.CLOSED, closed_at=NOW, last_at=NOW)
    found = placed(desk, line(), CHAT)
    assert (found.conversation, found.reopened) == (20, True)


def test_a_chat_never_joins_another_contacts_conversation() -> None:
    desk = here(last_at=NOW)
    assert placed(desk, line(handle=Handle("telegram", "78")), CHAT) == Placed(
        why="from somebody new"
    )


def told(id: int, conversation: int) -> Message:
    """What we wrote into Ann's chat."""
    return said(
        id,
        conversation,
        channel="shop-bot",
        direction=Direction.OUT,
        handle=Handle("telegram", "77"),
        external_id=f"77:{id}",
    )


def test_a_chat_goes_on_where_we_wrote_to_it_last_whatever_came_by_letter_since() -> None:
    desk = here(last_at=NOW - 2 * HOUR)
    desk.conversations[20] = talk(20, 1, "Invoice", last_at=NOW)
    assert placed(desk, line(), CHAT).conversation == 20
    desk.messages[5] = told(5, 12)
    found = placed(desk, line(), CHAT)
    assert found == Placed(
        conversation=12, why="where our last message here stands, last active 2 h ago"
    )
    assert placed(desk, line(), replace(CHAT, channel="other-bot")).conversation == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"last_at": NOW - 9 * DAY},
        {"state": State.CLOSED, "closed_at": NOW, "last_at": NOW},
    ],
)
def test_a_chat_does_not_go_on_with_what_is_settled_or_long_past(changes: dict[str, Any]) -> None:
    desk = here(**changes)
    desk.messages[5] = told(5, 12)
    desk.conversations[20] = talk(20, 1, "Invoice", last_at=NOW)
    assert placed(desk, line(), CHAT).conversation == 20


def test_a_letter_joins_nothing_by_time_alone() -> None:
    found = placed(here(last_at=NOW), letter(subject="Thermos flask"))
    assert found == Placed(why="starts a new conversation")


def test_a_chat_line_that_quotes_a_message_goes_to_its_conversation() -> None:
    desk = here(last_at=NOW - 9 * DAY)
    desk.conversations[20] = talk(20, 1, last_at=NOW)
    desk.messages[3] = said(3, 12, channel="shop-bot", external_id="77:5", subject="")
    found = placed(desk, line(answers="77:5"), CHAT)
    assert found == Placed(conversation=12, why="follows the message of 12 Sep")
    other_bot = replace(CHAT, channel="other-bot")
    assert placed(desk, line(answers="77:5"), other_bot).conversation == 20


def test_quoting_a_message_of_another_chat_opens_nothing() -> None:
    desk = here()
    desk.messages[3] = said(3, 12, channel="shop-bot", external_id="77:5", subject="")
    stranger = line(answers="77:5", handle=Handle("telegram", "78"))
    found = placed(desk, stranger, CHAT)
    assert (found.conversation, found.linked) == (None, 12)
    assert found.marked


COPY: dict[str, Any] = {
    "message_id": HERS,
    "text": "It does not boil.",
    "subject": "Broken kettle",
}


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("to another of our addresses", letter(**COPY)),
        ("wrapped otherwise", letter(**(COPY | {"text": "It does\r\nnot boil. \n"}))),
        ("with a list's footer", letter(**(COPY | {"text": "It does not boil.\n____\nA list"}))),
        ("with a list's tag", letter(**(COPY | {"subject": "[kettles] Broken kettle"}))),
        ("with its sender in other case", letter(**COPY, sender=Address("", "Ann@Example.org"))),
    ],
)
def test_the_same_letter_by_another_way_is_a_marked_copy(says: str, incoming: Incoming) -> None:
    found = placed(here(), incoming)
    assert (found.conversation, found.copy_of, found.marked) == (12, 1, "a copy"), says
    assert not found.reopened, says


FILE = IncomingFile(name="scan.pdf", media_type="application/pdf", size=9, content=b"x" * 9)


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("another text", letter(**(COPY | {"text": "It boils over."}))),
        ("more text", letter(**(COPY | {"text": "It does not boil. Nor does the other."}))),
        ("another subject", letter(**(COPY | {"subject": "Thermos flask"}))),
        ("another sender", letter(BOB, **COPY)),
        ("another file", letter(**COPY, files=(FILE,))),
        ("another date", letter(**COPY, sent_at=NOW)),
    ],
)
def test_two_different_letters_with_one_message_id_are_two(says: str, incoming: Incoming) -> None:
    desk = here()
    desk.messages[1] = replace(desk.messages[1], sent_at=NOW - 2 * DAY)
    found = placed(desk, incoming)
    assert (found.conversation, found.copy_of) == (None, None), says


def test_a_copy_with_its_file_is_a_copy() -> None:
    desk = here()
    file = Attachment(id=1, name="scan.pdf", media_type="", size=9, sha256="a")
    desk.messages[1] = replace(desk.messages[1], attachments=(file,))
    assert placed(desk, letter(**COPY, files=(FILE,))).copy_of == 1
    assert placed(desk, letter(**COPY)).copy_of is None


def test_a_thousand_letters_with_one_message_id_are_not_all_compared() -> None:
    desk = here()
    for id_ in range(100, 1100):
        desk.messages[id_] = said(id_, 12, message_id=HERS, text=f"number {id_}")
    placed(desk, letter(**(COPY | {"text": "yet another"})))
    assert desk.asked["message"] <= 5


DAEMON = "mailer-daemon@example.org"
GONE = Bounce(recipients=(ANN,), status="5.1.1", permanent=True)
LATE = Bounce(recipients=(ANN,), status="4.4.1", permanent=False)


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("by the letter's id", letter(DAEMON, bounce=GONE, bounced_ids=(OURS,))),
        ("by the id alone", letter(DAEMON, bounced_ids=(OURS,))),
        ("by a reference", letter(DAEMON, bounce=GONE, references=(OURS,))),
        ("by the key it was sent to", letter(DAEMON, bounce=GONE, to=TO_KEY)),
        ("from a sender who is nobody", letter(handle=None, sender=None, bounced_ids=(OURS,))),
        (
            "whatever its subject",
            letter(
                DAEMON, bounce=GONE, bounced_ids=(OURS,), subject="Undeliverable", automatic="x"
            ),
        ),
    ],
)
@pytest.mark.parametrize("closed", [None, NOW - 99 * DAY])
def test_a_bounce_goes_to_the_letter_that_bounced_and_reopens(
    says: str, incoming: Incoming, closed: datetime | None
) -> None:
    desk = here(state=State.CLOSED if closed else State.OPEN, closed_at=closed)
    found = placed(desk, incoming)
    why = "reports on our letter of 12 Sep"
    assert found == Placed(conversation=12, why=why, reopened=closed is not None), says


def test_a_delay_reopens_nothing() -> None:
    desk = here(state=State.CLOSED, closed_at=NOW)
    found = placed(desk, letter(DAEMON, bounce=LATE, bounced_ids=(OURS,)))
    assert (found.conversation, found.reopened) == (12, False)


@pytest.mark.parametrize("named", [HERS, "<nothing@x>", f"<{FORGED}@desk.example>"])
def test_a_bounce_of_what_we_did_not_send_is_a_conversation_of_its_own(named: str) -> None:
    found = placed(here(), letter(DAEMON, bounce=GONE, bounced_ids=(named,), subject="[#12]"))
    assert found == Placed(why="a delivery report that names no letter of ours")


def own(to: str = ANN, **more: Any) -> Incoming:
    given: dict[str, Any] = {
        "direction": Direction.OUT,
        "from_us": True,
        "handle": Handle("mailto", to),
        "sender": Address("Support", SUPPORT),
        "to": (Address("", to),),
    }
    return letter(**(given | more))


@pytest.mark.parametrize(
    ("says", "incoming"),
    [
        ("an answer from the phone", own(references=(HERS,))),
        ("one with another subject", own(references=(HERS,), subject="Thermos flask")),
        ("one that goes to an expert", own("expert@x.example", references=(HERS,))),
        ("one that answers nothing, to the same contact", own(subject="Hello")),
        ("one whose handle is our own", own(handle=Handle("mailto", SUPPORT), references=(HERS,))),
    ],
)
@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED])
def test_our_own_letter_joins_what_it_answers_and_reopens_nothing(
    says: str, incoming: Incoming, state: State
) -> None:
    desk = here(state=state, closed_at=NOW - DAY if state is State.CLOSED else None)
    found = place(incoming, 1 if incoming.to[0].address == ANN else None, desk, NOW, LETTERS)
    assert (found.conversation, found.reopened, found.marked) == (12, False, None), says
    assert found.why.startswith("written outside the desk"), says


def test_our_own_letter_to_somebody_new_is_a_new_conversation() -> None:
    found = placed(here(), own("new@x.example", subject="Hello"))
    assert found == Placed(why="written outside the desk")


@pytest.mark.parametrize(
    ("says", "forget"), [("its Message-ID is stored", False), ("only its key is yet", True)]
)
def test_the_sent_folders_copy_of_our_reply_is_a_copy_and_no_customers_message(
    says: str, forget: bool
) -> None:
    desk = here()
    if forget:
        desk.messages[2] = replace(desk.messages[2], message_id=None)
    found = placed(desk, own(message_id=OURS, text="Is it plugged in?\n-- \nSupport"))
    assert (found.conversation, found.copy_of, found.marked) == (12, 2, "a copy"), says


def test_a_sent_copy_whose_reply_is_lost_still_finds_its_conversation() -> None:
    desk = here()
    del desk.messages[2]
    desk.keys.clear()
    desk.conversations[20] = talk(20, 1, "Thermos flask", last_at=NOW)
    assert placed(desk, own(message_id=OURS, subject="x")).conversation == 12
    ours = (Address("", SUPPORT),)
    for elsewhere in (
        own("new@x.example", message_id=OURS, subject="x", cc=ours),
        own("new@x.example", message_id=OURS, subject="x", handle=Handle("mailto", SUPPORT)),
    ):
        assert placed(desk, elsewhere).conversation is None


def test_our_reply_that_reaches_another_of_our_mailboxes_is_a_marked_copy() -> None:
    found = placed(
        here(), letter(SUPPORT, message_id=OURS, to=(Address("", "sales@desk.example"),))
    )
    assert (found.conversation, found.copy_of) == (12, 2)
    assert found.marked == "a copy that came in from outside, under our own address"


def test_what_an_agent_sent_from_the_phone_to_two_of_our_mailboxes_is_one_letter() -> None:
    desk = here()
    ours, phone = Address("Support", SUPPORT), "<phone@desk.example>"
    desk.messages[5] = said(5, 12, direction=Direction.OUT, sender=ours, message_id=phone)
    again = letter(SUPPORT, **(COPY | {"message_id": phone}))
    assert placed(desk, again).copy_of == 5


def test_a_customer_who_repeats_our_message_id_makes_no_copy() -> None:
    found = placed(here(), letter(message_id=OURS))
    assert (found.conversation, found.copy_of) == (None, None)


@pytest.mark.parametrize(
    ("says", "incoming", "why"),
    [
        ("a known contact", letter(subject="Flask"), "starts a new conversation"),
        ("somebody new", letter("new@x.example", subject="Flask"), "from somebody new"),
        ("nobody", letter(handle=None, sender=None, message_id=None), "from somebody new"),
        (
            "an answer to what never came",
            letter(references=("<lost@x>",)),
            "answers a message that is not here",
        ),
        ("what cannot be read", letter(unreadable="no end"), "could not be read"),
    ],
)
def test_a_new_conversation_says_why_too(says: str, incoming: Incoming, why: str) -> None:
    assert placed(here(), incoming) == Placed(why=why), says


@pytest.mark.parametrize(
    ("says", "incoming", "rules", "most"),
    [
        ("a letter that answers nothing", letter(subject="Flask"), LETTERS, 1),
        ("an answer of the contact", letter(references=(HERS, OURS), to=TO_KEY), LETTERS, 2),
        ("an answer of one in Cc", letter(BOB, references=(HERS, OURS)), LETTERS, 3),
        ("a line in a chat", line(), CHAT, 2),
        ("a stranger with everything", letter(EVE, references=(HERS, OURS), to=TO_KEY), LETTERS, 4),
        (
            "a hostile chain",
            letter(EVE, references=tuple(f"<{n}@x>" for n in range(9999))),
            LETTERS,
            1,
        ),
        ("a bounce", letter(DAEMON, bounce=GONE, bounced_ids=(OURS,)), LETTERS, 2),
    ],
)
def test_only_what_decides_is_looked_up(
    says: str, incoming: Incoming, rules: PlacingRules, most: int
) -> None:
    desk = here(last_at=NOW)
    placed(desk, incoming, rules)
    assert desk.asked.total() <= most, (says, desk.asked)


def test_forged_keys_cost_no_look_up_each() -> None:
    keys = [make_key(FOREIGN_KEY, n, "x") for n in range(1, 200)]
    forged = tuple(f"<{key}@desk.example>" for key in keys)
    addresses = tuple(Address("", keyed_address(SUPPORT, key)) for key in keys)
    desk = here()
    placed(desk, letter(EVE, references=forged, to=addresses))
    assert desk.asked.total() == 1


addresses = st.sampled_from([ANN, ANN_AT_HOME, BOB, EVE, SUPPORT, DAEMON, "new@x.example"])
ids = st.lists(st.sampled_from([OURS, HERS, "<x@y>", f"<{FORGED}@d>"]), max_size=4).map(tuple)
recipients = st.lists(
    st.sampled_from([SUPPORT, ANN, EVE, TO_KEY[0].address]).map(lambda a: Address("", a)),
    max_size=3,
).map(tuple)
letters = st.builds(
    letter,
    addresses,
    to=recipients,
    cc=recipients,
    references=ids,
    subject=st.sampled_from(["", "Broken kettle", "Re: x [#12]", "Flask [#13]", "[#0]", "[#999]"]),
    text=st.sampled_from(["It does not boil.", ""]),
    message_id=st.sampled_from([None, HERS, OURS, "<new@x>"]),
    direction=st.sampled_from([Direction.IN, Direction.OUT]),
    automatic=st.sampled_from([None, "auto-replied"]),
    bounce=st.sampled_from([None, None, GONE, LATE]),
    bounced_ids=ids,
    answers=st.sampled_from([None, "h1", "o2", "gone"]),
    unproven=st.sampled_from([None, None, NOT_PROVEN]),
)
states = st.sampled_from([(State.OPEN, None), (State.CLOSED, NOW), (State.CLOSED, NOW - 99 * DAY)])


@given(letters, states, st.sampled_from([LETTERS, CHAT]))
def test_every_message_is_placed_with_a_reason_and_no_stranger_is_let_in(
    incoming: Incoming, state: tuple[State, datetime | None], rules: PlacingRules
) -> None:
    desk = here(state=state[0], closed_at=state[1])
    found = placed(desk, incoming, rules)
    assert found.why
    assert found.conversation in (None, *desk.conversations)
    assert not found.reopened or desk.conversations[found.conversation or 0].state is State.CLOSED
    report = incoming.bounce or incoming.bounced_ids
    assert report or not incoming.unproven or found.conversation is None
    if incoming.direction is Direction.IN and not report and found.copy_of is None:
        assert incoming.handle
        friends = {12: {ANN, ANN_AT_HOME, BOB}, 13: {EVE}}
        if found.conversation is not None:
            assert incoming.handle.value in friends[found.conversation]
    assert desk.asked.total() <= 12


@given(letters)
def test_placing_changes_nothing_and_repeats_itself(incoming: Incoming) -> None:
    desk = here()
    assert placed(desk, incoming) == placed(desk, incoming)
