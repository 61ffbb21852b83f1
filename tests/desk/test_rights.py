"""A person can have all that is held about him, and can have all of it erased."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sqlite3
import tarfile
import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli import main
from omnidesk.config import load
from omnidesk.core.errors import CannotUndo, NotFound, OmnideskError
from omnidesk.core.events import Event, What
from omnidesk.core.model import Handle
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import begun, cards, rights
from omnidesk.store.sqlite import SqliteStore, sweeping
from omnidesk.store.sqlite.personal import holding
from omnidesk.wiring import make_engine, open_store
from tests.walk.house import House, house

OLGA, NAME = "olga.zaretskaya@example.test", "Ольга Зарецкая"
SECRET = "xylophonkleber"
SENTENCE = f"Мой {SECRET} сломался в четверг"
FILE = b"a picture of a broken thing " * 4000
OTHER = "boris.kuptsov@example.test"


@pytest.fixture
async def home(sandbox: Sandbox) -> AsyncIterator[House]:
    async with house(sandbox) as built:
        yield built


async def write(
    sandbox: Sandbox, address: str, name: str, subject: str, text: str, **more: Any
) -> None:
    customer = sandbox.correspondent(address, name)
    await customer.write(subject, text, at=datetime.now(UTC), **more)


async def full_life(sandbox: Sandbox, home: House) -> int:
    """Olga writes, is answered, noted, drafted for, found, searched; her contact's id."""
    desk = home.desk
    await write(sandbox, OLGA, NAME, f"{NAME} и заказ", SENTENCE, files=(("olga.png", FILE),))
    await write(sandbox, OTHER, "Борис Купцов", "Лампа", "Где моя лампа?")
    await home.round()
    (row,) = [r for r in await desk.rows("all") if r.name == NAME]
    await desk.tag(row.number, add=("zaretskaya-vip",))
    await desk.note(row.number, f"{NAME} звонила про {SECRET}")
    await desk.reply(row.number, f"{NAME}, ваш {SECRET} готов")
    await home.round()
    await desk.save_draft(row.number, f"Уважаемая {NAME}")
    found = (await desk.open(row.number)).contact
    assert await desk.search(SECRET)
    return found.id


def traces(folder: Path, words: Iterable[str]) -> list[str]:
    """Every file of the data folder in which one of these words stands, in any usual coding."""
    needles = {form.encode(code) for w in words for form in (w, w.lower()) for code in CODES}
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            found += [f"{path.name}: {n!r}" for n in needles if n in held]
    return found


CODES = ("utf-8", "utf-16-le", "koi8-r", "cp1251")
WORDS = (OLGA, "zaretskaya", NAME, "Зарецкая", SECRET, "в четверг", FILE[:40].decode())


def data_of(sandbox: Sandbox) -> Path:
    """The folder of the database, without the config and without the mail server."""
    return sandbox.folder


