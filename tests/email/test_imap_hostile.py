"""Servers that lie, flood, drip and withhold: bounded memory, bounded time, no letter lost."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path

import pytest

from omnidesk.channels.email import imap_reader
from omnidesk.channels.email.imap_values import Found
from omnidesk.core.errors import Unreachable
from tests.email.opened import opened, saying
from tests.email.scripted import LETTER, Scripted, Session, literal


async def test_a_server_that_drips_for_ever_is_given_up_in_time(tmp_path: Path) -> None:
    async def drip(session: Session, rest: bytes) -> None:
        while True:
            await session.say(b"* OK still here")
            await asyncio.sleep(0.05)

    async with opened(Scripted(on={"SEARCH": drip}), tmp_path, "300ms") as mailbox:
        await mailbox.enter("INBOX")
        with pytest.raises(Unreachable, match="does not answer"):
            await asyncio.wait_for(mailbox.after(0, 10), 3)


async def test_a_late_answer_reaches_nobody(tmp_path: Path) -> None:
    """After a time-out the connection is gone, so its late answer cannot be another's."""

    async def late(session: Session, rest: bytes) -> None:
        await asyncio.sleep(0.3)
        await session.ok(b"* SEARCH 1 2 3")

    server = Scripted(on={"SEARCH": late})
    async with opened(server, tmp_path, "100ms") as mailbox:
        await mailbox.enter("INBOX")
        with pytest.raises(Unreachable):
            await mailbox.after(0, 10)
        await asyncio.sleep(0.4)
        with pytest.raises(Unreachable):
            await mailbox.enter("INBOX")


@pytest.mark.parametrize(
    "lie",
    [
        b"zzz OK an answer to no question",
        b"+ more please",
        b"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n* 2 FETCH (UID 2 BODY[] {5}\r\nhello)",
        b"* SEARCH {3}\r\nabc",
    ],
)
async def test_what_was_not_asked_for_ends_the_connection(tmp_path: Path, lie: bytes) -> None:
    async with opened(Scripted(on={"SEARCH": saying(lie)}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        with pytest.raises(Unreachable, match="nonsense"):
            await mailbox.after(0, 10)


async def test_an_endless_line_costs_bounded_memory(tmp_path: Path) -> None:
    async def endless(session: Session, rest: bytes) -> None:
        session.writer.write(b"* SEARCH ")
        while True:
            session.writer.write(b"1 " * 50_000)
            await session.writer.drain()

    async with opened(Scripted(on={"SEARCH": endless}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        tracemalloc.start()
        with pytest.raises(Unreachable, match="without an end"):
            await mailbox.after(0, 10)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 50 << 20


async def test_endless_lines_cost_bounded_memory(tmp_path: Path) -> None:
    async def endless(session: Session, rest: bytes) -> None:
        while True:
            session.writer.write(b'* LIST () "/" folder\r\n' * 1000)
            await session.writer.drain()

    async with opened(Scripted(on={"LIST": endless}), tmp_path) as mailbox:
        with pytest.raises(Unreachable, match="without an end"):
            await mailbox.folders()


async def test_an_endless_literal_goes_nowhere(tmp_path: Path) -> None:
    """Announced as a petabyte: the beginning is kept on disk, the rest is not, time is bounded."""

    async def endless(session: Session, rest: bytes) -> None:
        session.writer.write(b"* 1 FETCH (UID 1 BODY[] {999999999999999}\r\n")
        while True:
            session.writer.write(b"x" * 100_000)
            await session.writer.drain()

    async with opened(Scripted(on={"FETCH": endless}), tmp_path, "200ms") as mailbox:
        await mailbox.enter("INBOX")
        tracemalloc.start()
        with pytest.raises(Unreachable):
            await mailbox.letters([Found(uid=1, size=100)])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20 << 20
    assert list(tmp_path.iterdir()) == []


async def test_a_large_letter_arrives_as_a_file_at_no_cost_of_memory(tmp_path: Path) -> None:
    size = 25 << 20

    async def large(session: Session, rest: bytes) -> None:
        session.writer.write(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % size)
        for _ in range(size >> 16):
            session.writer.write(b"x" * 65536)
            await session.writer.drain()
        await session.ok(b")")

    async with opened(Scripted(on={"FETCH": large}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        tracemalloc.start()
        (letter,) = await mailbox.letters([Found(uid=1, size=size)])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert isinstance(letter.content, Path)
        assert letter.content.parent == tmp_path
        assert letter.content.stat().st_size == size
        assert peak < 5 << 20
        letter.content.unlink()


async def test_a_large_letter_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    async def broken(session: Session, rest: bytes) -> None:
        await session.say(literal(1, b"x" * (2 << 20)))
        session.writer.write(b"* 2 FETCH (UID 2 BODY[] {3000000}\r\n" + b"x" * 2_000_000)
        await session.writer.drain()
        await session.cut()

    async with opened(Scripted(on={"FETCH": broken}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        with pytest.raises(Unreachable):
            await mailbox.letters([Found(uid=1, size=2 << 20), Found(uid=2, size=3_000_000)])
    assert list(tmp_path.iterdir()) == []


async def test_letters_over_the_limit_come_with_their_beginning_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def partial(session: Session, rest: bytes) -> None:
        assert b"BODY.PEEK[]<0." in rest
        await session.ok(b"* 1 FETCH (UID 1 BODY[]<0> {4}\r\nSubj)")

    async with opened(Scripted(on={"FETCH": partial}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        (letter,) = await mailbox.letters([Found(uid=1, size=imap_reader.MAX_LITERAL + 1)])
        assert letter.cut
        assert letter.content == b"Subj"


async def test_a_literal_larger_than_its_announced_size_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_reader, "MAX_LITERAL", 3_000_000)
    monkeypatch.setattr("omnidesk.channels.email.imap_values.MAX_LITERAL", 3_000_000)
    server = Scripted(letters={1: b"x" * 4_000_000, 2: LETTER})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        first, second = await mailbox.letters([Found(uid=1, size=1), Found(uid=2, size=1)])
        assert first.cut
        assert isinstance(first.content, Path)
        assert first.content.stat().st_size == imap_reader.KEPT_OF_TOO_LARGE
        assert second.content == LETTER


async def test_a_letter_expunged_while_fetching_is_left_out(tmp_path: Path) -> None:
    server = Scripted(letters={1: LETTER, 2: LETTER, 3: LETTER})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        found = await mailbox.after(0, 10)
        del server.letters[2]
        assert [letter.uid for letter in await mailbox.letters(found)] == [1, 3]


async def test_a_letter_that_is_there_but_withheld_is_said_so(tmp_path: Path) -> None:
    async def withholding(session: Session, rest: bytes) -> None:
        if b"2" in rest.split(b" ")[2]:
            await session.say(session.tag + b" NO [SERVERBUG] cannot open it")
        else:
            await session.ok(literal(1, LETTER))

    server = Scripted(letters={1: LETTER, 2: LETTER}, on={"FETCH": withholding})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        letters = await mailbox.letters([Found(uid=1, size=9), Found(uid=2, size=9)])
        assert [(letter.uid, letter.content) for letter in letters] == [(1, LETTER), (2, None)]


async def test_a_full_spool_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    async with opened(Scripted(letters={1: b"x" * (2 << 20)}), gone) as mailbox:
        await mailbox.enter("INBOX")
        with pytest.raises(Unreachable, match="spool takes no more"):
            await mailbox.letters([Found(uid=1, size=2 << 20)])
