"""init and demo."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from omnidesk.config import agent_for, load
from omnidesk.demo.sandbox import Sandbox
from omnidesk.settings import SecretError
from tests.cli.conftest import Cli
from tests.cli.test_running import program

Give = Callable[[bytes], None]


def answers(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


MAIL = ('Acme "Support" \\', "Анна", "anna", "email", "help@acme.test")
WHOLE = (*MAIL[:3], "email telegram", "help@acme.test", *[""] * 6, *[""] * 3)


def test_a_config_is_written_by_questions(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    ran = cli.program("init", "--config", path, given=answers(*WHOLE))
    assert (ran.code, ran.err) == (0, "")
    assert f"{path} is written; next: omnidesk check" in ran.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config = load(path)
    assert config.desk.name == 'Acme "Support" \\'
    assert agent_for(config, "anna").name == "Анна"
    assert list(config.channels) == ["support", "bot"]
    mail = config.channels["support"].settings
    assert (mail.address, mail.imap.host, mail.smtp.host) == (
        "help@acme.test",
        "imap.acme.test",
        "smtp.acme.test",
    )
    assert (mail.imap.security, mail.smtp.security) == ("tls", "starttls")
    with pytest.raises(SecretError, match="SUPPORT_PASSWORD"):
        mail.imap.password.reveal()
    with pytest.raises(SecretError, match="BOT_TOKEN"):
        config.channels["bot"].settings.token.reveal()
    assert path.read_text().count("#") > 3


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (("env", "MY_PASS"), '{ env = "MY_PASS" }'),
        (("command", "pass show 'my mail'"), '{ command = ["pass", "show", "my mail"] }'),
        (("file", "/run/secret"), '{ file = "/run/secret" }'),
        (("keyring", "omnidesk/help"), '{ keyring = "omnidesk/help" }'),
        (("here", 'p"ss\\word'), '"p\\u0022ss\\u005cword"'),
    ],
)
def test_a_secret_comes_from_where_it_is_said_to(
    cli: Cli, stdin: Give, tmp_path: Path, source: tuple[str, ...], wanted: str
) -> None:
    path = tmp_path / "new.toml"
    stdin(answers(*MAIL, *[""] * 4, *source))
    assert cli("init", "--config", path).code == 0
    assert f"password = {wanted}" in path.read_text()
    settings = load(path).channels["support"].settings
    if source[0] == "here":
        assert settings.imap.password.reveal() == 'p"ss\\word'


def test_a_wrong_answer_is_asked_again(cli: Cli, stdin: Give, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    stdin(
        answers(
            *("Desk", "Anna", "Not An Id!", "anna", "fax", "email", "nonsense", "a@b.test"),
            *("Bad Name", "shop", "not a host", "mail.b.test:993", "", "", "env", "not-one", "OK"),
        )
    )
    ran = cli("init", "--config", path)
    assert ran.code == 0, ran
    assert load(path).channels["shop"].settings.imap.port == 993


def test_the_hosts_of_known_providers_are_known(cli: Cli, stdin: Give, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    stdin(answers("D", "A", "a", "email", "me@gmail.com", *[""] * 6))
    assert cli("init", "--config", path).code == 0
    assert load(path).channels["support"].settings.imap.host == "imap.gmail.com"


def test_answers_that_end_early_write_nothing(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    ran = cli.program("init", "--config", path, given=answers(*MAIL))
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "the answers end too early; nothing is written"
    assert not path.exists()
    assert not list(tmp_path.glob(".*toml*"))


def test_what_is_there_is_not_overwritten_without_a_yes(cli: Cli, stdin: Give) -> None:
    before = cli.config.read_bytes()
    for answer in ("n", ""):
        stdin(answers(answer))
        ran = cli("init")
        assert (ran.code, ran.err) == (1, f"{cli.config} is as it was\n")
        assert cli.config.read_bytes() == before
    stdin(answers("y", "New", "Anna", "anna", "none"))
    assert cli("init").code == 0
    assert load(cli.config).desk.name == "New"


def test_a_folder_that_cannot_be_made_is_one_line(cli: Cli, stdin: Give, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    stdin(answers("D", "A", "a", "none"))
    ran = cli("init", "--config", tmp_path / "file" / "config.toml")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "check the folder or use --config" in ran.err


async def test_what_init_writes_works_with_real_servers(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from tests.cli.test_running import started

    sandbox.config.unlink()
    given = answers(
        *("D", "A", "a", "email", sandbox.mail.address, ""),
        *(f"127.0.0.1:{sandbox.mail.imap.port}", f"127.0.0.1:{sandbox.mail.smtp.port}"),
        *("", "here", sandbox.mail.password),
    )
    async with started(sandbox, "init") as process:
        await asyncio.wait_for(process.communicate(given), 60)
        assert process.returncode == 0
    ran = await program(sandbox, "check")
    assert (ran.code, ran.err) == (0, "")
    assert "support: IMAP 127.0.0.1 ok" in ran.out


def test_the_demo_is_run_and_its_code_given_back(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []

    def run_demo(**how: bool) -> int:
        asked.append(how)
        return 7

    monkeypatch.setattr("omnidesk.demo.run.run_demo", run_demo)
    assert cli("demo").code == 7
    assert cli("demo", "--script", "--keep").code == 7
    assert asked == [{"script": False, "keep": False}, {"script": True, "keep": True}]


def test_a_demo_without_its_extra_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    ran = cli("demo", "--script")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "omnidesk[demo]" in ran.err
