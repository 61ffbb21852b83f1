"""A whole outside world for a desk: mail, a Bot API, a telephone exchange, and their config."""

from __future__ import annotations

import os
import pwd
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from omnidesk.demo.botapi import BotApi
from omnidesk.demo.correspondent import Correspondent
from omnidesk.demo.exchange import Exchange
from omnidesk.demo.mailserver import MailServer

_CONFIG = """\
[desk]
name = "{name}"
database = "omnidesk.db"
language = "{language}"
undo_send = "{undo_send}"

[[agents]]
id = "anna"
name = "Anna Petrova"
login = "{login}"
signature = "Anna Petrova\\n{name}"

[[agents]]
id = "boris"
name = "Boris Ivanov"

{mailboxes}[channels.shop-bot]
type = "telegram"
token = "{token}"
api_url = "{api_url}"
{more}"""

_MAILBOX = """\
[channels.{channel}]
type = "email"
address = "{address}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", username = "{address}", \
password = "{password}" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", username = "{address}", \
password = "{password}" }}

"""

_CALLS = "calls.jsonl"
_PHONE = """\

[channels.phone]
type = "log"
events = "{events}"
"""


class Sandbox:
    """`mail` and `bot` run in the caller's loop; `config` is a desk's TOML that uses both.

    Agent `anna` is the system user. Without a folder it has a temporary one, gone at the end.
    Each address is a channel, named by what stands before the @; with `phone` there is a channel
    of that name, which rings by what `exchange` tells. `language` is the desk's, `more` ends the
    TOML.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        undo_send: str = "0s",
        name: str = "Sandbox",
        addresses: tuple[str, ...] = ("support@desk.test",),
        phone: bool = False,
        language: str = "en",
        more: str = "",
    ) -> None:
        self.mail = MailServer(addresses)
        self.bot = BotApi()
        self._folder = folder
        self._undo_send = undo_send
        self._name = name
        self._phone = phone
        self._language = language
        self._more = more
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

    @property
    def exchange(self) -> Exchange:
        """The telephone exchange of the channel `phone`."""
        return Exchange(self.folder / _CALLS)

    def correspondent(self, address: str, name: str) -> Correspondent:
        """A customer who writes letters; `bot.customer` gives one who chats."""
        return Correspondent(self.mail, address, name)

    def _write(self, folder: Path) -> None:
        self.config.touch(mode=0o600)
        self.config.chmod(0o600)
        self.config.write_text(
            _CONFIG.format(
                name=self._name,
                language=self._language,
                undo_send=self._undo_send,
                login=pwd.getpwuid(os.getuid()).pw_name,
                mailboxes="".join(self._mailbox(address) for address in self.mail.addresses),
                token=self.bot.token,
                api_url=self.bot.api_url,
                more=(_PHONE.format(events=_CALLS) if self._phone else "") + self._more,
            ),
            encoding="utf-8",
        )

    def _mailbox(self, address: str) -> str:
        return _MAILBOX.format(
            channel=address.partition("@")[0],
            address=address,
            password=self.mail.password,
            imap=self.mail.imap.port,
            smtp=self.mail.smtp.port,
        )
