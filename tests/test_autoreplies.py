"""The words of the automatic answers, as the config has them for each channel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnidesk.autoreplies import answers_on
from omnidesk.config import load
from omnidesk.core.errors import ConfigError
from omnidesk.core.replying import answer
from omnidesk.tables import AutoReply

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BOT = """
[channels.bot]
type = "telegram"
token = { env = "TOKEN" }
"""


def says(table: AutoReply, at: datetime = MONDAY, language: str = "en", name: str = "Ann") -> str:
    answers = answers_on("bot", table, language)
    return "" if answers is None else answer(answers, 5, "Acme", name, at)


def test_without_a_text_it_thanks_in_the_desks_language() -> None:
    table = AutoReply(enabled=True)
    assert says(table) == (
        "Hello, Ann!\n\nThank you for writing to Acme. We have received your message (no. 5) "
        "and will answer as soon as we can."
    )
    assert says(table, language="ru", name="") == (
        "Здравствуйте!\n\nСпасибо за обращение в Acme. Мы получили ваше сообщение (№ 5) "
        "и ответим, как только сможем."
    )


def test_it_tells_the_expected_time() -> None:
    table = AutoReply.model_validate({"enabled": True, "expected": "4h"})
    assert says(table).endswith("(no. 5) and will answer within 4 hours.")
    assert says(table, language="ru").endswith("(№ 5) и ответим в течение 4 часов.")


def test_out_of_hours_it_says_so() -> None:
    table = AutoReply(enabled=True, hours="Mon-Fri 09:00-18:00", timezone="Europe/Moscow")
    assert "as soon as we can" in says(table, MONDAY)
    assert "outside our working hours" in says(table, SUNDAY)
    assert "нерабочее время" in says(table, SUNDAY, "ru")
    own = table.model_copy(update={"after_hours_text": "Closed, {name}. Back on Monday."})
    assert says(own, SUNDAY) == "Closed, Ann. Back on Monday."


def test_a_channel_says_it_in_its_own_way() -> None:
    table = AutoReply.model_validate(
        {
            "text": "Got it.",
            "channels": {"bot": {"enabled": True, "text": "In {expected}.", "expected": "15m"}},
        }
    )
    assert says(table) == "In 15 minutes."
    assert answers_on("support", table, "en") is None
    muted = AutoReply.model_validate({"enabled": True, "channels": {"bot": {"enabled": False}}})
    assert answers_on("bot", muted, "en") is None
    assert answers_on("support", muted, "en") is not None


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(BOT + text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[auto_reply]\ntext = "Hi {nmae}"',
            (
                "auto_reply.text: unknown {nmae}; did you mean name?; "
                "{number}, {desk}, {name} and {expected} can be used"
            ),
        ),
        (
            '[auto_reply.channels.bto]\ntext = "Hi"',
            "auto_reply.channels.bto: no such channel; did you mean bot?",
        ),
        (
            "[auto_reply.channels.bot]\nenabeld = true",
            "auto_reply.channels.bot.enabeld: unknown; did you mean enabled?",
        ),
        (
            '[auto_reply.channels.bot]\ntext = "{expekted}"',
            (
                "auto_reply.channels.bot.text: unknown {expekted}; did you mean expected?; "
                "{number}, {desk}, {name} and {expected} can be used"
            ),
        ),
        (
            '[auto_reply]\ntimezone = "Europe/Moskow"',
            ("auto_reply.timezone: unknown time zone 'Europe/Moskow'; did you mean Europe/Moscow?"),
        ),
        (
            '[auto_reply]\nafter_hours_text = "Closed."',
            "auto_reply.after_hours_text: never goes out without auto_reply.hours",
        ),
        (
            '[auto_reply.channels.bot]\nafter_hours_text = "Closed."',
            "auto_reply.channels.bot.after_hours_text: never goes out without auto_reply.hours",
        ),
        (
            '[auto_reply]\nhours = "9 to 5"',
            (
                'auto_reply.hours: hours are written like "Mon-Fri 09:00-18:00, Sat 10:00-14:00", '
                "not '9 to 5'"
            ),
        ),
        (
            '[auto_reply]\nexpected = "0s"',
            "auto_reply.expected: more than nothing, at most 60 days",
        ),
    ],
)
def test_a_slip_is_told_with_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(f"config.toml: {said}")


def test_a_channel_of_the_config_may_have_its_own_answer(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'{BOT}[auto_reply.channels.bot]\nenabled = true\nexpected = "4h"')
    config = load(path)
    assert answers_on("bot", config.auto_reply, "en") is not None
