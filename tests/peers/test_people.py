"""How peers lost sight of who is who, and of what belongs together."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

from omnidesk.core.model import State
from omnidesk.demo.sandbox import Sandbox
from tests.peers.letters import ask, letter, post, sent
from tests.walk.house import House


async def test_one_person_who_spells_himself_differently_is_one_contact(
    sandbox: Sandbox, home: House
) -> None:
    for sender in (
        "Olga Kim <Olga@Example.TEST>",
        "olga@example.test",
        '"О. Ким" <OLGA@example.test>',
    ):
        await post(sandbox, letter(sender, f"Вопрос {len(sender)}"))
    await home.round()
    contacts = await home.desk.store.read(lambda r: list(r.every_contact()))
    assert [str(h.handle) for c in contacts for h in c.handles] == ["mailto:olga@example.test"]


async def test_two_conversations_become_one_and_two_again(sandbox: Sandbox, home: House) -> None:
    keep, other = await ask(sandbox, home), await ask(sandbox, home, "petr@example.test")
    await home.desk.merge(keep, other)
    assert len((await home.desk.open(keep)).messages) == 2
    assert (await home.desk.counts())["all"] == 1
    await home.desk.undo()
    assert len((await home.desk.open(keep)).messages) == 1
    assert len((await home.desk.open(other)).messages) == 1
    assert (await home.desk.counts())["all"] == 2


async def test_two_contacts_become_one_and_two_again(sandbox: Sandbox, home: House) -> None:
    number = await ask(sandbox, home)
    sandbox.bot.customer(88, "Ольга").text("это снова я")
    await home.round()
    (chat,) = [r for r in await home.desk.rows("all") if r.number != number]
    one = (await home.desk.open(number)).conversation.contact
    other = (await home.desk.open(chat.number)).conversation.contact
    await home.desk.merge_contacts(one, other)
    found = await home.desk.store.read(lambda r: r.contact(other))
    assert found is not None
    assert {h.handle.scheme for h in found.handles} == {"mailto", "telegram"}
    await home.desk.undo()
    found = await home.desk.store.read(lambda r: r.contact(other))
    assert found is not None
    assert {h.handle.scheme for h in found.handles} == {"telegram"}


async def test_a_letter_is_answered_in_the_chat_of_the_same_person(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    sandbox.bot.customer(88, "Ольга").text("лучше сюда")
    await home.round()
    (chat,) = [r for r in await home.desk.rows("all") if r.number != number]
    one = (await home.desk.open(number)).conversation.contact
    other = (await home.desk.open(chat.number)).conversation.contact
    await home.desk.merge_contacts(one, other)
    await home.desk.reply(number, "отвечаем здесь", via="shop-bot")
    await home.round()
    assert (await sandbox.bot.sent(88))["text"] == "отвечаем здесь"
    assert sent(sandbox) == []


async def test_a_reply_joins_its_conversation_without_a_number_in_its_subject(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    await home.desk.reply(number, "едет")
    await home.round()
    ours = message_from_bytes(await sandbox.mail.reply_to("olga@example.test"), policy=default)
    answer = letter(subject="Re: Заказ", text="спасибо")
    answer["In-Reply-To"] = str(ours["Message-ID"])
    await post(sandbox, answer)
    await home.round()
    messages = (await home.desk.open(number)).messages
    assert [m.text.strip() for m in messages] == ["где он?", "едет", "спасибо"]
    assert messages[-1].why


async def test_an_answer_after_closing_reopens_or_is_linked_to_what_was_closed(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    await home.desk.reply(number, "готово")
    await home.round()
    ours = message_from_bytes(await sandbox.mail.reply_to("olga@example.test"), policy=default)
    await home.desk.close(number)
    answer = letter(subject=f"Re: {ours['Subject']}", text="не готово")
    answer["In-Reply-To"] = str(ours["Message-ID"])
    await post(sandbox, answer)
    await home.round()
    opened = await home.desk.open(number)
    assert opened.conversation.state is State.OPEN
    assert opened.messages[-1].text.strip() == "не готово"
