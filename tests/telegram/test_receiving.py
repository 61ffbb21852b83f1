"""Receiving over real HTTP: what the customer did becomes items, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from omnidesk.channels.telegram import kind
from omnidesk.channels.telegram.settings import TelegramSettings
from omnidesk.core.channel import Channel, Edited, Incoming, Receipt, Rekeyed, Surroundings
from omnidesk.core.model import Address, DeliveryState, Direction, Handle
from omnidesk.demo.botapi import BotApi
from omnidesk.settings import Secret
from tests.telegram.conftest import only, texts

JPEG = b"\xff\xd8\xff\xe0 not much of a picture"


async def test_a_message_comes_with_who_where_and_when(api: BotApi, channel: Channel) -> None:
    said = api.customer(77, "Ann", "Ivanova").text("hello")
    batch = await channel.receive(None)
    item = only(batch)
    assert item.external_id == f"77:{said['message_id']}"
    assert item.handle == Handle("telegram", "77")
    assert item.sender == Address("Ann Ivanova", "77")
    assert item.direction is Direction.IN
    assert (item.text, item.subject, item.automatic, item.unreadable) == ("hello", "", None, None)
    assert item.sent_at is not None
    assert item.sent_at.timestamp() == said["date"]
    assert json.loads(item.reply_path or "") == {"chat_id": 77}
    assert isinstance(item.raw, bytes)
    assert json.loads(item.raw)["message"] == said


async def test_only_handing_the_cursor_back_acknowledges(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.text("one")
    first = await channel.receive(None)
    assert texts(await channel.receive(None)) == ["one"]
    assert len(api.updates) == 1
    ann.text("two")
    assert texts(await channel.receive(first.cursor)) == ["two"]
    assert len(api.updates) == 1


async def test_a_quiet_poll_gives_the_cursor_back_unchanged(channel: Channel) -> None:
    batch = await channel.receive("42")
    assert (list(batch.items), batch.cursor, batch.gap) == ([], "42", None)


async def test_where_patience_is_short_a_poll_does_not_wait(api: BotApi, tmp_path: Path) -> None:
    settings = TelegramSettings(token=Secret.from_toml(api.token), api_url=api.api_url)
    surroundings = Surroundings(spool=tmp_path, desk="Acme", patience=0)
    async with kind.open("shop-bot", settings, surroundings) as channel, asyncio.timeout(5):
        assert list((await channel.receive(None)).items) == []


async def test_a_cursor_that_is_none_starts_at_the_oldest(api: BotApi, channel: Channel) -> None:
    api.customer(77, "Ann").text("hello")
    assert texts(await channel.receive("no number")) == ["hello"]


async def test_an_update_said_twice_has_one_external_id(api: BotApi, channel: Channel) -> None:
    api.customer(77, "Ann").text("hello")
    api.repeat(next(iter(api.updates.ever)))
    batch = await channel.receive(None)
    assert len({item.external_id for item in batch.items if isinstance(item, Incoming)}) == 1
    assert len(batch.items) == 2


async def test_one_unreadable_update_holds_up_nobody(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.text("before")
    number = api.push({"message": {"chat": {"id": 77}, "text": 5}})
    ann.text("after")
    batch = await channel.receive(None)
    before, bad, after = batch.items
    assert isinstance(bad, Incoming)
    assert bad.unreadable is not None
    assert bad.external_id == f"update:{number}"
    assert bad.handle == Handle("telegram", "77")
    assert isinstance(bad.raw, bytes)
    assert json.loads(bad.raw)["update_id"] == number
    assert texts([before, after]) == ["before", "after"]
    assert texts(await channel.receive(batch.cursor)) == []


async def test_an_unknown_kind_is_kept_with_its_json(api: BotApi, channel: Channel) -> None:
    number = api.push({"hologram": {"from": {"id": 77, "first_name": "Ann"}, "shape": "cube"}})
    item = only(await channel.receive(None))
    assert item.text == "[unknown: hologram]"
    assert item.external_id == f"update:{number}"
    assert item.handle == Handle("telegram", "77")
    assert b"cube" in bytes(item.raw) if isinstance(item.raw, bytes) else False


async def test_an_album_is_one_message(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    pieces = ann.album([JPEG + b"1", JPEG + b"2", JPEG + b"3"], "three photos")
    ann.text("and a word")
    batch = await channel.receive(None)
    album, word = batch.items
    assert isinstance(album, Incoming)
    ids = [f"77:{piece['message_id']}" for piece in pieces]
    assert (album.external_id, list(album.parts)) == (ids[0], ids[1:])
    assert album.album == pieces[0]["media_group_id"]
    assert album.text == "three photos"
    assert [file.content for file in album.files] == [JPEG + b"1", JPEG + b"2", JPEG + b"3"]
    assert isinstance(album.raw, bytes)
    assert len(json.loads(album.raw)) == 3
    assert texts([word]) == ["and a word"]


async def test_the_rest_of_an_album_is_waited_for_and_not_acknowledged(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    ann.photo(JPEG, "first", album="G1")
    receiving = asyncio.create_task(channel.receive(None))
    await api.called("getUpdates")
    ann.photo(JPEG, album="G1")
    item = only(await receiving)
    assert len(item.files) == 2
    assert len(api.updates) == 2


async def test_an_album_at_the_end_of_a_full_batch_comes_whole_next_time(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    for number in range(98):
        ann.text(str(number))
    ann.album([JPEG, JPEG, JPEG])
    first = await channel.receive(None)
    assert len(first.items) == 98
    assert len(only(await channel.receive(first.cursor)).files) == 3


async def test_an_edit_is_a_new_version(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    said = ann.text("helo")
    ann.edit(said, "hello")
    first, edited = (await channel.receive(None)).items
    assert isinstance(first, Incoming)
    assert isinstance(edited, Edited)
    assert (edited.external_id, edited.text) == (first.external_id, "hello")
    assert edited.incoming is not None
    assert b"edited_message" in edited.raw if isinstance(edited.raw, bytes) else False


async def test_a_reply_names_what_it_answers(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    question = ann.text("question")
    ann.text("the rest", reply_to=question)
    first, second = (await channel.receive(None)).items
    assert isinstance(first, Incoming)
    assert isinstance(second, Incoming)
    assert second.answers == first.external_id


async def test_a_group_is_the_partner_and_a_member_the_sender(
    api: BotApi, channel: Channel
) -> None:
    group = api.group(-100500, "Club", "supergroup", topics=True)
    api.customer(77, "Ann").text("hello all", chat=group, thread=group.topic(4))
    item = only(await channel.receive(None))
    assert item.handle == Handle("telegram", "-100500")
    assert item.sender == Address("Ann", "77")
    assert item.subject == "Club"
    assert json.loads(item.reply_path or "") == {"chat_id": -100500, "message_thread_id": 4}


async def test_a_grown_group_is_rekeyed(api: BotApi, channel: Channel) -> None:
    group = api.group(-5, "Club")
    group.migrate(-1005)
    items = (await channel.receive(None)).items
    rekeyed = [item for item in items if isinstance(item, Rekeyed)]
    assert {(str(r.old), str(r.new)) for r in rekeyed} == {("telegram:-5", "telegram:-1005")}
    notes = [item for item in items if isinstance(item, Incoming)]
    assert {note.handle for note in notes} == {Handle("telegram", "-1005")}
    assert {(note.automatic, note.direction) for note in notes} == {
        ("service message", Direction.IN)
    }


async def test_blocking_the_bot_is_a_failed_receipt(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.block()
    ann.unblock()
    blocked, back = (await channel.receive(None)).items
    assert isinstance(blocked, Receipt)
    assert blocked.state is DeliveryState.FAILED
    assert blocked.handle == Handle("telegram", "77")
    assert blocked.reason == "the customer blocked the bot"
    assert isinstance(back, Incoming)
    assert back.automatic is not None


async def test_a_phone_number_counts_only_if_it_is_the_senders_own(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    ann.contact("79161234567", "Ann", 77)
    ann.contact("+79167654321", "Bob", 78)
    ann.contact("+79167654321", "Bob")
    own, others, typed = (await channel.receive(None)).items
    assert isinstance(own, Incoming)
    assert isinstance(others, Incoming)
    assert isinstance(typed, Incoming)
    assert own.vouched == (Handle("tel", "+79161234567"),)
    assert others.vouched == typed.vouched == ()
    assert "+79167654321" in others.text


async def test_a_business_account_is_answered_through_its_connection(
    api: BotApi, channel: Channel
) -> None:
    ann, owner = api.customer(77, "Ann"), api.customer(5, "Owner")
    account = api.business("B1", owner)
    asked = account.text(ann, "is it open?")
    account.text(ann, "from my phone: yes", by_owner=True)
    account.delete(ann, [asked])
    question, answer, deleted = (await channel.receive(None)).items
    assert isinstance(question, Incoming)
    assert isinstance(answer, Incoming)
    assert isinstance(deleted, Incoming)
    assert question.handle == answer.handle == deleted.handle == Handle("telegram", "77")
    assert json.loads(question.reply_path or "")["business_connection_id"] == "B1"
    assert (question.direction, answer.direction) == (Direction.IN, Direction.OUT)
    assert (question.from_us, answer.from_us) == (False, True)
    assert question.external_id == f"B1:77:{asked['message_id']}"
    assert deleted.automatic is not None


async def test_reactions_are_asked_for_and_ask_for_no_answer(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    said = ann.text("hello")
    first = await channel.receive(None)
    ann.react(said, "👍")
    item = only(await channel.receive(first.cursor))
    assert item.text == "[reacted 👍]"
    assert item.answers == f"77:{said['message_id']}"
    assert item.automatic is not None


async def test_a_lost_stretch_of_history_is_told(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.text("one")
    first = await channel.receive(None)
    for number in range(3):
        ann.text(f"lost {number}")
    api.updates.clear()
    ann.text("after a day")
    batch = await channel.receive(first.cursor)
    assert texts(batch) == ["after a day"]
    assert batch.gap is not None
    assert batch.gap.startswith("3 updates never came")


async def test_numbers_that_begin_anew_are_followed(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.text("old")
    old = await channel.receive(None)
    assert texts(await channel.receive(None)) == ["old"]
    api.updates.clear()
    api.updates.renumber(1000)
    ann.text("new")
    new = await channel.receive(old.cursor)
    assert (texts(new), new.cursor, new.gap) == (["new"], "1001", None)
