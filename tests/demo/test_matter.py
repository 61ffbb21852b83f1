"""A letter, a call and a chat about one matter: what the guide and the ledger say of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.core.model import Handle
from omnidesk.core.store import Suggested
from omnidesk.demo import anna, igor
from omnidesk.demo.guide import Guide, Step, moments
from omnidesk.demo.ledger import Ledger, keep_books
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.ui.keymap import ACTIONS
from tests.walk.house import House, house

MORE = "\n[auto_reply]\nenabled = true\n"
PHONE = Handle("tel", anna.NUMBER)
WHOLE = "one conversation #1: E-mail, Phone, Telegram; answered in Telegram as asked"


class Matter:
    """What she does, and what an agent does about it, at a desk in a sandbox."""

    def __init__(self, sandbox: Sandbox, home: House) -> None:
        self.sandbox = sandbox
        self.home = home

    @property
    def desk(self) -> Desk:
        return self.home.desk

    async def letter(self) -> None:
        person = self.sandbox.correspondent(anna.ADDRESS, anna.NAME)
        text = "Зеркало разбито.\n\nАнна Соколова, +7 916 123-45-67"
        await person.write("Заказ 4412", text, at=datetime.now(UTC))
        await self.home.round()

    async def number_is_added(self) -> None:
        opened = await self.desk.open(1)
        await self.desk.bind_handle(opened.contact.id, opened.offered[0])

    async def rings(self) -> None:
        self.sandbox.exchange.tell("ringing", "k1", anna.NUMBER)
        await self.home.round()

    async def call(self) -> None:
        self.sandbox.exchange.tell("ended", "k1", anna.NUMBER, duration=95)
        await self.home.round()
        await self.desk.log_call(PHONE, anna.CALL.said, call="k1")
        await self.desk.set_wish((await self.desk.open(1)).contact.id, anna.CALL.wish)

    async def chat(self) -> None:
        customer = self.sandbox.bot.customer(anna.CHAT, "Анна", "Соколова")
        customer.text("это Анна, жду ответа здесь")
        customer.contact(anna.NUMBER, "Анна", anna.CHAT)
        await self.home.round()

    async def one_person(self) -> None:
        (one,) = await self._suggested("contact")
        await self.desk.merge_contacts(min(one.one, one.other), max(one.one, one.other))
        await self.home.round()

    async def one_conversation(self) -> None:
        (one,) = await self._suggested("conversation")
        await self.desk.merge(min(one.one, one.other), max(one.one, one.other))

    async def answer(self, via: str | None = None) -> None:
        await self.desk.reply(1, anna.ANSWER, via=via)
        await self.home.round()

    async def _suggested(self, what: str) -> list[Suggested]:
        return [one for one in (await self.desk.open(1)).suggestions if one.what == what]

    async def steps(self) -> list[tuple[Step, int]]:
        return await self.desk.store.read(lambda reads: moments(reads, datetime.now(UTC)))

    async def step(self) -> Step:
        ((step, _),) = await self.steps()
        return step

    async def books(self) -> Ledger:
        return await keep_books(self.sandbox, self.desk.store)

    async def wrong(self) -> tuple[str, ...]:
        books = await self.books()
        assert books.matter is not None
        assert not books.agrees
        assert f"NOT ONE CONVERSATION: {'; '.join(books.matter.wrong)}" in books.lines()
        return books.matter.wrong


@pytest.fixture
async def matter(tmp_path: Path) -> AsyncIterator[Matter]:
    async with Sandbox(tmp_path, phone=True, more=MORE) as sandbox, house(sandbox) as home:
        yield Matter(sandbox, home)


async def until_it_is_whole(matter: Matter) -> None:
    await matter.letter()
    await matter.number_is_added()
    await matter.rings()
    await matter.call()
    await matter.chat()
    await matter.one_person()
    await matter.one_conversation()


async def test_the_guide_knows_where_the_tour_stands(matter: Matter) -> None:
    assert await matter.steps() == []
    for play, step in (
        (matter.letter, Step.LETTER),
        (matter.number_is_added, Step.LETTER),
        (matter.rings, Step.KNOWN_RING),
        (matter.call, Step.KNOWN_RING),
        (matter.chat, Step.CHAT),
        (matter.one_person, Step.PERSON),
        (matter.one_conversation, Step.WHOLE),
        (matter.answer, Step.ANSWERED),
    ):
        await play()
        assert await matter.step() is step, play
    assert WHOLE in (await matter.books()).lines()


async def test_a_ring_from_a_number_that_nobody_added_is_another_step(matter: Matter) -> None:
    await matter.letter()
    await matter.rings()
    assert await matter.step() is Step.UNKNOWN_RING


async def test_an_answer_that_is_not_sent_yet_is_not_told_of(matter: Matter) -> None:
    await until_it_is_whole(matter)
    await matter.desk.reply(1, anna.ANSWER)
    assert await matter.step() is Step.WHOLE
    await matter.home.round()
    assert await matter.step() is Step.ANSWERED


async def test_a_fault_told_twice_is_a_step_of_its_own(matter: Matter) -> None:
    person = matter.sandbox.correspondent(igor.ADDRESS, igor.NAME)
    await person.write("Оплата", f"Здравствуйте!\n\n{igor.FAULT}", at=datetime.now(UTC))
    await matter.home.round()
    assert await matter.steps() == []
    matter.sandbox.bot.customer(igor.CHAT, "Игорь").text(igor.FAULT)
    await matter.home.round()
    assert await matter.steps() == [(Step.ECHO, 2)]
    await matter.desk.merge(1, 2)
    assert await matter.steps() == []


async def test_a_matter_that_is_whole_agrees(matter: Matter) -> None:
    assert (await matter.books()).matter is None
    await until_it_is_whole(matter)
    await matter.answer()
    books = await matter.books()
    assert books.agrees, books.lines()
    assert books.lines()[-2:] == [
        WHOLE,
        "the ledger agrees: 0 lost, 0 doubled, 0 on their way",
    ]


async def test_two_persons_and_two_conversations_do_not_agree(matter: Matter) -> None:
    await matter.letter()
    await matter.number_is_added()
    await matter.call()
    await matter.chat()
    wrong = await matter.wrong()
    assert "it stands in #1, #2" in wrong
    assert "it is 2 contacts'" in wrong
    assert "2 of his messages stand elsewhere" in wrong
    await matter.one_person()
    assert "it is 2 contacts'" not in await matter.wrong()
    assert "it stands in #1, #2" in await matter.wrong()


async def test_an_answer_by_another_channel_does_not_agree(matter: Matter) -> None:
    await until_it_is_whole(matter)
    assert await matter.wrong() == ("he was not answered",)
    await matter.answer(via="support")
    assert await matter.wrong() == ("answered by support, asked for shop-bot",)


async def test_what_was_lost_or_doubled_does_not_agree(matter: Matter) -> None:
    await until_it_is_whole(matter)
    await matter.answer()
    assert (await matter.books()).agrees
    matter.sandbox.exchange.tell("missed", "k2", anna.NUMBER)
    assert await matter.wrong() == ("1 lost by phone",)
    await matter.home.round()
    assert (await matter.books()).agrees
    stranger = matter.sandbox.correspondent("other@posta.test", "Другая")
    await stranger.write("Другое", "Не про зеркало.", at=datetime.now(UTC))
    await matter.home.round()
    numbers = {row.number for row in await matter.desk.rows("all")}
    await matter.desk.merge(1, max(numbers))
    assert await matter.wrong() == ("1 of its messages are doubled or another's",)


async def test_a_matter_without_wish_or_receipt_does_not_agree(tmp_path: Path) -> None:
    async with Sandbox(tmp_path, phone=True) as sandbox, house(sandbox) as home:
        matter = Matter(sandbox, home)
        await matter.letter()
        assert await matter.wrong() == (
            "his first message was not acknowledged",
            "his wish is not noted",
        )


async def test_the_guide_writes_each_note_once(matter: Matter) -> None:
    await matter.letter()
    guide = Guide(matter.desk)
    for found in 2 * await matter.steps():
        await guide.tell(*found)
    notes = [m.text for m in (await matter.desk.open(1)).messages if m.direction == "note"]
    assert [note.split(" ")[0] for note in notes] == ["These", "This"]
    assert anna.NAME in notes[0]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("r", "reply"),
        ("?", "help"),
        ("^Q", "quit"),
        ("P", "customer.enter"),
        ("a", "person.add"),
        ("g r", "ring.open"),
        ("C", "call"),
        ("m", "person.join"),
        ("g s", "suggestions"),
        ("z", "undo"),
        ("q", "customer.leave"),
        ("m", "join"),
        ("x", "join.never"),
        ("V", "way.next"),
        ("w", "why"),
    ],
)
def test_every_key_that_the_guide_names_does_what_it_says(key: str, action: str) -> None:
    (found,) = (one for one in ACTIONS if one.id == action)
    assert key in found.keys
    told = " ".join(step.value for step in Step)
    assert re.search(rf"(?<![\w^]){re.escape(key)}(?!\w)", told)
