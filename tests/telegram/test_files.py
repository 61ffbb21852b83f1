"""Fetching files over real HTTP: small and large, refused, gone, sick and slow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from omnidesk.channels.telegram import fetching as fetching_module
from omnidesk.channels.telegram import files as files_module
from omnidesk.core.channel import Channel, Edited, Incoming
from omnidesk.core.errors import Unreachable
from omnidesk.demo.botapi import BotApi
from tests.telegram.conftest import Open, only, texts

JPEG = b"\xff\xd8\xff\xe0 not much of a picture"


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


async def test_a_half_fetched_album_is_not_fetched_anew(
    api: BotApi, channel: Channel, tmp_path: Path
) -> None:
    api.customer(77, "Ann").album([JPEG + b"x" * 2**20, JPEG])
    api.fault("download", status=500, skip=1)
    with pytest.raises(Unreachable):
        await channel.receive(None)
    first, second = only(await channel.receive(None)).files
    assert isinstance(first.content, Path)
    assert first.content.stat().st_size == len(JPEG) + 2**20
    assert second.content == JPEG
    assert [call.method for call in api.calls].count("getFile") == 3
    assert list(tmp_path.iterdir()) == [first.content]


async def test_a_file_that_nobody_asks_for_any_more_leaves_the_spool(
    api: BotApi, channel: Channel, tmp_path: Path
) -> None:
    ann = api.customer(77, "Ann")
    ann.album([JPEG + b"x" * 2**20, JPEG])
    api.fault("download", status=500, skip=1)
    with pytest.raises(Unreachable):
        await channel.receive(None)
    assert len(list(tmp_path.iterdir())) == 1
    api.updates.clear()
    ann.text("the album is gone")
    await channel.receive(None)
    assert list(tmp_path.iterdir()) == []


async def test_a_full_spool_keeps_the_update_at_the_server(
    api: BotApi, channel: Channel, tmp_path: Path
) -> None:
    api.customer(77, "Ann").document("a.bin", b"x" * 2**20)
    tmp_path.rmdir()
    with pytest.raises(Unreachable, match="shop-bot: the spool takes no more"):
        await channel.receive(None)
    tmp_path.mkdir()
    assert only(await channel.receive(None)).files[0].missing is None


async def test_slow_files_hold_up_nobody_who_came_before(
    api: BotApi, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching_module, "_SECONDS", 0.0)
    ann = api.customer(77, "Ann")
    for name in ("a", "b"):
        ann.document(name, name.encode())
    first = await channel.receive(None)
    assert [file.name for file in only(first).files] == ["a"]
    second = await channel.receive(first.cursor)
    assert [file.name for file in only(second).files] == ["b"]
    assert len(api.updates) == 1


async def test_a_sick_file_within_an_album_tears_it_not(api: BotApi, channel: Channel) -> None:
    ann, bob = api.customer(77, "Ann"), api.customer(78, "Bob")
    ann.text("before")
    ann.photo(JPEG + b"x" * 2**20, album="G1")
    bob.document("a.pdf", b"%PDF")
    ann.photo(JPEG, album="G1")
    api.fault("download", status=500, skip=2)
    first = await channel.receive(None)
    assert texts(first) == ["before"]
    album, document = (await channel.receive(first.cursor)).items
    assert isinstance(album, Incoming)
    assert isinstance(document, Incoming)
    assert [file.content is not None for file in album.files] == [True, True]
    assert document.files[0].content == b"%PDF"


async def test_a_wait_is_no_fault_of_the_file(api: BotApi, channel: Channel) -> None:
    api.customer(77, "Ann").document("a.pdf", b"%PDF")
    api.fault("getFile", retry_after=3, times=4)
    for _ in range(4):
        with pytest.raises(Unreachable) as wait:
            await channel.receive(None)
        assert wait.value.retry_after == 3
    assert only(await channel.receive(None)).files[0].content == b"%PDF"


async def test_what_the_server_will_not_give_is_missing_with_its_reason(
    api: BotApi, channel: Channel
) -> None:
    ann = api.customer(77, "Ann")
    ann.document("a.pdf", b"%PDF")
    ann.document("b.pdf", b"%PDF")
    api.fault("getFile", status=400, description="Bad Request: invalid file_id")
    api.fault("getFile", status=400, description="Bad Request: file is too big")
    first, second = (await channel.receive(None)).items
    assert isinstance(first, Incoming)
    assert isinstance(second, Incoming)
    assert first.files[0].missing == "Telegram does not give it: Invalid file_id"
    assert second.files[0].missing == "larger than the 20 MB a bot may fetch: 0 MB"


async def test_an_edit_brings_its_file_too(api: BotApi, channel: Channel) -> None:
    ann = api.customer(77, "Ann")
    ann.edit(ann.document("a.pdf", b"%PDF", caption="helo"), "hello")
    _, edited = (await channel.receive(None)).items
    assert isinstance(edited, Edited)
    assert edited.incoming is not None
    assert edited.incoming.files[0].content == b"%PDF"


def _at(path: Path) -> bytes:
    """The answer of getFile of a server that runs with --local."""
    found = {"file_id": "F1", "file_unique_id": "U1", "file_path": str(path)}
    return json.dumps({"ok": True, "result": found}).encode()


async def test_a_server_of_ours_may_name_a_file_on_this_machine(
    api: BotApi, open_channel: Open, tmp_path: Path
) -> None:
    beside = tmp_path / "beside"
    beside.write_bytes(b"x" * 1000)
    api.customer(77, "Ann").document("film.mp4", b"", size=43 * 2**20)
    api.fault("getFile", body=_at(beside))
    async with open_channel(max_download=2**31) as channel:
        (file,) = only(await channel.receive(None)).files
    assert isinstance(file.content, Path)
    assert file.content != beside
    assert file.content.read_bytes() == b"x" * 1000
    assert file.size == 1000
    assert beside.exists()


async def test_no_other_server_may_name_a_file_on_this_machine(
    api: BotApi, channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    monkeypatch.setattr(files_module, "is_loopback", lambda host: False)
    api.customer(77, "Ann").document("a", b"x")
    api.fault("getFile", body=_at(secret))
    (file,) = only(await channel.receive(None)).files
    assert file.content is None
    assert file.missing is not None
    assert "--local" in file.missing


async def test_a_named_file_that_is_not_there_is_missing(
    api: BotApi, open_channel: Open, tmp_path: Path
) -> None:
    api.customer(77, "Ann").document("a", b"x")
    api.fault("getFile", body=_at(tmp_path / "gone"))
    async with open_channel() as channel:
        (file,) = only(await channel.receive(None)).files
    assert file.missing == "the Bot API server's copy cannot be read: No such file or directory"
    assert list(tmp_path.iterdir()) == []
