"""parse and import: letters in files."""

from __future__ import annotations

import hashlib
import json
import mailbox
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.cli.importing import Headed, in_order
from omnidesk.cli.mailfiles import Found, find
from omnidesk.demo.sandbox import Sandbox
from omnidesk.wiring import LetterHead
from tests.cli.conftest import Cli
from tests.cli.test_running import program

PARSED = [
    *("file", "direction", "from", "to", "cc", "reply_to", "subject", "text", "folded", "html"),
    *("attachments", "external_id", "message_id", "references", "sent_at", "received_at"),
    *("automatic", "bounce", "unreadable", "why", "delivery"),
]


def raw(
    number: int,
    *,
    answers: int | None = None,
    date: str | None = None,
    sender: str = "ann@customers.test",
    text: str = "Text.",
) -> bytes:
    lines = [
        f"From: Ann <{sender}>",
        "To: support@desk.test",
        f"Subject: {'Re: ' if answers else ''}order",
        f"Message-ID: <m{number}@customers.test>",
        f"Date: {date or f'Mon, {number:02} Jan 2024 10:00:00 +0000'}",
    ]
    if answers:
        lines.append(f"In-Reply-To: <m{answers}@customers.test>")
    return "\r\n".join([*lines, "", text, ""]).encode()


THREAD = (raw(3, answers=2, text="c"), raw(1, text="a"), raw(2, answers=1, text="b"))


def messages(cli: Cli) -> list[dict[str, Any]]:
    return [one for one in cli("export").objects if one["type"] == "message"]


def folder(path: Path, letters: tuple[bytes, ...] = THREAD) -> Path:
    path.mkdir()
    for index, each in enumerate(letters):
        (path / f"{index}.eml").write_bytes(each)
    return path


