"""What the automatic answers of a channel say: its own table, the common one, or our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.hours import read_hours, spoken
from omnidesk.core.replying import Answers
from omnidesk.tables import AutoReply, ChannelAutoReply, zone

if TYPE_CHECKING:
    from omnidesk.core.hours import WorkingHours

_THANKS = {
    "en": "Thank you for writing to {desk}. We have received your message (no. {number})",
    "ru": "Спасибо за обращение в {desk}. Мы получили ваше сообщение (№ {number})",
}
_SOON = {
    "en": " and will answer as soon as we can.",
    "ru": " и ответим, как только сможем.",
}
_WITHIN = {
    "en": " and will answer within {expected}.",
    "ru": " и ответим в течение {expected}.",
}
_LATER = {
    "en": ". It is outside our working hours; we will answer when we are back.",
    "ru": ". Сейчас нерабочее время; мы ответим, когда вернёмся.",
}
_GREETING = {"en": "Hello, {name}!\n\n", "ru": "Здравствуйте, {name}!\n\n"}


def answers_on(channel: str, table: AutoReply, language: str) -> Answers | None:
    """What goes out by itself on a channel; None where nothing does."""
    own = table.channels.get(channel, ChannelAutoReply())
    if not (table.enabled if own.enabled is None else own.enabled):
        return None
    expected = own.expected or table.expected
    thanks = _GREETING[language] + _THANKS[language]
    return Answers(
        text=own.text or table.text or thanks + (_WITHIN if expected else _SOON)[language],
        after_hours_text=own.after_hours_text
        or table.after_hours_text
        or thanks + _LATER[language],
        expected=spoken(expected, language) if expected else "",
        hours=_hours(table),
    )


def _hours(table: AutoReply) -> WorkingHours | None:
    if table.hours is None:
        return None
    return read_hours(table.hours, zone(table.timezone) if table.timezone else None)
