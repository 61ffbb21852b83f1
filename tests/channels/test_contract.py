"""The channels of this house keep the contract that every plug-in's channel has to keep."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from omnidesk.config import load
from omnidesk.core.channel import Channel
from omnidesk.demo.sandbox import Sandbox
from omnidesk.testing.channel import ChannelContract
from omnidesk.wiring import open_channel

OLGA = "olga@example.test"
KIRILL = 88


class SandboxWorld:
    """One channel of the sandbox's config, opened so that it does not wait."""

    name: str
    secret: str

    def __init__(self, sandbox: Sandbox, spool: Path) -> None:
        self.sandbox = sandbox
        self.spool = spool

    def channel(self, *, wrong_credentials: bool = False) -> Channel:
        text = self.sandbox.config.read_text(encoding="utf-8")
        path = self.sandbox.folder / "contract.toml"
        path.touch(mode=0o600)
        wrong = text.replace(self.secret, self.wrong()) if wrong_credentials else text
        path.write_text(wrong, encoding="utf-8")
        config = load(path)
        return open_channel(config, config.channels[self.name], self.spool, patience=0.0)

    def wrong(self) -> str:
        return "wrong"


class MailWorld(SandboxWorld):
    name = "support"
    secret = "sandbox"

    async def write(self, text: str) -> None:
        olga = self.sandbox.correspondent(OLGA, "Ольга")
        await olga.write("Вопрос", text, at=datetime.now(UTC))

    async def arrived(self) -> str:
        letter = message_from_bytes(await self.sandbox.mail.reply_to(OLGA), policy=default)
        return str(letter.get_content())

    async def go_down(self) -> None:
        await self.sandbox.mail.imap.stop()
        await self.sandbox.mail.smtp.stop()

    async def come_back(self) -> None:
        await self.sandbox.mail.smtp.start()
        await self.sandbox.mail.start_imap()


class BotWorld(SandboxWorld):
    name = "shop-bot"

    @property
    def secret(self) -> str:  # type: ignore[override]
        return self.sandbox.bot.token

    def wrong(self) -> str:
        return "123456:wrong"

    async def write(self, text: str) -> None:
        self.sandbox.bot.customer(KIRILL, "Кирилл").text(text)

    async def arrived(self) -> str:
        return str((await self.sandbox.bot.sent(KIRILL))["text"])

    async def go_down(self) -> None:
        await self.sandbox.bot.stop()

    async def come_back(self) -> None:
        await self.sandbox.bot.start()


class TestEmail(ChannelContract):
    @pytest.fixture
    def world(self, sandbox: Sandbox, tmp_path: Path) -> MailWorld:
        return MailWorld(sandbox, tmp_path)


class TestTelegram(ChannelContract):
    @pytest.fixture
    def world(self, sandbox: Sandbox, tmp_path: Path) -> BotWorld:
        return BotWorld(sandbox, tmp_path)
