"""A customer who writes letters, and answers those that the desk sent him."""

from __future__ import annotations

import mimetypes
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LETTER
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from omnidesk.demo.mailserver import MailServer


class Correspondent:
    """A customer with an address, who writes to the desk and answers what it sent him."""

    def __init__(self, mail: MailServer, address: str, name: str) -> None:
        self.address = address
        self.name = name
        self._mail = mail

    async def write(
        self,
        subject: str,
        text: str,
        *,
        at: datetime,
        to: tuple[str, ...] = (),
        answering: bytes | None = None,
        files: tuple[tuple[str, bytes], ...] = (),
    ) -> bytes:
        """Post a letter written at `at`, a reply where `answering` is a letter; its bytes.

        It goes to the desk's first address unless `to` says otherwise.
        """
        letter = EmailMessage(policy=LETTER)
        letter["From"] = f'"{self.name}" <{self.address}>'
        letter["To"] = ", ".join(to or (self._mail.address,))
        letter["Subject"] = subject
        letter["Date"] = format_datetime(at)
        letter["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        if answering is not None:
            _answer(letter, answering)
        letter.set_content(text)
        for name, content in files:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            maintype, _, subtype = kind.partition("/")
            letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
        raw = bytes(letter)
        await self._mail.post(raw, self.address, *to)
        return raw


def _answer(letter: EmailMessage, answered: bytes) -> None:
    original = message_from_bytes(answered)
    message_id = str(original["Message-ID"])
    letter["In-Reply-To"] = message_id
    earlier = str(original.get("References", "")).split()
    letter["References"] = " ".join([*earlier, message_id])
