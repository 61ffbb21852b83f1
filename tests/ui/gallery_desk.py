"""The desk that every screen is painted over: names, words and the clock are always the same."""

from __future__ import annotations

import struct
import zlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from omnidesk.core.channel import Incoming, Ringing
from omnidesk.core.model import (
    Address,
    Agent,
    Attachment,
    DeliveryState,
    Handle,
    Health,
    HealthState,
    Known,
)
from omnidesk.core.placing import PlacingRules
from omnidesk.core.settling import settle
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine import arrivals
from omnidesk.engine.ringing import ring
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore
from tests.ui.house import ANNA, CHAT, LETTERS, PHONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from omnidesk.core.store import Transaction

NOW: Final = datetime(2026, 9, 16, 11, 4, tzinfo=UTC)
IVAN: Final = Agent(id="ivan", name="Ivan Orlov")
_CHANNELS: Final = {
    "support": ("email", LETTERS, ("support@acme.example",)),
    "shop-bot": ("telegram", CHAT, ()),
    "phone": ("log", PHONE, ()),
}
_PHONE: Final = Handle("tel", "+79161234567")
_TEMPLATES: Final = {
    "delivery": "# When it comes\nHello {{ contact.first_name }},\n\nit comes tomorrow.\n",
    "repair": "# The repair, step by step\nHello,\n\nplease send it to {{ desk.address }}.\n",
}
_QUOTED: Final = (
    "Hello,\n\nthe lamp <b>hums</b> [/x] at night, see https://lamps.example/a?b=1 please.\n\n"
    "> On Monday you wrote:\n> it is only the switch\n> and nothing else\n\n-- \nGreta Lind\nLund"
)
_HTML: Final = (
    '<p>Hello</p><a href="https://lamps.example/a?b=1">the lamp</a>'
    '<a href="https://evil.example/x">https://bank.example</a>'
)
_ORDER: Final = (
    "Здравствуйте!\n\nЗаказ № 4412 приехал разбитым: треснула столешница, фото во вложении.\n"
    "Что делать?\n\n-- \nАнна Соколова, +7 916 123-45-67"
)


