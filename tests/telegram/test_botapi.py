"""The Bot API server on loopback: PTB itself must take every answer, and every refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from telegram import Bot, InputMediaDocument, ReplyParameters, Update
from telegram.constants import ChatType
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from omnidesk.demo.botapi import BotApi

pytestmark = pytest.mark.usefixtures("waits_as_timedelta")

JPEG = b"\xff\xd8\xff\xe0 not much of a picture"


@pytest.fixture
def waits_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB warns at every RetryAfter unless it is told to give timedeltas."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with _bot(api) as bot:
        yield bot


def _bot(api: BotApi, token: str | None = None) -> Bot:
    return Bot(
        token or api.token,
        base_url=f"{api.api_url}/bot",
        base_file_url=f"{api.api_url}/file/bot",
    )


async def _all(bot: Bot, offset: int | None = None) -> tuple[Update, ...]:
    return await bot.get_updates(offset=offset, allowed_updates=Update.ALL_TYPES)


async def test_ptb_reads_every_kind_of_message_a_customer_can_write(api: BotApi, bot: Bot) -> None:
    await _all(bot)
    ann = api.customer(77, "Ann", "Ivanova", username="ann")
    group = api.group(-5, "Club")
    hello = ann.text("hello", entities=[{"type": "bold", "offset": 0, "length": 5}])
    ann.photo(JPEG, "a photo")
    ann.album([JPEG, JPEG], "an album")
    ann.document("a.pdf", b"%PDF", "application/pdf")
    ann.voice(b"OggS")
    ann.sticker("👍")
    ann.location(55.75, 37.61)
    ann.contact("+79161234567", "Ann", 77)
    ann.text("again", reply_to=hello)
    ann.text("in a topic", chat=group, thread=4)
    ann.edit(hello, "hello!")
    ann.press(hello, "yes")
    ann.react(hello, "👍")
    ann.block()
    ann.unblock()
    api.business("B1", api.customer(5, "Owner")).text(ann, "to the owner")
    group.migrate(-1005)
    updates = await _all(bot)
    assert len(updates) == 19
    messages = [u.message for u in updates if u.message]
    assert all(m.from_user and m.from_user.is_bot in (True, False) for m in messages)
    assert all(abs(m.date - datetime.now(UTC)) < timedelta(minutes=1) for m in messages)
    assert {m.chat.type for m in messages} == {ChatType.PRIVATE, ChatType.GROUP, "supergroup"}
    assert updates[10].message is not None
    assert updates[11].edited_message is not None
    assert updates[11].edited_message.edit_date is not None
    assert updates[12].callback_query is not None
    assert updates[13].message_reaction is not None
    assert updates[14].my_chat_member is not None
    assert updates[14].my_chat_member.new_chat_member.status == "kicked"
    assert updates[16].business_message is not None


async def test_ptb_reads_every_answer_to_a_call(api: BotApi, bot: Bot) -> None:
    ann = api.customer(77, "Ann")
    question = ann.text("hello")
    assert (await bot.get_me()).username == "shopbot"
    assert (await bot.get_chat(77)).first_name == "Ann"
    assert await bot.send_chat_action(77, "typing") is True
    reply = await bot.send_message(
        77, "hi", reply_parameters=ReplyParameters(message_id=question["message_id"])
    )
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "hello"
    assert (await bot.send_photo(77, JPEG, caption="look")).photo
    document = await bot.send_document(77, b"x" * 1000, filename="a.txt")
    assert document.document is not None
    assert document.document.file_name == "a.txt"
    assert (await bot.send_voice(77, b"OggS")).voice
    album = await bot.send_media_group(
        77, [InputMediaDocument(b"one", filename="1"), InputMediaDocument(b"two", filename="2")]
    )
    assert len({m.media_group_id for m in album}) == 1
    file = await bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"x" * 1000
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert await bot.delete_webhook() is True
    assert (await api.sent(77))["text"] == "hi"
    assert [call.method for call in api.calls][-1] == "deleteWebhook"


async def test_an_offset_acknowledges_and_a_limit_limits(api: BotApi, bot: Bot) -> None:
    ann = api.customer(77, "Ann")
    for number in range(5):
        ann.text(str(number))
    first = await bot.get_updates(limit=2)
    assert [u.message.text for u in first if u.message] == ["0", "1"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [u.message.text for u in rest if u.message] == ["2", "3", "4"]
    assert len(api.updates) == 3
    assert len(await bot.get_updates(offset=-1)) == 1


async def test_a_long_poll_ends_with_the_first_update(api: BotApi, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await api.called("getUpdates")
    api.customer(77, "Ann").text("at last")
    async with asyncio.timeout(5):
        assert len(await polling) == 1


async def test_reactions_come_only_to_whom_asked_for_them(api: BotApi, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=[])
    ann = api.customer(77, "Ann")
    question = ann.text("hello")
    ann.react(question, "👍")
    assert len(await bot.get_updates()) == 1
    await _all(bot)
    ann.react(question, "👍")
    assert len(await bot.get_updates()) == 2


async def test_two_pollers_and_a_webhook_are_conflicts(api: BotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await api.called("getUpdates")
    async with _bot(api) as other:
        assert await other.get_updates(timeout=0) == ()
        with pytest.raises(Conflict, match="terminated by other"):
            await first
        await other.set_webhook("https://example.org/hook")
        with pytest.raises(Conflict, match="webhook is active"):
            await other.get_updates()
        await other.delete_webhook()
        assert await other.get_updates() == ()


async def test_limits_and_strangers_are_refused_as_at_telegram(api: BotApi, bot: Bot) -> None:
    ann = api.customer(77, "Ann")
    with pytest.raises(BadRequest, match="hat not found"):
        await bot.send_message(77, "hi")
    ann.text("hello")
    await bot.send_message(77, "😀" * 2048)
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(77, "😀" * 2048 + "x")
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(77, "x", reply_parameters=ReplyParameters(message_id=999))
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(77, "x", message_thread_id=9)
    with pytest.raises(BadRequest, match="usiness connection"):
        await bot.send_message(77, "x", business_connection_id="none")
    with pytest.raises(BadRequest, match=r"(?i)image_process"):
        await bot.send_photo(77, b"no picture")
    big = ann.document("big.iso", b"x", size=43 * 2**20)
    with pytest.raises(BadRequest, match="too big"):
        await bot.get_file(big["document"]["file_id"])
    ann.block()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(77, "hi")
    group = api.group(-5, "Club")
    group.migrate(-1005)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "hi")
    assert moved.value.new_chat_id == -1005


async def test_a_wrong_token_is_401_and_an_unknown_method_404(api: BotApi) -> None:
    with pytest.raises(InvalidToken):
        async with _bot(api, "1000:wrong"):
            pass
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{api.api_url}/bot1:no/getMe")).status_code == 401
        assert (await http.get(f"{api.api_url}/bot{api.token}/getNothing")).status_code == 404
        path = f"{api.api_url}/file/bot{api.token}/no/such"
        assert (await http.get(path)).status_code == 404


async def test_faults_come_in_their_order_and_only_once(api: BotApi, bot: Bot) -> None:
    api.customer(77, "Ann").text("hello")
    api.fault("sendMessage", retry_after=7)
    api.fault("sendMessage", status=500)
    api.fault("sendMessage", close="before")
    api.fault("sendMessage", close="after")
    api.fault("sendMessage", hang=True)
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(77, "a")
    assert "7" in str(wait.value)
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(77, "b")
    for text in ("c", "d"):
        with pytest.raises(NetworkError):
            await bot.send_message(77, text)
    with pytest.raises(TimedOut):
        await bot.send_message(77, "e", read_timeout=0.2)
    await bot.send_message(77, "f")
    assert (await api.sent(77))["text"] == "d"  # taken before the connection was cut
    assert (await api.sent(77))["text"] == "f"


async def test_an_update_can_come_twice_and_numbers_can_begin_anew(api: BotApi, bot: Bot) -> None:
    api.customer(77, "Ann").text("hello")
    (first,) = await bot.get_updates()
    assert api.repeat(first.update_id) == first.update_id + 1
    twice = await bot.get_updates()
    assert len({u.message.message_id for u in twice if u.message}) == 1
    await bot.get_updates(offset=first.update_id + 2)
    api.updates.renumber(1000)
    api.push({"a_kind_of_tomorrow": {"id": 1}})
    (newer,) = await bot.get_updates(offset=first.update_id + 2)
    assert newer.update_id == 1000


async def test_the_server_comes_back_on_its_port_with_its_state(api: BotApi, bot: Bot) -> None:
    api.customer(77, "Ann").text("hello")
    await api.stop()
    with pytest.raises(NetworkError):
        await bot.get_updates()
    await api.start()
    assert len(await bot.get_updates()) == 1
