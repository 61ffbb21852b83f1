"""What the radar says of two that may tell of one fault."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from omnidesk.core.radar import Told, echo

NOON = datetime(2026, 9, 12, 12, 0, tzinfo=UTC)
KETTLE = frozenset(("kettle", "lid", "broken", "yesterday"))
PRINTER = frozenset(("printer", "toner", "yesterday", "empty"))


def told(conversation: int, channel: str, **more: Any) -> Told:
    given: dict[str, Any] = {
        "conversation": conversation,
        "contact": 1,
        "channel": channel,
        "ways": frozenset(),
        "words": KETTLE,
        "at": NOON,
        **more,
    }
    return Told(**given)


@pytest.mark.parametrize(
    ("label", "other", "said"),
    [
        ("", "", "the same customer by phone and shop-bot, nearly the same words"),
        ("Telephone", "", "the same customer by Telephone and shop-bot, nearly the same words"),
        ("Telephone", "Telegram", "the same customer by Telegram and Telephone,"),
        ("Shop", "Shop", "the same customer by phone and shop-bot,"),
    ],
)
def test_channels_are_called_as_agents_call_them(label: str, other: str, said: str) -> None:
    found = echo(told(1, "phone", label=label), told(2, "shop-bot", label=other))
    assert found is not None
    assert found.reason.startswith(said)


def test_the_same_customer_with_other_words_is_no_unlikely_pair() -> None:
    found = echo(told(1, "phone"), told(2, "bot", words=PRINTER))
    assert found is not None
    assert found.score >= 0.5
    assert found.reason == "the same customer by bot and phone, other words (14 % the same)"


def test_of_words_that_have_nothing_in_common_no_share_is_told() -> None:
    found = echo(told(1, "phone"), told(2, "bot", words=frozenset(("invoice",))))
    assert found is not None
    assert found.reason == "the same customer by bot and phone, other words"


def test_two_customers_with_other_words_are_not_told_of() -> None:
    assert echo(told(1, "phone"), told(2, "bot", contact=2, words=PRINTER)) is None
