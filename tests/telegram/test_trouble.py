"""What can go wrong while receiving: it is named, nothing is lost, and it heals by itself."""

from __future__ import annotations

import json
import logging
import ssl

import pytest
from aiohttp import web

from omnidesk.channels.telegram import link as link_module
from omnidesk.core.channel import Channel
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.demo.botapi import BotApi
from tests.servers.certificates import Certificates
from tests.telegram.conftest import Open, only, texts


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


async def test_a_connection_that_fails_is_told_in_plain_words(
    api: BotApi, channel: Channel, open_channel: Open
) -> None:
    api.fault("getUpdates", close="before")
    with pytest.raises(Unreachable, match="the connection broke off"):
        await channel.receive(None)
    await api.stop()
    with pytest.raises(Unreachable, match="it takes no connections"):
        await channel.receive(None)
    with pytest.raises(Unreachable, match=": its name is not known here"):
        await open_channel(api_url="https://nowhere.invalid").__aenter__()


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


@pytest.mark.servers
async def test_a_certificate_that_is_not_trusted_blocks_and_no_token_is_sent(
    open_channel: Open, certificates: Certificates
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"ok": True, "result": {"id": 1}})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.stranger.certificate, certificates.stranger.key)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        channel = open_channel(api_url=f"https://127.0.0.1:{runner.addresses[0][1]}")
        with pytest.raises(Blocked, match=r"certificate .* is not trusted"):
            await channel.__aenter__()
    finally:
        await runner.cleanup()
    assert asked == []


async def test_a_compressed_answer_cannot_blow_up(api: BotApi, channel: Channel) -> None:
    api.fault("getUpdates", body=b"x", headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unreachable, match="compressed"):
        await channel.receive(None)
