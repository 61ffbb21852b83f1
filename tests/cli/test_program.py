"""How runs end: wrong usage, a broken config, a reader that goes away."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from omnidesk.core.errors import ConfigError, StoreError
from tests.cli.conftest import Cli, Ran, letter, received

COMMANDS = [
    ("list",),
    ("show", "1"),
    ("search", "x"),
    ("contact", "list"),
    ("contact", "show", "1"),
    ("reply", "1", "--text", "x"),
    ("note", "1", "--text", "x"),
    ("close", "1"),
    ("reopen", "1"),
    ("assign", "1"),
    ("snooze", "1", "1d"),
    ("tag", "1", "x"),
    ("undo",),
    ("check",),
    ("doctor",),
    ("engine",),
    ("engine", "--once"),
    ("export",),
    ("import", "/tmp", "--channel", "support"),
    ("parse", "/dev/null"),
]
NAMES = [
    *("assign", "check", "close", "contact", "demo", "doctor", "engine", "export"),
    *("forward", "import", "init", "list", "log-call", "merge", "move-message", "never"),
    *("new", "note", "parse", "pin", "priority", "reopen", "reply", "search"),
    *("serve", "show", "snooze", "spam", "split", "suggestions", "tag", "tell-elsewhere"),
    *("template", "undo", "unmerge"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_broken_config_ends_every_command_with_all_its_problems(
    cli: Cli, words: tuple[str, ...]
) -> None:
    text = cli.config.read_text().replace("host =", "hots =").replace('"10s"', '"soon"')
    cli.config.write_text(text)
    ran = cli.program(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "config.toml: channels.support.imap.hots: unknown; did you mean host?" in ran.err
    assert "config.toml: desk.undo_send" in ran.err
    assert len(ran.err.splitlines()) >= 3


def test_a_config_that_is_not_there_is_told_with_what_to_do(cli: Cli, tmp_path: Path) -> None:
    ran = cli.program("list", "--config", tmp_path / "none.toml")
    assert ran.code == 2
    assert "omnidesk init" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_the_config_is_the_options_before_the_environments(cli: Cli, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    assert cli.program("list", OMNIDESK_CONFIG=missing).code == 2
    assert cli.program("--config", cli.config, "list", OMNIDESK_CONFIG=missing).code == 0
    assert cli.program("contact", "--config", cli.config, "list", OMNIDESK_CONFIG=missing).code == 0
    assert cli.program("list", "--config", cli.config, OMNIDESK_CONFIG=missing).code == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_explained_with_an_example(cli: Cli, name: str) -> None:
    ran = cli(name, "--help")
    assert ran.code == 0
    if name != "contact":
        assert f"Example: omnidesk {name}" in ran.out
    assert "--config" in ran.out
    assert "--agent" in ran.out


def test_the_help_names_every_command_whole(cli: Cli) -> None:
    out = cli("--help").out
    listed = out.split("Commands:")[1].splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ")][: len(NAMES)] == NAMES
    assert not [line for line in listed if line.endswith("...")]
    assert "Completion" in out


def test_the_shells_are_given_what_completes_words(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_OMNIDESK_COMPLETE", "fish_source")
    with pytest.raises(SystemExit):
        cli()
    assert "complete" in capsys.readouterr().out
    monkeypatch.setenv("_OMNIDESK_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "omnidesk list --view sno")
    monkeypatch.setenv("COMP_CWORD", "3")
    with pytest.raises(SystemExit):
        cli()
    assert "snoozed" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("frob",), ("list", "--frob"), ("show",), ("reply",)])
def test_wrong_usage_ends_with_2(cli: Cli, words: tuple[str, ...]) -> None:
    ran = cli.program(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: omnidesk" in ran.err


def test_a_reader_that_goes_away_ends_it_quietly(cli: Cli) -> None:
    many = [letter(f"s{n}", "x" * 2000, address=f"a{n}@c.test") for n in range(99)]
    received(cli.config, "support", many)
    with subprocess.Popen(
        cli.command("export"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=cli.environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 1
        assert process.stderr.read() == b""


def test_a_full_disk_behind_the_output_is_one_line(cli: Cli) -> None:
    received(cli.config, "support", [letter()])
    device = Path("/dev/full")
    if not device.is_char_device():
        pytest.skip("no /dev/full here")
    with device.open("wb") as full:
        done = subprocess.run(
            cli.command("list"),
            stdout=full,
            stderr=subprocess.PIPE,
            env=cli.environment,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"the output: No space left on device\n"


def test_an_interrupted_wait_ends_without_a_traceback(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        mail_only = cli.config.read_text().partition("[channels.bot]")[0]
        port = silent.getsockname()[1]
        cli.config.write_text(mail_only.replace("port = 1,", f"port = {port},", 1))
        with subprocess.Popen(
            cli.command("check"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=cli.environment,
        ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().strip() == "stopped"


def test_failures_of_several_tasks_are_one_line_and_surprises_are_not_hidden(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*errors: Exception) -> Ran:
        def raising() -> None:
            raise ExceptionGroup("tasks", [ExceptionGroup("inner", errors)])

        monkeypatch.setattr("omnidesk.cli.looking.load_config", raising)
        return cli("list")

    assert fail(StoreError("locked; wait")) == Ran(1, "", "locked; wait\n")
    assert fail(ConfigError(["a", "b"])) == Ran(2, "", "a\nb\n")
    with pytest.raises(ExceptionGroup):
        fail(StoreError("locked"), ZeroDivisionError())


def test_a_damaged_store_is_one_line_with_what_to_do(cli: Cli) -> None:
    (cli.config.parent / "omnidesk.db").write_bytes(b"this is no database at all" * 100)
    ran = cli.program("list")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert "restore the last backup" in ran.err


def test_the_command_line_loads_no_channel_library_to_look(cli: Cli) -> None:
    code = (
        "import sys; from omnidesk.cli import main; code = main(['list']);"
        "found = {'telegram', 'aioimaplib', 'aiosmtplib', 'selectolax', 'textual', 'rich'};"
        "print(sorted(found & set(sys.modules))); sys.exit(code)"
    )
    done = subprocess.run(
        [*cli.command()[:1], "-c", code], capture_output=True, env=cli.environment, timeout=30
    )
    assert (done.returncode, done.stdout) == (0, b"[]\n")


def test_an_export_has_everything_with_its_type(filled: Cli) -> None:
    filled("reply", "1", "--text", "here")
    filled("note", "2", "--text", "note")
    ran = filled.program("export", "-o", "json")
    assert ran.code == 0
    kinds = [one["type"] for one in ran.objects]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "contact": 3,
        "conversation": 3,
        "message": 5,
        "delivery": 1,
        "event": 5,
    }
    assert ran == filled.program("export")
    assert "AAAAAAAAAA" not in ran.out
    numbers = {one["number"] for one in ran.objects if one["type"] == "conversation"}
    assert {one["conversation"] for one in ran.objects if one["type"] == "message"} == numbers


def test_an_export_of_an_empty_desk_is_empty(cli: Cli) -> None:
    assert cli("export").out == ""
