"""The e-mail channel on Dovecot: TLS, restarts, forgotten UIDs, odd folders."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from omnidesk.channels.email.imap import Mailbox as Imapbox
from omnidesk.channels.email.settings import Imap
from omnidesk.core.channel import Sent
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.model import Direction
from omnidesk.demo.mailserver import MailServer
from tests.email.desk_channel import REPLY, channel_of, drained, letters, numbered
from tests.servers.certificates import Certificates, Pair
from tests.servers.dovecot import Dovecot, Mailbox


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
