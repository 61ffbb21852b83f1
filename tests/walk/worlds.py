"""The customers' side of a walk: a sandbox alone, or one whose mail is Dovecot and smtp-sink."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LETTER
from email.policy import default
from typing import Any, Protocol

from omnidesk.demo.sandbox import Sandbox
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.smtp_sink import SmtpSink


class Mail(Protocol):
    """Where customers post letters, and where the desk's are found."""

    address: str

    async def post(self, letter: bytes, sender: str) -> None: ...
    async def letter_to(self, address: str) -> bytes:
        """The next letter of the desk to somebody, after a round."""
        ...


class SandboxMail:
    """The sandbox's own servers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._mail = sandbox.mail
        self.address = sandbox.mail.address

    async def post(self, letter: bytes, sender: str) -> None:
        await self._mail.post(letter, sender)

    async def letter_to(self, address: str) -> bytes:
        return await self._mail.reply_to(address)


class ServersMail:
    """A Maildir of Dovecot, and what smtp-sink took; the sandbox's config is made to use both."""

    def __init__(
        self, sandbox: Sandbox, dovecot: Dovecot, mailbox: Mailbox, sink: SmtpSink
    ) -> None:
        self.address = mailbox.username
        self._mailbox = mailbox
        self._sink = sink
        self._taken: set[bytes] = set()
        own = sandbox.mail
        text = sandbox.config.read_text(encoding="utf-8")
        login = f', username = "{own.address}", password = "{own.password}"'
        for old, new in (
            (f"port = {own.imap.port}", f"port = {dovecot.port}"),
            (f'port = {own.smtp.port}, security = "none"{login}', f"port = {sink.port}, {_PLAIN}"),
            (own.address, mailbox.username),
            (f'password = "{own.password}"', f'password = "{mailbox.password}"'),
        ):
            assert old in text, f"the sandbox's config has no {old!r}"
            text = text.replace(old, new)
        sandbox.config.write_text(text, encoding="utf-8")

    async def post(self, letter: bytes, sender: str) -> None:
        self._mailbox.deliver(letter.replace(b"\r\n", b"\n"))

    async def letter_to(self, address: str) -> bytes:
        for letter in self._sink.letters():
            to = str(message_from_bytes(letter, policy=default)["To"])
            if letter not in self._taken and address in to:
                self._taken.add(letter)
                return letter
        raise TimeoutError(f"the sink has no new letter to {address}")


_PLAIN = 'security = "none"'


class World:
    """Everybody outside the desk: who writes letters, who chats, who rings."""

    def __init__(self, sandbox: Sandbox, mail: Mail) -> None:
        self.sandbox = sandbox
        self.mail = mail
        self.bot = sandbox.bot

    async def writes(
        self, address: str, name: str, subject: str, text: str, *, answering: bytes | None = None
    ) -> None:
        """A customer posts a letter, an answer where there is one to answer."""
        letter = EmailMessage(policy=LETTER)
        letter["From"] = f'"{name}" <{address}>'
        letter["To"] = self.mail.address
        letter["Subject"] = subject
        letter["Date"] = datetime.now(UTC)
        letter["Message-ID"] = f"<{abs(hash((address, subject, text)))}@example.test>"
        if answering is not None:
            original = message_from_bytes(answering, policy=default)
            letter["In-Reply-To"] = letter["References"] = str(original["Message-ID"])
        letter.set_content(text)
        await self.mail.post(bytes(letter), address)

    def rings(self, event: str, call: str, number: str, **more: Any) -> None:
        """A line of the telephone exchange."""
        at = datetime.now(UTC).isoformat()
        told = {"event": event, "call": call, "from": number, "at": at, **more}
        with (self.sandbox.folder / "calls.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")


Sinks = Callable[..., SmtpSink]
