"""Every kind of update, read by itself: the files in tests/updates say what each must give."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from omnidesk.channels.telegram.albums import joined
from omnidesk.channels.telegram.contents import with_links
from omnidesk.channels.telegram.names import ENVELOPE, KINDS, RARE_CONTENT, SERVICE
from omnidesk.channels.telegram.updates import Reading, read
from omnidesk.core.channel import Edited, Incoming, Receipt, Rekeyed
from omnidesk.demo.botapi_updates import UPDATE_KINDS

ME = 1000
FILES = sorted((Path(__file__).parent.parent / "updates").glob("*.json"))


def _shown(reading: Reading) -> dict[str, Any]:
    """A reading as the JSON files write it."""
    item = reading.item
    shown: dict[str, Any] = {"type": type(item).__name__}
    wanted = [[w.file_id, w.name, w.media_type, w.size] for w in reading.wanted]
    if isinstance(item, Incoming):
        shown |= {
            "external_id": item.external_id,
            "handle": str(item.handle) if item.handle else None,
            "sender": [item.sender.name, item.sender.address] if item.sender else None,
            "to": [[to.name, to.address] for to in item.to],
            "direction": item.direction.value,
            "subject": item.subject,
            "text": item.text,
            "answers": item.answers,
            "reply_path": json.loads(item.reply_path) if item.reply_path else None,
            "automatic": item.automatic,
            "unreadable": item.unreadable,
            "vouched": [str(handle) for handle in item.vouched],
            "wanted": wanted,
        }
    elif isinstance(item, Edited):
        shown |= {"external_id": item.external_id, "text": item.text}
    elif isinstance(item, Receipt):
        shown |= {"state": item.state.value, "handle": str(item.handle), "reason": item.reason}
    elif isinstance(item, Rekeyed):
        shown |= {"old": str(item.old), "new": str(item.new)}
    return shown


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_update_gives_what_its_file_says(file: Path) -> None:
    case = json.loads(file.read_text(encoding="utf-8"))
    shown = [_shown(reading) for reading in read(case["update"], ME)]
    assert [set(want) - set(have) for want, have in zip(case["gives"], shown, strict=True)] == [
        set() for _ in shown
    ]
    cut = [{k: have[k] for k in want} for want, have in zip(case["gives"], shown, strict=True)]
    assert cut == case["gives"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_raw_json_of_an_update_is_kept(file: Path) -> None:
    update = json.loads(file.read_text(encoding="utf-8"))["update"]
    for reading in read(update, ME):
        if isinstance(reading.item, Incoming | Edited):
            assert isinstance(reading.item.raw, bytes)
            assert json.loads(reading.item.raw) == update


def test_times_are_utc() -> None:
    message = {"message_id": 1, "chat": {"id": 7}, "date": 1767225600, "text": "x"}
    (reading,) = read({"update_id": 1, "message": message}, ME)
    assert isinstance(reading.item, Incoming)
    assert reading.item.sent_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_every_kind_that_ptb_knows_is_asked_for_and_served_by_the_loopback_server() -> None:
    known = {str(kind) for kind in Update.ALL_TYPES}
    assert known <= set(KINDS)
    assert set(KINDS) == UPDATE_KINDS


def test_no_name_of_the_bot_api_stands_in_two_lists() -> None:
    assert not SERVICE & RARE_CONTENT
    assert not SERVICE & ENVELOPE
    assert not RARE_CONTENT & ENVELOPE


def test_a_repeated_piece_of_an_album_adds_nothing() -> None:
    message = {"message_id": 1, "chat": {"id": 7}, "date": 1, "media_group_id": "G"}
    pieces = [message, message | {"message_id": 2}, message, message | {"message_id": 2}]
    readings = [
        reading
        for number, piece in enumerate(pieces)
        for reading in read({"update_id": number, "message": piece}, ME)
    ]
    (album,) = joined(readings)
    assert isinstance(album.item, Incoming)
    assert (album.item.external_id, album.item.parts) == ("7:1", ("7:2",))
    assert (album.first, album.last) == (0, 3)


def test_albums_of_two_chats_under_one_number_stay_apart() -> None:
    readings = [
        reading
        for chat in (7, 8)
        for reading in read(
            {
                "update_id": chat,
                "message": {"message_id": 1, "chat": {"id": chat}, "media_group_id": "G"},
            },
            ME,
        )
    ]
    assert len(joined(readings)) == 2


def test_an_update_nested_too_deeply_is_kept_as_unreadable() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    (reading,) = read({"update_id": 5, "message": deep}, ME)
    assert isinstance(reading.item, Incoming)
    assert reading.item.unreadable is not None
    assert reading.item.external_id == "update:5"


def _names() -> st.SearchStrategy[str]:
    known = ENVELOPE | RARE_CONTENT | SERVICE | set(KINDS)
    inner = "id type title first_name file_id photo document animation contact poll venue url "
    inner += "offset length options new_chat_member status user location sticker dice username"
    return st.sampled_from(sorted(known | set(inner.split())))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from(["private", "kicked", "text_link", "emoji", "", "7:1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5) | _names(), inner, max_size=6)
    ),
    max_leaves=25,
)


MESSAGES = st.dictionaries(_names(), JSON, max_size=8).map(
    lambda more: {"message_id": 1, "chat": {"id": 7, "type": "private"}, **more}
)
UPDATES = (
    st.dictionaries(st.text(max_size=5) | _names(), JSON, max_size=4)
    | st.builds(lambda kind, body: {"update_id": 1, kind: body}, st.sampled_from(KINDS), MESSAGES)
    | JSON
)


@given(UPDATES)
def test_any_json_gives_items_and_never_raises(update: Any) -> None:
    readings = read(update, ME)
    assert readings
    for reading in joined(readings):
        item = reading.item
        if isinstance(item, Incoming):
            assert item.raw
            assert item.external_id
            item.text.encode()
            for file in item.files:
                file.name.encode()
                assert file.name
                assert "/" not in file.name


@given(
    st.text(),
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.just("text_link"),
                "offset": st.integers(-5, 40),
                "length": st.integers(-5, 40),
                "url": st.just("https://a.example"),
            }
        ),
        max_size=4,
    ),
)
def test_links_never_change_the_customers_own_words(text: str, entities: list[Any]) -> None:
    shown = with_links(text, entities)
    assert shown.replace(" (https://a.example)", "") == text.replace(" (https://a.example)", "")
