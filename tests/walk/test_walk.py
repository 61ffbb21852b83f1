"""The main job end to end: what a customer writes comes in, the reply goes back the same way."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

from omnidesk.core.model import DeliveryState, State
from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House


async def test_a_letter_is_answered_and_the_answer_to_it_joins_the_same_conversation(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.correspondent("olga@example.test", "Ольга Ким")
    await customer.write("Заказ 4412", "Здравствуйте, где мой заказ?", at=datetime.now(UTC))
    await home.round()
    (row,) = await home.desk.rows("inbox")
    assert (row.name, row.subject, row.state) == ("Ольга Ким", "Заказ 4412", State.OPEN)

    await home.desk.reply(row.number, "Добрый день! Заказ в пути.")
    await home.round()
    answer = await sandbox.mail.reply_to("olga@example.test")
    letter = message_from_bytes(answer, policy=default)
    assert letter["Subject"] == f"Re: Заказ 4412 [#{row.number}]"
    assert "Заказ в пути" in letter.get_content()

    await customer.write(
        f"Re: Заказ 4412 [#{row.number}]", "Спасибо!", at=datetime.now(UTC), answering=answer
    )
    await home.round()
    opened = await home.desk.open(row.number)
    assert [m.direction for m in opened.messages] == ["in", "out", "in"]
    assert opened.messages[1].delivery is not None
    assert opened.messages[1].delivery.state is DeliveryState.SENT
    assert opened.conversation.state is State.OPEN
    assert (await home.desk.counts())["all"] == 1


async def test_a_chat_is_answered_and_what_follows_joins_the_same_conversation(
    sandbox: Sandbox, home: House
) -> None:
    customer = sandbox.bot.customer(88, "Кирилл", username="kirill_88")
    customer.text("а доставка в Тверь есть?")
    await home.round()
    (row,) = await home.desk.rows("inbox")
    assert row.name.startswith("Кирилл")

    await home.desk.reply(row.number, "Есть, три дня.")
    await home.round()
    sent = await sandbox.bot.sent(88)
    assert sent["text"] == "Есть, три дня."

    customer.text("спасибо!")
    await home.round()
    opened = await home.desk.open(row.number)
    assert [m.text for m in opened.messages] == [
        "а доставка в Тверь есть?",
        "Есть, три дня.",
        "спасибо!",
    ]


async def test_a_second_round_adds_nothing(sandbox: Sandbox, home: House) -> None:
    customer = sandbox.correspondent("olga@example.test", "Ольга")
    await customer.write("Привет", "раз", at=datetime.now(UTC))
    await home.round()
    before = await home.desk.store.read(lambda r: r.last_seq())
    await home.round()
    assert await home.desk.store.read(lambda r: r.last_seq()) == before
