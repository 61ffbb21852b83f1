"""The demo's customers who write letters: each is a scene of his own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from omnidesk.demo import letters
from omnidesk.demo.world import World, Writer

EMMA = "Emma Wilson"
OLGA = "Ольга Ким"
IVAN = "Ivan Smith"
SERGEY = "Сергей Волков"
PYOTR = "Пётр Лаптев"
ROMASHKA = "ООО Ромашка"
MARINA = "Марина Белова"
PAVEL = "Павел Орлов"
NEWS = "Складской вестник"

_OLD_PROGRAMS = "koi8-r", "cp1251"


async def emma(world: World) -> None:
    """Waits since before the desk was opened."""
    person = Writer(world, "emma.wilson@willow.test", EMMA)
    await person.write(
        "Change of delivery address",
        "Hello,\n\nplease send order 4390 to 8 Mill Lane, not to our old office.\n\nEmma Wilson",
        minutes_ago=50,
    )
    reply = await person.answered()
    await world.pause(12)
    await person.answer(reply, "Perfect, thank you!")


async def pyotr(world: World) -> None:
    """Writes from a program that names no charset."""
    await _unlabelled(
        world,
        PYOTR,
        "laptev@zavod.test",
        "Инструкция к шкафу",
        "Добрый день!\r\n\r\nВ коробке нет инструкции по сборке шкафа. Пришлите, пожалуйста.",
        _OLD_PROGRAMS[0],
    )


async def romashka(world: World) -> None:
    """A firm whose program names no charset either, another one."""
    await _unlabelled(
        world,
        ROMASHKA,
        "buh@romashka.test",
        "Нужен счёт на оплату",
        "Здравствуйте.\r\n\r\nВыставьте счёт на 12 стульев «Лада», договор прежний.",
        _OLD_PROGRAMS[1],
    )


async def _unlabelled(
    world: World, name: str, address: str, subject: str, text: str, charset: str
) -> None:
    person = Writer(world, address, name)
    at = datetime.now(UTC) - timedelta(minutes=35)
    desk = world.sandbox.mail.address
    await world.post(
        letters.unlabelled(name, address, desk, subject, text, charset=charset, at=at), address
    )
    reply = await person.answered()
    await world.pause(15)
    await person.answer(reply, "Спасибо, получили.")


async def news(world: World) -> None:
    """A newsletter: shown, and never answered by itself."""
    address = "news@sklad-weekly.test"
    text = "Итоги недели: тарифы, сроки, новые склады. Отписаться можно в один клик.\n"
    desk = world.sandbox.mail.address
    letter = letters.newsletter(
        NEWS, address, desk, "Тарифы перевозчиков с октября", text, datetime.now(UTC)
    )
    await world.post(letter, address)


async def marina(world: World) -> None:
    """Asks and goes on leave: her mail program answers the reply."""
    person = Writer(world, "marina.belova@vector.test", MARINA)
    await person.write(
        "Образцы ткани",
        "Здравствуйте!\n\nМожно прислать образцы ткани для дивана «Осло»?\n\nМарина",
        minutes_ago=20,
    )
    reply = await person.answered()
    await world.pause(3)
    text = "Я в отпуске до понедельника, почту читаю раз в день.\n"
    await world.post(letters.out_of_office(MARINA, reply, text, datetime.now(UTC)), person.address)
    await world.pause(60)
    await person.answer(reply, "Вернулась, образцы получила. Спасибо!")


async def ivan(world: World) -> None:
    """An invoice by PDF; answers above the quote, with a signature."""
    person = Writer(world, "ivan.smith@northwind.test", IVAN)
    await person.write(
        "Invoice 2071 is charged twice",
        "Hi,\n\ninvoice 2071 shows up twice on our statement. The copy is attached.\n\n"
        "-- \nIvan Smith\nNorthwind Ltd",
        files=(("invoice-2071.pdf", letters.pdf("Invoice 2071: 480.00 EUR")),),
    )
    reply = await person.answered()
    await world.pause(14)
    await person.answer(
        reply,
        "Thanks. Will the refund reach us this week?\n\n-- \nIvan Smith\nNorthwind Ltd\n",
    )
    reply = await person.answered()
    await world.pause(10)
    await person.answer(reply, "Great, that settles it. Thank you!\n\n-- \nIvan Smith\n")


async def olga(world: World) -> None:
    """The same letter to two of our addresses: one conversation, the copy marked."""
    person = Writer(world, "olga.kim@studio.test", OLGA)
    await person.write(
        "Скидка на 40 столов",
        "Здравствуйте!\n\nБерём 40 столов «Лофт». Какая будет скидка?\n\nОльга Ким",
        to=world.sandbox.mail.addresses,
    )
    reply = await person.answered()
    await world.pause(12)
    await person.answer(reply, "Отлично, согласовано. Спасибо!")


async def sergey(world: World) -> None:
    """His answer meets a busy mail server and goes out a little later."""
    person = Writer(world, "s.volkov@kamin.test", SERGEY)
    await person.write(
        "Дата монтажа",
        "Добрый день. Можно перенести монтаж на четверг после 15:00?\n\nСергей Волков",
    )
    await person.acknowledged()
    world.tell("the mail server is busy: the next letter out is told to come later (451)")
    world.sandbox.mail.smtp.refuse_next("451 4.3.2 Busy, please try again later")
    reply = await person.answered()
    await world.pause(10)
    await person.answer(reply, "Четверг подходит, спасибо.")


async def pavel(world: World) -> None:
    """His mailbox is gone: the reply bounces; then he writes from another address."""
    person = Writer(world, "p.orlov@stroymir.test", PAVEL)
    await person.write(
        "Сколько хранится заказ 4377?",
        "Здравствуйте, заказ 4377 лежит у вас на складе. До какого числа?\n\nПавел Орлов",
    )
    reply = await person.answered()
    await world.pause(4)
    said = "550 5.1.1 <p.orlov@stroymir.test>: no such user here"
    await world.post(letters.bounce(reply, "mx.stroymir.test", said, datetime.now(UTC)), "")
    await world.pause(30)
    other = Writer(world, "pavel.orlov@orlov-dom.test", PAVEL)
    await other.write(
        "Мой новый адрес, заказ 4377",
        "Старый ящик отключили, пишу отсюда. До какого числа хранится заказ 4377?\n\nПавел",
    )
    reply = await other.answered()
    await world.pause(10)
    await other.answer(reply, "Теперь дошло. Спасибо!")
