"""The outbox, the report and the journal: reads only, and true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from omnidesk.core.events import Event, What
from omnidesk.core.model import Address, DeliveryState
from omnidesk.core.overview import Tally, median
from omnidesk.core.settling import settle
from omnidesk.core.store import Reads
from omnidesk.desk.journal import Entry, words
from omnidesk.desk.reporting import report
from tests.desk.office import Office, office, people


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as built:
        yield built


async def settled(desks: Office, message: int, state: DeliveryState, reason: str) -> None:
    await desks.store.write(lambda tx: settle(tx, message, state, reason, desks.now()))


async def test_the_outbox_holds_what_has_not_left_well(desks: Office) -> None:
    ann = await desks.comes("support", "ann@e.org", "hi", subject="Lamp")
    bob = await desks.comes("bot", "77", "hello")
    sent = await desks.leaves((await desks.anna.reply(ann.conversation, "gone")).id)
    failed = await desks.leaves((await desks.anna.reply(bob.conversation, "lost")).id)
    await settled(desks, failed.id, DeliveryState.FAILED, "blocked by the user")
    later = desks.now() + timedelta(days=1)
    held = await desks.ivan.reply(ann.conversation, "tomorrow", later=later)
    bob_at = Address("Bob", "bob@supplier.test")
    passed = await desks.anna.forward(ann.conversation, ann.id, [bob_at], "look")
    found = await desks.anna.outbox()
    assert [one.message for one in found] == [failed.id, passed.id, held.id]
    assert sent.id not in {one.message for one in found}
    third, second, first = found
    assert (first.state, first.due_at, first.author) == (DeliveryState.HELD, later, "ivan")
    assert (first.conversation, first.channel, first.name) == (ann.conversation, "support", "Ann")
    assert (people(second.to), second.forwards, second.snippet) == (
        [bob_at.address],
        ann.id,
        "look",
    )
    assert (third.state, third.reason, third.attempt) == (
        DeliveryState.FAILED,
        "blocked by the user",
        1,
    )
    pages = [await desks.anna.outbox(limit=2)]
    pages.append(await desks.anna.outbox(limit=2, after=pages[0][-1].key))
    assert [one for page in pages for one in page] == found
    assert await desks.anna.outbox(after=found[-1].key) == []


async def worked(desks: Office) -> None:
    """Two letters and a chat: Anna answers one in 10 min, Ivan one in 30; the third waits."""
    ann = await desks.comes("support", "ann@e.org", "hi", subject="Lamp")
    chat = await desks.comes("bot", "77", "hello")
    desks.later(minutes=10)
    await desks.leaves((await desks.anna.reply(ann.conversation, "soon")).id)
    await desks.anna.note(ann.conversation, "she is in a hurry")
    bob = Address("", "bob@supplier.test")
    await desks.anna.forward(ann.conversation, ann.id, [bob], "?")
    desks.later(minutes=20)
    await desks.ivan.reply(chat.conversation, "hello")
    await desks.comes("support", "cat@e.org", "where is it?", subject="Chair")
    await desks.comes("bot", "77", "thanks")
    desks.later(minutes=5)


async def test_the_report_counts_per_channel_and_per_agent(desks: Office) -> None:
    await worked(desks)
    found = await desks.anna.report(7)
    assert not found.cut
    channels = {one.name: one for one in found.channels}
    agents = {one.name: one for one in found.agents}
    assert set(channels) == {"support", "bot"}
    assert (channels["support"].came, channels["support"].answered) == (2, 1)
    assert (channels["bot"].came, channels["bot"].answered) == (2, 1)
    assert channels["support"].first_answer == timedelta(minutes=10, seconds=1)
    assert set(agents) == {"", "anna", "ivan"}
    assert (agents["anna"].came, agents["anna"].answered) == (1, 1)
    assert (agents["ivan"].came, agents["ivan"].answered, agents["ivan"].open) == (2, 1, 1)
    assert (agents[""].came, agents[""].open) == (1, 1)
    assert found.total == Tally(
        name="",
        came=4,
        answered=2,
        first_answer=timedelta(minutes=20, seconds=30.5),
        open=2,
        longest=timedelta(minutes=5, seconds=1),
    )


async def test_the_report_ends_where_its_days_do_and_where_it_is_too_much(desks: Office) -> None:
    await worked(desks)
    desks.later(days=8)
    later = await desks.comes("support", "dan@e.org", "hi", subject="Desk")
    found = await desks.anna.report(7)
    assert (found.total.came, found.total.answered, found.total.open) == (1, 0, 3)
    short = await desks.store.read(lambda r: report(r, 30, desks.now(), most=2))
    assert short.cut
    assert short.total.came == 2
    assert short.since < later.received_at
    empty = await desks.store.read(lambda r: report(r, 30, desks.now() + timedelta(days=99)))
    assert (empty.total.came, empty.channels[0].came) == (0, 0)


def test_the_median_is_the_middle() -> None:
    assert median([]) is None
    one, two, nine = (timedelta(hours=hours) for hours in (1, 2, 9))
    assert median([nine, one, two]) == two
    assert median([nine, one]) == timedelta(hours=5)


def told(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.actor, entry.words) for entry in entries]


async def test_the_journal_says_what_was_done_newest_first(desks: Office) -> None:
    came = await desks.comes("support", "ann@e.org", "hi", subject="Lamp")
    number = came.conversation
    await desks.anna.mark_read(number)
    await desks.anna.assign(number, "ivan")
    await desks.ivan.tag(number, add=("vip",))
    sent = await desks.leaves((await desks.ivan.reply(number, "soon")).id)
    await settled(desks, sent.id, DeliveryState.FAILED, "no such user")
    await desks.anna.forward(number, came.id, [Address("", "bob@supplier.test")], "?")
    await desks.anna.undo()
    await desks.anna.close(number)
    other = await desks.comes("bot", "77", "hello")
    await desks.anna.merge(number, other.conversation)
    everything = await desks.anna.journal()
    assert told(everything) == [
        ("anna", "merged [#2] into [#1]"),
        ("omnidesk", "a message came by bot: from somebody new"),
        ("anna", "closed it"),
        ("anna", "took back a reply"),
        ("anna", f"forwarded message {came.id} by support"),
        ("omnidesk", "failed by support: no such user"),
        ("ivan", "wrote a reply by support"),
        ("ivan", "tags: vip"),
        ("anna", "gave it to ivan"),
        ("omnidesk", "a message came by support: from somebody new"),
    ]
    pages = [await desks.anna.journal(limit=4)]
    while page := await desks.anna.journal(limit=4, before=pages[-1][-1].seq):
        pages.append(page)
    assert [entry for page in pages for entry in page] == everything
    here = await desks.anna.journal(conversation=number)
    assert told(here) == told(everything), "what was merged into it is of it"


async def test_every_kind_of_act_has_words(desks: Office) -> None:
    def told_of(reads: Reads, kind: What) -> str:
        return words(reads, Event(at=desks.now(), actor="anna", kind=kind, channel="support"))

    for kind in What:
        said = await desks.store.read(partial(told_of, kind=kind))
        assert said, kind
        assert "{" not in said, kind
        assert said != kind.value or kind in (What.CONVERSATION_READ, What.CUSTOMER_TYPING), kind


async def test_the_overview_changes_nothing(desks: Office) -> None:
    await worked(desks)
    before = await desks.store.read(lambda r: r.last_seq())
    await desks.anna.outbox()
    await desks.anna.report()
    await desks.anna.journal()
    assert await desks.store.read(lambda r: r.last_seq()) == before
