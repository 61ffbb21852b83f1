"""The words of days, months and amounts of time, in English and Russian."""

from __future__ import annotations


def _each(words: dict[str, str]) -> dict[str, str]:
    return {word: meant for meant, said in words.items() for word in said.split()}


UNITS = _each(
    {
        "seconds": "s sec secs second seconds с сек секунд секунду секунды",
        "minutes": "m min mins minute minutes м мин минут минуту минуты",
        "hours": "h hr hrs hour hours ч час часа часов",
        "days": "d day days д день дня дней сутки суток",
        "weeks": "w wk week weeks н нед неделя недели неделю недель неделе",
    }
)
HALVES = {"полчаса": "hours"}
"""Words for half a unit."""

ONE = frozenset({"a", "an", "one", "один", "одну"})
AGO = frozenset({"ago", "назад"})
IN = frozenset({"in", "через", "+"})
FILLERS = frozenset({"at", "on", "в", "во", "к", "на", "by", ",", "the"})
NEXT = frozenset({"next", "следующий", "следующую", "следующая", "следующей", "следующее"}) | {
    "следующем"
}
DAYS = {
    "today": 0,
    "сегодня": 0,
    "tomorrow": 1,
    "завтра": 1,
    "послезавтра": 2,
    "yesterday": -1,
    "вчера": -1,
    "позавчера": -2,
}
_WEEK = (
    "mon monday пн понедельник",
    "tue tues tuesday вт вторник",
    "wed wednesday ср среда среду",
    "thu thur thurs thursday чт четверг",
    "fri friday пт пятница пятницу",
    "sat saturday сб суббота субботу",
    "sun sunday вс воскресенье",
)
WEEKDAYS = {word: day for day, words in enumerate(_WEEK) for word in words.split()}
_YEAR = (
    "jan january янв январь января",
    "feb february фев февраль февраля",
    "mar march мар март марта",
    "apr april апр апрель апреля",
    "may май мая",
    "jun june июн июнь июня",
    "jul july июл июль июля",
    "aug august авг август августа",
    "sep sept september сен сент сентябрь сентября",
    "oct october окт октябрь октября",
    "nov november ноя ноябрь ноября",
    "dec december дек декабрь декабря",
)
MONTHS = {word: month for month, words in enumerate(_YEAR, 1) for word in words.split()}
DAY_PARTS = {
    "morning": (9, False),
    "утром": (9, False),
    "утра": (9, False),
    "ночи": (0, False),
    "noon": (12, True),
    "полдень": (12, True),
    "afternoon": (14, True),
    "днём": (14, True),
    "днем": (14, True),
    "дня": (14, True),
    "evening": (18, True),
    "вечером": (18, True),
    "вечера": (18, True),
}
"""Each with its hour, and whether an hour beside it is one after noon."""
