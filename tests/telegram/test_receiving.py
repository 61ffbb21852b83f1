"""Receiving over real HTTP: what the customer did becomes items, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from omnidesk.channels.telegram import link as link_module
from omnidesk.core.channel import Channel, Edited, Incoming, Receipt, Rekeyed
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address, DeliveryState, Direction, Handle
from omnidesk.demo.botapi import BotApi
from tests.telegram.conftest import Open, only, texts

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


async def test_a_quiet_poll_gives_the_cursor_back_unchanged(open_channel: Open) -> None:
    async with open_channel(poll="0s") as channel:
        batch = await channel.receive("42")
        assert (list(batch.items), batch.cursor, batch.gap) == ([], "42", None)


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
    assert all(note.automatic == "service message" for note in notes)


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


async def test_a_small_file_comes_in_memory_and_a_large_one_in_the_spool(
    api: BotApi, channel: Channel, tmp_path: Path
) -> None:
    ann = api.customer(77, "Ann")
    ann.document("../../etc/\x1b[31mpass\u202ewd.txt", b"small", "text/plain")
    ann.document("large.bin", b"x" * 2**20)
    small, large = (await channel.receive(None)).items
    assert isinstance(small, Incoming)
    assert isinstance(large, Incoming)
    (one,), (two,) = small.files, large.files
    assert (one.content, one.size, one.media_type, one.missing) == (b"small", 5, "text/plain", None)
    assert "/" not in one.name
    assert one.name.isprintable()
    assert isinstance(two.content, Path)
    assert two.content.parent == tmp_path
    assert two.content.read_bytes() == b"x" * 2**20


async def test_a_file_over_the_limit_is_named_and_not_fetched(
    api: BotApi, channel: Channel
) -> None:
    api.customer(77, "Ann").document("film.mp4", b"x", "video/mp4", size=43 * 2**20)
    (file,) = only(await channel.receive(None)).files
    assert file.content is None
    assert file.missing == "larger than the 20 MB a bot may fetch: 43 MB"
    assert file.size == 43 * 2**20
    assert "getFile" not in [call.method for call in api.calls]


async def test_a_file_that_is_gone_is_missing_at_once(api: BotApi, channel: Channel) -> None:
    api.customer(77, "Ann").document("a.pdf", b"%PDF")
    api.fault("download", status=404, description="Not Found")
    (file,) = only(await channel.receive(None)).files
    assert file.content is None
    assert file.missing == "Telegram no longer has it"


async def test_a_file_that_cannot_be_had_now_delays_only_what_is_behind_it(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    ann.text("before")
    ann.document("a.pdf", b"%PDF")
    ann.text("after")
    api.fault("download", status=500, times=2)
    first = await channel.receive(None)
    assert texts(first) == ["before"]
    with pytest.raises(Unreachable):
        await channel.receive(first.cursor)
    second = await channel.receive(first.cursor)
    assert texts(second) == ["", "after"]
    assert isinstance(second.items[0], Incoming)
    assert second.items[0].files[0].content == b"%PDF"


async def test_a_file_is_given_up_after_three_tries_in_a_row(api: BotApi, channel: Channel) -> None:
    api.customer(77, "Ann").document("a.pdf", b"%PDF")
    api.fault("download", close="before", times=3)
    for _ in range(2):
        with pytest.raises(Unreachable):
            await channel.receive(None)
    (file,) = only(await channel.receive(None)).files
    assert file.content is None
    assert file.missing is not None
    assert file.missing.startswith("not fetched in 3 tries")


async def test_a_half_fetched_album_leaves_nothing_in_the_spool(
    api: BotApi, channel: Channel, tmp_path: Path
) -> None:
    api.customer(77, "Ann").album([JPEG + b"x" * 2**20, JPEG])
    api.fault("download", body=b"x" * 2**20, status=200)
    api.fault("download", status=500)
    with pytest.raises(Unreachable):
        await channel.receive(None)
    assert [call.method for call in api.calls].count("getFile") == 2
    assert list(tmp_path.iterdir()) == []


async def test_another_poller_is_named_and_not_hurried(api: BotApi, channel: Channel) -> None:
    api.fault("getUpdates", status=409)
    with pytest.raises(Unreachable, match="another program polls this bot") as conflict:
        await channel.receive(None)
    assert conflict.value.retry_after == 30


async def test_a_foreign_webhook_is_named_and_taken_away(api: BotApi, channel: Channel) -> None:
    api.webhook = "https://example.org/hook"
    with pytest.raises(Unreachable, match="webhook"):
        await channel.receive(None)
    api.customer(77, "Ann").text("hello")
    assert texts(await channel.receive(None)) == ["hello"]


async def test_a_webhook_left_behind_is_deleted_first_and_keeps_what_waits(
    api: BotApi, open_channel: Open
) -> None:
    api.webhook = "https://example.org/hook"
    api.customer(77, "Ann").text("hello")
    async with open_channel() as channel:
        assert texts(await channel.receive(None)) == ["hello"]


async def test_a_wait_that_the_server_asks_for_is_passed_on(api: BotApi, channel: Channel) -> None:
    api.fault("getUpdates", retry_after=17)
    with pytest.raises(Unreachable) as wait:
        await channel.receive(None)
    assert wait.value.retry_after == 17


async def test_a_refused_token_blocks_and_names_the_setting(
    api: BotApi, channel: Channel, open_channel: Open
) -> None:
    with pytest.raises(Blocked, match=r"channels\.shop-bot\.token"):
        await open_channel(token="1:wrong").__aenter__()
    api.fault("getUpdates", status=401, description="Unauthorized")
    with pytest.raises(Blocked, match=r"channels\.shop-bot\.token"):
        await channel.receive(None)


async def test_a_token_that_cannot_be_had_blocks_and_says_why(open_channel: Open) -> None:
    for token in ({"env": "OMNIDESK_NO_SUCH_TOKEN"}, "two words"):
        with pytest.raises(Blocked, match=r"channels\.shop-bot\.token"):
            await open_channel(token=token).__aenter__()


async def test_the_bot_is_rebuilt_after_several_errors_in_a_row_and_goes_on(
    api: BotApi, channel: Channel
) -> None:
    api.customer(77, "Ann").text("hello")
    api.fault("getUpdates", close="before", times=3)
    inward = channel._inward  # type: ignore[attr-defined]
    for _ in range(3):
        with pytest.raises(Unreachable):
            await channel.receive(None)
    assert inward.rebuilt == 1
    assert texts(await channel.receive(None)) == ["hello"]


async def test_a_server_that_was_away_is_found_again(api: BotApi, channel: Channel) -> None:
    await api.stop()
    with pytest.raises(Unreachable):
        await channel.receive(None)
    await api.start()
    api.customer(77, "Ann").text("hello")
    assert texts(await channel.receive(None)) == ["hello"]


async def test_a_server_that_never_answers_is_left(
    api: BotApi, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.fault("getUpdates", hang=True)
    monkeypatch.setattr(link_module, "_SLACK", -10.5)
    with pytest.raises(Unreachable, match="does not answer"):
        await channel.receive(None)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>a proxy</html>",
        b'{"ok": true, "result": [{"update_id": 1, ',
        b"[1, 2]",
        b'{"ok": true}',
        b'{"ok": true, "result": 5}',
        b'{"ok": true, "result": [{"no": "number"}]}',
        b"[" * 100_000,
        b'{"ok": true, "result": ' + b"1" * 5000 + b"}",
    ],
    ids=["html", "cut", "list", "no result", "number", "unnumbered", "deep", "long number"],
)
async def test_an_answer_that_is_none_is_said_so_and_nothing_is_lost(
    api: BotApi, channel: Channel, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    api.customer(77, "Ann").text("hello")
    api.fault("getUpdates", body=body)
    with pytest.raises(Unreachable, match="its answer is"):
        await channel.receive(None)
    assert caplog.records == []
    assert texts(await channel.receive(None)) == ["hello"]


async def test_after_an_unreadable_answer_fewer_updates_are_asked_for(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    for number in range(12):
        ann.text(str(number))
    api.fault("getUpdates", body=b"<html>")
    with pytest.raises(Unreachable):
        await channel.receive(None)
    first = await channel.receive(None)
    assert len(first.items) == 10
    assert len((await channel.receive(first.cursor)).items) == 2
    limits = [c.params["limit"] for c in api.calls if c.method == "getUpdates"]
    assert limits == ["100", "10", "10"]


async def test_an_endless_answer_is_cut_off(
    api: BotApi, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_ANSWER_BYTES", 2**20)
    api.fault("getUpdates", body=b" " * (2**20 + 1))
    with pytest.raises(Unreachable, match="longer than 1 MB"):
        await channel.receive(None)


async def test_half_of_a_surrogate_pair_does_not_reach_the_store(
    api: BotApi, channel: Channel
) -> None:
    api.customer(77, "Ann").text("hello")
    update = (
        b'{"update_id": 9, "message": {"message_id": 1, "chat": {"id": 77}, "text": "\\ud83d"}}'
    )
    api.fault("getUpdates", body=b'{"ok": true, "result": [' + update + b"]}")
    item = only(await channel.receive(None))
    assert item.text == "\ufffd"
    assert isinstance(item.raw, bytes)
    assert json.loads(item.raw)["message"]["text"] == "\ud83d"


async def test_check_and_count_say_what_they_found(api: BotApi, open_channel: Open) -> None:
    channel = open_channel()
    api.customer(77, "Ann").text("hello")
    assert await channel.check() == "Telegram @shopbot ok"
    assert await channel.count() == 1
    with pytest.raises(Blocked):
        await open_channel(token="1:wrong").check()


async def test_no_log_holds_the_token_or_a_customers_words(
    api: BotApi, open_channel: Open, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        api.customer(77, "Ann").text("my secret words")
        async with open_channel() as channel:
            await channel.receive(None)
            api.fault("getUpdates", body=b'{"text": "my secret words')
            with pytest.raises(Unreachable) as error:
                await channel.receive(None)
    assert api.token not in caplog.text + str(error.value) + repr(error.value.__cause__)
    assert "secret words" not in caplog.text + str(error.value)


def test_the_package_is_light_to_import() -> None:
    code = (
        "import sys, omnidesk.channels.telegram as t; "
        "print([m for m in ('telegram', 'httpx', 'aiohttp', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
