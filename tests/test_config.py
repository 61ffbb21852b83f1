"""The TOML becomes typed settings, or a list of everything that is wrong with it."""

from __future__ import annotations

import logging
import os
import pwd
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from omnidesk import plugins
from omnidesk.config import agent_for, load, written
from omnidesk.core.errors import ConfigError
from omnidesk.settings import duration

if TYPE_CHECKING:
    from pathlib import Path

KIND = '''
from pydantic import Field, field_validator
from omnidesk.settings import Duration, Port, Secret, Strict

class Server(Strict):
    host: str
    """The server's name. It may be an address."""
    port: Port = 143
    password: Secret

    @field_validator("host")
    @classmethod
    def _no_spaces(cls, value):
        if " " in value:
            raise ValueError(f"no host name: {value!r}")
        return value

class PigeonSettings(Strict):
    loft: str
    server: Server | None = None
    token: Secret | None = None
    every: Duration
    tokens: list[Secret] = Field(default_factory=list)

class Pigeons:
    settings = PigeonSettings
    def capabilities(self, settings): ...
    def addresses(self, settings): return ()
    def open(self, name, settings, surroundings): ...

kind = Pigeons()
'''


@pytest.fixture(autouse=True)
def pigeons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in as pip would leave it: a module and its entry points."""
    site = tmp_path / "site"
    info = site / "pigeons-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "pigeons_for_omnidesk.py").write_text(KIND)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeons\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[omnidesk.channel]\npigeon = pigeons_for_omnidesk:kind\nbroken = no_such_module:kind\n"
        "hollow = pigeons_for_omnidesk:Server\n"
    )
    monkeypatch.syspath_prepend(site)
    monkeypatch.delenv("OMNIDESK_AGENT", raising=False)
    monkeypatch.delenv("OMNIDESK_CONFIG", raising=False)


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def problems(folder: Path, text: str, mode: int = 0o600) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text, mode))
    return caught.value.problems


GOOD = """
[channels.loft]
type = "pigeon"
loft = "north"
every = "1h30m"
server = { host = "h", password = { env = "P" } }
"""


def test_a_good_file_becomes_typed_settings(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[desk]\nname = "Acme"\nundo_send = "0s"\n' + GOOD))
    assert config.desk.name == "Acme"
    assert config.desk.undo_send == timedelta(0)
    assert config.desk.join_window == timedelta(days=1)
    assert config.database == tmp_path / "omnidesk.db"
    channel = config.channels["loft"]
    assert (channel.name, channel.kind_name) == ("loft", "pigeon")
    assert channel.settings.every == timedelta(hours=1, minutes=30)
    assert channel.kind is plugins.kind("pigeon")


def test_an_empty_file_is_a_desk_with_defaults(tmp_path: Path) -> None:
    config = load(write(tmp_path, ""))
    assert config.channels == {}
    assert not config.auto_reply.enabled


def test_an_unknown_key_names_the_nearest_one(tmp_path: Path) -> None:
    text = GOOD.replace('host = "h"', 'host = "h", prot = 1')
    assert problems(tmp_path, text) == [
        "config.toml: channels.loft.server.prot: unknown; did you mean port?"
    ]
    assert problems(tmp_path, '[deks]\nname = "x"') == [
        "config.toml: deks: unknown; did you mean desk?"
    ]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        """
        [desk]
        undo_send = 10
        region = "Russia"
        language = "de"
        nmae = "x"
        [[agents]]
        id = "anna"
        name = "A"
        [[agents]]
        id = "anna"
        [channels.Support]
        type = "pigeon"
        every = "often"
        server = { port = 99999, password = 5 }
        [channels.other]
        type = "pidgeon"
        [channels.third]
        [auto_reply]
        enabled = "yes"
        text = "Hello {nmber}"
        [keys]
        close = "x"
        """,
    )
    expected = {
        "desk.undo_send: a duration is written like",
        "desk.region: string should match pattern",
        "desk.language: must be 'en' or 'ru'",
        "desk.nmae: unknown; did you mean name?",
        "agents[1].name: missing (the name that customers see)",
        "agents[1].id: 'anna' is already agents[0]",
        "channels.Support: a channel's name is up to 32 small letters",
        "channels.Support.loft: missing",
        "channels.Support.every: a duration is written like",
        "channels.Support.server.host: missing (the server's name)",
        "channels.Support.server.port: input should be less than or equal to 65535",
        "channels.Support.server.password: a secret is { env =",
        "channels.other.type: unknown kind 'pidgeon', known are: ",
        "channels.third.type: missing; known are ",
        "auto_reply.enabled: must be true or false, not a text",
        "auto_reply.text: unknown {nmber}; did you mean number?",
        "keys.close: must be a list in [ ], not a text",
    }
    for start in expected:
        assert any(line.startswith(f"config.toml: {start}") for line in told), (start, told)
    assert len(told) == len(expected), told
    assert next(line for line in told if "pidgeon" in line).endswith("did you mean pigeon?")


def test_tables_of_the_wrong_shape_are_problems_and_not_crashes(tmp_path: Path) -> None:
    for text in (
        "desk = 1",
        "agents = 1",
        "agents = [1]",
        "channels = 1",
        "[channels]\nx = 1",
        "[[channels]]\nx = 1",
        '[channels.x]\ntype = ["pigeon"]',
        '[channels.x]\ntype = "pigeon"\nserver = [1]',
        '[channels.x]\ntype = "pigeon"\nserver = "s"\ntokens = { a = 1 }',
        '[keys]\nx.y = ["a"]',
    ):
        assert problems(tmp_path, text), text


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "[desk]\nname = \n")
    assert "line 2" in told


def test_a_missing_or_garbled_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="omnidesk init"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
    path = tmp_path / "config.toml"
    path.write_bytes(b"[desk]\nname = '\xcf\xf0'\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_plain_secret_in_a_file_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    text = GOOD.replace('{ env = "P" }', '"hunter22"').replace(
        'loft = "north"', 'loft = "north"\ntoken = "hunter22"\ntokens = ["hunter22", { env = "B" }]'
    )
    assert load(write(tmp_path, text)).channels["loft"].settings.token.reveal() == "hunter22"
    told = problems(tmp_path, text, mode)
    places = ("server.password", "token", "tokens[0]")
    assert sorted(told) == sorted(
        f"config.toml: channels.loft.{place}: a secret in a file that others can read; "
        'chmod 600 config.toml or use { env = "NAME" }'
        for place in places
    )
    load(write(tmp_path, GOOD, mode))


def test_no_error_prints_a_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "hunter22-Пароль"
    texts = [
        GOOD.replace('{ env = "P" }', f'"{secret}"').replace('host = "h"', f'host = "a {secret}"'),
        GOOD.replace('{ env = "P" }', f'"{secret}"').replace("password", "pasword"),
        GOOD.replace('{ env = "P" }', f'{{ env = "A", value = "{secret}" }}'),
        GOOD.replace('{ env = "P" }', f'["{secret}"]'),
        GOOD.replace('server = { host = "h", password = { env = "P" } }', f'server = "{secret}"'),
        GOOD.replace('{ env = "P" }', f'"{secret}"').replace('every = "1h30m"', ""),
        GOOD.replace('{ env = "P" }', f'"{secret}'),
    ]
    for text in texts:
        for mode in (0o600, 0o644):
            with pytest.raises(ConfigError) as caught:
                load(write(tmp_path, text, mode))
            printed = "".join(traceback.format_exception(caught.value))
            assert "hunter22" not in printed, text
    config = load(write(tmp_path, GOOD.replace('{ env = "P" }', f'"{secret}"')))
    assert "hunter22" not in repr(config)
    assert "hunter22" not in caplog.text


def test_a_kind_that_cannot_be_loaded_is_one_problem_among_others(tmp_path: Path) -> None:
    told = problems(tmp_path, '[channels.a]\ntype = "broken"\n[channels.b]\ntype = "hollow"\n')
    assert len(told) == 2
    assert "channels.a.type: 'broken' cannot be loaded from no_such_module" in told[0]
    assert "channels.b.type: 'hollow' is no channel kind" in told[1]


AGENTS = (
    '[[agents]]\nid = "anna"\nname = "Anna"\n[[agents]]\nid = "boris"\nname = "B"\nlogin = "{}"\n'
)


def test_the_agent_is_the_wanted_one_then_the_environments_then_the_system_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    config = load(write(tmp_path, AGENTS.format(user)))
    assert agent_for(config).id == "boris"
    assert agent_for(config, "anna").id == "anna"
    monkeypatch.setenv("OMNIDESK_AGENT", "anna")
    assert agent_for(config).id == "anna"
    assert agent_for(config, "boris").id == "boris"
    with pytest.raises(ConfigError, match="did you mean anna"):
        agent_for(config, "ana")


def test_without_agents_there_is_one_the_system_user(tmp_path: Path) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    config = load(write(tmp_path, ""))
    assert agent_for(config).id == user
    assert agent_for(config, user).id == user
    with pytest.raises(ConfigError, match="nobody has the id 'stranger-1'"):
        agent_for(config, "stranger-1")


def test_a_system_user_who_is_no_agent_is_told_what_to_do(tmp_path: Path) -> None:
    config = load(write(tmp_path, AGENTS.format("nobody-here")))
    with pytest.raises(ConfigError, match="use --agent or OMNIDESK_AGENT"):
        agent_for(config)


def test_durations_are_written_as_they_are_read() -> None:
    for text in ("7d", "1h", "90s", "0s", "0.5s", "24h", "36h", "10m"):
        assert written(duration(text)) == text
