"""The TOML of a logged channel."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from omnidesk.channels.log import kind
from omnidesk.channels.log.settings import LogSettings
from omnidesk.core.channel import Capabilities


def test_without_events_everything_is_logged_by_hand() -> None:
    assert kind.capabilities(LogSettings()) == Capabilities(
        handle_scheme="tel", label="Phone", code="ph", joins=True, logs=True
    )
    assert kind.capabilities(LogSettings(events="calls.jsonl")).receive
    assert kind.addresses(LogSettings()) == ()


def test_the_events_lie_beside_the_config(tmp_path: Path) -> None:
    def read(name: str) -> str | None:
        return LogSettings.model_validate({"events": name}, context={"folder": tmp_path}).events

    assert read("calls.jsonl") == str(tmp_path / "calls.jsonl")
    assert read("/var/spool/calls") == "/var/spool/calls"
    assert read("~/calls") == str(Path.home() / "calls")


@pytest.mark.parametrize(
    "wrong",
    [{"scheme": "Tel:"}, {"code": "phone"}, {"region": "ru"}, {"events": ""}, {"events": "a\0"}],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        LogSettings.model_validate(wrong)
