"""The desk on the pictures: a morning at a furniture shop, always the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from omnidesk.core.channel import Capabilities, Incoming
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
from omnidesk.core.store import Transaction
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine import arrivals
from omnidesk.engine.rules import Rules
from omnidesk.store.sqlite import SqliteStore

NOW = datetime(2026, 9, 16, 11, 4, tzinfo=UTC)
ANNA = Agent(id="anna", name="Anna Petrova")
IVAN = Agent(id="ivan", name="Ivan Orlov")
MAIL = Capabilities(
    handle_scheme="mailto", label="E-mail", code="em", receive=True, send=True, initiate=True,
    subject=True, threads=True, html=True, attachments=True, copies=True,
)  # fmt: skip
CHAT = Capabilities(
    handle_scheme="telegram", label="Telegram", code="tg", receive=True, send=True,
    attachments=True, joins=True, max_text=4096,
)  # fmt: skip
_CHANNELS = {
    "support": ("email", MAIL, ("support@acme.example",)),
    "shop-bot": ("telegram", CHAT, ()),
}


class _Morning:
    """Time on the desk, and who writes at it."""

    def __init__(self, store: SqliteStore, key: bytes) -> None:
        self.store = store
        self.key = key
        self.now = NOW
        self.count = 0

    def at(self, minutes: float) -> None:
        """Turn the clock to so many minutes before now."""
        self.now = NOW - timedelta(minutes=minutes)

    def desk(self, agent: Agent) -> Desk:
        settings = DeskSettings(name="Acme", undo_send=timedelta(0), agents=(ANNA, IVAN))
        able = {name: channel[1] for name, channel in _CHANNELS.items()}
        return Desk(self.store, agent, settings, able, now=lambda: self.now)

    async def writes(
        self,
        channel: str,
        address: str,
        name: str,
        subject: str,
        text: str,
        *,
        folded: tuple[tuple[int, int], ...] = (),
        files: tuple[Attachment, ...] = (),
    ) -> int:
        _, able, own = _CHANNELS[channel]
        self.count += 1
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
        placing = PlacingRules(
            channel=channel, desk_key=self.key, own=frozenset(own), joins=able.joins
        )
        rules = Rules(
            channel=channel, capabilities=able, placing=placing, own_address="", desk="Acme"
        )
        await self.store.write(
            lambda tx: arrivals.arrive(tx, rules, incoming, None, files, self.now)
        )
        seen = await self.store.read(lambda r: r.seen_external(channel, incoming.external_id))
        assert seen is not None
        return seen.conversation

    async def sent(self) -> None:
        """What was replied has gone out."""

        def settle_all(tx: Transaction) -> None:
            for message in tx.every_message():
                if message.delivery and message.delivery.state is DeliveryState.QUEUED:
                    settle(tx, message.id, DeliveryState.SENT, None, self.now)

        await self.store.write(settle_all)


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[Desk]:
    """Anna's desk on that morning."""
    async with SqliteStore(folder / "desk.db") as store:
        key = await store.write(_furnish)
        morning = _Morning(store, key)
        await _play(morning)
        morning.now = NOW
        yield morning.desk(ANNA)


def _furnish(tx: Transaction) -> bytes:
    for name, (kind, able, own) in _CHANNELS.items():
        tx.configure(name, kind, able, own)
        tx.set_health(Health(channel=name, state=HealthState.UP, last_good=NOW, changed_at=NOW))
    tx.set_setting(f"tour:{ANNA.id}", "seen")
    key = tx.setting("key")
    assert key is not None
    return bytes.fromhex(key)


async def _play(morning: _Morning) -> None:
    anna, ivan = morning.desk(ANNA), morning.desk(IVAN)
    morning.at(60 * 24)
    await morning.writes("shop-bot", "301", "Марина Белова", "", "спасибо, всё пришло!")
    morning.at(190)
    order = await _order(morning, anna, ivan)
    morning.at(125)
    await morning.writes(
        "support", "docs@romashka.example", "ООО «Ромашка»", "Договор № 18",
        "Добрый день! Ждём подписанный договор, срок сегодня.",
    )  # fmt: skip
    morning.at(64)
    billing = await morning.writes(
        "support", "ivan.smith@example.com", "Ivan Smith", "Invoice 2071 is charged twice",
        "Hi,\n\ninvoice 2071 shows up twice on my card. Could you look?\n\nIvan",
        files=(Attachment(id=0, name="statement.pdf", media_type="application/pdf", size=184_320,
                          sha256="0" * 64),),
    )  # fmt: skip
    morning.at(50)
    await ivan.reply(billing, "Hi Ivan, looking into it, back to you within the hour.")
    await morning.sent()
    morning.at(12)
    await morning.writes("shop-bot", "88", "Кирилл", "", "а доставка в Тверь есть?")
    morning.at(4)
    await morning.writes(
        "support", "emma@example.com", "Emma Wilson", "Change of delivery address",
        "Hello, please send order 4398 to my office instead.",
    )  # fmt: skip
    morning.at(2)
    await morning.writes("shop-bot", "4412", "Анна Соколова", "", "А когда курьер приедет?")
    assert order


async def _order(morning: _Morning, anna: Desk, ivan: Desk) -> int:
    """The conversation that goes on in another channel."""
    text = (
        "Здравствуйте!\n\nЗаказ № 4412 приехал разбитым: треснула столешница, фото во вложении.\n"
        "Что делать?\n\n-- \nАнна Соколова, +7 916 123-45-67"
    )
    photo = Attachment(
        id=0, name="stol.jpg", media_type="image/jpeg", size=1_258_291, sha256="0" * 64
    )  # fmt: skip
    number = await morning.writes(
        "support", "anna.sokolova@example.ru", "Анна Соколова", "Заказ № 4412 приехал разбитым",
        text, folded=((text.index("--"), len(text)),), files=(photo,),
    )  # fmt: skip
    morning.at(180)
    await anna.reply(
        number,
        "Анна, добрый день!\n\nОчень жаль, что так вышло. Заменим столешницу бесплатно.",
    )
    await morning.sent()
    morning.at(171)
    await ivan.note(number, "склад подтвердил замену, отгрузка 18-го")

    def same_person(tx: Transaction) -> None:
        """She shared her contact card in the chat, and her phone was known."""
        found = tx.conversation(number)
        assert found is not None
        tx.add_handle(
            Handle("telegram", "4412"), found.contact, known=Known.SEEN, name="Анна Соколова",
            at=morning.now,
        )  # fmt: skip
        tx.add_handle(
            Handle("tel", "+79161234567"), found.contact, known=Known.VERIFIED,
            name="Анна Соколова", at=morning.now,
        )  # fmt: skip

    await morning.store.write(same_person)
    morning.at(40)
    await morning.writes(
        "shop-bot",
        "4412",
        "Анна Соколова",
        "",
        "это опять я, по заказу 4412. Ответьте, пожалуйста, сюда",
    )
    morning.at(31)
    await anna.reply(number, "Конечно! Новую столешницу привезём 18-го, подъём бесплатный.")
    await morning.sent()
    return number
