"""Whatever stands in the file, the answer is a config or a list of problems, and no secret."""

from __future__ import annotations

import json
import tempfile
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omnidesk.config import load
from omnidesk.core.errors import ConfigError
from omnidesk.tables import Document

SECRET = "hunter22"

KEYS = sorted(
    {*Document.model_fields, "name", "id", "type", "imap", "smtp", "host", "port", "password"}
    | {"token", "address", "undo_send", "login", "folders", "security", "support", "ca_file"}
)
TEXTS = st.sampled_from(["email", "telegram", "tls", "10s", "a@b.example", "x", "", SECRET])
VALUES = st.recursive(
    st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXTS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=25,
)
TABLES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


def written(value: Any) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, float):
        return repr(value) if "e" not in repr(value) or "." in repr(value) else "1.5"
    return json.dumps(value).replace("\x7f", "\\u007f")


def outcome(text: bytes, mode: int = 0o600) -> ConfigError | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(text)
        path.chmod(mode)
        try:
            load(path)
        except ConfigError as error:
            found = error
        else:
            return None
    assert found.problems
    assert all(problem.strip() for problem in found.problems)
    return found


@given(TABLES)
@settings(max_examples=300, deadline=None)
@example({"channels": {"support": {"type": "email", "imap": {"password": [SECRET]}}}})
def test_any_table_is_a_config_or_a_list_of_problems(table: dict[str, Any]) -> None:
    outcome("\n".join(f"{key} = {written(value)}" for key, value in table.items()).encode())


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_config_or_a_list_of_problems(data: bytes) -> None:
    outcome(data)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "{a=" * 3000 + "1" + "}" * 3000,
        "x = " + "9" * 5000,
        '[desk]\nundo_send = "99999999999999999999d"',
        '[desk]\nundo_send = "' + "9" * 5000 + 's"',
        "d = 2026-02-31",
        '[channels."a b"]\ntype = "email"',
        '[channels."\\u001b[31m"]\ntype = "x\\u001b]0;"',
        '[desk]\n"\\u001b[31mname" = 1',
    ],
)
def test_hostile_values_are_problems(text: str) -> None:
    error = outcome(text.encode())
    assert error is not None
    assert "\x1b" not in str(error)


@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5),
    st.sampled_from(["imap", "smtp"]),
    st.sampled_from([0o600, 0o644]),
)
@settings(max_examples=200, deadline=None)
def test_a_secret_in_its_place_is_never_printed(rest: dict[str, Any], side: str, mode: int) -> None:
    clean = json.loads(json.dumps(rest).replace(SECRET, "y"))
    clean = {key: value for key, value in clean.items() if key != "password"}
    server = {**clean, "password": SECRET}
    channel = {"type": "email", side: server}
    error = outcome(f"[channels]\nsupport = {written(channel)}".encode(), mode)
    if error is not None:
        assert SECRET not in "".join(traceback.format_exception(error))
