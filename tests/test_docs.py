"""The docs say what the code does."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from omnidesk.config import load
from omnidesk.core.errors import ConfigError
from omnidesk.ui.pressing import Keymap
from tools import keys_reference
from tools.config_reference import DOCS, reference, schema

ROOT = Path(__file__).parents[1]


def test_the_config_reference_is_fresh() -> None:
    assert (DOCS / "config.md").read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_the_json_schema_is_fresh() -> None:
    assert (DOCS / "config.schema.json").read_text(encoding="utf-8") == schema(), "run `make docs`"


def test_the_keys_reference_is_fresh() -> None:
    assert (DOCS / "keys.md").read_text(encoding="utf-8") == keys_reference.reference(), (
        "run `make docs`"
    )


def test_the_json_schema_knows_every_kind_and_writes_durations_as_the_toml_does() -> None:
    made = json.loads(schema())
    assert {"email", "telegram"} <= made["$defs"].keys()
    assert made["$defs"]["Desk"]["properties"]["undo_send"]["default"] == "10s"
    assert made["additionalProperties"] is False
    for name, place in references(made):
        assert resolve(made, name) is not None, place


def references(node: object, place: str = "") -> list[tuple[str, str]]:
    if isinstance(node, dict):
        own = [(node["$ref"], place)] if isinstance(node.get("$ref"), str) else []
        return own + [hit for key, value in node.items() for hit in references(value, key)]
    if isinstance(node, list):
        return [hit for value in node for hit in references(value, place)]
    return []


def resolve(made: dict[str, object], reference: str) -> object:
    node: object = made
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    return node


def test_the_example_loads_even_where_others_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    shutil.copy(ROOT / "config.example.toml", path)
    path.chmod(0o644)
    config = load(path)
    assert config.desk.undo_send == timedelta(seconds=10)
    assert [agent.id for agent in config.agents] == ["anna", "boris"]
    assert {name: one.kind_name for name, one in config.channels.items()} == {
        "support": "email",
        "shop-bot": "telegram",
    }
    assert config.auto_reply.enabled


def test_the_commented_part_of_the_example_loads_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("# [", "[").replace('# "', '"').replace("# theme", "theme"))
    config = load(path)
    assert config.keys
    assert Keymap(config.keys).actions
    assert config.ui.theme


def test_the_houses_own_example_of_a_typo_is_told_as_promised(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('"imap.example.com",', '"imap.example.com", prot = 993,'))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.problems == [
        "config.toml: channels.support.imap.prot: unknown; did you mean port?"
    ]
