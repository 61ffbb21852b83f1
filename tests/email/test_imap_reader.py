"""IMAP's lines and literals survive any cut into chunks, and any bytes at all."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.channels.email.imap_names import (
    counted,
    fetched,
    folder_name,
    listed,
    read_folder_name,
    uid_set,
)
from omnidesk.channels.email.imap_reader import Literal, Nonsense, Reader, Response

STREAM = (
    b"* OK ready {3}\r\n"
    b"* 1 FETCH (UID 7 BODY[] {11}\r\n* 5(\r\n{3}\r\n X-N {2+}\r\nab)\r\n"
    b'* LIST () "/" ~{0}\r\n\r\n'
    b"A1 OK done {9}\r\n"
)
WHOLE: list[Response] = [
    (b"* OK ready {3}",),
    (
        b"* 1 FETCH (UID 7 BODY[] ",
        Literal(size=11, content=b"* 5(\r\n{3}\r\n"),
        b" X-N ",
        Literal(size=2, content=b"ab"),
        b")",
    ),
    (b'* LIST () "/" ', Literal(size=0, content=b""), b""),
    (b"A1 OK done {9}",),
]


def read(chunks: list[bytes], spool: Path) -> list[Response]:
    reader = Reader(spool)
    reader.allow(100)
    return [response for chunk in chunks for response in reader.feed(chunk)]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cut_gives_the_same_responses(tmp_path: Path, cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(STREAM)]
    assert read([STREAM[a:b] for a, b in pairwise(ends)], tmp_path) == WHOLE


_LINES = st.sampled_from(
    b'* 1 FETCH (|UID 1 |BODY[] |{5}\r\n|hello|)|"|(|\r\n|* LIST () |NIL|{99999999999999999999}'
    b"|\\|* STATUS a (MESSAGES |12".split(b"|")
)


@given(st.lists(_LINES | st.binary(max_size=9), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise_anything_but_nonsense(tmp_path: Path, pieces: list[bytes]) -> None:
    reader = Reader(tmp_path)
    reader.allow(5)
    try:
        for response in reader.feed(b"* 1 FETCH (" + b"".join(pieces)):
            for reading in (fetched, listed, counted):
                try:
                    reading(response)
                except Nonsense:
                    continue
    except Nonsense:
        pass
    finally:
        reader.drop()


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", '"INBOX"'),
        ("Входящие", '"&BBIERQQ+BDQETwRJBDgENQ-"'),
        ("Tom & Jerry", '"Tom &- Jerry"'),
        ('a "b" \\c', r'"a \"b\" \\c"'),
        ("台北/日本語", '"&U,BTFw-/&ZeVnLIqe-"'),
        ("📬 box", '"&2D3c7A- box"'),
    ],
)
def test_folder_names_are_quoted_modified_utf_7(name: str, wire: str) -> None:
    assert folder_name(name) == wire
    assert listed((b'* LIST () "/" ' + wire.encode(),)) == name


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_every_folder_name_comes_back(name: str) -> None:
    wire = folder_name(name)
    assert wire.isascii()
    assert listed((b"* LIST () NIL " + wire.encode(),)) == name


@given(st.binary())
def test_no_folder_name_of_a_server_raises(raw: bytes) -> None:
    assert isinstance(read_folder_name(raw), str)


@given(st.sets(st.integers(1, 60)))
def test_a_uid_set_names_each_uid_once(uids: set[int]) -> None:
    named: list[int] = []
    for part in uid_set(uids).split(",") if uids else ():
        first, _, last = part.partition(":")
        named.extend(range(int(first), int(last or first) + 1))
    assert named == sorted(uids)
