"""The views of the config have numbers, where these are cheap; pins are seen from anywhere."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from omnidesk.core.model import Known, State
from omnidesk.core.store import Transaction
from omnidesk.core.views import SavedView
from tests.desk.house import NOON
from tests.desk.office import Office, office
from tests.desk.test_recipients import ANN

VIEWS = (
    SavedView(name="vip", filter="tag:vip"),
    SavedView(name="mine unread", filter="is:mine is:unread"),
    SavedView(name="closed vip", filter="tag:vip state:closed"),
    SavedView(name="by mail", filter="channel:support -tag:vip"),
    SavedView(name="words", filter="kettle"),
    SavedView(name="annas", filter="from:ann"),
    SavedView(name="broken", filter="channel:nowhere"),
)
CHEAP = {"vip", "mine unread", "closed vip", "by mail"}


def fill(tx: Transaction, count: int) -> None:
    contact = tx.add_contact("Ann", NOON)
    tx.add_handle(ANN, contact, known=Known.SEEN, name="Ann", at=NOON)
    for index in range(count):
        state = (State.OPEN, State.OPEN, State.OPEN, State.CLOSED)[index % 4]
        tx.add_conversation(
            contact=contact,
            subject=f"Kettle {index}",
            channel=("support", "bot")[index % 2],
            snippet="",
            at=NOON,
            state=state,
            assignee=("anna", None)[index % 3 > 0],
            unread=index % 5 == 0,
            tags=("vip",) if index % 7 == 0 else (),
        )


@pytest.mark.parametrize("count", [0, 60, 300])
async def test_a_number_is_what_its_list_shows(tmp_path: Path, count: int) -> None:
    async with office(tmp_path / "data", VIEWS) as desks:
        await desks.store.write(lambda tx: fill(tx, count))
        counts = await desks.anna.counts()
        assert set(counts) >= CHEAP
        assert not {"words", "annas", "broken"} & set(counts)
        for name in CHEAP:
            shown = len(await desks.anna.rows(name, limit=1000))
            assert counts[name] == min(shown, 100), name


async def test_a_long_list_is_not_counted_to_its_end(tmp_path: Path) -> None:
    async with office(tmp_path / "data", VIEWS) as desks:
        await desks.store.write(lambda tx: fill(tx, 20_000))
        counts = await desks.anna.counts()
        assert counts["by mail"] == 100, "99+ is found in the first part of the list"
        rare = SavedView(name="rare", filter="channel:support priority:5")
        desk = Office(desks.store, b"k", [rare]).anna
        assert "rare" not in await desk.counts()
        best = min([await measured(desks) for _ in range(5)])
        print(f"counts of {len(VIEWS)} views over 20,000 conversations: {best * 1000:.1f} ms")
        assert best < 0.1


async def measured(desks: Office) -> float:
    start = time.perf_counter()
    await desks.anna.counts()
    return time.perf_counter() - start


async def test_pins_are_there_however_old(tmp_path: Path) -> None:
    async with office(tmp_path / "data") as desks:
        first = await desks.comes("support", "ann@e.org", "the contract", subject="Lamp")
        for index in range(110):
            await desks.comes(
                "support", "ann@e.org", f"{index}", references=(str(first.message_id),)
            )
        last = (await desks.anna.open(1)).messages[-1]
        await desks.anna.pin(last.id)
        await desks.anna.pin(first.id)
        opened = await desks.anna.open(1)
        assert [message.id for message in opened.pins] == [first.id, last.id]
        assert set(opened.pinned) == {first.id, last.id}
        assert first.id not in {message.id for message in opened.messages}
        await desks.anna.pin(first.id, pinned=False)
        assert [message.id for message in (await desks.anna.open(1)).pins] == [last.id]
