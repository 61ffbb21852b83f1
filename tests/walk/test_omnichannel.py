"""One customer, three channels, one conversation; and each join taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from omnidesk.core.model import DeliveryState, Direction, Known, Message, State
from omnidesk.core.routing import Route
from omnidesk.core.store import Suggested
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.desk.opening import Opened
from tests.walk.house import House, house
from tests.walk.worlds import Mail, SandboxMail, ServersMail, World

MORE = """
[channels.phone]
type = "log"
events = "calls.jsonl"

[auto_reply]
enabled = true
expected = "4h"
"""
ANNA = ("anna@example.test", "Анна Иванова")
DIALLED = "8 (916) 123-45-67"
PHONE = "tel:+79161234567"
FAULT = "Здравствуйте! Касса печатает пустой чек, ошибка 217 на экране."
LETTER = f"{FAULT}\n\nАнна Иванова, {DIALLED}"
BEGAN = [
    ("support", "in", "Здравствуйте! Касса печатает пустой чек, ошибка 217 на экране."),
    ("support", "out", "Здравствуйте, Анна Иванова!"),
    ("phone", "in", "Call, 1 min 35 s"),
    ("phone", "in", "Просит ответить в телеграм, у кассы очередь"),
]
CHAT = [
    ("shop-bot", "in", "[contact: Анна +79161234567]"),
    ("shop-bot", "out", "Здравствуйте, Анна!"),
]


@pytest.fixture(params=["sandbox", pytest.param("servers", marks=pytest.mark.servers)])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with Sandbox(tmp_path, language="ru", more=MORE) as sandbox:
        text = sandbox.config.read_text(encoding="utf-8")
        sandbox.config.write_text(text.replace("[desk]\n", '[desk]\nregion = "RU"\n'), "utf-8")
        mail: Mail = SandboxMail(sandbox)
        if request.param == "servers":
            dovecot, mailbox, sink = map(
                request.getfixturevalue, ("dovecot", "mailbox", "smtp_sink")
            )
            mail = ServersMail(sandbox, dovecot, mailbox, sink())
        yield World(sandbox, mail)


@pytest.fixture
async def home(world: World) -> AsyncIterator[House]:
    async with house(world.sandbox) as built:
        yield built


def told(opened: Opened) -> list[tuple[str, str, str]]:
    """The history: by which channel, which way, and how it begins."""
    return [(m.channel, m.direction.value, m.text.split("\n")[0]) for m in opened.messages]


async def history(home: House, number: int) -> list[tuple[str, str, str]]:
    return told(await home.desk.open(number))


def text_of(letter: bytes) -> str:
    return str(message_from_bytes(letter, policy=default).get_content())


async def chatted(world: World, customer: int) -> str:
    """What the desk wrote into a chat, after its receipt."""
    assert "Мы получили ваше сообщение" in (await world.bot.sent(customer))["text"]
    return str((await world.bot.sent(customer))["text"])


async def numbers(desk: Desk) -> list[int]:
    return sorted(row.number for row in await desk.rows("all"))


def of(what: str, opened: Opened) -> list[Suggested]:
    return [one for one in opened.suggestions if one.what == what]


async def way(home: House, number: int) -> Route:
    found = (await home.desk.open(number)).route
    assert isinstance(found, Route)
    return found


# -- the customer of the story, step by step


async def writes_a_letter(world: World, home: House) -> int:
    """It is acknowledged at once, and the number under it is offered and taken."""
    await world.writes(*ANNA, "Касса", LETTER)
    await home.round()
    (row,) = await home.desk.rows("inbox")
    receipt = message_from_bytes(await world.mail.letter_to(ANNA[0]), policy=default)
    assert f"№ {row.number}" in receipt.get_content()
    assert receipt["Auto-Submitted"] == "auto-replied"
    opened = await home.desk.open(row.number)
    assert list(map(str, opened.offered)) == [PHONE]
    assert opened.conversation.waiting_since is not None, "a receipt is no answer"
    await home.desk.bind_handle(opened.contact.id, opened.offered[0])
    return row.number


async def phones(world: World, home: House, number: int) -> None:
    """Whoever answers sees that she has just written; what was said joins the letter."""
    world.rings("ringing", "k1", DIALLED)
    await home.round()
    (ring,) = await home.desk.ringing()
    (typed,) = await home.desk.card(DIALLED)
    assert ring.card == typed
    assert typed.contact.name == ANNA[1]
    assert typed.last is not None
    assert typed.last.text.startswith(FAULT)
    assert [row.number for row in typed.open] == [number]
    world.rings("ended", "k1", DIALLED, duration=95)
    await home.round()
    said = await home.desk.log_call(
        DIALLED, "Просит ответить в телеграм, у кассы очередь", call=ring.call
    )
    assert (said.conversation, said.why) == (
        number,
        "logged by anna: beside the call that it is about",
    )
    assert await history(home, number) == BEGAN


async def shares_her_number_with_the_bot(world: World, home: House) -> int:
    """A new contact in a new conversation, and one suggestion that explains itself."""
    world.bot.customer(88, "Анна").contact("+79161234567", "Анна", user_id=88)
    await home.round()
    assert len(await numbers(home.desk)) == 2
    (chat,) = [row.number for row in await home.desk.rows("all") if row.channel == "shop-bot"]
    opened = await home.desk.open(chat)
    (one,) = of("contact", opened)
    assert PHONE.removeprefix("tel:") in one.reason
    assert one.score >= 0.8
    return chat


async def is_joined(home: House, number: int, chat: int) -> None:
    """One yes makes the two one person, one more the two conversations one."""
    (one,) = of("contact", await home.desk.open(chat))
    await home.desk.merge_contacts(one.other, one.one)
    await home.round()
    (two,) = of("conversation", await home.desk.open(number))
    assert two.other == chat
    assert two.reason.startswith("the same customer by Phone and Telegram")
    await home.desk.merge(number, chat)
    await home.desk.set_wish(one.other, "shop-bot")
    assert await numbers(home.desk) == [number]
    opened = await home.desk.open(number)
    assert told(opened) == [*BEGAN, *CHAT]
    assert opened.suggestions == ()


async def everything_stands_as_before(home: House, number: int, chat: int) -> None:
    assert await numbers(home.desk) == [number, chat]
    assert await history(home, number) == BEGAN
    letter, line = (await home.desk.open(number)), (await home.desk.open(chat))
    assert [str(k.handle) for k in letter.contact.handles] == [f"mailto:{ANNA[0]}", PHONE]
    assert [str(k.handle) for k in line.contact.handles] == ["telegram:88"]
    assert (letter.contact.wish, line.contact.wish) == (None, None)
    assert (await way(home, number)).way.channel == "support"
    assert letter.conversation.state is line.conversation.state is State.OPEN


async def test_a_letter_a_call_and_a_chat_become_one_conversation_answered_where_she_asked(
    world: World, home: House
) -> None:
    number = await writes_a_letter(world, home)
    await phones(world, home, number)
    chat = await shares_her_number_with_the_bot(world, home)
    await is_joined(home, number, chat)

    # every join is taken back, and what came since stays with whom it came from
    customer = world.bot.customers[88]
    customer.text("Это я, Анна. Жду здесь!")
    await home.round()
    since = ("shop-bot", "in", "Это я, Анна. Жду здесь!")
    assert await history(home, number) == [*BEGAN, *CHAT, since]
    for done in ("answered by the channel that he writes by", "stands on its own", "stands alone"):
        assert done in await home.desk.undo()
    await everything_stands_as_before(home, number, chat)
    assert await history(home, chat) == [*CHAT, since]

    # and done again
    for _ in range(3):
        await home.desk.redo()
    assert await numbers(home.desk) == [number]
    assert await history(home, number) == [*BEGAN, *CHAT, since]

    # the answer goes where she asked, though her letter is what it began with
    found = await way(home, number)
    assert (found.way.channel, found.wished, found.marked) == ("shop-bot", True, None)
    answer = await home.desk.reply(number, "Прошили кассу, проверьте, пожалуйста.")
    await home.round()
    assert await chatted(world, 88) == "Прошили кассу, проверьте, пожалуйста."
    await world.writes(*ANNA, "Акт", "Пришлите акт для бухгалтерии.")
    await home.round()
    customer.text("Печатает! Спасибо!")
    await home.round()
    opened = await home.desk.open(number)
    assert told(opened)[7:] == [
        ("shop-bot", "out", "Прошили кассу, проверьте, пожалуйста."),
        ("shop-bot", "in", "Печатает! Спасибо!"),
    ]
    state = next(m.delivery for m in opened.messages if m.id == answer.id)
    assert state is not None
    assert state.state is DeliveryState.SENT
    assert all(m.why for m in opened.messages)
    assert opened.messages[-1].why == "where our last message here stands, last active 0 min ago"

    # another matter is another conversation of the same person, and goes the same way
    (akt,) = [row for row in opened.others if row.number != number]
    assert akt.subject == "Акт"
    assert (await way(home, akt.number)).way.channel == "shop-bot"


async def test_after_the_answer_has_left_the_joins_still_come_off_by_their_names(
    world: World, home: House
) -> None:
    number = await writes_a_letter(world, home)
    await phones(world, home, number)
    chat = await shares_her_number_with_the_bot(world, home)
    await is_joined(home, number, chat)
    await home.desk.reply(number, "Готово.")
    await home.round()
    assert await chatted(world, 88) == "Готово."
    contact = (await home.desk.open(number)).contact.id
    (part,) = set(await members(home, contact)) - {contact}
    await home.desk.unmerge(chat)
    await home.desk.set_wish(contact, None)
    await home.desk.unmerge_contact(part)
    assert await history(home, number) == BEGAN
    assert await history(home, chat) == [*CHAT, ("shop-bot", "out", "Готово.")]
    letter, line = await home.desk.open(number), await home.desk.open(chat)
    assert [str(k.handle) for k in letter.contact.handles] == [f"mailto:{ANNA[0]}", PHONE]
    assert [(str(k.handle), k.known) for k in line.contact.handles] == [("telegram:88", Known.SEEN)]


async def members(home: House, contact: int) -> list[int]:
    return await home.desk.store.read(lambda r: r.members("contact", contact))


# -- the other way round: who does not know what is read writes to all


async def three_reports(world: World, home: House) -> list[Message]:
    """Nobody knows that a letter, a chat and a call are one person's."""
    await world.writes("shop@example.test", "Магазин на Лесной", "Касса", FAULT)
    world.bot.customer(99, "Олег").text(f"{FAULT} Помогите")
    await home.round()
    call = await home.desk.log_call("8 903 765-43-21", f"По телефону: {FAULT}")
    await home.round()
    opened = [await home.desk.open(n) for n in await numbers(home.desk)]
    assert [o.messages[0].channel for o in opened] in (
        ["support", "shop-bot", "phone"],
        ["shop-bot", "support", "phone"],
    )
    found = [next(m for m in o.messages if m.direction is Direction.IN) for o in opened]
    assert found[2].id == call.id
    return sorted(found, key=lambda m: m.channel != "support")


