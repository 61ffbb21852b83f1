"""Customers' names and letters, Russian and English, the same ones for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words("""
    Анна Мария Ольга Елена Наталья Ирина Татьяна Светлана Кирилл Иван Пётр Алексей Дмитрий
    Сергей Артём Фёдор Семён Григорий Юрий Ярослав Ann John Mary Peter Olivia James Emma Lucas
""")
_LAST = _words("""
    Петрова Иванова Сидорова Орлова Королёва Кузнецова Соловьёва Белова Смирнов Волков Зайцев
    Лебедев Морозов Новиков Киселёв Smith Brown Miller Davis Wilson Taylor Clark Lewis Young
""")
_STARTS = _words("""
    к во на по за от про для без через около после перед между возле ради вместо кроме против
""")
_RUSSIAN = _words("""
    заказ доставка посылка оплата возврат товар склад курьер адрес телефон письмо договор счёт
    скидка цена размер цвет коробка гарантия ремонт замена деньги карта банк чек накладная
    магазин сайт корзина пароль кабинет почта отправка получение срок неделя вопрос ответ
    менеджер оператор ошибка настройка кнопка страница заявка акт подпись документ реквизиты
""")
_RUSSIAN_VERBS = _words("""
    пришёл пришла получил получила оплатил оплатила жду хочу прошу вернуть отменить проверить
    заменить узнать подскажите напишите ответьте помогите исправьте отправьте перезвоните
""")
_ENGLISH = _words("""
    order delivery parcel payment refund item warehouse courier address phone letter contract
    invoice discount price size colour box warranty repair replacement money card bank receipt
    shop site basket password account mail shipment deadline week question answer manager
    error setting button page request signature document details subscription update license
    server
""")
_ENGLISH_VERBS = _words("""
    arrived received paid waiting want please return cancel check replace know tell write
    answer help fix send call confirm explain
""")
_ENDINGS = ("", "", "", "а", "у", "ом", "е", "ы", "ов", "ам")
_SYLLABLES = _words("""
    ка то ри на ве ло ми со ду пе ра ги бо ле не ши ва ту
""")
_POOL = 6000


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes."""

    name: str
    address: str


class Writer:
    """Makes up what customers write. One message in two is Russian."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self._rare = ["".join(self.dice.choices(_SYLLABLES, k=4)) for _ in range(20_000)]
        self._russian = [self._sentence(russian=True) for _ in range(_POOL)]
        self._english = [self._sentence(russian=False) for _ in range(_POOL)]

    def customer(self, number: int) -> Customer:
        """The customer of this number."""
        dice = random.Random(number)
        name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
        return Customer(name, f"c{number}@customers.example.org")

    def subject(self, number: int) -> str:
        """What a letter is about; `number` is that of its order."""
        if self.dice.random() < 0.5:
            return f"{self.dice.choice(_RUSSIAN).capitalize()} №{number}: {self._few(_RUSSIAN, 3)}"
        return f"{self.dice.choice(_ENGLISH).capitalize()} {number}: {self._few(_ENGLISH, 3)}"

    def text(self, number: int, sentences: int = 4) -> str:
        """A letter of so many sentences about an order."""
        russian = self.dice.random() < 0.5
        pool = self._russian if russian else self._english
        said = " ".join(self.dice.choices(pool, k=sentences))
        rare = self.dice.choice(self._rare)
        if russian:
            return f"Здравствуйте!\n\n{said}\nМой заказ {number}, код {rare}.\n\nСпасибо"
        return f"Hello,\n\n{said}\nMy order is {number}, code {rare}.\n\nThank you"

    def _few(self, words: list[str], count: int) -> str:
        return " ".join(self.dice.choices(words, k=count))

    def _sentence(self, *, russian: bool) -> str:
        dice = self.dice
        nouns, verbs = (_RUSSIAN, _RUSSIAN_VERBS) if russian else (_ENGLISH, _ENGLISH_VERBS)
        words = []
        for _ in range(dice.randint(5, 11)):
            noun = dice.choice(nouns) + (dice.choice(_ENDINGS) if russian else "")
            joint = [dice.choice(_STARTS if russian else ("the", "my", "for", "with", "a"))]
            words += [*joint, noun] if dice.random() < 0.6 else [dice.choice(verbs)]
        words.append(dice.choice(self._rare) if dice.random() < 0.1 else dice.choice(nouns))
        return " ".join(words).capitalize() + dice.choice(".?!")
