"""The file and the pipe are read to the last line, whatever is done to them meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.channel import (
    Batch,
    Channel,
    Edited,
    Incoming,
    Item,
    Outgoing,
    Rejected,
    Ringing,
)
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address
from tests.log.conftest import append, line

Open = Callable[..., Channel]


def ids(items: Batch | list[Item]) -> list[str]:
    given = items.items if isinstance(items, Batch) else items
    return [one.external_id for one in given if isinstance(one, Incoming | Edited)]


async def read_all(phone: Channel, cursor: str | None) -> tuple[list[Item], str | None, list[str]]:
    """All there is after a cursor, as the engine asks for it: items, cursor, gaps."""
    items: list[Item] = []
    gaps: list[str] = []
    for _ in range(50):
        batch = await phone.receive(cursor)
        items += batch.items
        gaps += [batch.gap] if batch.gap else []
        if not batch.items and not batch.gap and batch.cursor == cursor:
            return items, cursor, gaps
        cursor = batch.cursor
    raise AssertionError("there is no end of it")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


async def test_an_unacknowledged_batch_comes_again_and_an_acknowledged_one_does_not(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line(call="1"), line(call="2"))
    async with open_phone() as phone:
        first = await phone.receive(None)
        assert ids(first) == ids(await phone.receive(None)) == ["1", "2"]
        append(calls, line(call="3"))
        assert ids(await phone.receive(first.cursor)) == ["3"]
    async with open_phone() as phone:
        assert ids(await phone.receive(first.cursor)) == ["3"]


async def test_a_file_that_is_not_there_yet_is_waited_for(open_phone: Open, calls: Path) -> None:
    async with open_phone(patience=10) as phone:
        waiting = asyncio.create_task(phone.receive(None))
        await asyncio.sleep(0)
        append(calls, line(call="1"))
        async with asyncio.timeout(5):
            batch = await waiting
            if not batch.items:  # it saw the file while it was still empty
                batch = await phone.receive(batch.cursor)
        assert ids(batch) == ["1"]


async def test_a_half_written_line_is_waited_for(open_phone: Open, calls: Path) -> None:
    whole = line(call="2", name="Анна")
    append(calls, line(call="1"), whole[:25])
    async with open_phone() as phone:
        items, cursor, _ = await read_all(phone, None)
        assert ids(items) == ["1"]
        append(calls, whole[25:40])
        assert ids((await read_all(phone, cursor))[0]) == []
        append(calls, whole[40:])
        (item,) = (await read_all(phone, cursor))[0]
        assert isinstance(item, Incoming)
        assert (item.external_id, item.sender) == ("2", Address("Анна", "+79161234567"))


async def test_a_rotated_file_is_read_to_its_end_before_the_new_one(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line(call="1"))
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        append(calls, line(call="2"))
        calls.rename(calls.with_name("calls.jsonl.1"))
        append(calls.with_name("calls.jsonl.1"), line(call="3"))
        append(calls, line(call="4"))
        items, _, gaps = await read_all(phone, cursor)
        assert (ids(items), gaps) == (["2", "3", "4"], [])


async def test_two_rotations_while_no_engine_ran_lose_nothing(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line(call="1"))
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
    append(calls, line(call="2"), line(call="3")[:-1])
    for number, old, new in ((5, "4", "calls.jsonl.2"), (9, "6", "calls.jsonl.1")):
        calls.rename(calls.with_name(new))
        os.utime(calls.with_name(new), (number, number))
        append(calls, line(call=old))
    async with open_phone() as phone:
        items, _, gaps = await read_all(phone, cursor)
    assert (ids(items), gaps) == (["2", "3", "4", "6"], [])


async def test_a_file_rotated_and_removed_while_it_is_open_is_read_to_its_end(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line(call="1"))
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        append(calls, line(call="2"))
        calls.unlink()
        append(calls, line(call="3"))
        items, _, gaps = await read_all(phone, cursor)
    assert (ids(items), gaps) == (["2", "3"], [])


async def test_copied_and_emptied_the_copy_is_read_to_its_end(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line(call="1"))
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        append(calls, line(call="2"))
        calls.with_name("calls.jsonl.1").write_bytes(calls.read_bytes())
        calls.write_bytes(b"")
        append(calls, line(call="3"))
        items, _, gaps = await read_all(phone, cursor)
    assert (ids(items), gaps) == (["2", "3"], [])


@pytest.mark.parametrize("open_", [True, False])
async def test_an_emptied_file_begins_anew_and_the_gap_is_told_once(
    open_phone: Open, calls: Path, open_: bool
) -> None:
    append(calls, line(call="1"), line(call="2"))
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        if open_:
            calls.write_bytes(line(call="3"))
        else:
            await phone.__aexit__()
            # Longer than before: the size alone would not tell.
            calls.write_bytes(b"".join(line(call=str(n)) for n in range(3, 9)))
        items, _, gaps = await read_all(phone, cursor)
    assert ids(items) == [str(n) for n in range(3, 4 if open_ else 9)]
    assert len(gaps) == 1
    assert "calls.jsonl was emptied or replaced" in gaps[0]


async def test_what_cannot_be_parsed_is_kept_with_its_bytes(open_phone: Open, calls: Path) -> None:
    deep = b"[" * 30_000
    odd = [b"no json\n", b"\xff\xfe\n", b'"text"\n', b'{"event": "hold", "call": "h"}\n', deep]
    append(calls, *odd, b"\n", line(call="1"))
    async with open_phone() as phone:
        items, cursor, _ = await read_all(phone, None)
        assert (await read_all(phone, cursor))[0] == []
    kept = [one for one in items if isinstance(one, Incoming)]
    assert [one.raw for one in kept[:-1]] == [one.strip() for one in odd]
    assert all(one.unreadable for one in kept[:-1])
    assert ids([kept[-1]]) == ["1"]
    assert len(set(ids(items))) == len(items)


async def test_runs_of_nul_and_blank_lines_are_passed_over(open_phone: Open, calls: Path) -> None:
    append(calls, b"\0" * 5000, line(call="1"), b"\r\n \n\0\n", line(call="2"))
    async with open_phone() as phone:
        assert ids((await read_all(phone, None))[0]) == ["1", "2"]


async def test_a_line_of_ten_megabytes_is_one_unreadable_message_and_does_not_hold_up_the_next(
    open_phone: Open, calls: Path
) -> None:
    long = b'{"event": "missed", "name": "' + b"x" * 10_000_000 + b'"}\n'
    append(calls, line(call="1"), long, line(call="2"))
    async with open_phone() as phone:
        items, _, _ = await read_all(phone, None)
    first, huge, last = items
    assert isinstance(huge, Incoming)
    assert isinstance(huge.raw, bytes)
    assert huge.unreadable is not None
    assert len(huge.raw) == len(long) - 1
    assert len(huge.text) <= 1000
    assert ids([first, last]) == ["1", "2"]


async def test_a_line_without_end_is_cut_and_nothing_of_it_is_dropped(
    open_phone: Open, calls: Path
) -> None:
    size = 16 << 20
    append(calls, b"a" * size, b"b" * 10, b"\n", line(call="1"))
    async with open_phone() as phone:
        items, _, _ = await read_all(phone, None)
    raws = [one.raw for one in items if isinstance(one, Incoming)]
    assert raws[:2] == [b"a" * size, b"b" * 10]
    assert ids(items[2:]) == ["1"]


async def test_ten_thousand_lines_come_in_batches_without_loss(
    open_phone: Open, calls: Path
) -> None:
    append(calls, *(line(call=str(n)) for n in range(10_000)))
    async with open_phone() as phone:
        batch = await phone.receive(None)
        assert 0 < len(batch.items) < 10_000
        items, _, _ = await read_all(phone, None)
    assert ids(items) == [str(n) for n in range(10_000)]


async def test_a_cursor_that_nobody_can_read_begins_anew(open_phone: Open, calls: Path) -> None:
    append(calls, line(call="1"))
    async with open_phone() as phone:
        for cursor in ("", "nonsense", "1:2", f"1:{'9' * 40}:00", "0:0:"):
            items, _, gaps = await read_all(phone, cursor)
            assert (ids(items), gaps) == (["1"], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_told(open_phone: Open, calls: Path) -> None:
    append(calls, line(call="1"))
    calls.chmod(0)
    async with open_phone() as phone:
        with pytest.raises(Blocked, match="let this user read it"):
            await phone.receive(None)


async def test_a_folder_and_a_missing_folder_are_told(open_phone: Open, calls: Path) -> None:
    calls.mkdir()
    async with open_phone() as phone:
        with pytest.raises(Blocked, match=r"is a folder; check channels\.phone\.events"):
            await phone.receive(None)
        with pytest.raises(Blocked, match="is a folder"):
            await phone.check()
    calls.rmdir()
    missing = open_phone()
    calls.parent.rename(calls.parent.with_name("elsewhere"))
    try:
        async with missing:
            with pytest.raises(Blocked, match="its folder is not there"):
                await missing.receive(None)
    finally:
        calls.parent.with_name("elsewhere").rename(calls.parent)


async def test_check_looks_without_reading(open_phone: Open, calls: Path) -> None:
    phone = open_phone()
    assert await phone.check() == "calls.jsonl is not there yet; the first call makes it"
    append(calls, line())
    assert (await phone.check()).startswith("calls.jsonl is there, 0.1 kB")
    calls.unlink()
    os.mkfifo(calls)
    assert await phone.check() == "calls.jsonl is a named pipe"
    assert await phone.count() is None


async def test_nothing_is_ever_sent(open_phone: Open) -> None:
    outgoing = Outgoing(
        key="k", number=1, to=(), text="x", author="anna", written_at=datetime.now(UTC)
    )
    assert isinstance(await open_phone().send(outgoing), Rejected)


async def test_a_ring_that_comes_while_we_watch_rings_now_whatever_its_clock_says(
    open_phone: Open, calls: Path
) -> None:
    append(calls, line("ringing", "old", at="2001-01-01T00:00:00Z"))
    async with open_phone() as phone:
        items, cursor, _ = await read_all(phone, None)
        append(calls, line("ringing", "new", at="2001-01-01T00:00:00Z"))
        items += (await read_all(phone, cursor))[0]
    rung = {item.call: item.at for item in items if isinstance(item, Ringing)}
    assert rung["old"].year == 2001
    assert abs(rung["new"] - datetime.now(UTC)) < timedelta(seconds=30)


# -- a named pipe


def pour(pipe: Path, *lines: bytes) -> None:
    """What a script does: the pipe is open already, so it does not wait."""
    fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.write(fd, b"".join(lines))
    finally:
        os.close(fd)


async def test_a_pipe_is_read_and_what_was_read_comes_again_until_acknowledged(
    open_phone: Open, calls: Path
) -> None:
    os.mkfifo(calls)
    async with open_phone() as phone:
        start = await phone.receive(None)
        pour(calls, line(call="1"), line(call="2"))
        batch = await phone.receive(start.cursor)
        assert ids(batch) == ["1", "2"]
    async with open_phone() as phone:  # killed before the commit: the cursor is the old one
        again = await phone.receive(start.cursor)
        assert ids(again) == ["1", "2"]
        pour(calls, line(call="3")[:20])
        assert (await phone.receive(again.cursor)).items == ()
    async with open_phone() as phone:
        assert (await phone.receive(again.cursor)).items == ()
        pour(calls, line(call="3")[20:])
        assert ids(await phone.receive(again.cursor)) == ["3"]


async def test_what_waits_in_a_pipe_when_the_engine_stops_is_kept(
    open_phone: Open, calls: Path
) -> None:
    os.mkfifo(calls)
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        pour(calls, line(call="1"))
    async with open_phone() as phone:
        assert ids((await read_all(phone, cursor))[0]) == ["1"]


async def test_a_pipe_that_was_made_anew_is_read_on(open_phone: Open, calls: Path) -> None:
    os.mkfifo(calls)
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        pour(calls, line(call="1"))
        items, cursor, _ = await read_all(phone, cursor)
        calls.unlink()
        os.mkfifo(calls)
        await phone.receive(cursor)
        pour(calls, line(call="2"))
        more, _, gaps = await read_all(phone, cursor)
    assert (ids(items), ids(more), gaps) == (["1"], ["2"], [])


async def test_one_engine_at_a_time_reads_a_pipe(open_phone: Open, calls: Path) -> None:
    os.mkfifo(calls)
    async with open_phone() as phone, open_phone() as other:
        await phone.receive(None)
        with pytest.raises(Unreachable, match="another engine reads it"):
            await other.receive(None)
        await phone.__aexit__()
        await other.receive(None)


async def test_the_journal_of_a_pipe_is_emptied_when_all_of_it_is_taken_in(
    open_phone: Open, calls: Path
) -> None:
    os.mkfifo(calls)
    journal = calls.parent / "phone.calls"
    async with open_phone() as phone:
        _, cursor, _ = await read_all(phone, None)
        for round_ in range(20):
            some = [str(round_ * 3 + n) for n in range(round_ % 3 + 1)]
            pour(calls, *(line(call=one) for one in some))
            items, cursor, gaps = await read_all(phone, cursor)
            assert (ids(items), gaps) == (some, [])
            assert journal.stat().st_size == 0
    pour_later = line(call="after")
    async with open_phone() as phone:
        await phone.receive(cursor)
        pour(calls, pour_later)
        assert ids((await read_all(phone, cursor))[0]) == ["after"]
