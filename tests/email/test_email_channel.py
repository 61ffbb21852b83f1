"""The e-mail channel as the engine sees it, against servers that a test can spoil."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk.channels.email.channel import EmailChannel
from omnidesk.core.channel import Rejected, Sent
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address
from omnidesk.demo.mailserver import MailServer
from tests.email.desk_channel import REPLY, channel_of, drained, letters, numbered
from tests.email.scripted import LETTER, Scripted, Session, literal


@asynccontextmanager
async def receiving(
    server: Scripted, spool: Path, quiet: float = 0.0, **imap: object
) -> AsyncIterator[EmailChannel]:
    async with server.listening():
        imap = (
            server.settings().model_dump(exclude={"password", "token"}) | {"password": "x"} | imap
        )
        async with channel_of(spool, quiet, imap=imap) as channel:
            yield channel


async def test_a_backlog_comes_in_batches_and_each_letter_once(tmp_path: Path) -> None:
    server = Scripted(letters={uid: numbered(uid) for uid in range(1, 351)})
    async with receiving(server, tmp_path) as channel:
        first = await channel.receive(None)
        assert len(first.items) == 100
        assert json.loads(first.cursor or "") == {"INBOX": "7:100"}
        again = await channel.receive(None)
        assert [i.external_id for i in letters(again)] == [i.external_id for i in letters(first)]
        rest, cursor = await drained(channel, first.cursor)
    subjects = [item.subject for item in [*letters(first), *rest]]
    assert subjects == [f"letter {n}" for n in range(1, 351)]
    assert json.loads(cursor) == {"INBOX": "7:350"}


async def test_a_reading_process_that_is_killed_costs_no_letter(tmp_path: Path) -> None:
    server = Scripted(letters={uid: numbered(uid) for uid in range(1, 801)})
    async with receiving(server, tmp_path) as channel:
        first = await channel.receive(None)
        second = await channel.receive(first.cursor)
        readers = multiprocessing.active_children()
        assert readers, "a backlog is read by processes of its own"
        for reader in readers:
            reader.kill()
        rest, _ = await drained(channel, second.cursor)
    subjects = [item.subject for item in [*letters(first), *letters(second), *rest]]
    assert subjects == [f"letter {n}" for n in range(1, 801)]
    assert not list(tmp_path.glob("part-*"))


async def test_the_reading_processes_end_with_the_backlog(tmp_path: Path) -> None:
    server = Scripted(letters={uid: numbered(uid) for uid in range(1, 501)})
    async with receiving(server, tmp_path) as channel:
        found, _ = await drained(channel)
        assert len(found) == 500
        async with asyncio.timeout(10):
            while multiprocessing.active_children():
                await asyncio.sleep(0.05)


async def test_an_older_cursor_is_taken_at_its_word(tmp_path: Path) -> None:
    """The store may fail to commit a batch: what was not acknowledged comes again."""
    server = Scripted(letters={uid: numbered(uid) for uid in range(1, 251)})
    async with receiving(server, tmp_path) as channel:
        one = await channel.receive(None)
        await channel.receive(one.cursor)
        again = await channel.receive(one.cursor)
        assert letters(again)[0].subject == "letter 101"


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "[]", '{"INBOX": 5}', '{"INBOX": "7"}', "[" * 100_000]
)
async def test_a_cursor_that_cannot_be_read_begins_anew(tmp_path: Path, cursor: str) -> None:
    async with receiving(Scripted(), tmp_path) as channel:
        assert len((await channel.receive(cursor)).items) == 1


async def test_another_uidvalidity_begins_the_folder_anew(tmp_path: Path) -> None:
    async with receiving(Scripted(), tmp_path) as channel:
        batch = await channel.receive('{"INBOX": "6:400", "Old": "1:2"}')
        assert len(batch.items) == 1
        assert json.loads(batch.cursor or "") == {"INBOX": "7:1", "Old": "1:2"}


async def test_a_push_ends_the_wait(tmp_path: Path) -> None:
    server = Scripted(letters={})

    async def idle(session: Session, rest: bytes) -> None:
        await session.say(b"+ idling")
        server.letters[1] = LETTER
        await session.say(b"* 1 EXISTS")
        assert (await session.reader.readline()).strip() == b"DONE"
        await session.ok()

    server.on["IDLE"] = idle
    async with receiving(server, tmp_path, quiet=60) as channel:
        batch = await asyncio.wait_for(channel.receive(None), 5)
        assert len(batch.items) == 1


async def test_a_quiet_mailbox_gives_an_empty_batch_in_time(tmp_path: Path) -> None:
    async with receiving(Scripted(letters={}), tmp_path, quiet=0.2) as channel:
        began = time.monotonic()
        assert (await channel.receive(None)).items == ()
        assert 0.15 < time.monotonic() - began < 20


async def test_without_idle_the_folder_is_polled(tmp_path: Path) -> None:
    server = Scripted(letters={}, capabilities=b"IMAP4rev1")
    looks = 0

    async def noop(session: Session, rest: bytes) -> None:
        nonlocal looks
        looks += 1
        server.letters[1] = LETTER
        await session.ok()

    server.on["NOOP"] = noop
    async with receiving(server, tmp_path, quiet=60, poll="1s") as channel:
        assert len((await asyncio.wait_for(channel.receive(None), 5)).items) == 1
    assert looks == 1


async def test_a_lost_connection_is_said_once_and_then_opened_anew(tmp_path: Path) -> None:
    server = Scripted()
    async with receiving(server, tmp_path) as channel:

        async def cut(session: Session, rest: bytes) -> None:
            del server.on["FETCH"]
            await session.cut()

        server.on["FETCH"] = cut
        with pytest.raises(Unreachable):
            await channel.receive(None)
        assert len((await channel.receive(None)).items) == 1
        assert server.connections == 2


async def test_a_letter_that_the_server_withholds_does_not_block_the_mailbox(
    tmp_path: Path,
) -> None:
    server = Scripted(letters={1: numbered(1), 2: numbered(2), 3: numbered(3)})

    async def withholding(session: Session, rest: bytes) -> None:
        uids = rest.split(b" ")[2]
        if b"RFC822.SIZE" in rest:
            await session.ok(*(b"* 1 FETCH (UID %d RFC822.SIZE 50)" % n for n in (1, 2, 3)))
        elif uids == b"2":
            await session.say(session.tag + b" NO [SERVERBUG] internal error")
        else:
            wanted = [1, 3] if uids == b"1:3" else [3]
            await session.ok(*(literal(n, server.letters[n]) for n in wanted))

    server.on["FETCH"] = withholding
    async with receiving(server, tmp_path) as channel:
        first = await channel.receive(None)
        assert [item.subject for item in letters(first)] == ["letter 1"]
        for _ in range(4):
            with pytest.raises(Unreachable, match="does not give letter 2 of INBOX"):
                await channel.receive(first.cursor)
        last = letters(await channel.receive(first.cursor))
        assert "lies there as INBOX 7:2" in (last[0].unreadable or "")
        assert last[1].subject == "letter 3"


async def test_a_letter_over_the_limit_is_kept_as_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("imap", "imap_reader", "imap_values"):
        monkeypatch.setattr(f"omnidesk.channels.email.{module}.MAX_LITERAL", 2_000_000)
    server = Scripted(letters={1: numbered(1, "x" * 3_000_000)})

    async def partial(session: Session, rest: bytes) -> None:
        if b"<0.262144>" not in rest:
            await session.ok(b"* 1 FETCH (UID 1 RFC822.SIZE 3000000)")
            return
        begin = server.letters[1][:262144]
        await session.ok(b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)" % (len(begin), begin))

    server.on["FETCH"] = partial
    async with receiving(server, tmp_path) as channel:
        (item,) = letters(await channel.receive(None))
        assert item.subject == "letter 1"
        assert "too large: 3,000,000 bytes" in (item.unreadable or "")


async def test_a_large_letter_does_not_stop_the_loop(tmp_path: Path) -> None:
    server = Scripted(letters={1: numbered(1, "a line of a very long letter\r\n" * 500_000)})
    longest = 0.0

    async def ticking() -> None:
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - began)

    async with receiving(server, tmp_path) as channel:
        ticker = asyncio.create_task(ticking())
        (item,) = letters(await channel.receive(None))
        ticker.cancel()
    assert isinstance(item.raw, Path)
    assert item.raw.stat().st_size == len(server.letters[1])
    assert longest < 3


async def test_a_missing_folder_is_told_once_and_the_others_go_on(tmp_path: Path) -> None:
    server = Scripted()

    async def examine(session: Session, rest: bytes) -> None:
        if b"Gone" in rest:
            await session.say(session.tag + b" NO [NONEXISTENT] no such folder")
        else:
            await session.ok(b"* 1 EXISTS", b"* OK [UIDVALIDITY 7] ok", b"* OK [UIDNEXT 2] ok")

    server.on["EXAMINE"] = examine
    async with receiving(server, tmp_path, folders=["Gone", "INBOX"]) as channel:
        first = await channel.receive(None)
        assert len(first.items) == 1
        second = await channel.receive(first.cursor)
        told = [batch.gap for batch in (first, second) if batch.gap]
        assert told == ["127.0.0.1 has no folder Gone; check channels.support.imap.folders"]
        assert (await channel.receive(second.cursor)).gap is None
    async with receiving(server, tmp_path, folders=["Gone"]) as channel:
        with pytest.raises(
            Blocked, match=r"no folder Gone; check channels\.support\.imap\.folders"
        ):
            await channel.receive(None)


async def test_a_long_backlog_in_one_folder_does_not_starve_the_others(tmp_path: Path) -> None:
    server = Scripted(letters={uid: numbered(uid) for uid in range(1, 1001)})
    async with receiving(server, tmp_path, folders=["INBOX", "Other"]) as channel:
        cursor = None
        for _ in range(4):
            cursor = (await channel.receive(cursor)).cursor
        assert json.loads(cursor or "") == {"INBOX": "7:200", "Other": "7:200"}


async def test_a_second_folder_is_looked_at_while_the_first_idles(tmp_path: Path) -> None:
    server = Scripted(letters={})

    async def status(session: Session, rest: bytes) -> None:
        server.letters[1] = LETTER
        await session.ok(b'* STATUS "Other" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)')

    server.on["STATUS"] = status
    async with receiving(
        server, tmp_path, quiet=60, folders=["INBOX", "Other"], poll="1s"
    ) as channel:
        batch = await asyncio.wait_for(channel.receive(None), 5)
        assert len(batch.items) == 1
    assert any(b"IDLE" in line for line in server.heard)


async def test_what_cannot_be_composed_is_rejected(tmp_path: Path) -> None:
    channel = channel_of(tmp_path, smtp={"host": "127.0.0.1", "port": 9, "security": "none"})
    outcome = await channel.send(replace(REPLY, to=(Address("", "a\r\nb@c"),)))
    assert isinstance(outcome, Rejected)
    assert "no address" in outcome.reason


async def test_a_sandbox_takes_and_gives_letters(tmp_path: Path) -> None:
    async with MailServer() as server:
        login = {"username": server.address, "password": server.password}
        plain = {"host": server.host, "security": "none", "timeout": "5s"} | login
        table = {
            "imap": plain | {"port": server.imap.port, "sent": "Sent"},
            "smtp": plain | {"port": server.smtp.port},
        }
        async with channel_of(tmp_path, 20.0, **table) as channel:
            waiting = asyncio.create_task(channel.receive(None))
            await server.post(numbered(1), "ann1@customers.test")
            (item,) = letters(await asyncio.wait_for(waiting, 15))
            assert item.subject == "letter 1"
            outcome = await channel.send(replace(REPLY, references=("<1@customers.test>",)))
            assert isinstance(outcome, Sent)
            got = await server.reply_to("ann@customers.test")
            assert b"In-Reply-To: <1@customers.test>" in got
            assert await channel.count() in (1, 2), "a copy may lie in Sent by now"


async def test_a_sandbox_that_comes_back_with_other_uids_gives_all_letters(
    tmp_path: Path,
) -> None:
    async with MailServer() as server:
        imap = {
            "host": server.host, "port": server.imap.port, "security": "none", "timeout": "5s",
            "username": server.address, "password": server.password,
        }  # fmt: skip
        async with channel_of(tmp_path, imap=imap) as channel:
            await server.imap.append(server.address, numbered(1))
            before, cursor = await drained(channel)
            await server.imap.forget()
            await server.imap.append(server.address, numbered(1))
            await server.imap.append(server.address, numbered(2))
            after, _ = await drained(channel, cursor)
        assert [item.subject for item in after] == ["letter 1", "letter 2"]
        assert after[0].external_id == before[0].external_id