async def test_a_fault_told_on_three_channels_is_one_banner_joined_and_answered_once(
    world: World, home: House
) -> None:
    letter, *others = [m.conversation for m in await three_reports(world, home)]
    opened = await home.desk.open(letter)
    banner = of("conversation", opened)
    assert {one.other for one in banner} == set(others)
    assert all("nearly the same words" in one.reason for one in banner)
    assert of("contact", opened) == []
    for one in banner:
        await home.desk.merge(one.one, one.other)
    assert await numbers(home.desk) == [letter]
    opened = await home.desk.open(letter)
    assert [m.direction for m in opened.messages].count(Direction.IN) == 3
    assert opened.suggestions == ()

    await home.desk.reply(letter, "Обновление вышло.", via="support")
    told_too = await home.desk.tell_elsewhere(letter, "Обновление вышло.")
    assert [m.channel for m in told_too] == ["shop-bot"], "nobody can be answered by a call"
    await home.round()
    await world.mail.letter_to("shop@example.test")
    assert "Обновление вышло" in text_of(await world.mail.letter_to("shop@example.test"))
    assert await chatted(world, 99) == "Обновление вышло."
    assert await home.desk.tell_elsewhere(letter, "Обновление вышло.") == []


async def test_each_of_three_reports_comes_apart_again(world: World, home: House) -> None:
    letter, *others = [m.conversation for m in await three_reports(world, home)]
    before = {number: await history(home, number) for number in (letter, *others)}
    for number in others:
        await home.desk.merge(letter, number)
    world.bot.customers[99].text("что слышно?")
    await home.round()
    assert await numbers(home.desk) == [letter]
    for _ in others:
        await home.desk.undo()
    chat = next(n for n in others if before[n][0][0] == "shop-bot")
    after = {number: await history(home, number) for number in (letter, *others)}
    assert after == before | {chat: [*before[chat], ("shop-bot", "in", "что слышно?")]}


