"""[notify] and [web]: what is read, what is refused, and what a screen's cache keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from omnidesk import launch
from omnidesk.config import load
from omnidesk.core.errors import ConfigError
from omnidesk.desk import NotifySettings
from omnidesk.wiring import settings_of

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
[notify]
about = ["mentioned", "unassigned"]
text = true
quiet = "Mon-Fri 19:00-08:00"
timezone = "Europe/Moscow"
terminal = "osc777"
tmux = true
command = ["notify", "-x"]

[web]
password = { file = "secret" }

[[agents]]
id = "anna"
name = "Anna"
notify = []

[[agents]]
id = "boris"
name = "Boris"
"""
SETTINGS = NotifySettings(
    about=("mentioned", "unassigned"),
    agents={"anna": ()},
    text=True,
    quiet="Mon-Fri 19:00-08:00",
    timezone="Europe/Moscow",
    terminal="osc777",
    tmux=True,
    command=("notify", "-x"),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_every_key_reaches_the_screen(tmp_path: Path) -> None:
    assert settings_of(load(written(tmp_path, WHOLE))).notify == SETTINGS
    assert settings_of(load(written(tmp_path, ""))).notify == NotifySettings()


def test_the_screens_cache_keeps_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "cache_folder", lambda: tmp_path)
    path = written(tmp_path, WHOLE)
    fresh = launch.take_seat(path, "anna")
    cached = launch.take_seat(path, "anna")
    assert fresh.fresh is not None
    assert cached.fresh is None, "read from the cache"
    assert fresh.settings.notify == cached.settings.notify == SETTINGS


def test_the_passwords_file_stands_beside_the_config(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    password = load(written(tmp_path, WHOLE)).web.password
    assert password is not None
    assert password.reveal() == "correct horse"
    assert "correct horse" not in repr(password)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[notify]\nquiet = "at night"', "notify.quiet: hours are written like"),
        ('[notify]\ntimezone = "Moscow"', "notify.timezone: unknown time zone"),
        ('[notify]\nabout = ["everything"]', "notify.about[0]"),
        ('[notify]\nterminal = "osc8"', "notify.terminal"),
        ('[notify]\ncommand = "notify-send"', "notify.command"),
        ("[notify]\nbell = true", "notify.bell: unknown"),
        ("[web]\npassword = 5", "web.password: a secret is"),
        ("[web]\nport = 80", "web.port: unknown"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as told:
        load(written(tmp_path, text))
    assert problem in told.value.problems[0]
