"""Who may be one person and what may be one fault is suggested, and never done by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.model import Address, Handle, Known
from omnidesk.core.store import Suggested
from omnidesk.engine.radar import Radar
from omnidesk.engine.supervisor import Engine
from tests.desk.house import House, house

FAULT = "Не проходит оплата картой, пишет ошибка 500. Заказ 4412."
AGAIN = "здравствуйте! не проходит оплата картой, ошибка 500, заказ 4412"
OTHER = "Курьер привёз не тот размер, хочу обменять кроссовки"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built
        await built.check()


async def of_contacts(home: House) -> list[Suggested]:
    return await home.store.read(lambda r: r.suggested("contact"))


async def of_conversations(home: House) -> list[Suggested]:
    return await home.store.read(lambda r: r.suggested("conversation"))


# -- persons


async def test_a_vouched_phone_of_another_is_suggested_and_stays_with_its_owner(
    home: House,
) -> None:
    phone = Handle("tel", "+79161234567")
    await home.comes("bot", "77", "my phone", vouched=(phone,))
    await home.comes("other-bot", "88", "my phone too", vouched=(phone,))
    await home.look()
    (one,) = await of_contacts(home)
    assert (one.score, one.reason) == (0.95, "the same verified +79161234567")
    assert await home.store.read(lambda r: r.contact_of(phone)) == await home.person("bot", "77")


async def test_another_s_vouching_changes_nothing_of_a_handle(home: House) -> None:
    await home.comes("bot", "77", "hello")
    owner = await home.person("bot", "77")
    phone = Handle("tel", "+79161234567")
    await home.anna.bind_handle(owner, phone)
    await home.comes("other-bot", "88", "my phone", vouched=(phone,))
    contact = await home.store.read(lambda r: r.contact(owner))
    assert contact is not None
    (kept,) = [k for k in contact.handles if k.handle == phone]
    assert (kept.known, kept.name) == (Known.CLAIMED, "")
    await home.look()
    assert [s.score for s in await of_contacts(home)] == [0.8]


async def test_an_address_typed_into_a_chat_that_another_writes_from_is_suggested(
    home: House,
) -> None:
    await home.comes("support", "olga@a.test", "where is my order")
    chat = await home.comes("bot", "77", "I wrote from olga@a.test yesterday")
    await home.look()
    opened = await home.anna.open(chat.conversation)
    (one,) = [s for s in opened.suggestions if s.what == "contact"]
    assert (one.one, one.score) == (opened.contact.id, 0.7)
    assert one.other == await home.person("support", "olga@a.test")
    assert opened.offered == ()


async def test_a_number_without_a_country_is_read_in_the_desk_s_region(home: House) -> None:
    chat = await home.comes("bot", "77", "звоните 8 (916) 123-45-67")
    await home.look()
    assert (await home.anna.open(chat.conversation)).offered == (Handle("tel", "+79161234567"),)


async def test_an_unknown_address_is_offered_and_never_added_by_itself(home: House) -> None:
    chat = await home.comes("bot", "77", "send it to new@a.test please")
    await home.look()
    opened = await home.anna.open(chat.conversation)
    assert opened.offered == (Handle("mailto", "new@a.test"),)
    assert [str(k.handle) for k in opened.contact.handles] == ["telegram:77"]
    await home.anna.bind_handle(opened.contact.id, opened.offered[0])
    assert (await home.anna.open(chat.conversation)).offered == ()
    await home.anna.undo()
    assert (await home.anna.open(chat.conversation)).offered == opened.offered


async def test_whoever_writes_from_an_address_that_another_named_before_is_suggested(
    home: House,
) -> None:
    await home.comes("bot", "77", "send it to new@a.test please")
    await home.look()
    await home.comes("support", "new@a.test", "and here I am")
    await home.look()
    (one,) = await of_contacts(home)
    assert one.score == 0.7
    assert "new@a.test stands in a message" in one.reason


async def test_our_own_address_and_quoted_ones_are_nobody_s(home: House) -> None:
    quoted = "\nboris@b.test wrote: x"
    text = f"I wrote to support@desk.test{quoted}"
    chat = await home.comes("bot", "77", text, folded=((len(text) - len(quoted), len(text)),))
    await home.look()
    opened = await home.anna.open(chat.conversation)
    assert (opened.offered, opened.suggestions) == ((), ())


async def test_a_list_of_addresses_says_nothing_of_one_person(home: House) -> None:
    await home.comes("support", "a1@a.test", "one")
    text = "ask " + ", ".join(f"a{n}@a.test" for n in range(8))
    chat = await home.comes("bot", "77", text)
    await home.look()
    opened = await home.anna.open(chat.conversation)
    assert (opened.offered, opened.suggestions) == ((), ())


@pytest.mark.parametrize(
    ("one", "other", "suggested"),
    [
        (("Olga Kim", "olga@firm.test"), ("Olga Kim", "o.kim@firm.test"), 1),
        (("Olga Kim", "olga@firm.test"), ("Kim Olga", "o.kim@firm.test"), 1),
        (("Olga Kim", "olga@firm.test"), ("Olga Kim", "olga@other.test"), 0),
        (("Olga Kim", "olga@gmail.com"), ("Olga Kim", "kim@gmail.com"), 0),
        (("Olga", "olga@firm.test"), ("Olga", "o.kim@firm.test"), 0),
    ],
)
async def test_the_same_name_counts_only_with_the_same_company(
    home: House, one: tuple[str, str], other: tuple[str, str], suggested: int
) -> None:
    for name, address in (one, other):
        await home.comes("support", address, "hello", sender=Address(name, address))
    await home.look()
    assert [s.score for s in await of_contacts(home)] == [0.5] * suggested


async def test_both_claiming_an_address_is_a_weaker_reason(home: House) -> None:
    await home.comes("bot", "77", "hello")
    await home.anna.bind_handle(await home.person("bot", "77"), Handle("mailto", "o@a.test"))
    await home.comes("other-bot", "88", "mine is o@a.test")
    await home.look()
    assert [s.score for s in await of_contacts(home)] == [0.6]


async def test_never_is_remembered_when_it_is_typed_again(home: House) -> None:
    await home.comes("support", "olga@a.test", "where is my order")
    chat = await home.comes("bot", "77", "I am olga@a.test")
    await home.look()
    (one,) = await of_contacts(home)
    await home.anna.never("contact", one.one, one.other)
    await home.comes("bot", "77", "olga@a.test, I said")
    await home.look()
    assert (await home.anna.open(chat.conversation)).suggestions == ()


# -- faults


async def triple(home: House) -> list[int]:
    one = await home.comes("support", "olga@a.test", FAULT, subject="Оплата")
    other = await home.comes("bot", "77", AGAIN)
    third = await home.comes("other-bot", "88", "оплата картой не проходит, заказ 4412, ошибка 500")
    return [one.conversation, other.conversation, third.conversation]


async def test_a_letter_and_two_chats_of_one_fault_become_one_banner(home: House) -> None:
    one, other, third = await triple(home)
    await home.look()
    opened = await home.anna.open(one)
    assert [s.one for s in opened.suggestions] == [one, one]
    assert {s.other for s in opened.suggestions} == {other, third}
    assert "nearly the same words" in opened.suggestions[0].reason
    await home.anna.merge(one, other)
    opened = await home.anna.open(one)
    assert [s.other for s in opened.suggestions] == [third]
    await home.anna.merge(one, third)
    assert (await home.anna.open(one)).suggestions == ()
    assert await home.numbers() == [one]
    more = await home.comes("other-bot", "88", "что слышно?")
    assert more.conversation == one
    await home.look()
    assert (await home.anna.open(one)).suggestions == ()


async def test_an_answer_can_be_told_everywhere_else_in_one_step(home: House) -> None:
    one, other, third = await triple(home)
    await home.anna.merge(one, other)
    await home.anna.merge(one, third)
    await home.anna.reply(one, "fixed", via="other-bot", to=Handle("telegram", "88"))
    told = await home.anna.tell_elsewhere(one, "fixed")
    assert {(m.channel, str(m.handle)) for m in told} == {
        ("support", "mailto:olga@a.test"),
        ("bot", "telegram:77"),
    }
    assert all(m.delivery is not None for m in told)
    assert await home.anna.tell_elsewhere(one, "fixed") == []


async def test_two_faults_of_one_customer_are_told_apart(home: House) -> None:
    await home.comes("support", "olga@a.test", FAULT)
    await home.comes("bot", "77", OTHER)
    await home.anna.merge_contacts(1, 2)
    await home.comes("sales", "olga@a.test", "Прошу выставить счёт на поставку бумаги в ноябре")
    await home.look()
    suggested = await of_conversations(home)
    assert suggested
    assert {s.score for s in suggested} == {0.5}, "even odds, no refusal"
    assert len(await home.numbers()) == 3


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Здравствуйте", "Здравствуйте"),
        ("Добрый день, помогите пожалуйста", "Добрый день, помогите пожалуйста"),
        (FAULT, OTHER),
    ],
)
async def test_greetings_and_other_faults_of_strangers_are_nothing(
    home: House, text: str, other: str
) -> None:
    await home.comes("support", "olga@a.test", text)
    await home.comes("bot", "77", other)
    await home.look()
    assert await of_conversations(home) == []


async def test_two_customers_of_one_channel_are_two(home: House) -> None:
    await home.comes("support", "olga@a.test", FAULT)
    await home.comes("support", "boris@b.test", AGAIN)
    await home.look()
    assert await of_conversations(home) == []


async def test_two_of_our_addresses_are_two_ways(home: House) -> None:
    await home.comes("support", "olga@a.test", FAULT, to=(Address("", "support@desk.test"),))
    await home.comes("support", "olga@private.test", AGAIN, to=(Address("", "help@desk.test"),))
    await home.look()
    assert len(await of_conversations(home)) == 1


async def test_an_outage_that_many_tell_of_joins_nobody(home: House) -> None:
    for customer in range(5):
        await home.comes("bot", str(100 + customer), AGAIN)
    chat = await home.comes("other-bot", "77", FAULT)
    await home.look()
    assert (await home.anna.open(chat.conversation)).suggestions == ()


async def test_after_a_day_it_is_another_fault(home: House) -> None:
    await home.comes("support", "olga@a.test", FAULT)
    await home.look()
    home.later(hours=25)
    await home.comes("bot", "77", AGAIN)
    await home.look()
    assert await of_conversations(home) == []


async def test_a_settled_conversation_is_not_suggested(home: House) -> None:
    letter = await home.comes("support", "olga@a.test", FAULT)
    await home.anna.close(letter.conversation)
    await home.comes("bot", "77", AGAIN)
    await home.look()
    assert await of_conversations(home) == []


async def test_the_same_words_count_more_once_the_contacts_are_one(home: House) -> None:
    one, other, _ = await triple(home)
    await home.look()
    before = await home.anna.suggestions("conversation", one)
    await home.anna.merge_contacts(1, 2)
    await home.look()
    after = {s.other: s.score for s in await home.anna.suggestions("conversation", one)}
    assert after[other] == 0.9
    assert max(s.score for s in before) <= 0.9


async def test_what_shall_never_be_one_is_not_suggested_again(home: House) -> None:
    one, other, third = await triple(home)
    await home.look()
    for number in (other, third):
        await home.anna.never("conversation", one, number)
    await home.comes("bot", "77", AGAIN)
    await home.look()
    assert (await home.anna.open(one)).suggestions == ()


# -- the task


async def test_a_restarted_radar_goes_on_where_it_was_and_looks_at_nothing_twice(
    home: House,
) -> None:
    await triple(home)
    await home.look()
    before = await of_conversations(home)
    seq = await home.store.read(lambda r: r.last_seq())
    await home.look()
    assert await home.store.read(lambda r: r.last_seq()) == seq
    await home.store.write(lambda tx: tx.set_setting("radar", "0"))
    await home.look()
    assert await of_conversations(home) == before
    assert await home.store.read(lambda r: r.last_seq()) == seq


async def test_a_single_run_of_the_engine_has_looked(home: House) -> None:
    one, _, _ = await triple(home)
    assert await Engine(home.store, [], now=home.now, region="RU").once() == {}
    assert len((await home.anna.open(one)).suggestions) == 2


async def test_a_running_engine_looks_at_what_comes(home: House) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(Engine(home.store, [], now=home.now).run(stop))
    one, _, _ = await triple(home)
    async for _ in home.store.changes():
        if len((await home.anna.open(one)).suggestions) == 2:
            break
    stop.set()
    await running


async def test_the_radar_stumbles_over_one_piece_and_goes_on(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from omnidesk.engine import radar

    await home.comes("bot", "77", "poison")

    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(radar, "understand", stumble)
        engine = Engine(home.store, [], now=home.now)
        await engine.once()
        assert "radar stumbled" in caplog.text
    one, _, _ = await triple(home)
    await engine.once()
    assert len((await home.anna.open(one)).suggestions) == 2


async def test_a_look_is_bounded(home: House) -> None:
    for index in range(100):
        await home.comes("bot", str(1000 + index), f"fault number {index}")
    looker = Radar(home.store, now=home.now)
    looks = 0
    while await looker.look():
        looks += 1
    assert looks >= 3
