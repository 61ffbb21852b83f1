"""A whole outside world for a desk: mail and a Bot API on loopback, and the config for both."""

from __future__ import annotations

import os
import pwd
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from omnidesk.demo.botapi import BotApi
from omnidesk.demo.correspondent import Correspondent
from omnidesk.demo.mailserver import MailServer

_CONFIG = """\
[desk]
name = "Sandbox"
database = "omnidesk.db"
undo_send = "{undo_send}"

[[agents]]
id = "anna"
name = "Anna Petrova"
login = "{login}"
signature = "Anna Petrova\\nSandbox"

[[agents]]
id = "boris"
name = "Boris Ivanov"

[channels.support]
type = "email"
address = "{address}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", username = "{address}", \
password = "{password}" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", username = "{address}", \
password = "{password}" }}

[channels.shop-bot]
type = "telegram"
token = "{token}"
api_url = "{api_url}"
"""


class Sandbox:
    """`mail` and `bot` run in the caller's loop; `config` is a desk's TOML that uses both.

    Agent `anna` is the system user. Without a folder it has a temporary one, gone at the end.
    """

    def __init__(self, folder: Path | None = None, *, undo_send: str = "0s") -> None:
        self.mail = MailServer()
        self.bot = BotApi()
        self._folder = folder
        self._undo_send = undo_send
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            if self._folder is None:
                name = stack.enter_context(tempfile.TemporaryDirectory(prefix="omnidesk-"))
                self._folder = Path(name)
            await stack.enter_async_context(self.mail)
            await stack.enter_async_context(self.bot)
            self._write(self._folder)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    @property
    def folder(self) -> Path:
        """Where the config and the desk's database are."""
        assert self._folder is not None
        return self._folder

    @property
    def config(self) -> Path:
        """The desk's TOML."""
        return self.folder / "config.toml"

    def correspondent(self, address: str, name: str) -> Correspondent:
        """A customer who writes letters; `bot.customer` gives one who chats."""
        return Correspondent(self.mail, address, name)

    def _write(self, folder: Path) -> None:
        self.config.touch(mode=0o600)
        self.config.chmod(0o600)
        self.config.write_text(
            _CONFIG.format(
                undo_send=self._undo_send,
                login=pwd.getpwuid(os.getuid()).pw_name,
                address=self.mail.address,
                password=self.mail.password,
                imap=self.mail.imap.port,
                smtp=self.mail.smtp.port,
                token=self.bot.token,
                api_url=self.bot.api_url,
            ),
            encoding="utf-8",
        )