def _picture() -> bytes:
    """A PNG of sixteen by eight pixels, from blue to green (RFC 2083)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        summed = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", summed)

    rows = [bytes(n for x in range(16) for n in (0, x * 16, 255 - y * 30)) for y in range(8)]
    head = struct.pack(">IIBBBBB", 16, 8, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@dataclass(slots=True)
class Gallery:
    """A store, Anna's desk at it, and the numbers of the conversations by what they are for."""

    store: SqliteStore
    key: bytes
    templates: Path
    now: datetime = NOW
    count: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def desk(self, agent: Agent = ANNA) -> Desk:
        settings = DeskSettings(
            name="Acme", agents=(ANNA, IVAN), region="RU", templates=self.templates
        )
        able = {name: channel[1] for name, channel in _CHANNELS.items()}
        return Desk(self.store, agent, settings, able, now=lambda: self.now)

    def ago(self, minutes: float) -> None:
        """Turn the clock to so many minutes before now."""
        self.now = NOW - timedelta(minutes=minutes)

    def rules(self, channel: str) -> Rules:
        _, able, own = _CHANNELS[channel]
        placing = PlacingRules(
            channel=channel, desk_key=self.key, own=frozenset(own), joins=able.joins
        )
        return Rules(
            channel=channel, capabilities=able, placing=placing, own_address="", desk="Acme"
        )

    def file(self, name: str, kind: str, content: bytes) -> Attachment:
        """A file of these bytes, kept in the store."""
        ((sha256, size),) = self.store.blobs.put([content])
        return Attachment(id=0, name=name, media_type=kind, size=size, sha256=sha256)

    async def writes(
        self,
        channel: str,
        address: str,
        name: str,
        subject: str,
        text: str,
        *,
        files: tuple[Attachment, ...] = (),
        changed: Incoming | None = None,
    ) -> int:
        """A customer writes; the number of the conversation in which it stands."""
        _, able, own = _CHANNELS[channel]
        self.count += 1
        folded = ((text.index("\n-- ") + 1, len(text)),) if "\n-- " in text else ()
        if "\n> " in text:
            folded = ((text.index("\n> ") + 1, text.index("\n\n-- ")), *folded)
        incoming = Incoming(
            external_id=f"e{self.count}",
            raw=b"",
            handle=Handle(able.handle_scheme, address),
            sender=Address(name, address),
            to=tuple(Address("", a) for a in own),
            subject=subject,
            text=text,
            folded=folded,
            message_id=f"<m{self.count}@example.org>" if able.subject else None,
            sent_at=self.now,
        )
        if changed is not None:
            incoming = replace(
                incoming, html=changed.html, cc=changed.cc, reply_to=changed.reply_to
            )
        rules = self.rules(channel)
        await self.store.write(
            lambda tx: arrivals.arrive(tx, rules, incoming, None, files, self.now)
        )
        seen = await self.store.read(lambda r: r.seen_external(channel, incoming.external_id))
        assert seen is not None
        return seen.conversation

    async def settled(self, state: DeliveryState, reason: str | None = None) -> None:
        """What was replied has gone out, or has not."""

        def settle_all(tx: Transaction) -> None:
            for message in tx.every_message():
                found = message.delivery
                if found and found.state in (DeliveryState.QUEUED, DeliveryState.HELD):
                    settle(tx, message.id, state, reason, self.now)

        await self.store.write(settle_all)

    async def sick(self) -> None:
        """A channel is blocked, another stale, and the config has a mistake."""

        def tell(tx: Transaction) -> None:
            blocked = "login refused by imap.acme.example; check channels.support.imap.password"
            stale = "another program polls this bot; stop it"
            for name, state, reason in (
                ("support", HealthState.BLOCKED, blocked),
                ("shop-bot", HealthState.DEGRADED, stale),
            ):
                tx.set_health(
                    Health(
                        channel=name,
                        state=state,
                        last_good=NOW,
                        changed_at=NOW - timedelta(minutes=3),
                        reason=reason,
                    )
                )
            tx.set_setting("config_problem", "line 7: desk.undo_send: 10 is no duration; say 10s")

        await self.store.write(tell)

    async def well(self) -> None:
        """Every channel is up."""

        def tell(tx: Transaction) -> None:
            for name in _CHANNELS:
                tx.set_health(
                    Health(channel=name, state=HealthState.UP, last_good=NOW, changed_at=NOW)
                )
            tx.set_setting("config_problem", "")

        await self.store.write(tell)

    async def rings(self) -> None:
        """A known customer calls."""
        call = Ringing(handle=_PHONE, call="c1", at=NOW)

        def write(tx: Transaction) -> None:
            assert ring(tx, self.rules("phone"), call, NOW)

        await self.store.write(write)

    async def undo(self) -> None:
        """What Anna did last is taken back."""
        await self.desk().undo()

    async def names(self) -> None:
        """Ivan names Anna in a note."""
        await self.desk(IVAN).note(self.numbers["tagged"], "@anna подпиши, пожалуйста")

    async def empty(self) -> None:
        """Nothing is left to do: everything is closed."""
        desk = self.desk()
        await desk.each([row.number for row in await desk.rows("inbox", limit=100)], "close")


@asynccontextmanager
async def gallery(folder: Path) -> AsyncIterator[Gallery]:
    """The furnished desk, its clock at NOW."""
    templates = folder / "templates"
    templates.mkdir()
    for name, text in _TEMPLATES.items():
        (templates / f"{name}.txt").write_text(text, encoding="utf-8")
    async with SqliteStore(folder / "desk.db") as store:

        def furnish(tx: Transaction) -> bytes:
            for name, (kind, able, own) in _CHANNELS.items():
                tx.configure(name, kind, able, own)
            tx.set_setting(f"tour:{ANNA.id}", "seen")
            key = tx.setting("key")
            assert key is not None
            return bytes.fromhex(key)

        made = Gallery(store, await store.write(furnish), templates)
        await made.well()
        await _play(made)
        made.now = NOW
        yield made


