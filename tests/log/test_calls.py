"""Calls come in, are shown while they ring, and join what their customer is talking about."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.channel import Incoming
from omnidesk.core.errors import CannotLog, NotFound
from omnidesk.core.events import What
from omnidesk.core.model import Address, Direction, Handle, Known, State
from omnidesk.core.store import Transaction
from tests.log.conftest import CONFIG, House, house_in, line

PHONE = Handle("tel", "+79161234567")
MAIL = Handle("mailto", "anna@example.org")


def now() -> datetime:
    return datetime.now(UTC)


def write_letter(tx: Transaction, text: str = "My kettle is broken") -> int:
    """A letter from Anna Ivanova, as intake stores it; her phone number is claimed."""
    from tests.log.letters import arrive_letter

    return arrive_letter(tx, MAIL, "Anna Ivanova", "Kettle", text)


async def with_letter(house: House) -> int:
    number = await house.desk.store.write(write_letter)
    contact = await house.desk.store.read(lambda r: r.contact_of(MAIL))
    assert contact is not None
    await house.desk.store.write(
        lambda tx: tx.add_handle(PHONE, contact, known=Known.CLAIMED, name="", at=now())
    )
    return number


async def test_a_missed_call_is_a_conversation_that_waits(house: House) -> None:
    await house.hear(line("missed", at=now().isoformat(), name="Анна"))
    (row,) = await house.desk.rows("inbox")
    assert (row.name, row.subject, row.state, row.unread) == ("Анна", "Missed call", "open", True)
    assert row.waiting_since is not None
    (message,) = (await house.desk.open(row.number)).messages
    assert (message.handle, message.external_id) == (PHONE, "c1")


async def test_a_channel_that_cannot_send_acknowledges_nothing(house: House) -> None:
    await house.hear(line("missed"))
    assert [m.direction for m in (await house.desk.open(1)).messages] == [Direction.IN]


async def test_ended_is_a_new_version_of_answered_and_repeats_add_nothing(house: House) -> None:
    at = now()
    answered = line("answered", at=at.isoformat())
    ended = line(
        "ended", at=(at + timedelta(seconds=200)).isoformat(), duration=200, recording="https://x/1"
    )
    await house.hear(answered)
    await house.hear(ended)
    (message,) = (await house.desk.open(1)).messages
    assert message.text == "Call, 3 min 20 s\nRecording: https://x/1"
    assert message.version == 2
    (row,) = await house.desk.rows("inbox")
    assert row.waiting_since is None, "a call that was taken leaves nobody waiting"
    seq = await house.desk.store.read(lambda r: r.last_seq())
    await house.hear(answered, ended, ended)
    house.calls.write_bytes(b"")
    await house.hear(answered, ended)
    events = await house.desk.store.read(lambda r: r.events(seq))
    assert [e.kind for e in events] == [What.CHANNEL_GAP], "the emptied file is told, no more"
    assert len((await house.desk.open(1)).messages) == 1


async def test_nobody_edited_a_call_that_ended(house: House) -> None:
    at = now()
    await house.hear(line("answered", at=at.isoformat()))
    await house.hear(line("ended", at=(at + timedelta(seconds=9)).isoformat(), duration=9))
    await house.hear(line("ended", at=(at + timedelta(seconds=19)).isoformat(), duration=19))
    (message,) = (await house.desk.open(1)).messages
    assert (message.text, message.edited) == ("Call, 19 s", False)
    history = await house.desk.history(message.id)
    assert [text for _, text, _ in history.versions] == ["Call, answered", "Call, 9 s"]
    (last, *_rest) = await house.desk.journal(limit=1)
    assert last.words == "told how the call went on"


async def test_a_call_stands_under_the_same_name_whoever_wrote_it_down(house: House) -> None:
    number = await with_letter(house)
    await house.hear(line("answered", "c1"))
    out = {"direction": "out", "from": "101", "to": "+79161234567"}
    await house.hear(line("ended", "c2", duration=65, **out))
    await house.desk.log_call(PHONE, "she has the lid", conversation=number)
    await house.desk.log_call(PHONE, "no answer", direction="out", conversation=number)
    _, came, went, logged, called = (await house.desk.open(number)).messages
    assert came.sender == logged.sender == Address("Anna Ivanova", "+79161234567")
    assert went.to == called.to == (Address("Anna Ivanova", "+79161234567"),)


async def test_a_name_that_the_exchange_tells_stays(house: House) -> None:
    await with_letter(house)
    await house.hear(line("missed", name="Reception"))
    assert (await house.desk.open(1)).messages[-1].sender == Address("Reception", "+79161234567")


async def test_a_call_that_an_agent_logged_is_not_unread(house: House) -> None:
    number = await with_letter(house)
    logged = await house.desk.log_call(PHONE, "she calls again", conversation=number)
    opened = await house.desk.open(number)
    assert (opened.conversation.unread, opened.read_until) == (False, None)
    await house.hear(line("missed", "c9"))
    opened = await house.desk.open(number)
    assert (opened.conversation.unread, opened.read_until) == (True, logged.id)


async def test_a_call_missed_by_one_and_taken_by_another_leaves_nobody_waiting(
    house: House,
) -> None:
    await house.hear(line("missed"))
    (row,) = await house.desk.rows("inbox")
    assert row.waiting_since is not None
    await house.hear(line("answered"), line("ended", duration=30))
    (row,) = await house.desk.rows("inbox")
    assert (row.waiting_since, row.snippet) == (None, "Call, 30 s")


async def test_two_ends_of_one_call_come_again_and_add_no_version(house: House) -> None:
    at = now()
    first = line("ended", at=at.isoformat(), duration=10)
    second = line("ended", at=(at + timedelta(seconds=9)).isoformat(), duration=19)
    await house.hear(first, second)
    await house.hear(first, second, first)
    (message,) = (await house.desk.open(1)).messages
    assert (message.text, message.version) == ("Call, 19 s", 2)


async def test_a_call_from_any_spelling_joins_the_letter_of_the_same_person(house: House) -> None:
    number = await with_letter(house)
    said = line("answered", "c7", **{"from": "8 916 123-45-67"}, at=now().isoformat())
    await house.hear(said)
    (row,) = await house.desk.rows("all")
    assert row.number == number
    logged = await house.desk.log_call(
        "8 (916) 123 45 67", "Sent her the new lid", duration=timedelta(seconds=75), call="c7"
    )
    assert logged.conversation == number
    opened = await house.desk.open(number)
    assert [(m.channel, m.text) for m in opened.messages] == [
        ("support", "My kettle is broken"),
        ("phone", "Call, answered"),
        ("phone", "Sent her the new lid\n[1 min 15 s]"),
    ]
    assert opened.conversation.channels == ("support", "phone")
    ended = line("ended", "c7", **{"from": "8 916 123-45-67"}, duration=75)
    await house.hear(ended)
    opened = await house.desk.open(number)
    assert [m.text for m in opened.messages][1] == "Call, 1 min 15 s"
    assert len(opened.messages) == 3


async def test_an_outgoing_call_stands_where_its_customer_is(house: House) -> None:
    number = await with_letter(house)
    told = {"direction": "out", "from": "101", "to": "+79161234567"}
    await house.hear(line("ended", "o1", duration=65, **told))
    opened = await house.desk.open(number)
    last = opened.messages[-1]
    assert (last.direction, last.text) == (Direction.OUT, "Outgoing call, 1 min 5 s")
    assert opened.conversation.state is State.WAITING


async def test_a_call_that_was_taken_does_not_open_what_was_closed(house: House) -> None:
    number = await with_letter(house)
    await house.desk.close(number)
    await house.hear(line("ended", "x", duration=10))
    opened = await house.desk.open(number)
    assert opened.messages[-1].text == "Call, 10 s"
    assert opened.conversation.state is State.CLOSED
    await house.hear(line("missed", "y"))
    assert (await house.desk.open(number)).conversation.state is State.OPEN


# -- ringing


async def test_a_ringing_call_shows_the_card_of_who_calls_until_it_is_over(house: House) -> None:
    number = await with_letter(house)
    await house.hear(line("ringing", "r1", at=now().isoformat()))
    (ring,) = await house.desk.ringing()
    assert (ring.call, ring.channel, ring.handle) == ("r1", "phone", PHONE)
    assert ring.card is not None
    assert ring.card.contact.name == "Anna Ivanova"
    assert ring.card.last is not None
    assert ring.card.last.text == "My kettle is broken"
    assert [row.number for row in ring.card.open] == [number]
    await house.hear(line("missed", "r1"))
    assert await house.desk.ringing() == []


async def test_an_unknown_number_rings_without_a_card_and_makes_nobody(house: House) -> None:
    await house.hear(line("ringing", "r1"))
    (ring,) = await house.desk.ringing()
    assert (ring.handle, ring.card) == (PHONE, None)
    assert await house.desk.rows("all") == []
    assert await house.desk.store.read(lambda r: r.contact_of(PHONE)) is None


async def test_a_number_that_a_customer_has_written_rings_with_whoever_wrote_it(
    house: House,
) -> None:
    said = "Please call me: 8 916 123-45-67"
    number = await house.desk.store.write(lambda tx: write_letter(tx, said))
    opened = await house.desk.open(number)
    contact, letter = opened.contact.id, opened.messages[0].id
    await house.desk.store.write(lambda tx: tx.offer(contact, PHONE, letter))
    await house.hear(line("ringing", "r1"))
    (ring,) = await house.desk.ringing()
    assert ring.card is None, "it may be anybody who uses that telephone"
    (named,) = ring.named
    assert (named.number, named.words) == (number, f"named in #{number} by Anna Ivanova")
    await house.desk.bind_handle(named.contact, PHONE)
    (ring,) = await house.desk.ringing()
    assert ring.card is not None
    assert (ring.card.contact.name, ring.named) == ("Anna Ivanova", ())


async def test_a_withheld_number_rings_too(house: House) -> None:
    await house.hear(line("ringing", "r1", **{"from": "anonymous"}))
    (ring,) = await house.desk.ringing()
    assert (ring.handle, ring.name) == (None, "anonymous")


async def test_one_call_rings_once_and_an_old_one_not_at_all(house: House) -> None:
    await house.hear(line("ringing", "r1"), line("ringing", "r1"))
    await house.hear(line("ringing", "r1"))
    old = (now() - timedelta(hours=1)).isoformat()
    await house.hear(line("ringing", "r0", at=old))
    events = await house.desk.store.read(lambda r: r.events(0))
    assert [e.data["call"] for e in events if e.kind is What.CALL_RINGING] == ["r1"]


# -- logged by hand


async def test_a_call_of_a_stranger_makes_the_contact_and_the_conversation(house: House) -> None:
    message = await house.desk.log_call(
        "8 916 123-45-67", "Wants a quote", channel="phone", name="Пётр", outcome="answered"
    )
    assert (message.author, message.direction, message.text) == (
        "anna",
        Direction.IN,
        "Wants a quote\n[answered]",
    )
    (row,) = await house.desk.rows("mine")
    assert (row.name, row.subject) == ("Пётр", "Wants a quote [answered]")
    assert row.waiting_since is not None
    contact = (await house.desk.open(row.number)).contact
    assert [(k.handle, k.known) for k in contact.handles] == [(PHONE, Known.SEEN)]


async def test_what_was_logged_is_taken_back_with_the_conversation_it_opened(house: House) -> None:
    await house.desk.log_call(PHONE, "Wrong desk")
    said = await house.desk.undo()
    assert "the call is gone" in said
    for view in ("inbox", "mine", "all"):
        assert await house.desk.rows(view) == []
    assert sum((await house.desk.counts()).values()) == 0


async def test_undo_puts_the_conversation_back_as_it_was(house: House) -> None:
    number = await with_letter(house)
    before = await house.desk.open(number)
    row = await house.desk.store.read(lambda r: r.row(number))
    back = now() + timedelta(days=1)
    await house.desk.log_call(PHONE, "No answer yet", direction="out", call_back=back)
    during = (await house.desk.open(number)).conversation
    assert during.state is State.SNOOZED
    assert during.snoozed_until is not None
    assert abs(during.snoozed_until - back) < timedelta(milliseconds=2)
    await house.desk.undo()
    after = await house.desk.open(number)
    assert after.conversation == before.conversation
    assert await house.desk.store.read(lambda r: r.row(number)) == row
    assert after.messages == before.messages


async def test_undo_leaves_alone_what_the_customer_did_since(house: House) -> None:
    number = await with_letter(house)
    await house.desk.log_call(PHONE, "Talked", direction="out")
    await house.hear(line("missed", "again"))
    await house.desk.undo()
    opened = await house.desk.open(number)
    assert [m.text for m in opened.messages] == ["My kettle is broken", "Missed call"]
    assert opened.conversation.state is State.OPEN
    assert opened.conversation.waiting_since is not None


async def test_a_call_out_waits_for_the_customer_and_a_call_back_comes_back(house: House) -> None:
    number = await with_letter(house)
    await house.desk.log_call(PHONE, "Told her the price", direction="out")
    conversation = (await house.desk.open(number)).conversation
    assert (conversation.state, conversation.waiting_since) == (State.WAITING, None)
    back = now() + timedelta(hours=2)
    await house.desk.log_call(PHONE, "Call again", direction="out", call_back=back)
    (card,) = await house.desk.card("ivanova")
    assert card.call_back is not None
    assert abs(card.call_back - back) < timedelta(milliseconds=2)


async def test_a_reply_to_whoever_called_last_leaves_by_the_channel_he_wrote_to(
    house: House,
) -> None:
    from omnidesk.core.routing import Refused

    number = await with_letter(house)
    await house.desk.log_call(PHONE, "Asked again")
    found = await house.desk.route(number)
    assert isinstance(found, Refused), "no channel that sends is configured here"
    assert found.reason == "support does not reach anna@example.org any more: choose a channel"


async def test_a_call_goes_into_the_conversation_that_was_named(house: House) -> None:
    number = await with_letter(house)
    message = await house.desk.log_call("+49 30 1234567", "Her husband", conversation=number)
    assert message.conversation == number
    assert message.handle == Handle("tel", "+49301234567")
    owner = await house.desk.store.read(lambda r: r.contact_of(Handle("tel", "+49301234567")))
    assert owner != (await house.desk.open(number)).contact.id, "nobody guesses who he is"
    other = await house.desk.log_call(None, "Came by", conversation=number, channel="visits")
    assert (other.conversation, other.channel) == (number, "visits")


async def test_nothing_is_written_where_something_is_wrong(house: House) -> None:
    log = house.desk.log_call
    with pytest.raises(CannotLog, match="cannot be a handle"):
        await log("hello", "x", channel="phone")
    with pytest.raises(CannotLog, match="nothing was said"):
        await log(PHONE, "  ")
    with pytest.raises(CannotLog, match="is no channel that is logged"):
        await log(PHONE, "x", channel="support")
    with pytest.raises(CannotLog, match="name the channel: phone, visits"):
        await log("Anna", "x")
    with pytest.raises(CannotLog, match="over already"):
        await log(PHONE, "x", call_back=now() - timedelta(minutes=1))
    with pytest.raises(CannotLog, match="whose call was it"):
        await log(None, "x", channel="phone")
    with pytest.raises(NotFound):
        await log(77, "x", channel="phone")
    with pytest.raises(NotFound):
        await log(PHONE, "x", conversation=99)
    assert await house.desk.store.read(lambda r: r.last_seq()) == 0
    assert await house.desk.store.read(lambda r: list(r.every_contact())) == []


async def test_a_channel_that_is_only_logged_by_hand_is_up(house: House) -> None:
    await house.round()
    health = {h.channel: h.state for h in await house.desk.health()}
    assert health == {"phone": "up", "visits": "up"}


def test_incoming_asks_unless_told_otherwise() -> None:
    assert Incoming(external_id="x", raw=b"").asks


async def test_a_number_is_read_in_the_country_of_its_channel(tmp_path: Path) -> None:
    there = CONFIG.replace('region = "RU"\n', "", 1)
    there = there.replace('type = "log"\n', 'type = "log"\nregion = "RU"\n', 1)
    text = there.format(login=pwd.getpwuid(os.getuid()).pw_name)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    async with house_in(tmp_path) as house:
        assert house.config.desk.region is None
        logged = await house.desk.log_call("8 916 123-45-67", "a lid", channel="phone")
        assert logged.handle == PHONE
        assert house.desk.region == "RU"
        (card,) = await house.desk.card("8916123")
        assert card.contact.handles[0].handle == PHONE
