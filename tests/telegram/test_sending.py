"""Sending over real HTTP: what goes out, and what every fault on the way is called."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnidesk.channels.telegram import link as link_module
from omnidesk.channels.telegram import sending as sending_module
from omnidesk.channels.telegram.fields import utf16_len
from omnidesk.core.channel import Channel, Deferred, Incoming, OutgoingFile, Rejected, Sent, Unknown
from omnidesk.core.model import Address
from omnidesk.demo.botapi import BotApi
from tests.telegram.conftest import Open, only, reply

JPEG = b"\xff\xd8\xff\xe0 not much of a picture"


@pytest.fixture
async def question(api: BotApi, channel: Channel) -> Incoming:
    api.customer(77, "Ann").text("is it open?")
    return only(await channel.receive(None))


def _file(folder: Path, name: str, media_type: str, data: bytes) -> OutgoingFile:
    path = folder / f"blob-{len(list(folder.iterdir()))}"
    path.write_bytes(data)
    return OutgoingFile(name=name, media_type=media_type, size=len(data), path=path)


async def test_a_reply_answers_the_customers_message(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    outcome = await channel.send(reply(question, "yes, [until] *8*"))
    sent = await api.sent(77)
    assert outcome == Sent(external_id=f"77:{sent['message_id']}")
    assert sent["text"] == "yes, [until] *8*"
    assert sent["reply_to_message"]["text"] == "is it open?"


async def test_a_reply_to_a_deleted_message_still_goes(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    api.answers.messages.clear()
    assert isinstance(await channel.send(reply(question, "yes")), Sent)
    assert "reply_to_message" not in await api.sent(77)


async def test_a_long_text_goes_in_pieces_that_fit_in_utf16(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    text = " ".join(["😀" * 100] * 30)
    outcome = await channel.send(reply(question, text))
    assert isinstance(outcome, Sent)
    said = [await api.sent(77) for _ in range(1 + len(outcome.parts))]
    assert len(said) == 2
    assert all(utf16_len(message["text"]) <= 4096 for message in said)
    assert " ".join(message["text"] for message in said) == text
    assert ["reply_to_message" in message for message in said] == [True, False]


async def test_pieces_that_are_out_are_not_sent_again(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    outgoing = reply(question, "a" * 4096 + "b" * 4096 + "c" * 10)
    api.fault("sendMessage", retry_after=5, skip=1)
    first = await channel.send(outgoing)
    assert isinstance(first, Deferred)
    assert first.retry_after == 5
    assert len(first.sent_parts) == 1
    second = await channel.send(reply(question, outgoing.text, sent_parts=first.sent_parts))
    assert isinstance(second, Sent)
    assert (second.external_id, *second.parts)[0] == first.sent_parts[0]
    said = [(await api.sent(77))["text"][0] for _ in range(3)]
    assert said == ["a", "b", "c"]


async def test_files_go_as_documents_and_pictures_as_photos(
    api: BotApi, channel: Channel, question: Incoming, tmp_path: Path
) -> None:
    files = (
        _file(tmp_path, "Счёт.pdf", "application/pdf", b"%PDF" * 1000),
        _file(tmp_path, "shop.jpg", "image/jpeg", JPEG),
        _file(tmp_path, "odd.png", "image/png", b"no picture at all"),
        _file(tmp_path, "huge.jpg", "image/jpeg", JPEG + b"x" * (10 * 2**20)),
    )
    outcome = await channel.send(reply(question, "see here", files=files))
    assert isinstance(outcome, Sent)
    assert len(outcome.parts) == 4
    said = [await api.sent(77) for _ in range(5)]
    assert said[0]["text"] == "see here"
    assert said[1]["document"]["file_name"] == "Счёт.pdf"
    assert "photo" in said[2]
    assert said[3]["document"]["file_name"] == "odd.png"
    assert said[4]["document"]["file_name"] == "huge.jpg"


async def test_what_can_never_go_is_refused_before_any_of_it_goes(
    api: BotApi, channel: Channel, question: Incoming, tmp_path: Path
) -> None:
    here = _file(tmp_path, "a.txt", "text/plain", b"x")
    large = OutgoingFile(name="b.iso", media_type="x/y", size=51 * 2**20, path=here.path)
    gone = OutgoingFile(name="c.txt", media_type="x/y", size=1, path=tmp_path / "gone")
    empty = OutgoingFile(name="d.txt", media_type="x/y", size=0, path=here.path)
    for file, words in (
        (large, "larger than the 50 MB"),
        (gone, "attach it again"),
        (empty, "empty"),
    ):
        outcome = await channel.send(reply(question, "see here", files=(file,)))
        assert isinstance(outcome, Rejected)
        assert words in outcome.reason
    assert isinstance(await channel.send(reply(question, " \n ")), Rejected)
    assert not [call for call in api.calls if call.method.startswith("send")]


async def test_a_reply_goes_into_its_topic(api: BotApi, channel: Channel) -> None:
    group = api.group(-100500, "Club", "supergroup", topics=True)
    api.customer(77, "Ann").text("hello all", chat=group, thread=group.topic(4))
    asked = only(await channel.receive(None))
    outcome = await channel.send(reply(asked, "hello Ann"))
    assert isinstance(outcome, Sent)
    assert (await api.sent(-100500))["message_thread_id"] == 4


async def test_a_reply_to_a_business_account_goes_through_its_connection(
    api: BotApi, channel: Channel
) -> None:
    account = api.business("B1", api.customer(5, "Owner"))
    account.text(api.customer(77, "Ann"), "is it open?")
    asked = only(await channel.receive(None))
    outcome = await channel.send(reply(asked, "yes"))
    sent = await api.sent(77)
    assert sent["business_connection_id"] == "B1"
    assert "reply_to_message" in sent
    assert outcome == Sent(external_id=f"B1:77:{sent['message_id']}")


async def test_a_grown_group_is_followed_within_the_attempt(api: BotApi, channel: Channel) -> None:
    group = api.group(-5, "Club")
    api.customer(77, "Ann").text("hello all", chat=group)
    asked = only(await channel.receive(None))
    group.migrate(-1005)
    outcome = await channel.send(reply(asked, "hello Ann"))
    sent = await api.sent(-1005)
    assert outcome == Sent(external_id=f"-1005:{sent['message_id']}")


async def test_the_reply_goes_to_whom_the_agent_was_shown(api: BotApi, channel: Channel) -> None:
    group = api.group(-100500, "Club", "supergroup", topics=True)
    ann = api.customer(77, "Ann")
    ann.text("in private")
    ann.text("hello all", chat=group, thread=group.topic(4))
    asked = (await channel.receive(None)).items[1]
    assert isinstance(asked, Incoming)
    outcome = await channel.send(reply(asked, "for Ann alone", to=(Address("Ann", "77"),)))
    assert isinstance(outcome, Sent)
    sent = await api.sent(77)
    assert "reply_to_message" not in sent
    assert "message_thread_id" not in sent


async def test_a_blocked_bot_and_a_stranger_are_rejections(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    api.customers[77].block()
    blocked = await channel.send(reply(question, "yes"))
    assert blocked == Rejected(reason="the customer blocked the bot")
    stranger = reply(question, "x", to=(Address("", "99"),), reply_path=None, answers=None)
    assert await channel.send(stranger) == Rejected(reason="he never wrote to this bot")
    nobody = reply(question, "x", to=(), reply_path=None)
    assert await channel.send(nobody) == Rejected(reason="no chat to answer into")
    broken = reply(question, "x", to=(), reply_path="{no json")
    assert isinstance(await channel.send(broken), Rejected)


async def test_a_wait_that_is_asked_for_defers(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    api.fault("sendMessage", retry_after=9)
    outcome = await channel.send(reply(question, "yes"))
    assert isinstance(outcome, Deferred)
    assert (outcome.retry_after, outcome.sent_parts) == (9, ())


@pytest.mark.parametrize("status", [409, 500, 503])
async def test_a_server_that_says_it_could_not_defers(
    api: BotApi, channel: Channel, question: Incoming, status: int
) -> None:
    api.fault("sendMessage", status=status, description="Internal Server Error")
    assert isinstance(await channel.send(reply(question, "yes")), Deferred)


@pytest.mark.parametrize("status", [500, 502, 504, 520])
async def test_a_gateway_that_lost_the_answer_is_unknown(
    api: BotApi, channel: Channel, question: Incoming, status: int
) -> None:
    api.fault("sendMessage", status=status, body=b"<html>bad gateway</html>")
    assert isinstance(await channel.send(reply(question, "yes")), Unknown)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_cut_before_the_answer_is_unknown(
    api: BotApi, channel: Channel, question: Incoming, when: str
) -> None:
    api.fault("sendMessage", close=when)  # type: ignore[arg-type]
    outcome = await channel.send(reply(question, "yes"))
    assert isinstance(outcome, Unknown)
    assert "may have gone out" in outcome.reason
    sends = [call for call in api.calls if call.method == "sendMessage"]
    assert len(sends) == 1


async def test_an_answer_that_cannot_be_read_is_unknown(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    for body in (b"<html>", b'{"ok": true}', b'{"ok": true, "result": {}}'):
        api.fault("sendMessage", body=body)
        assert isinstance(await channel.send(reply(question, "yes")), Unknown)


async def test_a_server_that_never_answers_is_unknown(
    api: BotApi, channel: Channel, question: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.fault("sendMessage", hang=True)
    monkeypatch.setattr(link_module, "_SLACK", -19.7)
    assert isinstance(await channel.send(reply(question, "yes")), Unknown)


async def test_a_server_that_is_not_there_defers(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    await api.stop()
    outcome = await channel.send(reply(question, "yes"))
    assert isinstance(outcome, Deferred)
    assert "cannot be reached" in outcome.reason
    await api.start()
    assert isinstance(await channel.send(reply(question, "yes")), Sent)


async def test_a_refused_token_keeps_the_reply_and_names_the_setting(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    api.fault("sendMessage", status=401, description="Unauthorized")
    outcome = await channel.send(reply(question, "yes"))
    assert isinstance(outcome, Deferred)
    assert "channels.shop-bot.token" in outcome.reason


async def test_sending_needs_no_receiving(
    api: BotApi, open_channel: Open, question: Incoming
) -> None:
    channel = open_channel()
    try:
        assert isinstance(await channel.send(reply(question, "yes")), Sent)
    finally:
        await channel.__aexit__(None, None, None)


async def test_a_poll_goes_on_while_a_reply_is_sent_and_fails(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    polling = asyncio.create_task(channel.receive("700000001"))
    await api.called("getUpdates", 2)
    api.fault("sendMessage", close="before", times=3)
    for _ in range(3):
        assert isinstance(await channel.send(reply(question, "yes")), Unknown)
    api.customer(78, "Bob").text("meanwhile")
    assert only(await polling).text == "meanwhile"


async def test_receiving_anew_does_not_cut_off_a_reply_on_its_way(
    api: BotApi, channel: Channel, question: Incoming
) -> None:
    answered = asyncio.Event()
    api.fault("sendMessage", until=answered)
    sending = asyncio.create_task(channel.send(reply(question, "yes")))
    await api.called("sendMessage")
    await channel.__aexit__(None, None, None)
    answered.set()
    assert isinstance(await sending, Sent)
    await channel.__aenter__()
    assert isinstance(await channel.send(reply(question, "more")), Sent)


async def test_a_reply_of_many_slow_pieces_goes_on_at_the_next_attempt(
    api: BotApi, channel: Channel, question: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a" * 4096 + "b" * 4096
    monkeypatch.setattr(sending_module, "_BEGIN_SECONDS", 0.0)
    outcome = await channel.send(reply(question, text))
    assert isinstance(outcome, Deferred)
    assert len(outcome.sent_parts) == 1
    monkeypatch.undo()
    done = await channel.send(reply(question, text, sent_parts=outcome.sent_parts))
    assert isinstance(done, Sent)
    assert [(await api.sent(77))["text"][0] for _ in range(2)] == ["a", "b"]