async def test_two_different_faults_stay_two(world: World, home: House) -> None:
    await world.writes("shop@example.test", "Магазин на Лесной", "Касса", FAULT)
    world.bot.customer(99, "Олег").text("Сканер штрихкодов не включается после обновления Windows")
    await home.round()
    for number in await numbers(home.desk):
        assert (await home.desk.open(number)).suggestions == ()
    assert (await home.desk.counts())["all"] == 2


async def test_two_faults_of_one_person_are_answered_apart(world: World, home: House) -> None:
    await world.writes(*ANNA, "Касса", FAULT)
    await world.writes(*ANNA, "Сканер", "Сканер штрихкодов не включается.")
    await home.round()
    first, second = await numbers(home.desk)
    assert (await home.desk.open(first)).suggestions == ()
    await home.desk.reply(first, "Про кассу.")
    await home.round()
    for _ in range(2):
        await world.mail.letter_to(ANNA[0])
    answer = await world.mail.letter_to(ANNA[0])
    await world.writes(*ANNA, "Re: Касса", "Спасибо за кассу!", answering=answer)
    await home.round()
    assert (await home.desk.open(first)).messages[-1].text.startswith("Спасибо за кассу!")
    assert len([m for m in (await home.desk.open(second)).messages if not m.automatic]) == 1
