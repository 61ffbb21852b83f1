"""The demo's customer who does not know what is read, and reports one fault twice."""

from __future__ import annotations

from omnidesk.demo.world import Chatter, World, Writer

NAME = "Игорь Панин"
ADDRESS = "igor@panin.test"
CHAT = 4455
FAULT = "Не могу оплатить заказ 4455: страница оплаты показывает ошибку 502."


async def igor(world: World) -> None:
    """The same words by letter and to the bot."""
    letter = Writer(world, ADDRESS, NAME)
    await letter.write("Оплата заказа 4455", f"Здравствуйте!\n\n{FAULT}\n\nИгорь Панин")
    await world.pause(40)
    chat = Chatter(world, CHAT, "Игорь")
    await chat.say(FAULT)
    await chat.answered()
    await world.pause(8)
    await chat.say("Оплата прошла, спасибо!")
