"""`omnidesk log-call`, as scripts and people call it."""

from __future__ import annotations

import json
import os
import pwd
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli import main
from tests.log.conftest import CONFIG

WHO = "tel:+79161234567"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(login=pwd.getpwuid(os.getuid()).pw_name), encoding="utf-8")
    return path


def shown(config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["--config", str(config), "show", "1", "-o", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_call_is_logged_in_one_line_and_taken_back_in_another(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--config", str(config), "log-call", "--handle", "8 916 123-45-67"]
    assert main([*words, "--text", "Нужна крышка", "--duration", "3m20s", "--name", "Анна"]) == 0
    out = capsys.readouterr().out
    assert out == "logged in #1 by phone (from somebody new)\n"
    found = shown(config, capsys)
    assert found["contact"] == {"id": 1, "name": "Анна", "handles": [WHO]}
    (message,) = found["messages"]
    assert (message["text"], message["direction"]) == ("Нужна крышка\n[3 min 20 s]", "in")
    again = ["--handle", WHO, "--direction", "out", "--text", "Перезвонила"]
    assert main(["--config", str(config), "log-call", *again, "--channel", "phone"]) == 0
    assert "logged in #1 by phone (the contact's conversation" in capsys.readouterr().out
    assert main(["--config", str(config), "undo"]) == 0
    assert "the call in [#1] is gone" in capsys.readouterr().out
    assert len(shown(config, capsys)["messages"]) == 1


def test_a_call_back_sets_the_conversation_aside(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--config", str(config), "log-call", "--handle", WHO, "--text", "Later"]
    assert main([*words, "--call-back", "tomorrow 10:00"]) == 0
    tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
    assert f"back at {tomorrow} 10:00" in capsys.readouterr().out
    assert shown(config, capsys)["state"] == "snoozed"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--text", "x"], 2, "whose call was it?"),
        (["--handle", WHO], 1, "nothing was said"),
        (["--handle", "nobody", "--text", "x"], 1, "name the channel: phone, visits"),
        (["--handle", WHO, "--text", "x", "--channel", "fax"], 1, "fax is no channel"),
        (["--handle", WHO, "--text", "x", "--duration", "long"], 2, "is no duration"),
        (["--handle", WHO, "--text", "x", "--call-back", "soon"], 2, "is not understood"),
        (["--handle", WHO, "--text", "x", "--call-back", "tomorrow 25:00"], 2, "is not understood"),
        (["--handle", WHO, "--text", "x", "--conversation", "7"], 1, "no conversation 7"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(["--config", str(config), "log-call", *words]) == code
    assert said in capsys.readouterr().err
    main(["--config", str(config), "list", "--view", "all", "-o", "json"])
    assert capsys.readouterr().out == ""


def test_check_names_the_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "check"]) == 0
    out = capsys.readouterr().out
    assert "calls.jsonl is not there yet; the first call makes it" in out
    assert "logged by hand" in out