async def test_after_an_erasure_no_file_of_the_data_folder_holds_the_person(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    spooled = home.desk.store.spool / "left-behind"
    spooled.write_text(SENTENCE)
    os.utime(spooled, (time.time() - 7200,) * 2)
    assert traces(data_of(sandbox), WORDS), "the search for traces sees what is there"
    erased = await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert erased is not None
    assert (erased.conversations, erased.messages, erased.elsewhere) == (1, 3, 0)
    assert traces(data_of(sandbox), WORDS) == []
    assert await home.desk.search(SECRET) == []
    assert [r.name for r in await home.desk.rows("all")] == ["Борис Купцов"]
    assert (await home.desk.counts())["all"] == 1
    with pytest.raises(NotFound):
        await rights.whom(home.desk.store, contact)


async def test_an_erased_persons_words_are_in_no_index(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    with sqlite3.connect(load(sandbox.config).database) as db:
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, search, row)")
        terms = {row[0] for row in db.execute("SELECT term FROM terms")}
    db.close()
    assert not {SECRET, "зарецкая", "zaretskaya"} & terms
    assert "лампа" in terms


async def test_the_erasure_is_journaled_with_counts_and_the_frames_stay(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    before = await home.desk.store.read(lambda r: list(r.every_event()))
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    after = await home.desk.store.read(lambda r: list(r.every_event()))
    assert [(e.seq, e.kind, e.actor, e.at) for e in after[:-1]] == [
        (e.seq, e.kind, e.actor, e.at) for e in before
    ]
    last = after[-1]
    assert (last.kind, last.actor, last.contact) == (What.CONTACT_ERASED, "anna", contact)
    assert set(last.data) == {"conversations", "messages", "elsewhere", "files"}
    assert all(isinstance(count, int) for count in last.data.values())
    told = json.dumps([dict(e.data) for e in after], ensure_ascii=False)
    assert "zaretskaya" not in told
    assert '"after": "sent"' in told


async def test_what_an_agent_did_there_cannot_be_undone_any_more(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    await home.desk.close(1)
    await home.desk.close(2)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert "as before" in await home.desk.undo()
    for _ in range(4):
        with pytest.raises((CannotUndo, NotFound)):
            await home.desk.undo()


async def test_the_rows_that_are_left_still_fit_together(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    with sqlite3.connect(load(sandbox.config).database) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


async def test_a_letter_that_still_lies_on_the_server_does_not_come_back(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    await sandbox.mail.renumber_imap()
    await home.round()
    assert [r.name for r in await home.desk.rows("all")] == ["Борис Купцов"]
    assert traces(data_of(sandbox), WORDS) == []


async def test_an_erased_person_may_write_again_as_somebody_new(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    await write(sandbox, OLGA, NAME, "Снова я", "Здравствуйте")
    await home.round()
    (row,) = [r for r in await home.desk.rows("all") if r.name == NAME]
    assert row.number > 2, "no number is given twice"
    assert (await home.desk.open(row.number)).contact.id > contact


async def test_bytes_that_others_have_too_stay_with_them(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    await write(sandbox, OTHER, "Борис", "И я", "такой же", files=(("same.png", FILE),))
    await home.round()
    erased = await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert erased is not None
    (message,) = [
        m for m in await home.desk.store.read(lambda r: list(r.every_message())) if m.attachments
    ]
    sha256 = message.attachments[0].sha256
    assert sha256 is not None
    assert home.desk.store.blobs.path(sha256).read_bytes() == FILE


# -- among others


async def shared(sandbox: Sandbox, home: House) -> int:
    """Boris writes with Olga in copy; she answers into his conversation, and he goes on."""
    letter = EmailMessage()
    letter["From"] = f"Boris <{OTHER}>"
    letter["To"] = "support@desk.test"
    letter["Cc"] = f"Olga <{OLGA}>"
    letter["Subject"] = "Лампа"
    letter["Message-ID"] = "<lamp@example.test>"
    letter.set_content("Где моя лампа?")
    await sandbox.mail.post(bytes(letter), OTHER)
    await home.round()
    await write(sandbox, OLGA, NAME, "Re: Лампа", SENTENCE, answering=bytes(letter))
    await home.round()
    (row,) = await home.desk.rows("all")
    await home.desk.reply(row.number, f"{NAME}, поняли", everyone=False)
    await home.round()
    again = EmailMessage()
    again["From"] = f"Boris <{OTHER}>"
    again["To"] = "support@desk.test"
    again["Subject"] = "Re: Лампа"
    again["In-Reply-To"] = "<lamp@example.test>"
    again.set_content("Жду.")
    await sandbox.mail.post(bytes(again), OTHER)
    await home.round()
    assert (await home.desk.counts())["all"] == 1
    return row.number


async def test_in_anothers_conversation_his_own_messages_are_emptied_and_the_rest_stays(
    sandbox: Sandbox, home: House
) -> None:
    number = await shared(sandbox, home)
    hers = next(
        m for m in (await home.desk.open(number)).messages if m.sender and m.sender.name == NAME
    )
    assert hers.handle is not None
    handle = hers.handle
    contact = await home.desk.store.read(lambda r: r.contact_of(handle))
    assert contact is not None
    erased = await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert erased is not None
    assert (erased.conversations, erased.messages, erased.elsewhere) == (0, 0, 2)
    opened = await home.desk.open(number)
    assert [m.text.strip() for m in opened.messages] == [
        "Где моя лампа?",
        "[erased]",
        "[erased]",
        "Жду.",
    ]
    assert [m.sender is None for m in opened.messages] == [False, True, True, False]
    assert opened.messages[0].cc == ()
    assert await home.desk.search(SECRET) == []
    left = [t for t in traces(data_of(sandbox), WORDS) if f"{OLGA}" not in t and "zaret" not in t]
    assert left == [], "of what he wrote himself nothing is left"


async def test_a_merge_with_anothers_conversation_is_taken_back_first(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    rows = {r.name: r.number for r in await home.desk.rows("all")}
    hers, his = rows[NAME], rows["Борис Купцов"]
    await home.desk.merge(hers, his)
    erased = await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert erased is not None
    opened = await home.desk.open(his)
    assert [m.text.strip() for m in opened.messages] == ["Где моя лампа?"]
    assert [r.number for r in await home.desk.rows("all")] == [his]
    assert traces(data_of(sandbox), WORDS) == []
    for _ in range(3):
        with contextlib.suppress(OmnideskError):
            await home.desk.undo()
    assert [r.number for r in await home.desk.rows("all")] == [his]


async def test_what_was_merged_into_a_person_goes_with_him(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    sandbox.bot.customer(88, "Ольга", last_name="З").text(f"{SECRET} ещё раз")
    await home.round()
    chatting = await home.desk.store.read(lambda r: r.contact_of(Handle("telegram", "88")))
    assert chatting is not None
    await home.desk.merge_contacts(contact, chatting)
    erased = await rights.erase(home.desk.store, chatting, "anna", datetime.now(UTC))
    assert erased is not None
    assert erased.conversations == 2
    assert traces(data_of(sandbox), (*WORDS, "telegram:88")) == []


async def test_in_a_group_only_what_he_said_is_emptied(sandbox: Sandbox, home: House) -> None:
    olga = sandbox.bot.customer(8812345, "Ольга", last_name="Зарецкая")
    olga.text("привет")
    group = sandbox.bot.group(-500, "Бригада")
    olga.text(SENTENCE, chat=group)
    sandbox.bot.customer(89, "Кирилл").text("и я", chat=group)
    await home.round()
    her = Handle("telegram", "8812345")
    contact = await home.desk.store.read(lambda r: r.contact_of(her))
    assert contact is not None
    erased = await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    assert erased is not None
    assert (erased.conversations, erased.messages, erased.elsewhere) == (1, 1, 1)
    (row,) = await home.desk.rows("all")
    assert row.name == "Бригада"
    assert [m.text for m in (await home.desk.open(row.number)).messages] == ["[erased]", "и я"]
    assert traces(data_of(sandbox), (*WORDS, "8812345")) == []


async def test_a_call_of_his_that_rings_still_can_be_shown(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    ring = Event(
        at=datetime.now(UTC),
        actor="omnidesk",
        kind=What.CALL_RINGING,
        contact=contact,
        channel="phone",
        data={
            "call": "1",
            "handle": "tel:+79161234567",
            "name": NAME,
            "direction": "in",
            "rang_at": datetime.now(UTC),
        },
    )
    await home.desk.store.write(lambda tx: tx.append(ring))
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    (rings,) = await home.desk.store.read(lambda r: cards.ringing(r, datetime.now(UTC)))
    assert (rings.handle, rings.card) == (None, None)
    assert traces(data_of(sandbox), (*WORDS, "79161234567")) == []


# -- beside a running engine


async def test_it_works_while_an_engine_runs_and_letters_come_in(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    config = load(sandbox.config)
    stop = asyncio.Event()
    async with open_store(config) as store:
        engine = await make_engine(config, store)
        running = asyncio.create_task(engine.run(stop))
        try:
            for number in range(20):
                await write(sandbox, OTHER, "Борис", f"Лампа {number}", "Где?")
            await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
            async with asyncio.timeout(30):
                while (await home.desk.counts())["all"] < 21:
                    await asyncio.sleep(0.05)
        finally:
            stop.set()
            await running
    assert traces(data_of(sandbox), WORDS) == []


async def test_what_was_to_be_sent_to_an_erased_person_is_not_sent(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    (row,) = [r for r in await home.desk.rows("all") if r.name == NAME]
    await home.desk.reply(row.number, "ещё слово")
    sent = len(sandbox.mail.sent)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    await home.round()
    assert len(sandbox.mail.sent) == sent


async def test_a_reply_that_was_on_its_way_ends_quietly(sandbox: Sandbox, home: House) -> None:
    contact = await full_life(sandbox, home)
    (row,) = [r for r in await home.desk.rows("all") if r.name == NAME]
    written = await home.desk.reply(row.number, "ещё слово")
    config = load(sandbox.config)
    engine = await make_engine(config, home.desk.store)
    taken = asyncio.Event()
    go_on = asyncio.Event()
    submit = sandbox.mail._submit

    async def slowly(posted: Any) -> None:
        taken.set()
        await go_on.wait()
        await submit(posted)

    sandbox.mail.smtp._take = slowly
    running = asyncio.create_task(engine.once())
    await asyncio.wait_for(taken.wait(), 20)
    await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))
    go_on.set()
    assert await running == {}
    assert await home.desk.store.read(lambda r: r.message(written.id)) is None


async def test_an_erasure_that_was_cut_short_is_ended_by_the_next(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    path = load(sandbox.config).database
    async with SqliteStore(path) as store:
        assert store._writer is not None
        await store._run(
            store._writer, lambda db: sweeping.erase(db, contact, "anna", datetime.now(UTC))
        )
    assert traces(data_of(sandbox), (FILE[:40].decode(),))
    assert await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC)) is None
    assert traces(data_of(sandbox), WORDS) == []
    with pytest.raises(NotFound):
        await rights.erase(home.desk.store, contact, "anna", datetime.now(UTC))


# -- the export


async def test_an_export_holds_rows_letters_and_files(
    sandbox: Sandbox, home: House, tmp_path: Path
) -> None:
    contact = await full_life(sandbox, home)
    target = tmp_path / "out" / "olga"
    written = await rights.export(home.desk.store, contact, target)
    rows = [json.loads(line) for line in (target / "rows.jsonl").read_text().splitlines()]
    assert len(rows) == written.rows
    tables = {row["table"] for row in rows}
    assert {
        "contact", "handle", "reached", "conversation", "message", "attachment", "delivery",
        "draft", "event",
    } <= tables  # fmt: skip
    assert {r["text"].strip() for r in rows if r["table"] == "message"} == {
        SENTENCE,
        f"{NAME} звонила про {SECRET}",
        f"{NAME}, ваш {SECRET} готов",
    }
    assert "Борис" not in (target / "rows.jsonl").read_text()
    (letter,) = (target / "letters").iterdir()
    assert OLGA.encode() in letter.read_bytes()
    (picture,) = (target / "attachments").iterdir()
    assert picture.read_bytes() == FILE
    assert picture.name.endswith("olga.png")
    assert target.stat().st_mode & 0o077 == 0


async def test_an_export_can_be_a_tar_and_overwrites_nothing(
    sandbox: Sandbox, home: House, tmp_path: Path
) -> None:
    contact = await full_life(sandbox, home)
    target = tmp_path / "olga.tar.gz"
    written = await rights.export(home.desk.store, contact, target)
    with tarfile.open(target) as tar:
        names = tar.getnames()
    assert len(names) == written.files + 1
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(rights.CannotExport):
        await rights.export(home.desk.store, contact, target)


async def test_every_table_is_thought_of(sandbox: Sandbox, home: House) -> None:
    """Tables that hold nothing about a person; a link is two numbers, a day two ids."""
    nobody = {"setting", "channel", "lease", "counter", "link", "erased", "day"}
    with sqlite3.connect(load(sandbox.config).database) as db:
        tables = {
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith(("sqlite_", "search", "people", "vocabulary"))
        }
        thought_of = set(holding(db))
    db.close()
    assert tables - nobody == thought_of - nobody


# -- the command line


def test_the_commands_ask_and_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "desk"

    async def prepare() -> int:
        async with Sandbox(folder) as sandbox, house(sandbox) as home:
            return await full_life(sandbox, home)

    folder.mkdir()
    contact = asyncio.run(prepare())
    monkeypatch.setenv("OMNIDESK_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("OMNIDESK_AGENT", "anna")
    assert main(["contact", "export", str(contact), "-o", str(tmp_path / "olga")]) == 0
    assert "2 files" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["contact", "erase", str(contact)]) == 130
    assert traces(folder, (SECRET,))
    assert main(["contact", "erase", str(contact), "--yes"]) == 0
    assert "is erased: 1 conversations, 3 messages" in capsys.readouterr().out
    assert traces(folder, WORDS) == []
    assert main(["contact", "erase", str(contact), "--yes"]) == 1
    assert "there is no contact" in capsys.readouterr().err


async def test_what_an_agent_began_to_write_to_the_erased_goes_with_him(
    sandbox: Sandbox, home: House
) -> None:
    contact = await full_life(sandbox, home)
    store = home.desk.store
    who, _count = await rights.whom(store, contact)
    address = next(one.handle.value for one in who.handles if one.handle.scheme == "mailto")
    secret = "what nobody shall find any more"
    await begun.keep(store, "gone", {"to": address.upper(), "text": secret})
    await begun.keep(store, "anna", {"contact": contact, "to": "whoever", "text": secret})
    copied = {"to": "bob@e.org", "text": "Hi", "cc": [["", address], ["", "cat@e.org"]], "bcc": []}
    await begun.keep(store, "ivan", copied)
    await rights.erase(store, contact, "anna", datetime.now(UTC))
    assert [await begun.kept(store, agent) for agent in ("gone", "anna")] == [{}, {}]
    assert await begun.kept(store, "ivan") == {**copied, "cc": [["", "cat@e.org"]]}
    assert traces(data_of(sandbox), (secret, address, address.upper())) == []
