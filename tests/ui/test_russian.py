"""A Russian agent's screen: no English word is painted, wherever one looks."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.language import speak
from omnidesk.core.model import Attachment, DeliveryState, Health, HealthState
from omnidesk.core.settling import settle
from omnidesk.desk import DeskSettings
from tests.ui.house import PHONE, House, house, screen_text
from tests.ui.terminal import Terminal
from tests.ui.test_screen import settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from omnidesk.core.store import Transaction

LATIN = re.compile(r"(?<![\w@.^/#-])[A-Za-z][A-Za-z'’-]+(?![\w@…])")
ADDRESSES = re.compile(r"\S+@\S+|\S*/\S+|\+\d+|\b\w+\.\w+\b|\b\w+:\w+\b")
_KEYS = "Enter Esc Tab Home End PgUp PgDn"
_NAMES = """
omnidesk support shop-bot phone E-mail Telegram Phone em tg ph tel mailto telegram
Cc Bcc bcc Reply-To EDITOR UTC Anna Petrova anna Acme from tag
"""
KNOWN = frozenset((_KEYS + _NAMES).split())
"""Keys, names, and what is typed so in every language."""


@pytest.fixture(autouse=True)
def russian() -> Iterator[None]:
    speak("ru")
    yield
    speak("en")


def english(painted: str) -> list[str]:
    """The English words on a screen that are neither keys, names nor addresses."""
    found = {match[0] for match in LATIN.finditer(ADDRESSES.sub(" ", painted))}
    return sorted(found - KNOWN)


def test_the_search_for_english_sees_it() -> None:
    assert english("Enter открыть  e close  anna@e.org  support: ок  ann's") == ["ann's", "close"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[House]:
    """Letters, a chat, a file, a failed reply and one in doubt, a note, and a likely double."""
    more = {"phone": ("log", PHONE, ())}
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "привет.txt").write_text("Здравствуйте!", encoding="utf-8")
    settings = DeskSettings(
        name="Acme", region="RU", templates=folder, undo_send=timedelta(seconds=0)
    )
    async with house(tmp_path, settings, more) as furnished:
        await fill(furnished)
        yield furnished


async def fill(acme: House) -> None:
    file = Attachment(
        id=0, name="фото.jpg.exe", media_type="image/jpeg", size=52_000, sha256=None,
        missing="не загружено",
    )  # fmt: skip
    quoted = "Так и есть.\n\n--\nС уважением,\nИван\nООО «Ромашка»"
    await acme.says("ivan", quoted, subject="Договор", name="Иван Смирнов", files=(file,))
    await acme.says("anna", "Где заказ 4412?", subject="Заказ 4412", name="Анна Петрова")
    chat = await acme.says("kirill", "А доставка?", name="Кирилл", channel="shop-bot")
    failed = await acme.says("olga", "Счёт?", subject="Счёт", name="Ольга Ким")
    doubt = await acme.says("petr", "Ключ?", subject="Ключ", name="Пётр Лаптев")
    await acme.desk.note(chat, "Перезвонить завтра")
    reply = await acme.desk.reply(failed, "Вот счёт")
    unsure = await acme.desk.reply(doubt, "Вот ключ")
    now = datetime.now(UTC)

    sick = Health(channel="phone", state=HealthState.BLOCKED, reason="пароль не подходит")

    def trouble(tx: Transaction) -> None:
        settle(tx, reply.id, DeliveryState.FAILED, "ящик переполнен", now)
        settle(tx, unsure.id, DeliveryState.UNKNOWN, None, now)
        tx.set_health(sick)

    await acme.store.write(trouble)


WALK = (
    "",
    "?",
    *["pagedown"] * 14,
    "escape",
    "1", "2", "3", "4", "5", "6", "7", "8", "1",
    "enter", "w", "escape", "p", "p", "P", "escape", "q",
    "g", "escape", "b", "escape", "y", "escape",
    "s", "escape", "a", "escape", "t", "escape", "V",
    "colon", "escape",
    "slash", "з", "escape",
    "x", "escape",
    "I", "U", "+", "-",
    "e", "z", "Z", "z",
    "r", "П", "р", "escape", "t", "escape", "l", "escape", "e", "ctrl+n", "escape", "s",
    "r", "ctrl+t", "escape", "escape", "D",
    "g s", "q",
    "g slash", "з", "а", "enter", "escape", "escape",
    "g h", "escape",
    "C", "8", "9", "escape", "D",
    "c", "escape", "D",
    "f", "escape", "D",
    "q", "6", "j", "enter", "q", "k", "enter", "g y",
)  # fmt: skip
"""What is pressed one after the other; after each the whole screen is read."""

PLACES = (
    "В списке", "В обращении", "Почему это в #", "Клиент ─", "ЗАМЕТКА anna", "! НЕ УШЛО",
    "? МОГЛО УЙТИ", "состояние", "метки:", "кому?", "что сделать", "фильтр", "выбрано 1",
    "ПЕРЕД ОТПРАВКОЙ", "скрытые", "ОТПРАВИТЬ ПОЗЖЕ", "ЗАМЕТКА к #", "ШАБЛОН", "Всё, сначала новое",
    "Для начала хватит этого", "ЗАПИСАТЬ звонок", "НОВОЕ", "ПЕРЕСЛАТЬ", "Не дошли, ", "открыто",
)  # fmt: skip
"""Words of the places where the walk leads."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_walk_through_the_screen_meets_no_english(
    desk: House, size: tuple[int, int]
) -> None:
    app = desk.app()
    met: dict[str, list[str]] = {}
    seen = ""
    async with app.run_test(size=size) as pilot:
        await settled(pilot, app)
        for step, keys in enumerate(WALK):
            await pilot.press(*keys.split())
            await pilot.pause()
            await settled(pilot, app)
            painted = screen_text(app)
            seen += painted
            if words := english(painted):
                met[f"{step} {keys}"] = words
    assert met == {}
    assert {place for place in PLACES if place not in seen} == set(), "the walk missed these"


@pytest.mark.parametrize(
    ("own", "session", "title"),
    [
        ("", "ru_RU.UTF-8", "Входящие, сначала"),
        ("", "en_GB.UTF-8", "Inbox, longest wait first"),
        ('[ui]\nlanguage = "en"\n', "ru_RU.UTF-8", "Inbox, longest wait first"),
        ('[ui]\nlanguage = "ru"\n', "C.UTF-8", "Входящие, сначала"),
    ],
)
def test_the_first_frame_is_in_the_language_of_the_config_else_of_the_session(
    tmp_path: Path, own: str, session: str, title: str
) -> None:
    config = tmp_path / "omnidesk.toml"
    config.write_text(f'[desk]\nname = "Acme"\n{own}', encoding="utf-8")
    places = {
        f"XDG_{name}": str(tmp_path / name)
        for name in ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME")
    }
    program = (sys.executable, "-m", "omnidesk", "--config", str(config))
    with Terminal(tmp_path, size=(80, 24), program=program, LC_ALL=session, **places) as terminal:
        terminal.wait_shown(title)
        other = "Inbox" if "Входящие" in title else "Входящие"
        assert other not in terminal.text, "not even for a frame"
        terminal.type("\x11")
        assert terminal.ended() == 0
