"""Every line gives one item that the store can keep; no line of an exchange raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.channels.log.events import Reading, read_event
from omnidesk.core.calls import span
from omnidesk.core.channel import Edited, Incoming, Item, Ringing
from omnidesk.core.model import Address, Direction, Handle

NOW = datetime(2026, 9, 16, 12, tzinfo=UTC)
RU = Reading(region="RU")


def read(reading: Reading = RU, /, **told: Any) -> Item:
    return read_event(json.dumps(told).encode(), reading, NOW)


def incoming(item: Item) -> Incoming:
    if isinstance(item, Edited):
        assert item.incoming is not None
        return item.incoming
    assert isinstance(item, Incoming)
    return item


@pytest.mark.parametrize(
    ("told", "text", "asks"),
    [
        ({"event": "missed"}, "Missed call", True),
        ({"event": "missed", "direction": "out"}, "Outgoing call, no answer", False),
        ({"event": "answered"}, "Call, answered", False),
        ({"event": "ended"}, "Call, ended", False),
        ({"event": "ended", "duration": 200}, "Call, 3 min 20 s", False),
        ({"event": "ended", "duration": "61.4"}, "Call, 1 min 1 s", False),
        ({"event": "ended", "duration": 0}, "Call, 0 s", True),
        ({"event": "ENDED", "duration": 3661}, "Call, 1 h 1 min", False),
    ],
)
def test_an_event_says_what_became_of_the_call(told: dict[str, Any], text: str, asks: bool) -> None:
    item = incoming(read(call="1", **{"from": "+79161234567", "to": "+79031112233"}, **told))
    assert (item.text, item.asks, item.unreadable) == (text, asks, None)


@pytest.mark.parametrize(
    ("written", "region", "handle"),
    [
        ("8 916 123-45-67", "RU", "tel:+79161234567"),
        ("+7 (916) 123 45 67", None, "tel:+79161234567"),
        ("9161234567", "RU", "tel:+79161234567"),
        ("79161234567", None, "tel:+79161234567"),
        ("104", "RU", None),
        ("anonymous", "RU", None),
        ("", "RU", None),
    ],
)
def test_a_number_is_one_handle_in_every_spelling(
    written: str, region: str | None, handle: str | None
) -> None:
    item = incoming(read(Reading(region=region), event="missed", call="1", **{"from": written}))
    assert item.handle == (Handle.parse(handle) if handle else None)
    assert item.sender is not None
    assert item.sender.address or item.sender.name, "nobody is without any name"
    assert item.unreadable is None


def test_what_is_wrong_with_one_field_is_told_and_the_rest_is_read() -> None:
    item = incoming(
        read(event="ended", call=7, at="yesterday", duration="long", direction="up", name="Анна")
    )
    assert item.external_id == "7"
    assert item.sender == Address("Анна", "")
    assert item.unreadable is not None
    for word in ("'up'", "'yesterday'", "'long'"):
        assert word in item.unreadable


def test_times_are_read_with_their_offset_and_as_seconds() -> None:
    for said in ("2026-09-16T15:00:00+03:00", "2026-09-16T12:00:00Z", NOW.timestamp()):
        assert incoming(read(event="missed", call="1", at=said)).sent_at == NOW


def test_ringing_is_no_message() -> None:
    item = read(event="ringing", call="1", at="2026-09-16T12:00:00Z", **{"from": "89161234567"})
    assert item == Ringing(handle=Handle("tel", "+79161234567"), call="1", at=NOW)


def test_a_line_without_a_call_is_the_same_at_each_reading() -> None:
    once, again = (incoming(read(event="missed", **{"from": "1"})) for _ in range(2))
    assert once.external_id == again.external_id
    assert once.external_id.startswith("line:")


def test_spans() -> None:
    assert [span(s) for s in (None, 0, 59, 60, 3599.6, 7320)] == [
        "",
        "0 s",
        "59 s",
        "1 min 0 s",
        "1 h 0 min",
        "2 h 2 min",
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("event", "call", "from", "to", "direction", "at", "duration", "recording", "name")
EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["ringing", "answered", "missed", "ended", "hold"]) | VALUES},
    optional={name: VALUES | st.sampled_from(["in", "out", "1e999"]) for name in FIELDS[1:]},
)


def texts(item: Item) -> list[str]:
    if isinstance(item, Ringing):
        return [item.call, item.name, str(item.handle)]
    found = incoming(item)
    people = [a for a in (found.sender, *found.to) if a]
    said = [text for a in people for text in (a.name, a.address)]
    return [found.external_id, found.text, found.unreadable or "", found.subject, *said]


def check(line: bytes) -> None:
    item = read_event(line, RU, NOW)
    for text in texts(item):
        text.encode()
        assert "\0" not in text
    if not isinstance(item, Ringing):
        found = incoming(item)
        assert found.external_id
        assert found.raw == line
        assert found.text or found.unreadable
        again = read_event(line, RU, NOW + timedelta(days=1))
        assert incoming(again) == found, "read again, it is the same"
        if isinstance(item, Edited):
            assert item.at.tzinfo is not None
    else:
        assert item.at.tzinfo is not None
        assert item.direction in Direction


@settings(max_examples=400, deadline=None)
@given(EVENTS)
def test_any_object_gives_an_item_that_can_be_stored(told: dict[str, Any]) -> None:
    check(json.dumps(told).encode())


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_item_that_can_be_stored(line: bytes) -> None:
    check(line)


@given(
    st.sampled_from([b"9" * 5000, b"[" * 60_000, b'{"a":' * 10_000, b'"\\ud800"', b"x" * 70_000])
)
def test_hostile_lines_are_unreadable(line: bytes) -> None:
    check(line)
    assert incoming(read_event(line, RU, NOW)).unreadable
