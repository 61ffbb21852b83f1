"""Who it may be, while the number or the name is still being typed."""

from __future__ import annotations

import sqlite3
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnidesk.core.model import Handle, Known
from omnidesk.core.store import Transaction
from omnidesk.store.sqlite.connection import prepare
from tests.log.conftest import House, house_in
from tests.log.letters import arrive_letter

PHONE = Handle("tel", "+79161234567")
MAIL = Handle("mailto", "anna.ivanova@romashka.example")


def now() -> datetime:
    return datetime.now(UTC)


def know(tx: Transaction) -> None:
    arrive_letter(tx, MAIL, "Анна Артёмовна Иванова", "Чайник", "Чайник сломался")
    contact = tx.contact_of(MAIL)
    assert contact is not None
    tx.add_handle(PHONE, contact, known=Known.VERIFIED, name="", at=now())
    other = tx.add_contact("Анна Петрова", now())
    tx.add_handle(Handle("tel", "+79035550101"), other, known=Known.SEEN, name="", at=now())


@pytest.fixture
async def known(house: House) -> House:
    await house.desk.store.write(know)
    return house


async def names(house: House, typed: str) -> list[str]:
    return [card.contact.name for card in await house.desk.card(typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "8 916",
        "8916123",
        "8 (916) 123-45-67",
        "+7 916",
        "7916",
        "916",
        "916 123-45",
        "tel:+79161234567",
        "007916123",
        "иван",
        "ИВАНОВА АННА",
        "артемовна",
        "Артёмовна",
        "anna.ivan",
        "romashka",
    ],
)
async def test_a_contact_is_found_by_any_spelling_as_it_is_typed(known: House, typed: str) -> None:
    assert await names(known, typed) == ["Анна Артёмовна Иванова"]


async def test_a_first_name_finds_everybody_who_has_it(known: House) -> None:
    assert sorted(await names(known, "анна")) == ["Анна Артёмовна Иванова", "Анна Петрова"]
    assert await names(known, "анна сидорова") == []


@pytest.mark.parametrize(
    "typed", ["", " ", '"', "*", "OR", 'a" OR "b', "\0", "+", "-", "()", "9" * 999]
)
async def test_what_is_no_name_finds_nobody_and_breaks_nothing(known: House, typed: str) -> None:
    assert await names(known, typed) == []


async def test_a_card_says_what_was_said_what_is_open_and_what_was_promised(known: House) -> None:
    (row,) = await known.desk.rows("inbox")
    await known.desk.note(row.number, "обещали замену до пятницы")
    back = now() + timedelta(hours=3)
    await known.desk.snooze(row.number, back)
    (card,) = await known.desk.card("8 916 1")
    assert card.last is not None
    assert (card.last.text, card.last.channel) == ("Чайник сломался", "support")
    assert [(r.number, r.state) for r in card.open] == [(row.number, "snoozed")]
    assert card.note is not None
    assert card.note.text == "обещали замену до пятницы"
    assert card.call_back is not None
    assert abs(card.call_back - back) < timedelta(milliseconds=2)
    await known.desk.close(row.number)
    (card,) = await known.desk.card("8 916 1")
    assert (card.open, card.call_back) == ((), None)


async def test_who_was_merged_is_found_as_the_one_he_is_now(known: House) -> None:
    first = await known.desk.store.read(lambda r: r.contact_of(PHONE))
    other = await known.desk.store.read(lambda r: r.contact_of(Handle("tel", "+79035550101")))
    assert first is not None
    assert other is not None
    await known.desk.merge_contacts(first, other)
    for typed in ("903555", "петрова", "916123", "анна"):
        (card,) = await known.desk.card(typed)
        assert card.contact.id == first


