"""The demo's customer who writes, phones and chats about one matter."""

from __future__ import annotations

from omnidesk.demo.world import Call, Caller, Chatter, World, Writer

NAME = "Анна Соколова"
ADDRESS = "anna.sokolova@posta.test"
NUMBER = "+79161234567"
CHAT = 4412
CALL = Call(
    said="Зеркало из заказа 4412 разбито. Просит ответить в Telegram: почту читает редко",
    wish="shop-bot",
)
ANSWER = "Анна, новое зеркало привезём в субботу. Удобно?"


async def anna(world: World) -> None:
    """A letter, a call about it, then "tell me in Telegram": one conversation."""
    letter = Writer(world, ADDRESS, NAME)
    await letter.write(
        "Заказ 4412 приехал разбитым",
        "Здравствуйте! Сегодня привезли заказ 4412, зеркало разбито. Что делать?\n\n"
        "Анна Соколова, +7 916 123-45-67",
    )
    await letter.acknowledged()
    await world.pause(60)
    await _phones(world)
    await world.pause(6)
    chat = Chatter(world, CHAT, "Анна", "Соколова", "anna_sok")
    await chat.say("это Анна, звонила вам про заказ 4412, жду ответа здесь")
    await world.pause(3)
    await chat.share_number(NUMBER)
    await chat.answered()
    await world.pause(7)
    await chat.say("В субботу удобно. Спасибо!")


async def _phones(world: World) -> None:
    phone = Caller(world, NUMBER)
    await phone.ring()
    await world.pause(24)
    await phone.answered()
    await world.pause(12)
    await phone.hang_up(seconds=95)
