"""What servers and networks do to a client, and what the mailbox makes of it."""

from __future__ import annotations

import asyncio
import logging
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from omnidesk.channels.email import imap_reader
from omnidesk.channels.email.imap import Mailbox
from omnidesk.channels.email.imap_values import Found
from omnidesk.core.errors import Blocked, Unreachable
from tests.email.scripted import LETTER, Scripted, Session, literal


@asynccontextmanager
async def opened(
    server: Scripted, spool: Path, timeout: str = "2s", **more: object
) -> AsyncIterator[Mailbox]:
    async with server.listening():
        mailbox = await Mailbox.open("support", server.settings(timeout, **more), spool)
        try:
            yield mailbox
        finally:
            await mailbox.close()


def saying(*lines: bytes) -> Callable[[Session, bytes], Awaitable[None]]:
    """A handler that says these lines, then OK."""

    async def handler(session: Session, rest: bytes) -> None:
        await session.ok(*lines)

    return handler


async def silence(session: Session, rest: bytes) -> None:
    await asyncio.sleep(3600)


async def hang_up(session: Session, rest: bytes) -> None:
    await session.cut()


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


async def test_capabilities_are_asked_for_and_not_guessed(tmp_path: Path) -> None:
    async def junk(session: Session, rest: bytes) -> None:
        await session.ok(text=b"[CAPABILITY IMAP4rev1 IDLE] Logged in, IDLE away")

    server = Scripted(capabilities=b"IMAP4rev1", on={"LOGIN": junk})
    async with opened(server, tmp_path) as mailbox:
        assert not mailbox.idles


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


async def test_no_secret_is_written_to_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(Scripted(), tmp_path, password='se"cret') as mailbox:
        await mailbox.enter("INBOX")
    assert "cret" not in caplog.text


async def test_news_between_search_and_idle_is_not_slept_over(tmp_path: Path) -> None:
    server = Scripted(on={"SEARCH": saying(b"* SEARCH", b"* 2 EXISTS")})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        await mailbox.after(1, 10)
        async with asyncio.timeout(5):
            assert await mailbox.wait(600)
        assert b"IDLE" not in b" ".join(server.heard)


async def test_a_password_with_quotes_arrives_and_one_in_cyrillic_too(tmp_path: Path) -> None:
    server = Scripted()
    async with opened(server, tmp_path):
        assert any(line.endswith(rb'"ann" "a \"quoted\\\" word"') for line in server.heard)

    async def literal_login(session: Session, rest: bytes) -> None:
        assert rest == b'LOGIN "ann" {12}'
        await session.say(b"+ go")
        assert (await session.reader.readline()).decode() == "пароль\r\n"
        await session.ok()

    server = Scripted(on={"LOGIN": literal_login})
    async with opened(server, tmp_path, password="пароль"):
        pass


async def test_a_refused_login_is_blocked_and_says_what_to_check(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO [AUTHENTICATIONFAILED] wrong\x1b[31m")

    with pytest.raises(Blocked, match=r"support: login refused by 127\.0\.0\.1; check .*password"):
        async with opened(Scripted(on={"LOGIN": refused}), tmp_path):
            pass


async def test_a_login_refused_for_now_is_tried_again(tmp_path: Path) -> None:
    async def busy(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO [UNAVAILABLE] come back later")

    with pytest.raises(Unreachable, match="come back later"):
        async with opened(Scripted(on={"LOGIN": busy}), tmp_path):
            pass


async def test_a_refused_xoauth2_does_not_hang(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        assert rest == b"AUTHENTICATE XOAUTH2"
        await session.say(b"+ ")
        assert await session.reader.readline() == b"dXNlcj1hbm4BYXV0aD1CZWFyZXIgb2xkAQE=\r\n"
        await session.say(b"+ eyJzdGF0dXMiOiI0MDAifQ==")
        assert await session.reader.readline() == b"\r\n"
        await session.say(session.tag + b" NO [AUTHENTICATIONFAILED] expired token")

    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2", on={"AUTHENTICATE": refused})
    with pytest.raises(Blocked, match=r"check .*imap\.username and channels\.support\.imap\.token"):
        async with opened(server, tmp_path, password=None, token="old"):
            pass


async def test_an_accepted_xoauth2_logs_in(tmp_path: Path) -> None:
    async def accepted(session: Session, rest: bytes) -> None:
        await session.say(b"+ ")
        await session.reader.readline()
        await session.ok()

    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2", on={"AUTHENTICATE": accepted})
    async with opened(server, tmp_path, password=None, token={"command": ["echo", "new"]}) as box:
        assert await box.enter("INBOX")


async def test_a_token_that_cannot_be_had_is_blocked(tmp_path: Path) -> None:
    server = Scripted(capabilities=b"IMAP4rev1 AUTH=XOAUTH2")
    with pytest.raises(Blocked, match="support: false failed"):
        async with opened(server, tmp_path, password=None, token={"command": ["false"]}):
            pass


async def test_a_withheld_starttls_is_refused_and_no_password_sent(tmp_path: Path) -> None:
    server = Scripted()
    with pytest.raises(
        Blocked, match=r"does not offer STARTTLS.*channels\.support\.imap\.security"
    ):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_a_refused_starttls_sends_no_password(tmp_path: Path) -> None:
    async def refused(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" NO not now")

    server = Scripted(capabilities=b"IMAP4rev1 STARTTLS", on={"STARTTLS": refused})
    with pytest.raises(Blocked, match="refuses STARTTLS"):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_plain_text_behind_starttls_is_refused(tmp_path: Path) -> None:
    server = Scripted(capabilities=b"IMAP4rev1 STARTTLS")

    async def injecting(session: Session, rest: bytes) -> None:
        await session.say(session.tag + b" OK go", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN")

    server.on["STARTTLS"] = injecting
    with pytest.raises(Unreachable, match="plain text behind STARTTLS"):
        async with opened(server, tmp_path, security="starttls"):
            pass
    assert not any(b"LOGIN" in line for line in server.heard)


async def test_a_server_that_lets_anybody_in_is_not_trusted(tmp_path: Path) -> None:
    for security in ("starttls", "none"):
        with pytest.raises(Blocked):
            async with opened(Scripted(greeting=b"* PREAUTH hi"), tmp_path, security=security):
                pass


async def test_a_server_that_turns_us_away_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="turns us away: too many"):
        async with opened(Scripted(greeting=b"* BYE too many"), tmp_path):
            pass


async def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    server = Scripted()
    async with server.listening():
        settings = server.settings()
    with pytest.raises(Unreachable, match=r"support: 127\.0\.0\.1: cannot be reached"):
        await Mailbox.open("support", settings, tmp_path)


async def test_a_backlog_with_wide_gaps_is_found_in_few_steps(tmp_path: Path) -> None:
    server = Scripted(letters={1: LETTER, 3_000_000: LETTER, 3_000_001: LETTER})
    async with opened(server, tmp_path) as mailbox:
        await mailbox.enter("INBOX")
        assert [found.uid for found in await mailbox.after(1, 10)] == [3_000_000, 3_000_001]
        assert await mailbox.after(3_000_001, 10) == []
        assert sum(b"SEARCH" in line for line in server.heard) < 12
