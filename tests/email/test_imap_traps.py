"""What servers and networks do to a client, and what the mailbox makes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from omnidesk.channels.email.imap_values import Found
from omnidesk.core.errors import Unreachable
from tests.email.opened import hang_up, opened, saying, silence
from tests.email.scripted import LETTER, Scripted, Session, literal


async def test_ten_thousand_lines_in_one_chunk_are_read(tmp_path: Path) -> None:
    server = Scripted(letters=dict.fromkeys(range(1, 10_001), LETTER))
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        assert len(await mailbox.after(0, 10_000)) == 2000  # one window of a long backlog
        lines = [b"* %d FETCH (FLAGS (\\Seen))" % n for n in range(1, 10_001)]
        server.on["NOOP"] = saying(*lines)
        server.on["FETCH"] = saying(*lines, literal(1, LETTER))
        (letter,) = await mailbox.letters([Found(uid=1, size=len(LETTER))])
        assert letter.content == LETTER


async def test_a_star_inside_a_line_stays(tmp_path: Path) -> None:
    server = Scripted()
    server.on["LIST"] = saying(b'* LIST () "/" "5* hotel"', b'* LIST () "/" "a * b"')
    async with opened(server, tmp_path) as mailbox:
        assert await mailbox.folders() == ["5* hotel", "a * b"]


@pytest.mark.parametrize(
    "letter",
    [
        b"Subject: inv(1.pdf\r\n\r\n((((\r\n",
        b"Subject: )\r\n\r\n* 1 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n",
        b"Subject: braces\r\n\r\nline {5}\r\nA1 OK done\r\n* BYE\r\n+ go\r\n",
        b"",
    ],
)
async def test_what_stands_in_a_literal_is_not_read(tmp_path: Path, letter: bytes) -> None:
    async with opened(Scripted(letters={1: letter, 2: LETTER}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        letters = await mailbox.letters(await mailbox.after(0, 10))
        assert [one.content for one in letters] == [letter, LETTER]
        assert all(type(one.content) is bytes for one in letters)


async def test_brackets_in_quoted_strings_and_keywords_do_not_count(tmp_path: Path) -> None:
    server = Scripted()
    server.on["FETCH"] = saying(
        b'* 1 FETCH (X-NOTE "(" FLAGS (\\Seen $a[b) X-LIST (("x)" (y)) z) UID 1 BODY[] "a \\"b\\"")'
    )
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        (letter,) = await mailbox.letters([Found(uid=1, size=5)])
        assert letter.content == b'a "b"'


async def test_braces_at_the_end_of_a_status_text_open_no_literal(tmp_path: Path) -> None:
    server = Scripted(greeting=b"* OK ready {5}")
    server.on["NOOP"] = saying(b"* NO quota {12}", b"* OK [ALERT] full {3}")
    async with opened(server, tmp_path) as mailbox:
        assert await mailbox.enter("INBOX")


async def test_every_byte_in_a_chunk_of_its_own_is_read(tmp_path: Path) -> None:
    async def dripping(session: Session, rest: bytes) -> None:
        for byte in literal(1, LETTER) + b"\r\n" + session.tag + b" OK done\r\n":
            session.writer.write(bytes([byte]))
            await session.writer.drain()
            await asyncio.sleep(0)

    async with opened(Scripted(on={"FETCH": dripping}), tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        (letter,) = await mailbox.letters([Found(uid=1, size=len(LETTER))])
        assert letter.content == LETTER


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "IDLE"])
async def test_a_lost_connection_fails_what_is_pending_at_once(
    tmp_path: Path, command: str
) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1: .*lost"):
        await _use(Scripted(on={command: hang_up}), tmp_path)
    assert time.monotonic() - began < 5


async def _use(server: Scripted, spool: Path) -> None:
    async with opened(server, spool, "60s") as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.letters(await mailbox.after(0, 10))
        await mailbox.wait(60)


async def test_bye_while_idling_ends_the_wait_at_once(tmp_path: Path) -> None:
    async def bye(session: Session, rest: bytes) -> None:
        await session.say(b"+ idling", b"* BYE shutting down")
        await asyncio.sleep(3600)

    async with opened(Scripted(on={"IDLE": bye}), tmp_path, "60s") as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(0, 10)
        async with asyncio.timeout(5):
            with pytest.raises(Unreachable, match="hangs up: shutting down"):
                await mailbox.wait(60)
        assert not mailbox.alive


async def test_bye_instead_of_idling_ends_the_wait_at_once(tmp_path: Path) -> None:
    async def bye(session: Session, rest: bytes) -> None:
        await session.say(b"* BYE too long")
        await session.cut()

    async with opened(Scripted(on={"IDLE": bye}), tmp_path, "60s") as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(0, 10)
        async with asyncio.timeout(5):
            with pytest.raises(Unreachable):
                await mailbox.wait(60)


@pytest.mark.parametrize("command", ["SEARCH", "IDLE"])
async def test_a_cancelled_call_leaves_no_connection(tmp_path: Path, command: str) -> None:
    server = Scripted()
    async with opened(server, tmp_path, "60s") as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(0, 10)
        reached = asyncio.Event()

        async def wait(session: Session, rest: bytes) -> None:
            await session.say(b"+ idling" if command == "IDLE" else b"* OK wait")
            reached.set()
            await asyncio.sleep(3600)

        server.on[command] = wait
        call = mailbox.wait(60) if command == "IDLE" else mailbox.after(0, 10)
        task = asyncio.create_task(_finished(call))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not mailbox.alive
        with pytest.raises(Unreachable):
            await mailbox.enter("INBOX")


async def _finished(call: Awaitable[object]) -> None:
    await call


async def test_a_server_that_answers_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    async with opened(Scripted(on={"SEARCH": silence}), tmp_path, "200ms") as mailbox:
        await mailbox.enter("INBOX")
        began = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer"):
            await mailbox.after(0, 10)
        assert 0.1 < time.monotonic() - began < 2
        assert not mailbox.alive


async def test_a_refused_idle_becomes_a_poll(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO not today")

    server = Scripted(on={"IDLE": refused, "NOOP": saying(b"* 2 EXISTS")})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(0, 10)
        assert not await mailbox.wait(600)
        assert not mailbox.idles
        assert await mailbox.wait(0.01)


async def test_an_idle_is_renewed_before_the_server_tires_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.channels.email.imap._RENEW", (0.05, 0.1))
    server = Scripted()
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(1, 10)
        began = time.monotonic()
        assert not await mailbox.wait(600)
        assert 0.04 < time.monotonic() - began < 1
        assert not await mailbox.wait(600)
    assert sum(line.endswith(b" IDLE") for line in server.heard) == 2


async def test_a_server_that_died_while_we_idle_is_noticed_by_the_next_pulse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.channels.email.imap._PULSE", (0.05, 0.05))
    idles = 0

    async def dying(session: Session, rest: bytes) -> None:
        nonlocal idles
        idles += 1
        await session.say(b"+ idling")
        await session.reader.readline()
        if idles == 3:
            await asyncio.sleep(3600)
        await session.ok()

    async with opened(Scripted(on={"IDLE": dying}), tmp_path, "300ms") as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(1, 10)
        async with asyncio.timeout(5):
            with pytest.raises(Unreachable, match="does not answer"):
                await mailbox.wait(600)
        assert idles == 3


async def test_news_between_search_and_idle_is_not_slept_over(tmp_path: Path) -> None:
    server = Scripted(on={"SEARCH": saying(b"* SEARCH", b"* 2 EXISTS")})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(1, 10)
        async with asyncio.timeout(5):
            assert await mailbox.wait(600)
        assert b"IDLE" not in b" ".join(server.heard)


async def test_a_backlog_with_wide_gaps_is_found_in_few_steps(tmp_path: Path) -> None:
    server = Scripted(letters={1: LETTER, 3_000_000: LETTER, 3_000_001: LETTER})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        assert [found.uid for found in await mailbox.after(1, 10)] == [3_000_000, 3_000_001]
        assert await mailbox.after(3_000_001, 10) == []
        assert sum(b"SEARCH" in line for line in server.heard) < 12
