"""Which news are told to an agent who does not look, when, and in what words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest

from omnidesk.core import language
from omnidesk.desk import NotifySettings
from omnidesk.desk.news import News, Why
from omnidesk.desk.notices import Notices

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
MINUTE = timedelta(minutes=1)


def news(
    why: Why = Why.WROTE,
    number: int = 12,
    name: str = "Ann Smith",
    text: str = "secret words",
    actor: str = "boris",
) -> News:
    return News(
        seq=1,
        at=NOON,
        why=why,
        number=number,
        name=name,
        channel="support",
        actor=actor,
        message=1,
        text=text,
    )


def told(
    settings: NotifySettings, of: Sequence[News], *, away: bool = True, now: datetime = NOON
) -> list[str]:
    picked = Notices(settings, "anna").pick(of, away=away, now=now)
    return [f"{one.title}: {one.text}" for one in picked]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.ASSIGNED, "Ann Smith (support): [#12] is yours now"),
        (Why.MENTIONED, "Ann Smith (support): boris names you in [#12]"),
        (Why.WROTE, "Ann Smith (support): wrote in [#12]"),
        (Why.UNASSIGNED, "Ann Smith (support): wrote in [#12], which nobody has"),
        (Why.FAILED, "Ann Smith (support): your reply in [#12] did not arrive"),
    ],
)
def test_what_is_asked_for_is_told_in_a_sentence_without_the_text(why: Why, words: str) -> None:
    everything = NotifySettings(about=tuple(Why))
    assert told(everything, [news(why)]) == [words]
    others = NotifySettings(about=tuple(one for one in Why if one is not why))
    assert told(others, [news(why)]) == []


def test_of_conversations_that_nobody_has_nothing_is_told_unless_asked_for() -> None:
    assert told(NotifySettings(), [news(Why.UNASSIGNED)]) == []
    assert NotifySettings().about == tuple(one for one in Why if one is not Why.UNASSIGNED)


def test_an_agent_has_his_own_choice() -> None:
    settings = NotifySettings(agents={"anna": ("mentioned",), "boris": ("wrote",)})
    assert told(settings, [news(Why.WROTE)]) == []
    assert len(told(settings, [news(Why.MENTIONED)])) == 1
    assert told(NotifySettings(agents={"anna": ()}), [news(why) for why in Why]) == []


def test_whoever_looks_is_told_nothing_now_or_later() -> None:
    notices = Notices(NotifySettings(), "anna")
    assert notices.pick([news()], away=False, now=NOON) == []
    assert len(notices.pick([news()], away=True, now=NOON)) == 1, "it was not told before"


def test_a_conversation_is_told_of_once_a_minute() -> None:
    notices = Notices(NotifySettings(), "anna")

    def count(number: int, now: datetime) -> int:
        return len(notices.pick([news(number=number)] * 2, away=True, now=now))

    assert count(1, NOON) == 1
    assert count(1, NOON + MINUTE * 0.99) == 0
    assert count(2, NOON + MINUTE * 0.99) == 1
    assert count(1, NOON + MINUTE) == 1
    assert count(1, NOON - timedelta(days=2)) == 1, "a clock that went back silences nobody"


@pytest.mark.parametrize(
    ("now", "quiet"),
    [
        (NOON, False),
        (NOON.replace(hour=19), True),
        (NOON.replace(hour=3), True),
        (NOON.replace(hour=8), False),
        (NOON + timedelta(days=3), True),
    ],
)
def test_quiet_hours_are_quiet(now: datetime, quiet: bool) -> None:
    hours = "Mon-Fri 19:00-08:00, Sat-Sun 00:00-24:00"
    settings = NotifySettings(quiet=hours, timezone="UTC")
    assert (told(settings, [news()], now=now) == []) is quiet


def test_quiet_hours_are_those_of_their_own_clock() -> None:
    settings = NotifySettings(quiet="Mon-Sun 15:00-16:00", timezone="Europe/Moscow")
    assert told(settings, [news()], now=NOON) == []
    assert len(told(settings, [news()], now=NOON - MINUTE)) == 1


def test_a_flood_is_told_in_a_few_sentences() -> None:
    flood = [news(number=number) for number in range(40)]
    said = told(NotifySettings(), flood)
    assert len(said) == 4
    assert said[-1] == "omnidesk: and 37 more conversations"


def test_the_text_is_told_where_that_is_wanted() -> None:
    wanted = NotifySettings(text=True)
    assert told(wanted, [news()]) == ["Ann Smith (support): wrote in [#12]: secret words"]
    assert told(wanted, [news(text="")]) == ["Ann Smith (support): wrote in [#12]"]


def test_what_customers_wrote_is_no_more_than_text() -> None:
    bad = "\x1b]0;TITLE\x07\x1b\\a\nb\x9c\u202e;c\x00"
    (one,) = Notices(NotifySettings(text=True), "anna").pick(
        [news(name=bad * 40, text=bad * 40, actor=bad)], away=True, now=NOON
    )
    for said in (one.name, one.actor, one.title, one.text):
        assert said.isprintable(), said
        assert "TITLE" not in said
        assert len(said) < 200


class Shouted(NullTranslations):
    """A language that is English, louder."""

    def gettext(self, message: str) -> str:
        return message.replace("wrote", "WROTE")


def test_it_is_told_in_the_agents_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalog", Shouted())
    assert told(NotifySettings(), [news()]) == ["Ann Smith (support): WROTE in [#12]"]