async def test_the_index_follows_every_change(known: House) -> None:
    store = known.desk.store
    contact = await store.read(lambda r: r.contact_of(PHONE))
    assert contact is not None
    await store.write(lambda tx: tx.change_contact(contact, name="Анна Смирнова"))
    assert await names(known, "смирн") == ["Анна Смирнова"]
    await store.write(lambda tx: tx.rename_handle(PHONE, Handle("tel", "+79990001122")))
    assert await names(known, "916123") == []
    assert await names(known, "8 999 000") == ["Анна Смирнова"]
    other = await store.read(lambda r: r.contact_of(Handle("tel", "+79035550101")))
    assert other is not None
    await store.write(lambda tx: tx.move_handle(Handle("tel", "+79990001122"), other))
    assert await names(known, "8 999 000") == ["Анна Петрова"]
    await store.write(
        lambda tx: tx.add_handle(MAIL, contact, known=Known.SEEN, name="Нюша", at=now())
    )
    assert await names(known, "нюша") == ["Анна Смирнова"]


FIRST = ("Анна", "Борис", "Виктор", "Галина", "Дарья", "Егор", "Жанна", "Зоя", "Иван", "Пётр")
LAST = ("Иванов", "Петров", "Сидоров", "Кузнецов", "Смирнов", "Попов", "Волков", "Козлов")


def fill(path: Path, count: int) -> None:
    """Contacts with a number, an address, and one conversation with a message each."""
    with sqlite3.connect(path, isolation_level=None) as db:
        prepare(db, writer=True)
        db.execute("BEGIN")
        people = range(1, count + 1)
        full = [
            f"{FIRST[n % len(FIRST)]} {LAST[n // len(FIRST) % len(LAST)]}{n % 97 or ''}"
            for n in people
        ]
        db.executemany(
            "INSERT INTO contact (id, name, root, created_at) VALUES (?, ?, ?, 1)",
            [(n, full[n - 1], n) for n in people],
        )
        db.executemany(
            "INSERT INTO handle (id, scheme, value, contact, known, first_seen)"
            " VALUES (?, 'tel', ?, ?, 'seen', 1)",
            [(n, f"+7916{1_000_000 + n * 7}", n) for n in people],
        )
        db.executemany(
            "INSERT INTO conversation (number, contact, subject, state, last_at, created_at,"
            " channel, snippet) VALUES (?, ?, 'x', 'open', ?, 1, 'phone', 'x')",
            [(n, n, n) for n in people],
        )
        db.executemany(
            "INSERT INTO message (conversation, home, channel, direction, external_id, handle,"
            " received_at, text) VALUES (?, ?, 'phone', 'in', ?, ?, 1, 'x')",
            [(n, n, str(n), n) for n in people],
        )
        db.execute("COMMIT")
    db.close()


async def test_a_card_among_a_hundred_thousand_contacts_takes_under_20_ms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path):
        pass
    fill(tmp_path / "omnidesk.db", 100_000)
    typed = [
        "8",
        "89",
        "8 9",
        "8 916",
        "8 916 123",
        "+7916170",
        "916 1234567",
        "а",
        "анн",
        "анна",
        "анна иванов5",
        "петров",
        "иванов7 бор",
        "ко",
        "нет такого",
        "7",
    ]
    worst = {}
    async with house_in(tmp_path) as house:
        for text, count in (("8 916 1700000", 1), ("анна", 8), ("анна иванов5", 8), ("нет", 0)):
            assert len(await house.desk.card(text)) == count, text
        for text in typed:
            took = []
            for _ in range(7):
                start = time.perf_counter()
                await house.desk.card(text)
                took.append(time.perf_counter() - start)
            worst[text] = statistics.median(took) * 1e3
    slowest = max(worst, key=lambda text: worst[text])
    with capsys.disabled():
        print(
            f"card of 100,000: {worst[slowest]:.1f} ms at most ({slowest!r}), "
            f"{statistics.median(worst.values()):.1f} ms usually"
        )
    assert worst[slowest] <= 500, "the figure is the printed one; this holds on any machine"
