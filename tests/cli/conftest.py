"""A desk with some conversations in it, and the program run against it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli import main
from omnidesk.config import load
from omnidesk.core.channel import Batch, Incoming, IncomingFile
from omnidesk.core.model import Address, Handle
from omnidesk.wiring import make_intake, open_store

CONFIG = """\
[desk]
name = "Test Desk"
database = "omnidesk.db"
undo_send = "10s"

[[agents]]
id = "anna"
name = "Anna Petrova"

[[agents]]
id = "boris"
name = "Boris Ivanov"

[channels.support]
type = "email"
address = "support@desk.test"
imap = { host = "127.0.0.1", port = 1, security = "none", username = "u", password = "p" }
smtp = { host = "127.0.0.1", port = 1, security = "none" }

[channels.bot]
type = "telegram"
token = "1234567:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
api_url = "http://127.0.0.1:1"
"""
BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDS = 60.0


@dataclass(frozen=True)
class Ran:
    """What a run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (one,) = self.objects
        return one


class Cli:
    """The command line against one config, as agent anna."""

    def __init__(self, config: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = config
        self._capsys = capsys
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "OMNIDESK_CONFIG": str(config),
            "OMNIDESK_AGENT": "anna",
            "PYTHONWARNINGS": "error",
            "TZ": "UTC",
        }

    def __call__(self, *words: str | Path) -> Ran:
        """Run a command in this process."""
        self._capsys.readouterr()
        code = main([str(word) for word in words])
        said = self._capsys.readouterr()
        return Ran(code, said.out, said.err)

    def program(self, *words: str | Path, given: bytes | None = None, **environment: str) -> Ran:
        """Run the real program; `given` is its standard input."""
        done = subprocess.run(
            self.command(*words),
            input=given if given is not None else b"",
            capture_output=True,
            env=self.environment | environment,
            timeout=SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def on_terminal(self, *words: str | Path, columns: int = 80) -> str:
        """What the real program writes to a terminal so wide."""
        ours, its = pty.openpty()
        pieces: list[bytes] = []

        def drain() -> None:
            try:
                while piece := os.read(ours, 65_536):
                    pieces.append(piece)
            except OSError:  # EIO: the other side is closed
                pass

        reader = threading.Thread(target=drain)
        reader.start()
        subprocess.run(
            self.command(*words),
            stdin=its,
            stdout=its,
            stderr=its,
            env={"TERM": "xterm", **self.environment, "COLUMNS": str(columns)},
            timeout=SECONDS,
            check=False,
        )
        os.close(its)
        reader.join(SECONDS)
        os.close(ours)
        return b"".join(pieces).decode()

    @staticmethod
    def command(*words: str | Path) -> list[str]:
        return [sys.executable, "-m", "omnidesk", *map(str, words)]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The program with a config and an empty store."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    config.chmod(0o600)
    home = tmp_path / "home"
    home.mkdir()
    made = Cli(config, home, capsys)
    for name in ("HOME", "OMNIDESK_CONFIG", "OMNIDESK_AGENT"):
        monkeypatch.setenv(name, made.environment[name])
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Give the command in this process its standard input."""

    def give(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return give


def received(config: Path, channel: str, letters: Sequence[Incoming]) -> None:
    """Take messages in as the engine does, one day apart each from the other."""

    async def take() -> None:
        desk = load(config)
        async with open_store(desk) as store:
            intake = await make_intake(desk, desk.channels[channel], store)
            await intake.take(Batch(items=letters, cursor=None), old=True)

    asyncio.run(take())


def letter(
    subject: str = "Where is it?",
    text: str = "I wait for three days.",
    *,
    name: str = "Ann Smith",
    address: str = "ann@customers.test",
    day: int = 0,
    **more: Any,
) -> Incoming:
    """A letter as the channel reads it."""
    who = Address(name, address)
    id_ = f"{subject}/{text}/{address}/{day}"
    return Incoming(
        **{
            "external_id": id_,
            "raw": id_.encode("utf-8", "surrogateescape"),
            "handle": Handle("mailto", address),
            "sender": who,
            "to": (Address("", "support@desk.test"),),
            "subject": subject,
            "text": text,
            "message_id": f"<{abs(hash(id_))}@customers.test>",
            "sent_at": BEGAN + timedelta(days=day),
            **more,
        }
    )


def chat(text: str = "hello", *, day: int = 0) -> Incoming:
    """A line in a chat."""
    return Incoming(
        external_id=f"77:{text}",
        raw=text.encode(),
        handle=Handle("telegram", "77"),
        sender=Address("Kirill", "77"),
        text=text,
        reply_path="77",
        sent_at=BEGAN + timedelta(days=day),
    )


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """A desk with a letter (#1), a chat (#2) and a letter with a file (#3)."""
    quoted = "Thanks.\n> one\n> two\n-- \nAnn"
    file = IncomingFile(name="photo.jpg", media_type="image/jpeg", size=4, content=b"jpeg")
    received(cli.config, "support", [letter()])
    received(cli.config, "bot", [chat(day=1)])
    received(
        cli.config,
        "support",
        [
            letter(
                "Счёт",
                quoted,
                name="Иван",
                address="ivan@customers.test",
                day=2,
                folded=((8, len(quoted)),),
                files=(file,),
            )
        ],
    )
    return cli