def test_letters_are_parsed_in_the_order_given_and_touch_no_store(cli: Cli, tmp_path: Path) -> None:
    letters = folder(tmp_path / "letters")
    files = [letters / "2.eml", letters / "0.eml", letters / "2.eml"]
    ran = cli.program("parse", *files, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert [list(one) for one in ran.objects] == [PARSED] * 3
    assert [one["file"] for one in ran.objects] == [str(file) for file in files]
    first = ran.objects[0]
    assert first["external_id"] == hashlib.sha256(THREAD[2]).hexdigest()
    assert first["references"] == ["<m1@customers.test>"]
    assert (first["sent_at"], first["received_at"]) == ("2024-01-02T10:00:00Z", None)
    assert (first["direction"], first["text"].strip()) == ("in", "b")
    assert not (tmp_path / "omnidesk.db").exists()
    assert all(file.exists() for file in files)


def test_parsing_needs_no_config_but_a_named_one(cli: Cli, tmp_path: Path) -> None:
    letters = folder(tmp_path / "letters")
    own = tmp_path / "own.eml"
    own.write_bytes(raw(1, sender="support@desk.test"))
    nowhere = str(tmp_path / "none.toml")
    ran = cli.program("parse", letters / "0.eml", own, "-o", "json", OMNIDESK_CONFIG=nowhere)
    assert (ran.code, [one["direction"] for one in ran.objects]) == (0, ["in", "in"])
    ran = cli("parse", letters / "0.eml", own, "-o", "json")
    assert [one["direction"] for one in ran.objects] == ["in", "out"]
    assert cli("parse", "--config", nowhere, own).code == 2


def test_attachments_small_and_large_carry_size_and_digest(cli: Cli, tmp_path: Path) -> None:
    letter = message_from_bytes(raw(1))
    from email.message import EmailMessage

    made = EmailMessage()
    for name in ("From", "To", "Subject", "Date"):
        made[name] = str(letter[name])
    made.set_content("see")
    contents = [b"small", b"L" * 300_000]
    for index, content in enumerate(contents):
        made.add_attachment(content, maintype="application", subtype="zip", filename=f"{index}.zip")
    file = tmp_path / "a.eml"
    file.write_bytes(bytes(made))
    found = cli("parse", file, "-o", "json").object["attachments"]
    assert found == [
        {
            "name": f"{index}.zip",
            "media_type": "application/zip",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "inline": False,
        }
        for index, content in enumerate(contents)
    ]


def test_a_missing_file_fails_after_the_others_are_done(cli: Cli, tmp_path: Path) -> None:
    letters = folder(tmp_path / "letters")
    ran = cli.program("parse", tmp_path / "none.eml", letters, letters / "1.eml", "-o", "json")
    assert ran.code == 1
    assert len(ran.objects) == 1
    lines = ran.err.splitlines()
    assert len(lines) == 2
    assert lines[0] == f"{tmp_path / 'none.eml'}: No such file or directory; check the path"
    assert cli("parse").code == 2


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=400))
def test_no_bytes_make_parsing_fail(cli: Cli, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.eml"
    file.write_bytes(content)
    ran = cli("parse", file, "-o", "json")
    assert ran.code == 0
    assert ran.object["external_id"] == hashlib.sha256(content).hexdigest()
    assert cli("parse", file).code == 0


def test_a_letter_in_text_is_safe_and_whole(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(raw(1, text="hello \x1b[31mred\r\n> quoted"))
    out = cli("parse", file).out
    assert "Ann <ann@customers.test>" in out
    assert "hello red" in out
    assert "\x1b" not in out


def test_a_folder_is_imported_with_dates_and_threads(cli: Cli, tmp_path: Path) -> None:
    ran = cli.program("import", folder(tmp_path / "letters"), "--channel", "support")
    assert (ran.code, ran.out, ran.err) == (0, "3 letters imported\n", "")
    shown = cli("show", "1", "-o", "json").object
    assert [one["text"].strip() for one in shown["messages"]] == ["a", "b", "c"]
    assert [one["received_at"] for one in shown["messages"]] == [
        f"2024-01-0{day}T10:00:00Z" for day in (1, 2, 3)
    ]
    assert shown["last_at"] == "2024-01-03T10:00:00Z"
    assert len(cli("list", "--view", "all", "-o", "json").objects) == 1
    assert all((tmp_path / "letters" / f"{n}.eml").exists() for n in range(3))


def test_the_second_time_adds_nothing_in_whatever_form(cli: Cli, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "old.mbox")
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    quoted = raw(7, text="hi\r\n\r\nFrom here on it is quoted\r\n>From there too")
    letters = (*THREAD, quoted)
    for each in letters:
        box.add(each)
        maildir.add(each)
    box.close()
    forms = [folder(tmp_path / "letters", letters), tmp_path / "old.mbox", tmp_path / "Maildir"]
    lines = folder(tmp_path / "lf", tuple(each.replace(b"\r\n", b"\n") for each in letters))
    said = [cli("import", path, "--channel", "support").out for path in (*forms, lines, *forms)]
    again = "0 letters imported, 4 were here already\n"
    assert said == ["4 letters imported\n", *[again] * 6]
    assert len(messages(cli)) == 4


@pytest.mark.parametrize("form", ["mbox", "maildir", "eml"])
def test_every_form_of_a_mailbox_gives_the_letters_as_they_were(
    cli: Cli, tmp_path: Path, form: str
) -> None:
    letters = (raw(1, text="From me\r\n\r\nFrom you at 10:00 to 2024"), raw(2), raw(3))
    path = tmp_path / form
    if form == "mbox":
        box = mailbox.mbox(path)
        for each in letters:
            box.add(each)
        box.close()
    elif form == "maildir":
        maildir = mailbox.Maildir(path)
        sent = maildir.add_folder("Sent")
        for each in letters[:2]:
            maildir.add(each)
        sent.add(letters[2])
    else:
        path.mkdir()
        folder(path / "inner", letters)
    assert cli("import", path, "--channel", "support").out == "3 letters imported\n"
    texts = [one["text"].replace("\r\n", "\n").strip() for one in messages(cli)]
    assert texts == ["From me\n\nFrom you at 10:00 to 2024", "Text.", "Text."]


def test_an_import_is_no_news_to_the_channel_and_answers_nothing(cli: Cli, tmp_path: Path) -> None:
    from omnidesk.config import load
    from omnidesk.core.model import DeliveryState
    from omnidesk.wiring import open_store

    text = cli.config.read_text()
    cli.config.write_text(text + "\n[auto_reply]\nenabled = true\n")
    desk = load(cli.config)

    async def cursor(value: str | None = None) -> str | None:
        async with open_store(desk) as store:
            if value:
                await store.write(lambda tx: tx.set_cursor("support", value))
            found = await store.read(lambda r: {c.name: c.cursor for c in r.channels()})
            return found["support"]

    import asyncio

    asyncio.run(cursor("INBOX:7:9"))
    assert cli("import", folder(tmp_path / "letters"), "--channel", "support").code == 0
    assert asyncio.run(cursor()) == "INBOX:7:9"
    assert DeliveryState.QUEUED not in {one["type"] for one in cli("export").objects}
    assert not [one for one in cli("export").objects if one["type"] == "delivery"]
    assert not [one for one in messages(cli) if one["direction"] != "in"]


def test_own_letters_are_imported_as_our_own_where_no_server_took_them_in(
    cli: Cli, tmp_path: Path
) -> None:
    own = raw(2, answers=1, sender="support@desk.test", text="own").replace(
        b"To: support@desk.test", b"To: ann@customers.test"
    )
    travelled = b"Received: from x by y; Mon, 01 Jan 2024 10:00:00 +0000\r\n"
    forged = travelled + own.replace(b"m2", b"m3")
    cli("import", folder(tmp_path / "letters", (raw(1), own, forged)), "--channel", "support")
    found = messages(cli)
    assert [one["direction"] for one in found] == ["in", "out", "out"]
    assert [one["conversation"] for one in found] == [1, 1, 2]
    assert "nothing proves" in found[2]["why"]
    assert cli("show", "1", "-o", "json").object["state"] == "waiting"


def test_an_answer_with_a_wrong_clock_still_follows_its_letter(cli: Cli, tmp_path: Path) -> None:
    early = raw(2, answers=1, date="Sun, 31 Dec 2023 23:00:00 +0000")
    cli("import", folder(tmp_path / "letters", (early, raw(1))), "--channel", "support")
    assert len(cli("list", "-o", "json").objects) == 1


def test_a_date_in_the_future_is_no_later_than_now(cli: Cli, tmp_path: Path) -> None:
    future = raw(1, date="Mon, 01 Jan 2090 10:00:00 +0000")
    cli("import", folder(tmp_path / "letters", (future,)), "--channel", "support")
    (one,) = messages(cli)
    assert one["sent_at"] == "2090-01-01T10:00:00Z"
    assert one["received_at"] < "2089"


def test_a_large_letter_is_imported_too(cli: Cli, tmp_path: Path) -> None:
    large = raw(1, text="x" * 2_000_000)
    letters = folder(tmp_path / "letters", (large,))
    assert cli("import", letters, "--channel", "support").code == 0
    (one,) = messages(cli)
    assert one["external_id"] == hashlib.sha256(large).hexdigest()
    assert (letters / "0.eml").exists()
    assert not list((tmp_path / "omnidesk.db.files" / "spool").iterdir())


@pytest.mark.parametrize(
    ("path", "channel", "said"),
    [
        ("none", "support", "no such file or folder"),
        ("empty", "support", "no letters there"),
        ("letters", "suport", "did you mean support?"),
        ("letters", "bot", "bot carries no letters"),
    ],
)
def test_what_cannot_be_imported_fails_with_one_line(
    cli: Cli, tmp_path: Path, path: str, channel: str, said: str
) -> None:
    folder(tmp_path / "letters")
    (tmp_path / "empty").mkdir()
    ran = cli.program("import", tmp_path / path, "--channel", channel)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert cli("import", tmp_path).code == 2


def test_an_unreadable_file_is_left_out_and_told(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = folder(tmp_path / "letters")
    whole = Found.raw

    def failing(found: Found) -> bytes:
        if found.path.name == "1.eml":
            raise PermissionError(13, "Permission denied")
        return whole(found)

    monkeypatch.setattr(Found, "raw", failing)
    ran = cli("import", letters, "--channel", "support")
    assert (ran.code, ran.out) == (1, "2 letters imported\n")
    assert ran.err == f"{letters / '1.eml'}: Permission denied; left out\n"


@given(st.lists(st.tuples(st.integers(0, 20), st.lists(st.integers(0, 20), max_size=3))))
def test_every_letter_is_ordered_once_whatever_refers_to_whatever(
    drawn: list[tuple[int, list[int]]],
) -> None:
    letters = [
        Headed(
            Found(Path(str(number))),
            LetterHead(
                sent_at=None,
                ids=(f"<{own}>",),
                references=tuple(f"<{other}>" for other in refers),
                travelled=False,
            ),
        )
        for number, (own, refers) in enumerate(drawn)
    ]
    ordered = [int(one.found.path.name) for one in in_order(letters)]
    assert sorted(ordered) == list(range(len(letters)))


@given(st.lists(st.sampled_from([b"", b"From x", b"text", b"Subject: x"]), max_size=12))
def test_a_letter_out_of_an_mbox_is_what_was_put_in(lines: list[bytes]) -> None:
    import tempfile

    body = b"\n".join([b"Subject: s", b"", *lines, b"end", b""])
    with tempfile.TemporaryDirectory() as place:
        box = mailbox.mbox(Path(place) / "box")
        for _ in range(3):
            box.add(body)
        box.close()
        assert [found.raw() for found in find(Path(place) / "box")] == [body] * 3


def test_export_lines_are_json_after_an_import_of_odd_bytes(cli: Cli, tmp_path: Path) -> None:
    odd = raw(1).replace(b"order", b"\xff\xfe\x00 \x9b31m")
    letters = folder(tmp_path / "l", (odd, b"", b"\x00" * 10))
    assert cli("import", letters, "--channel", "support").code == 0
    for line in cli.program("export").out.splitlines():
        json.loads(line)
    assert len(messages(cli)) == 3


@pytest.mark.parametrize("first", ["engine", "import"])
async def test_a_letter_that_is_received_and_imported_is_there_once(
    sandbox: Sandbox, first: str
) -> None:
    ann = sandbox.correspondent("ann@customers.test", "Анна")
    letter = await ann.write("Hello", "From me\nto you", at=datetime.now(UTC))
    file = sandbox.folder / "saved.eml"
    file.write_bytes(letter.replace(b"\r\n", b"\n").rstrip(b"\n"))
    runs = [("engine", "--once"), ("import", str(file), "--channel", "support")]
    for words in runs if first == "engine" else runs[::-1]:
        assert (await program(sandbox, *words)).code == 0
    (talk,) = (await program(sandbox, "list", "-o", "json")).objects
    shown = (await program(sandbox, "show", str(talk["number"]), "-o", "json")).object
    assert len(shown["messages"]) == 1


def test_an_old_letter_does_not_disturb_a_conversation_that_went_on(
    cli: Cli, tmp_path: Path
) -> None:
    cli("import", folder(tmp_path / "new", (raw(1), raw(9, answers=1))), "--channel", "support")
    cli("close", "1")
    before = cli("show", "1", "-o", "json").object
    cli("import", folder(tmp_path / "old", (raw(2, answers=1),)), "--channel", "support")
    after = cli("show", "1", "-o", "json").object
    assert (len(before["messages"]), len(after["messages"])) == (2, 3)
    for found in (before, after):
        del found["messages"], found["events"]
    assert after == before
    assert after["state"] == "closed"