async def _play(made: Gallery) -> None:
    anna, ivan = made.desk(), made.desk(IVAN)
    made.ago(60 * 24)
    done = await made.writes("shop-bot", "301", "Марина Белова", "", "спасибо, всё пришло!")
    await anna.close(done)
    made.numbers["closed"] = done
    made.ago(60 * 22)
    failed = await made.writes(
        "support", "nils@lund.example", "Nils Holm", "Spare bulb", "Do you have the bulb E27?"
    )
    made.ago(60 * 21)
    await anna.reply(failed, "Yes, two of them. Shall we send one?")
    await made.settled(DeliveryState.FAILED, "550 5.1.1 no such user here")
    made.numbers["failed"] = failed
    made.ago(190)
    await _order(made, anna, ivan)
    made.ago(125)
    off = await made.writes(
        "support", "docs@romashka.example", "ООО «Ромашка»", "Договор № 18",
        "Добрый день! Ждём подписанный договор, срок сегодня.",
    )  # fmt: skip
    await anna.tag(off, ("b2b", "urgent"))
    await anna.raise_priority(off)
    made.numbers["tagged"] = off
    made.ago(100)
    lamp = await made.writes(
        "support", "greta@lund.example", "Greta Lind", "The lamp hums\x1b[2J at night", _QUOTED,
        files=(
            made.file("lamp.png", "image/png", _picture()),
            made.file("invoice.pdf.exe", "application/x-dosexec", b"MZ" * 45_056),
        ),
        changed=Incoming(
            external_id="", raw=b"", html=_HTML,
            cc=(Address("Olle Lind", "olle@lund.example"),),
            reply_to=(Address("", "greta.private@lund.example"),),
        ),
    )  # fmt: skip
    made.numbers["lamp"] = lamp
    made.ago(64)
    bill = await made.writes(
        "support", "ivan.smith@example.com", "Ivan Smith", "Invoice 2071 is charged twice",
        "Hi,\n\ninvoice 2071 shows up twice on my card. Could you look?\n\nIvan",
    )  # fmt: skip
    made.ago(50)
    await ivan.reply(bill, "Hi Ivan, looking into it, back to you within the hour.")
    await made.settled(DeliveryState.SENT)
    made.numbers["answered"] = bill
    made.ago(30)
    later = await made.writes(
        "support", "emma@example.com", "Emma Wilson", "Change of delivery address",
        "Hello, please send order 4398 to my office instead.",
    )  # fmt: skip
    made.numbers["plain"] = later
    made.ago(20)
    put_off = await made.writes("shop-bot", "77", "Пётр", "", "зайду завтра")
    await anna.snooze(put_off, NOW + timedelta(days=1))
    made.numbers["snoozed"] = put_off
    made.ago(12)
    made.numbers["chat"] = await made.writes(
        "shop-bot", "88", "Кирилл", "", "а доставка в Тверь есть?"
    )
    made.ago(3)
    twin = await made.writes(
        "support", "kirill@example.ru", "Кирилл Н.", "Доставка", "Есть ли доставка в Тверь?"
    )
    await _suggest(made, made.numbers["chat"], twin)


async def _suggest(made: Gallery, one: int, other: int) -> None:
    def suggest(tx: Transaction) -> None:
        first, second = tx.conversation(one), tx.conversation(other)
        assert first is not None
        assert second is not None
        reason = "nearly the same words by shop-bot and support"
        for what, a, b in (
            ("conversation", one, other),
            ("contact", first.contact, second.contact),
        ):
            assert tx.suggest(what, a, b, reason=reason, score=0.8, at=made.now)

    await made.store.write(suggest)


async def _order(made: Gallery, anna: Desk, ivan: Desk) -> None:
    """The conversation that goes on in another channel."""
    photo = made.file("stol.png", "image/png", _picture())
    number = await made.writes(
        "support", "anna.sokolova@example.ru", "Анна Соколова", "Заказ № 4412 приехал разбитым",
        _ORDER, files=(photo,),
    )  # fmt: skip
    made.numbers["order"] = number
    made.ago(180)
    await anna.reply(
        number, "Анна, добрый день!\n\nОчень жаль, что так вышло. Заменим столешницу бесплатно."
    )
    await made.settled(DeliveryState.SENT)
    made.ago(171)
    await ivan.note(number, "склад подтвердил замену, отгрузка 18-го")

    def same_person(tx: Transaction) -> None:
        """She shared her contact card in the chat, and her phone was known."""
        found = tx.conversation(number)
        assert found is not None
        chat = Handle("telegram", "4412")
        for handle, known in ((chat, Known.SEEN), (_PHONE, Known.VERIFIED)):
            tx.add_handle(handle, found.contact, known=known, name="Анна Соколова", at=made.now)

    await made.store.write(same_person)
    made.ago(40)
    await made.writes(
        "shop-bot", "4412", "Анна Соколова", "",
        "это опять я, по заказу 4412. Ответьте, пожалуйста, сюда",
    )  # fmt: skip
    made.ago(31)
    await anna.reply(number, "Конечно! Новую столешницу привезём 18-го, подъём бесплатный.")
    await made.settled(DeliveryState.DELIVERED)
