"""What docs/channels.md shows works as it stands there."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnidesk import plugins
from omnidesk.channels.log.events import Reading, read_event
from omnidesk.core.channel import Edited, Incoming, Ringing

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def tables() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, table)
        for block in blocks("toml")
        for name, table in tomllib.loads(block).get("channels", {}).items()
    ]


@pytest.mark.parametrize(("name", "table"), tables())
def test_every_example_of_a_channel_is_valid(name: str, table: dict[str, Any]) -> None:
    own = {key: value for key, value in table.items() if key != "type"}
    plugins.kind(table["type"]).settings.model_validate(own, context={"folder": Path()})


def test_every_kind_has_its_example() -> None:
    assert {table["type"] for _, table in tables()} == set(plugins.kinds())


def test_the_example_of_events_is_read() -> None:
    (block,) = blocks("json")
    items = [read_event(line.encode(), Reading(), datetime.now(UTC)) for line in block.splitlines()]
    ringing, answered, ended = items
    assert isinstance(ringing, Ringing)
    assert isinstance(answered, Incoming)
    assert isinstance(ended, Edited)
    assert ended.text.startswith("Call, 3 min 20 s")
    assert answered.unreadable is None
