"""The e-mail channel as the engine sees it, against servers that a test can spoil."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from omnidesk.channels.email import kind
from omnidesk.channels.email.channel import EmailChannel
from omnidesk.channels.email.imap import Mailbox as Imapbox
from omnidesk.channels.email.settings import EmailSettings, Imap
from omnidesk.core.channel import Batch, Incoming, Outgoing, Rejected, Sent, Surroundings
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Address, Direction
from omnidesk.demo.mailserver import MailServer
from tests.email.scripted import LETTER, Scripted, Session, literal
from tests.servers.certificates import Certificates, Pair
from tests.servers.dovecot import Dovecot, Mailbox

REPLY = Outgoing(
    key="12.k3f9.abcdefgh234567ab",
    number=12,
    to=(Address("Ann", "ann@customers.test"),),
    text="Yes.",
    author="Anna",
    subject="hello",
    written_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)


def numbered(n: int, body: str = "Hi.") -> bytes:
    head = f"From: Ann <ann{n}@customers.test>\r\nTo: support@desk.test\r\nSubject: letter {n}"
    return f"{head}\r\nMessage-ID: <{n}@customers.test>\r\n\r\n{body}\r\n".encode()


def channel_of(spool: Path, quiet: float = 0.0, **table: object) -> EmailChannel:
    settings = EmailSettings.model_validate({"address": "support@desk.test"} | table)
    channel = kind.open("support", settings, Surroundings(spool=spool, desk="Desk"))
    channel.capabilities = replace(channel.capabilities, quiet=quiet)
    return channel


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


async def drained(channel: EmailChannel, cursor: str | None = None) -> tuple[list[Incoming], str]:
    """All that comes until nothing does."""
    items: list[Incoming] = []
    while True:
        batch = await channel.receive(cursor)
        assert batch.cursor is not None
        if not batch.items and batch.cursor == cursor:
            return items, cursor
        items += letters(batch)
        cursor = batch.cursor


def letters(batch: Batch) -> list[Incoming]:
    return [item for item in batch.items if isinstance(item, Incoming)]


def test_importing_the_kind_loads_no_mail_library() -> None:
    code = (
        "import sys; from omnidesk.channels.email import kind; kind.settings; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('aioimaplib', 'aiosmtplib', 'selectolax', 'phonenumbers')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


IMAP = {"host": "imap.example.com", "username": "desk", "password": "x"}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"imap": IMAP | {"security": "none"}}, "only for a server on this machine"),
        ({"imap": IMAP | {"token": "y"}}, "exclude each other"),
        ({"imap": {"host": "x.example", "username": "desk"}}, "needs a password or token"),
        ({"imap": {"host": "x.example", "password": "x"}}, "username"),
        ({"smtp": {"host": "x.example", "password": "x"}}, "needs a username"),
        ({"imap": IMAP | {"folders": []}}, "folders"),
        ({"imap": IMAP | {"folders": ["a", "a"]}}, "names a folder twice"),
        ({"imap": IMAP | {"folders": ["a\r\nb"]}}, "cannot be a folder's name"),
        ({"imap": IMAP | {"host": "a b"}}, "name of a server"),
        ({"imap": IMAP | {"poll": "1h"}}, "between 1s and 9m"),
        ({"imap": IMAP | {"port": 0}}, "port"),
        ({"imap": IMAP, "address": "Support <a@b>"}, "bare address"),
        ({"imap": IMAP, "aliases": ["a@b\r\nBcc: c@d"]}, "bare address"),
        ({}, "needs imap to receive"),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        EmailSettings.model_validate({"address": "support@example.com"} | table)


def test_ports_follow_security_and_files_stand_beside_the_config(tmp_path: Path) -> None:
    ports = {
        security: Imap.model_validate(IMAP | {"host": "::1", "security": security}).where
        for security in ("tls", "starttls", "none")
    }
    assert ports == {"tls": 993, "starttls": 143, "none": 143}
    table = {"address": "a@b.example", "imap": IMAP | {"ca_file": "ca.pem"}}
    settings = EmailSettings.model_validate(table, context={"folder": tmp_path})
    assert settings.imap is not None
    assert settings.imap.ca_file == str(tmp_path / "ca.pem")


def test_a_way_that_is_not_configured_is_off() -> None:
    only_in = EmailSettings.model_validate({"address": "a@b.example", "imap": IMAP})
    assert kind.capabilities(only_in).receive
    assert not kind.capabilities(only_in).send
    only_out = EmailSettings.model_validate(
        {"address": "A@Пример.рф", "aliases": ["b@x.example"], "smtp": {"host": "x.example"}}
    )
    assert not kind.capabilities(only_out).receive
    assert kind.addresses(only_out) == ("a@xn--e1afmkfd.xn--p1ai", "b@x.example")


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
        assert 0.15 < time.monotonic() - began < 2


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
    assert longest < 0.5


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
            assert await channel.count() == 1


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


def dovecot_table(dovecot: Dovecot, mailbox: Mailbox, **more: object) -> dict[str, object]:
    return {
        "host": "localhost", "port": dovecot.tls_port, "security": "tls", "timeout": "10s",
        "ca_file": str(dovecot.certificates.ca), "username": mailbox.username,
        "password": mailbox.password,
    } | more  # fmt: skip


@pytest.mark.servers
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_dovecot_gives_all_letters_once_and_changes_none(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, security: str
) -> None:
    for n in range(230):
        mailbox.deliver(numbered(n), seen=n % 2 == 0)
    port = dovecot.tls_port if security == "tls" else dovecot.port
    table = dovecot_table(dovecot, mailbox, security=security, port=port)
    async with channel_of(tmp_path, imap=table) as channel:
        items, cursor = await drained(channel)
        assert sorted(item.subject for item in items) == sorted(f"letter {n}" for n in range(230))
        assert sorted(bytes(i.raw) for i in items if isinstance(i.raw, bytes)) == sorted(
            mailbox.letters()
        )
        mailbox.deliver(numbered(999))
        (late,), _ = await drained(channel, cursor)
        assert late.subject == "letter 999"
        assert await channel.count() == 231
        assert await channel.check() == "IMAP localhost ok: INBOX 231 letters, IDLE"
    assert len(list(mailbox.maildir.glob("*/*:2,S"))) == 115


@pytest.mark.servers
async def test_dovecot_pushes_while_we_idle_and_letters_of_25_mb_come_as_files(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    async with channel_of(tmp_path, 30.0, imap=dovecot_table(dovecot, mailbox)) as channel:
        waiting = asyncio.create_task(channel.receive(None))
        await asyncio.sleep(0.2)
        mailbox.deliver(numbered(1, "x" * 70 * 10 + "\r\n" + "y" * 25_000_000))
        (item,) = letters(await asyncio.wait_for(waiting, 25))
        assert isinstance(item.raw, Path)
        assert item.raw.stat().st_size > 25_000_000


@pytest.mark.servers
async def test_dovecot_with_forgotten_uids_gives_all_letters_again(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    for n in range(3):
        mailbox.deliver(numbered(n))
    table = dovecot_table(dovecot, mailbox)
    async with channel_of(tmp_path, imap=table) as channel:
        before, cursor = await drained(channel)
    mailbox.forget_uids()
    mailbox.deliver(numbered(3))
    async with channel_of(tmp_path, imap=table) as channel:
        after, _ = await drained(channel, cursor)
    ids = {item.external_id for item in after}
    assert {item.external_id for item in before} < ids
    assert len(ids) == 4


@pytest.mark.servers
async def test_letters_expunged_while_fetching_do_not_stop_dovecot(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    names = [mailbox.deliver(numbered(n)) for n in range(150)]
    async with channel_of(tmp_path, imap=dovecot_table(dovecot, mailbox)) as channel:
        first = await channel.receive(None)
        for name in names[100:149]:
            mailbox.expunge(name)
        rest, _ = await asyncio.wait_for(drained(channel, first.cursor), 20)
    assert [item.subject for item in rest] == ["letter 149"]


@pytest.mark.servers
async def test_a_restart_of_dovecot_is_survived(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    async with channel_of(tmp_path, 60.0, imap=dovecot_table(dovecot, mailbox)) as channel:
        waiting = asyncio.create_task(channel.receive(None))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(dovecot.stop)
        with pytest.raises(Unreachable):
            await asyncio.wait_for(waiting, 5)
        with pytest.raises(Unreachable, match="cannot be reached"):
            await channel.receive(None)
        mailbox.deliver(numbered(1))
        await asyncio.to_thread(dovecot.start)
        assert len((await channel.receive(None)).items) == 1


@pytest.mark.servers
async def test_a_paused_dovecot_is_given_up(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    table = dovecot_table(dovecot, mailbox, timeout="1s")
    async with channel_of(tmp_path, imap=table) as channel:
        dovecot.program.pause()
        try:
            with pytest.raises(Unreachable, match="does not answer"):
                await asyncio.wait_for(channel.receive(None), 10)
        finally:
            dovecot.program.wake()
        assert (await channel.receive(None)).items == ()


@pytest.mark.servers
async def test_cyrillic_and_odd_folders_are_received_and_get_copies(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    mailbox.deliver(numbered(1), "&BBIERQQ+BDQETwRJBDgENQ-")
    mailbox.deliver(numbered(2), 'odd "name" & more'.replace("&", "&-"))
    folders = ["Входящие", 'odd "name" & more']
    async with channel_of(
        tmp_path, imap=dovecot_table(dovecot, mailbox, folders=folders, sent="Sent")
    ) as channel:
        items, cursor = await drained(channel)
        assert sorted(item.subject for item in items) == ["letter 1", "letter 2"]
        assert set(json.loads(cursor)) == set(folders)
        assert await channel.count() == 2
        assert "Входящие 1 letters" in await channel.check()


@pytest.mark.servers
async def test_a_sent_reply_is_filed_and_known_again_by_its_external_id(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    async with MailServer() as server:
        smtp = {
            "host": server.host, "port": server.smtp.port, "security": "none",
            "username": "desk", "password": server.password,
        }  # fmt: skip
        table = dovecot_table(dovecot, mailbox, sent="Sent", folders=["Sent"])
        async with channel_of(tmp_path, 20.0, imap=table, smtp=smtp) as channel:
            outcome = await channel.send(REPLY)
            assert isinstance(outcome, Sent)
            (copy,) = letters(await channel.receive(None))
        assert copy.external_id == outcome.external_id
        assert copy.direction is Direction.OUT
        assert copy.message_id == outcome.message_id


@pytest.mark.servers
@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("which", ["other_name", "expired", "stranger"])
async def test_a_wrong_certificate_is_refused_and_gets_no_password(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, which: str, security: str
) -> None:
    pair: Pair = getattr(dovecot.certificates, which)
    port = dovecot.tls_port if security == "tls" else dovecot.port
    table = dovecot_table(dovecot, mailbox, security=security, port=port)
    dovecot.stop()
    dovecot.start(pair)
    before = dovecot.log().count("Login:")
    try:
        with pytest.raises(Blocked, match=r"localhost: its certificate is refused: .*ca_file"):
            async with channel_of(tmp_path, imap=table):
                pass
        assert dovecot.log().count("Login:") == before
    finally:
        dovecot.stop()


@pytest.mark.servers
async def test_a_refused_login_names_the_key_to_check(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path, certificates: Certificates
) -> None:
    table = dovecot_table(dovecot, mailbox, password="wrong")
    with pytest.raises(
        Blocked, match=r"support: login refused by localhost; check .*imap\.password"
    ):
        async with channel_of(tmp_path, imap=table):
            pass


@pytest.mark.servers
async def test_two_thousand_letters_come_and_the_rate_is_told(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    body = "a line of a usual letter with some words in it\r\n" * 30
    for n in range(2000):
        mailbox.deliver(numbered(n, body))
    settings = Imap.model_validate(dovecot_table(dovecot, mailbox))
    box = await Imapbox.open("support", settings, tmp_path)
    await box.enter("INBOX")
    await box.after(0, 1)
    began, got, last = time.perf_counter(), 0, 0
    while found := await box.after(last, 1000):
        for at in range(0, len(found), 100):
            got += len(await box.letters(found[at : at + 100]))
        last = found[-1].uid
    fetched = time.perf_counter() - began
    await box.close()
    async with channel_of(tmp_path, imap=dovecot_table(dovecot, mailbox)) as channel:
        began = time.perf_counter()
        items, _ = await drained(channel)
        read = time.perf_counter() - began
    assert got == len(items) == 2000
    print(f"2000 letters by TLS: {2000 / fetched:,.0f}/s fetched, {2000 / read:,.0f}/s read")
