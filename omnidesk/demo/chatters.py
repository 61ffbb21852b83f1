"""The demo's customers who chat: each is a scene of his own."""

from __future__ import annotations

import zlib
from struct import pack

from omnidesk.demo.world import Chatter, World

KIRILL = "Кирилл"
LIAM = "Liam Brown"
DARYA = "Дарья Нечаева"


async def kirill(world: World) -> None:
    """Two photos in an album, and a message that he changes."""
    chat = Chatter(world, 88, KIRILL, username="kirill_88")
    first = await chat.say("а доставка в Твер есть?")
    await world.pause(4)
    chat.person.edit(first, "а доставка в Тверь есть? до подъезда")
    await world.pause(5)
    chat.person.album([_picture(200, 60, 40), _picture(60, 90, 160)], "вот такой комод и вход")
    await world.wrote()
    await chat.answered()
    await world.pause(6)
    await chat.say("а подъём на 5 этаж?")
    await chat.answered()
    await world.pause(5)
    await chat.say("спасибо, оформляю!")


async def liam(world: World) -> None:
    """His answer meets a server that asks to wait."""
    chat = Chatter(world, 353, "Liam", "Brown", "liam_b")
    await chat.say("Hi! Do you ship the Oslo sofa to Dublin?")
    await world.pause(4)
    world.tell("the Bot API asks to wait 2 s before the next message out (429)")
    world.sandbox.bot.fault("sendMessage", retry_after=2)
    await chat.answered()
    await world.pause(6)
    await chat.say("Lovely, thanks!")


async def darya(world: World) -> None:
    """Wrote before the desk was opened."""
    chat = Chatter(world, 517, "Дарья", "Нечаева")
    await chat.say("Можно забрать заказ 4401 завтра до 10?")
    await chat.answered()
    await world.pause(6)
    await chat.say("ок, буду к 9:30, спасибо")


def _picture(red: int, green: int, blue: int) -> bytes:
    """A small PNG of one colour."""
    side = 64
    rows = (b"\0" + bytes((red, green, blue)) * side) * side
    head = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
